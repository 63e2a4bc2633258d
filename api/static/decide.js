// A decision without a page reload. The next case of the view is fetched ahead, which claims it, and replaces this
// one when the server has responded; while a case is open, its claim is renewed.
"use strict";

const ALIVE = 45000;
const ASLEEP = 600000;
let ahead = null; // { id, url, html }
let lastTouch = Date.now();

async function send(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  const headers = { ...BY_SCRIPT, ...(ahead ? { "X-Ahead": ahead.id } : {}) };
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields, headers });
  if (answer.status === 401) {
    askToSignIn(form);
    return;
  }
  if (answer.ok) drafts.sent(form);
  if (ahead && answer.headers.get("X-Next") === `/cases/${ahead.id}`) showAhead(await answer.text());
  else if (answer.headers.has("X-Location")) await follow(answer.headers.get("X-Location"));
  else show(await answer.text(), location.href);
}

// No input is lost when the sign-in has ended: drafts are kept, and the page returns after the sign-in.
function askToSignIn(form) {
  drafts.keepAll();
  const notice = document.createElement("p");
  notice.className = "card warning";
  notice.setAttribute("role", "alert");
  notice.tabIndex = -1;
  const link = document.createElement("a");
  link.href = `/signin?next=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "重新登录";
  notice.append("登录已过期，操作未完成。您填写的内容已保存在本机，", link, "后继续。");
  document.querySelector("[data-ended]")?.remove();
  notice.dataset.ended = "";
  document.getElementById("content").prepend(notice);
  notice.focus();
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
}

function showAhead(done) {
  const { html, url } = ahead;
  ahead = null;
  const next = new DOMParser().parseFromString(html, "text/html");
  const content = next.getElementById("content");
  content.querySelector(".done[role=status]")?.remove();
  const bar = new DOMParser().parseFromString(done, "text/html").querySelector(".done");
  if (bar) content.prepend(document.adoptNode(bar));
  put(next.title, content, url);
}

// A case takes the place of this one; any other page is loaded.
async function follow(address) {
  const to = new URL(address, location.href);
  if (/\/cases\/\d+$/.test(to.pathname)) {
    const answer = await fetch(to);
    if (answer.ok && !answer.redirected) {
      show(await answer.text(), to.href);
      return;
    }
  }
  goTo(address);
}

function show(html, url) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const content = next.getElementById("content");
  if (!content) throw new Error("this is no page of ours"); // a proxy's error page, for example
  ahead = null;
  put(next.title, content, url);
}

function put(title, content, url) {
  document.title = title;
  document.getElementById("content").replaceWith(document.adoptNode(content));
  if (url !== location.href) history.pushState(null, "", url);
  scrollTo(0, 0);
  const refused = document.querySelector("[data-refused]");
  const heading = document.querySelector("#content h1");
  heading.tabIndex = -1;
  (refused ?? heading).focus({ preventScroll: true });
  const done = document.querySelector(".done[role=status] span")?.textContent ?? "";
  announce(`${done}${heading.textContent}`);
  document.dispatchEvent(new Event("content-changed"));
}

// The next case, fetched as soon as this one can be read.
async function fetchAhead() {
  const head = document.querySelector("[data-keeps]");
  if (!head) return;
  const here = head.dataset.case;
  const fields = new URLSearchParams({ csrf: head.dataset.csrf, view: head.dataset.view, after: here });
  try {
    const answer = await fetch("/cases/next", { method: "POST", body: fields });
    const found = /\/cases\/(\d+)$/.exec(new URL(answer.url).pathname);
    if (!answer.ok || !found) return;
    const html = await answer.text();
    if (document.querySelector("[data-case]")?.dataset.case === here) ahead = { id: found[1], url: answer.url, html };
  } catch {
    // The server is away for a moment; the next case is fetched on demand.
  }
}

// A sign of life; the response says who else has the case, or changed it.
async function keep() {
  const head = document.querySelector("[data-keeps]");
  if (!head || document.hidden || Date.now() - lastTouch > ASLEEP) return;
  try {
    const fields = new URLSearchParams({ csrf: head.dataset.csrf });
    const answer = await fetch(`/cases/${head.dataset.case}/looking`, { method: "POST", body: fields });
    if (!answer.ok || answer.redirected) return;
    const now = await answer.json();
    if (String(now.version) !== head.dataset.version) warn(`案件已有变化，现在是“${now.state}”`);
    else if (now.holder) warn(`${now.holder}已接手这件案件`);
  } catch {
    // The next sign of life shows it.
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

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || !form.closest("#content")) return;
  if (form.enctype === "multipart/form-data") return; // files go with a load of the page
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  // Send the pressed button with the form, then disable it against a second press.
  send(form, event.submitter).catch(() => {
    buttons.forEach((button) => { button.disabled = false; });
    alert("没有连上服务器，操作没有完成，请重试。");
  });
  buttons.forEach((button) => { button.disabled = true; });
});

for (const touch of ["keydown", "pointerdown", "scroll"]) {
  addEventListener(touch, () => { lastTouch = Date.now(); }, { passive: true });
}
document.addEventListener("content-changed", fetchAhead);
addEventListener("popstate", () => location.reload());
setInterval(keep, ALIVE);
fetchAhead();
