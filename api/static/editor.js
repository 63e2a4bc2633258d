// Line numbers and colours for a list's file. The text stays a plain text box: the colours lie under it.
"use strict";

(() => {
  const PARTS = /(^\s*(?:- )?)([\w-]+)(?=:(?:\s|$))|(#.*$)|("(?:[^"\\]|\\.)*"?|'[^']*'?)|(\{[^{}]*\})/gm;
  const KINDS = ["", "", "yaml-key", "yaml-note", "yaml-words", "yaml-braces"];
  const field = document.querySelector("textarea.coloured");
  if (!field) return;

  const numbers = made("ol", "line-numbers");
  const colours = made("pre", "colours");
  const editor = document.createElement("div");
  editor.className = "editor";
  field.replaceWith(editor);
  editor.append(numbers, colours, field);

  function made(name, kind) {
    const one = document.createElement(name);
    one.className = kind;
    one.setAttribute("aria-hidden", "true");
    return one;
  }

  function paint() {
    const text = field.value;
    const pieces = [];
    let at = 0;
    for (const found of text.matchAll(PARTS)) {
      const kind = KINDS[found.findIndex((part, place) => place > 1 && part !== undefined)];
      const start = found.index + (found[1]?.length ?? 0);
      const span = document.createElement("span");
      span.className = kind;
      span.textContent = text.slice(start, found.index + found[0].length);
      pieces.push(text.slice(at, start), span);
      at = found.index + found[0].length;
    }
    colours.replaceChildren(...pieces, text.slice(at), "\n");
    const lines = text.split("\n").length;
    while (numbers.childElementCount < lines) numbers.append(document.createElement("li"));
    while (numbers.childElementCount > lines) numbers.lastChild.remove();
    follow();
  }

  function follow() {
    colours.scrollTop = numbers.scrollTop = field.scrollTop;
    colours.scrollLeft = field.scrollLeft;
  }

  // Tab indents by two; Esc, then Tab leaves the field, as on any page.
  let leaving = false;
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !event.shiftKey && !leaving && !field.readOnly) {
      event.preventDefault();
      document.execCommand("insertText", false, "  "); // keeps undo, unlike setRangeText
    } else leaving = false;
  });
  field.addEventListener("input", paint);
  field.addEventListener("scroll", follow);
  paint();
})();
