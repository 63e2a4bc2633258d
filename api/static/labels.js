// A narrow screen shows a table's cells one below the other, without their head: a number says there whose it is.
"use strict";

function labelNumbers() {
  for (const table of document.querySelectorAll("table.list")) {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    for (const cell of table.querySelectorAll("tbody td.number:not([data-label])")) {
      const row = cell.parentElement;
      if (row.cells.length === heads.length && heads[cell.cellIndex]) cell.dataset.label = heads[cell.cellIndex];
    }
  }
}

labelNumbers();
