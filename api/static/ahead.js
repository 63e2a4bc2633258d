// The next case of the reviewer's view: fetched while this one is read, which claims it; both claims are renewed.
"use strict";

const ALIVE = 45000;
const ASLEEP = 600000;
const MINUTE = 60000;
const BY_LINK = /\/cases\/(\d+)$/;
let ahead = null; // { id, url, title, content, until }: the next case, surely claimed until then
let coming = Promise.resolve(); // until the next case is there, or none is to be had
let lastTouch = Date.now();

const headOf = () => document.querySelector("[data-case]");

async function fetchAhead() {
  const head = document.querySelector("[data-keeps]");
  if (!head || ahead) return;
  const here = head.dataset.case;
  const until = Date.now() + Number(head.dataset.keeps) * MINUTE;
  const fields = new URLSearchParams({ csrf: head.dataset.csrf, view: head.dataset.view, after: here });
  try {
    const answer = await fetch("/cases/next", { method: "POST", body: fields });
    const found = BY_LINK.exec(new URL(answer.url).pathname);
    if (!answer.ok || !found) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const content = page.getElementById("content");
    if (!ahead && headOf()?.dataset.case === here) ahead = { id: found[1], url: answer.url, title: page.title, content, until };
  } catch {
    // The server is away for a moment; the next case is fetched on demand.
  }
}

// The case shown now, with all that is typed in it, to be shown again.
function leave() {
  const { case: id, keeps } = headOf().dataset;
  const until = Date.now() + (Number(keeps ?? 0) * MINUTE) / 3; // `keep` has renewed its claim
  return { id, url: location.href, title: document.title, content: document.getElementById("content"), until };
}

// A sign of life; the response says who else has the case, or changed it.
async function keep() {
  const head = document.querySelector("[data-keeps]");
  if (!head || document.hidden || Date.now() - lastTouch > ASLEEP) return;
  const now = await lookAt(head.dataset.case);
  if (now && String(now.version) !== head.dataset.version) warn(`案件已有变化，现在是“${now.state}”`);
  else if (now?.holder) warn(`${now.holder}已接手这件案件`);
  if (!ahead) return;
  const { id, content } = ahead;
  const next = await lookAt(id);
  if (!next || ahead?.id !== id) return;
  const isSame = String(next.version) === content.querySelector("[data-case]").dataset.version;
  if (isSame && !next.holder) {
    ahead.until = Math.max(ahead.until, Date.now() + (Number(head.dataset.keeps) * MINUTE) / 3);
    return;
  }
  ahead = null;
  coming = fetchAhead();
}

async function lookAt(id) {
  try {
    const fields = new URLSearchParams({ csrf: headOf().dataset.csrf });
    const answer = await fetch(`/cases/${id}/looking`, { method: "POST", body: fields });
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null; // the next sign of life shows it
  }
}

function warn(words) {
  if (document.querySelector("[data-stale]")) return;
  const notice = document.createElement("p");
  notice.className = "card warning";
  notice.setAttribute("role", "alert");
  notice.dataset.stale = "";
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "查看";
  notice.append(`${words}。`, link);
  document.querySelector(".case-head").after(notice);
}

// The link to the queue leads to the page of it that was left.
function leadBack() {
  const start = sessionStorage.getItem(`qingyi-page:${headOf()?.dataset.view}`);
  const link = document.querySelector("#content .go a");
  if (!link || !Number(start)) return;
  const to = new URL(link.href);
  to.searchParams.set("start", start);
  link.href = to.href;
}

document.addEventListener("content-changed", leadBack);
leadBack();

for (const touch of ["keydown", "pointerdown", "scroll"]) {
  addEventListener(touch, () => { lastTouch = Date.now(); }, { passive: true });
}
setInterval(keep, ALIVE);
