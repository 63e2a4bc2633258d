// Keyboard for all pages: an element says its key in data-key and what it does in data-key-title.
// j and k walk through rows of a queue, or through the findings of a case.
"use strict";

const stops = () => [...document.querySelectorAll("[data-row], [data-finding]")];
let at = -1;

function moveTo(index) {
  const all = stops();
  if (!all.length) return;
  at = Math.max(0, Math.min(all.length - 1, index));
  document.querySelectorAll(".at").forEach((element) => element.classList.remove("at"));
  const stop = all[at];
  stop.classList.add("at");
  stop.scrollIntoView({ block: "nearest" });
  const number = stop.dataset.finding;
  if (!number) {
    (stop.querySelector("a.to-case") ?? stop.querySelector("a"))?.focus({ preventScroll: true });
    return;
  }
  const marks = [...document.querySelectorAll("mark")].filter((mark) =>
    mark.dataset.findings.split(" ").includes(number));
  marks.forEach((mark) => mark.classList.add("at"));
  marks[0]?.scrollIntoView({ block: "center" });
}

function use(element) {
  if (element.matches("textarea, input:not([type=checkbox]), select")) element.focus();
  else element.click();
}

function showHelp() {
  const list = document.getElementById("keys-list");
  list.replaceChildren();
  const known = [["j / k", "下一个 / 上一个"], ["Esc", "离开输入框"], ["?", "本帮助"]];
  document.querySelectorAll("[data-key]").forEach((element) =>
    known.push([element.dataset.key, element.dataset.keyTitle]));
  for (const [key, title] of known) {
    const term = document.createElement("dt");
    const badge = document.createElement("kbd");
    badge.textContent = key;
    term.append(badge);
    const meaning = document.createElement("dd");
    meaning.textContent = title;
    list.append(term, meaning);
  }
  document.getElementById("keys-help").showModal();
}

// A decision that needs its grounds asks for them before it is sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-needs]");
  const field = button?.form.elements[button.dataset.needs];
  if (field && !field.value.trim()) {
    event.preventDefault();
    field.focus();
    field.setAttribute("aria-invalid", "true");
  }
});

document.addEventListener("content-changed", () => { at = -1; });

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.matches("textarea, select, input:not([type=hidden], [type=checkbox])");
  if (event.key === "Escape" && typing) event.target.blur();
  if (typing || document.querySelector("dialog[open]")) return;
  if (event.key === "j") moveTo(at + 1);
  else if (event.key === "k") moveTo(at - 1);
  else if (event.key === "?") showHelp();
  else {
    const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!element) return;
    use(element);
  }
  event.preventDefault();
});
