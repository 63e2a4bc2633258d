// A decision without a page reload or a wait: the next case is shown at once, while the server responds. A decision that
// the server refuses comes back, with all that was typed.
"use strict";

const DOUBLE_PRESS = 500; // the same key, or the mouse, a second time: not meant for the next case
const STAYS = new Set(["claim", "comment", "undo", "split", "take_over"]); // after these the page stays with the case
let sending = null; // until the server has responded to a decision: whether it was carried out
let shownAt = 0;
let act = { by: "", at: 0 }; // the last key, or the mouse
let lastDecision = { by: "", at: -DOUBLE_PRESS };

const isBegun = () => act.at > shownAt;
const parsed = (html) => new DOMParser().parseFromString(html, "text/html");
const isOwn = (form) => form.getAttribute("action") === `/cases/${headOf()?.dataset.case}`;
const isDecision = (form, button) => isOwn(form) && button && !STAYS.has(button.value);

async function send(form, button) {
  const fields = new URLSearchParams(new FormData(form, button));
  if (!isDecision(form, button)) {
    await sendAndFollow(form, fields, STAYS.has(button?.value) ? null : headOf()?.dataset.case);
    return;
  }
  await coming;
  if (!form.isConnected) return; // another case came back meanwhile; this one waits
  const isSure = ahead && Date.now() < ahead.until && !fields.has("alike"); // the next case may be one of the group
  if (isSure) decideAndGoOn(form, fields);
  else await sendAndFollow(form, fields, ahead?.id);
}

function post(form, fields, next) {
  const headers = { ...BY_SCRIPT, ...(next ? { "X-Ahead": next } : {}) };
  return fetch(form.getAttribute("action"), { method: "POST", body: fields, headers, keepalive: true });
}

// Send, and show the response: about `next`, the case to go on with, or another page.
async function sendAndFollow(form, fields, next) {
  const answer = await post(form, fields, next);
  if (answer.status === 401) {
    askToSignIn(form);
    return;
  }
  if (answer.ok) drafts.sent(form);
  const isNext = next && answer.headers.get("X-Next") === `/cases/${next}`;
  if (isNext && ahead?.id === next) goAhead(doneIn(await answer.text()));
  else if (isNext) showDone(doneIn(await answer.text()), form);
  else if (answer.headers.has("X-Location")) await follow(answer.headers.get("X-Location"));
  else show(await answer.text(), location.href);
}

function decideAndGoOn(form, fields) {
  const before = leave();
  const next = ahead.id;
  const bar = document.createElement("p");
  bar.className = "done";
  bar.setAttribute("role", "status");
  bar.textContent = `案件 ${before.id}：正在提交…`;
  sending = settle(post(form, fields, next), form, before, next, bar).finally(() => { sending = null; });
  goAhead(fields.get("action") === "skip" ? null : bar); // a skipped case is not decided, and has no undo
}

// Resolves to whether the decision was carried out, when what follows from the response is shown.
async function settle(answering, form, before, next, bar) {
  let answer = null;
  let html = "";
  try {
    answer = await answering;
    html = await answer.text();
  } catch {
    comeBack(before, refusal("没有连上服务器，请重试。"));
    return false;
  }
  if (answer.ok) {
    drafts.sent(form);
    await goOnFrom(answer, html, before, next, bar);
    return true;
  }
  const page = parsed(html);
  if (answer.status === 401) {
    drafts.keepAll();
    comeBack(before, endedNotice(before.url));
  } else if (page.querySelector("[data-refused]")) {
    comeBack({ ...before, title: page.title, content: page.getElementById("content") });
  } else comeBack(before, refusal(page.querySelector("[data-error]")?.dataset.detail ?? "服务器没有响应，请重试。"));
  return false;
}

// The server has made sure of the next case, or names another, where somebody took it meanwhile.
async function goOnFrom(answer, html, before, next, bar) {
  const isNext = answer.headers.get("X-Next") === `/cases/${next}`;
  if (isNext) showDone(doneIn(html), bar);
  else bar.textContent = `案件 ${before.id}：已提交。`;
  const head = headOf();
  if (head?.dataset.case !== next) return;
  if (isNext && answer.headers.get("X-Next-Version") === head.dataset.version) return;
  if (isBegun()) warn(isNext ? "案件已有变化" : "案件已由他人接手或办理");
  else await follow(isNext ? location.href : answer.headers.get("X-Location"));
}

// Show the case of a refused decision again. A reviewer who has begun with the next one is not interrupted: a line
// that stays says so, and leads back.
function comeBack(before, notice) {
  before.content.querySelectorAll("button").forEach((button) => { button.disabled = false; });
  if (notice) {
    before.content.querySelector("[data-refused]")?.remove();
    before.content.prepend(notice);
  }
  if (isBegun()) document.getElementById("content").before(wayBack(before));
  else goBack(before);
}

function goBack(before) {
  if (headOf()) ahead = leave();
  put(before.title, before.content, before.url);
}

function wayBack(before) {
  const line = refusal(`案件 ${before.id} `);
  delete line.dataset.refused;
  line.classList.add("returned");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.key = "b";
  button.dataset.keyTitle = "返回操作未完成的案件";
  const badge = document.createElement("kbd");
  badge.textContent = "b";
  button.append("查看 ", badge);
  button.addEventListener("click", () => {
    line.remove();
    goBack(before);
  });
  line.append(button);
  return line;
}

function refusal(...words) {
  const notice = document.createElement("p");
  notice.className = "card warning";
  notice.setAttribute("role", "alert");
  notice.tabIndex = -1;
  notice.dataset.refused = "";
  notice.append("操作未完成：", ...words);
  return notice;
}

// No input is lost when the sign-in has ended: drafts are kept, and the page returns after the sign-in.
function endedNotice(url) {
  const { pathname, search } = new URL(url);
  const link = document.createElement("a");
  link.href = `/signin?next=${encodeURIComponent(pathname + search)}`;
  link.textContent = "重新登录";
  const notice = refusal("登录已过期。您填写的内容已保存在本机，", link, "后继续。");
  notice.dataset.ended = "";
  return notice;
}

function askToSignIn(form) {
  drafts.keepAll();
  document.querySelector("[data-ended]")?.remove();
  const notice = endedNotice(location.href);
  document.getElementById("content").prepend(notice);
  notice.focus();
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
}

function doneIn(html) {
  return parsed(html).querySelector(".done");
}

// The decision made just before, and its undo, in the place of `old`.
function showDone(bar, old) {
  if (!old.isConnected) return;
  if (bar) old.replaceWith(document.adoptNode(bar));
  else old.remove();
  announceShown();
}

function goAhead(bar) {
  const { title, content, url } = ahead;
  ahead = null;
  content.querySelectorAll(".done[role=status]").forEach((old) => old.remove());
  if (bar) content.prepend(bar);
  put(title, content, url);
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
  const next = parsed(html);
  const content = next.getElementById("content");
  if (!content) throw new Error("this is no page of ours"); // a proxy's error page, for example
  ahead = null;
  put(next.title, content, url);
}

function put(title, content, url) {
  document.title = title;
  document.getElementById("content").replaceWith(document.adoptNode(content));
  if (url !== location.href) history.pushState(null, "", url);
  shownAt = performance.now();
  scrollTo(0, 0);
  const refused = document.querySelector("[data-refused]");
  const heading = document.querySelector("#content h1");
  heading.tabIndex = -1;
  (refused ?? heading).focus({ preventScroll: true });
  announceShown();
  document.dispatchEvent(new Event("content-changed"));
}

function announceShown() {
  const done = document.querySelector(".done[role=status] span")?.textContent ?? "";
  announce(`${done}${document.querySelector("#content h1").textContent}`);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || !form.closest("#content")) return;
  if (form.enctype === "multipart/form-data") return; // files go with a load of the page
  event.preventDefault();
  const button = event.submitter;
  if (isDecision(form, button)) {
    if (act.by === lastDecision.by && act.at - lastDecision.at < DOUBLE_PRESS) return;
    lastDecision = act;
  }
  const buttons = form.querySelectorAll("button");
  // Send the pressed button with the form, then disable it against a second press.
  send(form, button).catch(() => {
    buttons.forEach((one) => { one.disabled = false; });
    alert("没有连上服务器，操作没有完成，请重试。");
  });
  buttons.forEach((one) => { one.disabled = true; });
});

// Nobody leaves while a decision is on its way, or before they have seen that one was refused.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!sending || !link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (await sending) goTo(link.href);
});
addEventListener("beforeunload", (event) => {
  if (sending || document.querySelector(".returned")) event.preventDefault();
});

for (const kind of ["keydown", "pointerdown"]) {
  addEventListener(kind, (event) => {
    if (!event.repeat) act = { by: event.key ?? "", at: performance.now() };
  }, { capture: true, passive: true });
}
addEventListener("popstate", () => location.reload());
document.addEventListener("content-changed", () => { coming = (sending ?? Promise.resolve()).then(fetchAhead); });
coming = fetchAhead();
