// Light or dark as in the system, until the reader chooses; set before the first paint.
"use strict";

const LOOKS = "qingyi-looks";

function isDark() {
  const chosen = localStorage.getItem(LOOKS);
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setLooks() {
  document.documentElement.dataset.looks = isDark() ? "dark" : "light";
}

setLooks();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", setLooks);
document.addEventListener("click", (event) => {
  if (!event.target.closest("#looks")) return;
  localStorage.setItem(LOOKS, isDark() ? "light" : "dark");
  setLooks();
});
