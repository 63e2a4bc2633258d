// Keyboard for all pages: an element names its key in data-key and its action in data-key-title.
// j and k walk through rows of a queue, or through the rules of a case; n through the marked places.
"use strict";

const stops = () => [...document.querySelectorAll("[data-row], [data-finding]")];
const LETTERS_OFF = "qingyi-letters-off";
let at = -1;
let mark = -1;

const lettersAreOff = () => localStorage.getItem(LETTERS_OFF) === "1";

function moveTo(index) {
  const all = stops();
  if (!all.length) return;
  at = Math.max(0, Math.min(all.length - 1, index));
  document.querySelectorAll(".at").forEach((element) => element.classList.remove("at"));
  const stop = all[at];
  stop.classList.add("at");
  stop.scrollIntoView({ block: "nearest" });
  const numbers = stop.dataset.finding;
  if (numbers === undefined) {
    (stop.querySelector("a.to-case") ?? stop.querySelector("a"))?.focus({ preventScroll: true });
    return;
  }
  const own = marksOf(numbers);
  own.forEach((element) => element.classList.add("at"));
  intoView(own[0]);
}

function marksOf(numbers) {
  const wanted = new Set(numbers.split(" "));
  return [...document.querySelectorAll("mark")].filter((element) =>
    element.dataset.findings.split(" ").some((number) => wanted.has(number)));
}

// Only the text's own box scrolls: the decision stays in place. On a small screen the page scrolls, and only where it
// has to: the head with title and address stays in sight.
function intoView(element) {
  const box = element?.closest(".page-text");
  if (!box) return;
  if (box.scrollHeight <= box.clientHeight) {
    if (!isInSight(element)) element.scrollIntoView({ block: "center" });
  } else box.scrollTop += element.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}

// On a small screen the decision lies over the page's end.
function isInSight(element) {
  const { top, bottom, right } = element.getBoundingClientRect();
  const over = document.querySelector(".decide");
  const isOver = over && getComputedStyle(over).position === "sticky" && over.getBoundingClientRect().left < right;
  return top >= 0 && bottom <= (isOver ? over.getBoundingClientRect().top : innerHeight);
}

function nextMark() {
  const all = [...document.querySelectorAll("mark")];
  if (!all.length) return false;
  mark = (mark + 1) % all.length;
  document.querySelectorAll("mark.at").forEach((element) => element.classList.remove("at"));
  all[mark].classList.add("at");
  intoView(all[mark]);
  return true;
}

function use(element) {
  element.closest("details")?.setAttribute("open", "");
  if (element.matches("textarea, input:not([type=checkbox]), select")) element.focus();
  else element.click();
}

function showHelp() {
  const list = document.getElementById("keys-list");
  list.replaceChildren();
  const known = [["j / k", "下一个 / 上一个"], ["Enter", "打开所在的一行"], ["Space", "选择所在的一行"],
    ["Ctrl+Enter", "提交正在填写的表单"], ["Esc", "离开输入框"], ["?", "本帮助"]];
  if (document.querySelector("mark")) known.splice(1, 0, ["n", "下一处标记"]);
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
  document.getElementById("letters").checked = !lettersAreOff();
  document.getElementById("keys-help").showModal();
}

// A decision that needs a reason asks for it before it is sent, next to the field.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-needs]");
  const field = button?.form.elements[button.dataset.needs];
  if (field && !field.value.trim()) {
    event.preventDefault();
    button.form.asked = button;
    field.setAttribute("aria-invalid", "true");
    offerReasons(button);
    const offered = button.form.querySelector("[data-reasons]:not([hidden])") ? "，或按数字选用" : "";
    say(field, `${button.dataset.keyTitle ?? "这一步"}须写明理由，写好后按 Ctrl+Enter${offered}`);
    field.focus();
  } else if (field) localStorage.setItem(lastReason(button.value), field.value.trim());
});

// Ready reasons of the chosen decision, by 1 to 9; the last given reason by 0.
const lastReason = (action) => `qingyi-reason:${document.body.dataset.person}:${action}`;

function offerReasons(button) {
  for (const list of button.form.querySelectorAll("[data-reasons]")) {
    list.hidden = list.dataset.reasons !== button.value;
    list.querySelector("[data-last]")?.remove();
    const last = localStorage.getItem(lastReason(button.value));
    if (list.hidden || !last) continue;
    const again = document.createElement("button");
    again.type = "button";
    again.className = "quiet small";
    again.dataset.reason = last;
    const badge = document.createElement("kbd");
    badge.textContent = "0";
    again.append(badge, ` 上次：${last}`);
    const item = document.createElement("li");
    item.dataset.last = "";
    item.append(again);
    list.append(item);
  }
}

function chooseReason(button) {
  const form = button.form;
  const field = form.elements.reason;
  field.value = button.dataset.reason;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  if (form.asked) form.asked.click();
  else field.focus();
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-reason]");
  if (chosen) chooseReason(chosen);
});
document.addEventListener("keydown", (event) => {
  if (!/^[0-9]$/.test(event.key) || event.target.name !== "reason" || event.target.value || event.isComposing) return;
  const list = event.target.form.querySelector("[data-reasons]:not([hidden])");
  const chosen = event.key === "0" ? list?.querySelector("[data-last] button")
    : list?.querySelectorAll("li:not([data-last]) button")[Number(event.key) - 1];
  if (!chosen) return;
  event.preventDefault();
  chooseReason(chosen);
});

// Words next to a field, read out as well.
function say(field, words) {
  let line = field.parentElement.querySelector(".field-fault");
  if (!line) {
    line = document.createElement("span");
    line.className = "field-fault";
    line.setAttribute("role", "alert");
    field.after(line);
  }
  line.textContent = words;
}

document.addEventListener("input", (event) => {
  if (!event.target.matches("[aria-invalid=true]")) return;
  event.target.removeAttribute("aria-invalid");
  event.target.parentElement.querySelector(".field-fault")?.remove();
});

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await copyText(copy.dataset.copy);
    announce("网址已复制");
    return;
  }
  const shown = event.target.closest("[data-enlarge], .screenshot");
  if (shown && !shown.closest("dialog")) {
    enlarge(shown.parentElement.querySelector(".screenshot"));
    return;
  }
  const hit = event.target.closest("mark[data-findings]");
  if (!hit) return;
  const numbers = hit.dataset.findings.split(" ");
  moveTo(stops().findIndex((stop) => stop.dataset.finding?.split(" ").includes(numbers[0])));
});

// A picture in full size, with its marked places; Escape or a click closes it.
function enlarge(picture) {
  const dialog = document.createElement("dialog");
  dialog.className = "picture";
  dialog.setAttribute("aria-label", "放大的图片");
  const close = document.createElement("button");
  close.textContent = "关闭";
  dialog.append(close, picture.cloneNode(true));
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function copyText(words) {
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    const chosen = getSelection();
    chosen.selectAllChildren(document.getElementById("address"));
    document.execCommand("copy");
  }
}

// Announce changes without a reload to screen readers.
function announce(words) {
  const line = document.getElementById("announced");
  line.textContent = "";
  requestAnimationFrame(() => { line.textContent = words; });
}

function toFirstMark() {
  at = mark = -1;
  intoView(document.querySelector("mark"));
}

document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
document.addEventListener("content-changed", toFirstMark);
toFirstMark();

document.getElementById("letters")?.addEventListener("change", (event) => {
  localStorage.setItem(LETTERS_OFF, event.target.checked ? "0" : "1");
  document.documentElement.toggleAttribute("data-letters-off", !event.target.checked);
});
document.documentElement.toggleAttribute("data-letters-off", lettersAreOff());
document.getElementById("keys-open")?.addEventListener("click", showHelp);

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    const form = event.target.form;
    const button = form.asked ?? form.querySelector("[data-default]") ?? form.querySelector("button");
    if (button) {
      event.preventDefault();
      if (!event.repeat) button.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.matches("textarea:not([readonly]), select, input:not([type=hidden], [type=checkbox])");
  if (event.key === "Escape" && typing) event.target.blur();
  if (typing || document.querySelector("dialog[open]")) return;
  if (lettersAreOff() && event.key !== "?") return;
  if (event.key === "j") moveTo(at + 1);
  else if (event.key === "k") moveTo(at - 1);
  else if (event.key === "?") showHelp();
  else {
    const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (element) {
      if (!event.repeat) use(element); // a key that is held down acts once
    } else if (event.key !== "n" || !nextMark()) return;
  }
  event.preventDefault();
});
