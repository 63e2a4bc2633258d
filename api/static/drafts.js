// Typed text is kept in this browser until it has been sent, or for a week: fields with data-draft. It names the field
// where two forms of a page go to the same address with fields of the same name.
"use strict";

const drafts = (() => {
  const WEEK = 7 * 24 * 3600 * 1000;
  const person = document.body.dataset.person ?? "";
  const nameOf = (field) => field.dataset.draft || field.name;
  const key = (field) => `qingyi-draft:${person}:${field.form?.getAttribute("action")}:${nameOf(field)}`;
  const fields = (root) => [...root.querySelectorAll("[data-draft]")];

  function keep(field) {
    if (field.value.trim()) localStorage.setItem(key(field), JSON.stringify({ words: field.value, at: Date.now() }));
    else localStorage.removeItem(key(field));
  }

  function giveBack(root) {
    for (const field of fields(root)) {
      const kept = localStorage.getItem(key(field));
      if (!kept || field.value.trim()) continue;
      const { words, at } = JSON.parse(kept);
      if (Date.now() - at > WEEK) {
        localStorage.removeItem(key(field));
        continue;
      }
      field.value = words;
      field.closest("details")?.setAttribute("open", "");
      const note = document.createElement("span");
      note.className = "muted";
      note.textContent = "已恢复上次没有提交的内容";
      field.after(note);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-draft]")) keep(event.target);
  });
  // Forms that load a page count as sent unless the new page says otherwise.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const names = fields(event.target).filter((field) => field.value.trim()).map(key);
    sessionStorage.setItem("qingyi-sent", JSON.stringify(names));
  });
  const sent = JSON.parse(sessionStorage.getItem("qingyi-sent") ?? "[]");
  if (!document.querySelector("[data-refused], .signin")) {
    sent.forEach((name) => localStorage.removeItem(name));
    sessionStorage.removeItem("qingyi-sent");
  }
  document.addEventListener("content-changed", () => giveBack(document));
  giveBack(document);

  return {
    sent: (form) => fields(form).forEach((field) => localStorage.removeItem(key(field))),
    keepAll: () => fields(document).forEach(keep),
  };
})();
