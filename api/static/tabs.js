// The left side of a case in tabs: the text, the picture, the page, … Without script all stand below each other.
"use strict";

let shownTab = "";

function showTab(name) {
  const panels = [...document.querySelectorAll("[data-panel]")];
  if (!panels.length) return;
  if (!panels.some((panel) => panel.dataset.panel === name)) name = panels[0].dataset.panel;
  shownTab = name;
  for (const panel of panels) panel.hidden = panel.dataset.panel !== name;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  // The stored page is loaded when it is looked at.
  const frame = document.querySelector(`[data-panel="${name}"] iframe[data-src]`);
  if (frame && !frame.src) frame.src = frame.dataset.src;
  const empty = document.querySelector(`[data-panel="${name}"][data-fetch]`);
  if (empty) fill(empty);
}

// A panel of another page's sections: until they are loaded it holds a link to that page.
async function fill(panel) {
  const address = panel.dataset.fetch;
  panel.removeAttribute("data-fetch");
  try {
    const answer = await fetch(address);
    if (!answer.ok || answer.redirected) return;
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    panel.replaceChildren(...found.querySelectorAll("main section"));
  } catch {
    panel.dataset.fetch = address;
  }
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) showTab(tab.dataset.tab);
});
document.addEventListener("content-changed", () => showTab(shownTab));
showTab("text");
