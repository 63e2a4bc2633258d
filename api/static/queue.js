// The queue stays true while it is open: its tabs are counted again. Space selects the current row.
"use strict";

const tabs = document.querySelector("[data-counts]");
const EVERY = 15000;

async function countAnew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(tabs.dataset.counts, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const counts = await answer.json();
    let changed = false;
    for (const element of document.querySelectorAll("[data-count]")) {
      const now = String(counts[element.dataset.count]);
      changed ||= element.textContent !== now;
      element.textContent = now;
      element.closest(".notices a")?.classList.toggle("waits", now !== "0");
    }
    if (changed) await renewRows();
  } catch {
    // The server is away for a moment; the next count shows it.
  }
}

// A colleague's decision is shown on its row, which stays in place.
async function renewRows() {
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const row of document.querySelectorAll("tr[data-id]")) {
    const now = fresh.querySelector(`tr[data-id="${row.dataset.id}"]`);
    const cell = row.querySelector("[data-state]");
    if (now) cell.replaceWith(document.adoptNode(now.querySelector("[data-state]")));
    else {
      row.classList.add("gone");
      cell.textContent = "已不在此列表";
    }
  }
}

if (tabs) setInterval(countAnew, EVERY);

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.matches("textarea, select, input, button")) return;
  const box = document.querySelector("tr.at input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  countChosen();
  event.preventDefault();
});

// The box of a group, or of a whole table, chooses all of its rows; with Shift, all from the last one on.
let lastBox = null;
const boxes = () => [...document.querySelectorAll("tr[data-row] input[type=checkbox]")];

function countChosen() {
  const place = document.querySelector("[data-chosen]");
  if (place) place.textContent = boxes().filter((box) => box.checked).length;
}

document.addEventListener("click", (event) => {
  if (!event.target.matches("tr[data-row] input[type=checkbox]")) return;
  const all = boxes();
  if (event.shiftKey && lastBox) {
    const [from, to] = [all.indexOf(lastBox), all.indexOf(event.target)].sort((one, other) => one - other);
    for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
  }
  lastBox = event.target;
  countChosen();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-choose-page]")) {
    const all = boxes().some((box) => !box.checked);
    for (const box of boxes()) box.checked = all;
    countChosen();
    return;
  }
  // With nothing selected, a button applies to the current row.
  const button = event.target.closest("form:has(tr[data-row]) button:not([type=button])");
  const row = document.querySelector("tr.at input[type=checkbox]");
  if (button && row && !boxes().some((box) => box.checked)) {
    row.checked = true;
    countChosen();
  }
}, true);

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-choose-all]")) return;
  const own = event.target.closest("tbody, table").querySelectorAll("tr[data-row] input[type=checkbox]");
  for (const box of own) box.checked = event.target.checked;
  countChosen();
});

// Back from a case, the queue is restored: its page, the row or the one now in its place, and the scroll position.
const { view, start } = tabs?.dataset ?? {};
const PLACE = `qingyi-place:${view === undefined ? location.pathname + location.search : `${view}@${start}`}`;
const rowsHere = () => [...document.querySelectorAll("[data-row]")];
addEventListener("pagehide", () => {
  const row = document.querySelector("tr.at, tr[data-row]:focus-within");
  const left = { row: row?.dataset.id ?? "", index: rowsHere().indexOf(row), y: scrollY };
  sessionStorage.setItem(PLACE, JSON.stringify(left));
  if (view !== undefined) sessionStorage.setItem(`qingyi-page:${view}`, start);
});
const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
if (place) {
  scrollTo(0, place.y);
  const index = rowsHere().findIndex((row) => row.dataset.id === place.row);
  if (place.index >= 0) moveTo(index >= 0 ? index : place.index);
}
