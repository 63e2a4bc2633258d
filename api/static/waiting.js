// While something on the page waits for the crawler, the page looks again: not while somebody is typing in it.
"use strict";

const EVERY = 3000;

function isBeingUsed() {
  const typed = [...document.querySelectorAll("main input:not([type=hidden]), main textarea")].some((field) =>
    field.type === "file" ? field.files.length : field.value !== field.defaultValue);
  return typed || document.activeElement?.matches("input, textarea, select") || document.querySelector("dialog[open]");
}

if (document.querySelector("[data-waiting]")) {
  setInterval(() => { if (!document.hidden && !isBeingUsed()) location.reload(); }, EVERY);
}
