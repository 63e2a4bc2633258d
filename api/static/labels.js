// A narrow screen shows a table's cells one below the other, without their head: each says there what it is. The first
// of a row names the row, and a row of the queue is read as a sentence: of these, only numbers say it.
"use strict";

function labelCells() {
  for (const table of document.querySelectorAll("table.list")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    for (const cell of table.querySelectorAll("tbody td:not([data-label])")) {
      const row = cell.parentElement;
      const isPlain = cell.matches(":first-child, .dense td, .kept td, .pages td") || !cell.textContent.trim()
        || cell.querySelector("form, details, button");
      if (isPlain && !cell.matches(".number")) continue;
      if (row.cells.length === heads.length && heads[cell.cellIndex]) cell.dataset.label = heads[cell.cellIndex];
    }
  }
}

labelCells();
