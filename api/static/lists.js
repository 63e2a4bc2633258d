// A list's file is checked while it is typed; the progress of a trial or a rejudging is shown while it runs.
"use strict";

const PAUSE = 700;
const EVERY = 1500;

const form = document.querySelector("[data-check]");
const field = form?.elements.text;
let waiting = 0;
let asked = 0;

async function check() {
  const number = ++asked;
  const state = document.getElementById("check-state");
  state.textContent = "正在检查…";
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) throw new Error(answer.status);
    const { faults } = await answer.json();
    if (number === asked) showFaults(faults, state);
  } catch {
    if (number === asked) state.textContent = "没有连上服务器，未能检查。";
  }
}

function showFaults(faults, state) {
  state.textContent = faults.length ? `有误 ${faults.length} 处` : "没有发现问题";
  const list = document.getElementById("faults");
  list.replaceChildren(...faults.map((fault) => {
    const item = document.createElement("li");
    const jump = document.createElement("button");
    jump.type = "button";
    jump.className = "quiet";
    jump.dataset.line = fault.line;
    jump.textContent = `第 ${fault.line} 行`;
    item.append(jump, ` ${fault.file} ${fault.field}：${fault.reason}`);
    return item;
  }));
}

function goToLine(line) {
  const lines = field.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  field.scrollTop = (line - 5) * (field.scrollHeight / lines.length);
}

field?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(check, PAUSE);
});

document.addEventListener("click", (event) => {
  const jump = event.target.closest("[data-line]");
  if (jump && field) goToLine(Number(jump.dataset.line));
});

const work = document.querySelector("[data-progress]");
let shown = "";

async function follow() {
  try {
    const answer = await fetch(work.dataset.progress);
    if (!answer.ok || answer.redirected) return;
    const { state, judged } = await answer.json();
    const [number, bar] = [work.querySelector(".judged"), work.querySelector("progress")];
    if (number) number.textContent = judged;
    if (bar) bar.value = judged;
    if (shown && state !== shown) location.reload();
    shown = state;
  } catch {
    // The server is away for a moment.
  }
}

if (work) {
  follow();
  setInterval(follow, EVERY);
}
