// A decision without a page reload: the form is sent in the background, and the next page takes this one's place.
"use strict";

async function send(form, button) {
  const fields = new FormData(form, button);
  await show(await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(fields) }));
}

async function show(answer) {
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const content = next.getElementById("content");
  if (!content || (answer.ok && !/\/cases\/\d+$/.test(new URL(answer.url).pathname))) {
    location.assign(answer.url);
    return;
  }
  document.title = next.title;
  document.getElementById("content").replaceWith(document.adoptNode(content));
  history.pushState(null, "", answer.url);
  scrollTo(0, 0);
  document.dispatchEvent(new Event("content-changed"));
}

// Also the way to the next case needs no reload.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-key=w]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await show(await fetch(link.href));
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("method") !== "post" || !form.closest("#content")) return;
  event.preventDefault();
  const buttons = form.querySelectorAll("button");
  // What was pressed goes with the form; only then is it out of reach for a second press.
  send(form, event.submitter).catch(() => {
    buttons.forEach((button) => { button.disabled = false; });
    alert("没有连上服务器，操作没有完成，请重试。");
  });
  buttons.forEach((button) => { button.disabled = true; });
});

addEventListener("popstate", () => location.reload());
