// A refused form keeps its input, with each fault next to its field. Without script the response is a page.
"use strict";

const FAULT_LINE = "form-fault";
// The server names the page that follows in X-Location. A redirect would load that page twice: for the script, and
// for the person.
const BY_SCRIPT = { "X-Form": "script" };

function goTo(address) {
  const to = new URL(address, location.href);
  const isHere = to.pathname === location.pathname && to.search === location.search;
  location.assign(to);
  if (isHere && to.hash) location.reload(); // a fragment alone loads nothing
}

async function sendForm(form, button) {
  const answer = await fetch(button?.getAttribute("formaction") ?? form.getAttribute("action"), {
    method: "POST",
    headers: BY_SCRIPT,
    body: form.enctype === "multipart/form-data" ? new FormData(form, button)
      : new URLSearchParams(new FormData(form, button)),
  });
  if (answer.headers.has("X-Location")) {
    unsaved = null;
    goTo(answer.headers.get("X-Location"));
    return;
  }
  if (!answer.ok) sessionStorage.removeItem("qingyi-sent"); // nothing was sent: the input stays a draft
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const error = next.querySelector("[data-error]");
  if (error) {
    tellFaults(form, error);
    return;
  }
  // A separate page: the result of an import, a token that is shown once, a form with its faults.
  document.title = next.title;
  document.getElementById("content").replaceWith(document.adoptNode(next.getElementById("content")));
  scrollTo(0, 0);
  const heading = document.querySelector("#content h1");
  if (heading) heading.tabIndex = -1; // so that it can have the focus
  (document.querySelector("[aria-invalid=true], [data-refused]") ?? heading)?.focus();
  document.dispatchEvent(new Event("content-changed"));
}

function tellFaults(form, error) {
  form.querySelectorAll(`.${FAULT_LINE}`).forEach((line) => line.remove());
  const left = [];
  let first = null;
  for (const fault of error.querySelectorAll("[data-field]")) {
    const field = [...form.elements].find((one) => one.name === fault.dataset.field && one.type !== "hidden");
    if (!field) {
      left.push(fault.textContent);
      continue;
    }
    field.setAttribute("aria-invalid", "true");
    say(field, fault.dataset.words);
    first ??= field;
  }
  const words = error.dataset.detail;
  const named = left.length || first ? null : labelledField(form, words.split("：")[0]);
  if (named) {
    named.setAttribute("aria-invalid", "true");
    say(named, words.slice(words.indexOf("：") + 1));
    first = named;
  }
  if (left.length || !first) {
    const line = document.createElement("p");
    line.className = `${FAULT_LINE} card warning`;
    line.setAttribute("role", "alert");
    line.tabIndex = -1;
    line.textContent = left.length ? left.join("；") : words;
    form.prepend(line);
    first ??= line;
  }
  first.focus();
  form.querySelectorAll("button").forEach((button) => { button.disabled = false; });
}

// "收到日期：…": a message about one field begins with its label.
function labelledField(form, name) {
  const labels = [...form.querySelectorAll("label")];
  const label = labels.find((one) => one.firstChild?.textContent.trim().split("（")[0] === name);
  return label?.querySelector("input, select, textarea");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter?.hasAttribute("data-download")) return; // the browser keeps the file
  if (event.defaultPrevented || form.method !== "post" || form.closest(".signin, .top") || !form.closest("#content")) return;
  event.preventDefault();
  const button = event.submitter;
  sendForm(form, button).catch(() => {
    tellFaults(form, offline());
  });
});

// Whoever leaves a form of many fields that they have changed is asked by the browser first.
let unsaved = null;
document.addEventListener("input", (event) => { unsaved = event.target.closest("form[data-unsaved]") ?? unsaved; });
addEventListener("beforeunload", (event) => { if (unsaved?.isConnected) event.preventDefault(); });

function offline() {
  const error = document.createElement("p");
  error.dataset.detail = "没有连上服务器，操作没有完成，请重试。";
  return error;
}
