// The queue stays true while it is open: its tabs count anew. Space chooses the row that the keys are at.
"use strict";

const tabs = document.querySelector("[data-counts]");
const EVERY = 15000;

async function countAnew() {
  if (document.hidden) return;
  try {
    const answer = await fetch(tabs.dataset.counts, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    const counts = await answer.json();
    for (const element of tabs.querySelectorAll("[data-count]")) {
      element.textContent = counts[element.dataset.count];
    }
  } catch {
    // The server is away for a moment; the next count will tell.
  }
}

if (tabs) setInterval(countAnew, EVERY);

document.addEventListener("keydown", (event) => {
  if (event.key !== " " || event.target.matches("textarea, select, input, button")) return;
  const box = document.querySelector("tr.at input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  event.preventDefault();
});

// The box of a group, or of a whole table, chooses all of its rows.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-choose-all]")) return;
  const boxes = event.target.closest("tbody, table").querySelectorAll("tr[data-row] input[type=checkbox]");
  for (const box of boxes) box.checked = event.target.checked;
});
