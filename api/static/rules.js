// A rule's form: checked while it is typed, its examples run; and where a term stands in the stored pages.
"use strict";

(() => {
  const PAUSE = 900;
  let waiting = 0;
  let asked = 0;

  async function post(address, form, more = {}) {
    const body = new URLSearchParams(new FormData(form));
    Object.entries(more).forEach(([name, value]) => body.set(name, value));
    const answer = await fetch(address, { method: "POST", body });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return answer.json();
  }

  async function check(form) {
    const number = ++asked;
    const state = document.getElementById("rule-state");
    state.textContent = "正在检查…";
    try {
      const { faults, examples } = await post(form.dataset.ruleCheck, form);
      if (number === asked) tell(form, state, faults, examples);
    } catch {
      if (number === asked) state.textContent = "没有连上服务器，未能检查。";
    }
  }

  function tell(form, state, faults, examples) {
    form.querySelectorAll("[data-fault]").forEach((line) => {
      const words = faults[line.dataset.fault] ?? [];
      line.textContent = words.join("；");
      line.hidden = !words.length;
      form.querySelectorAll(`[name="${line.dataset.fault}"]`).forEach((field) => {
        field.toggleAttribute("aria-invalid", false);
        if (words.length) field.setAttribute("aria-invalid", "true");
      });
    });
    const elsewhere = [...(faults[""] ?? []), ...unshown(form, faults)];
    const count = Object.values(faults).flat().length;
    if (count) state.textContent = `有误 ${count} 处`;
    else state.textContent = examples.length ? `例句没有通过 ${examples.length} 条` : "没有发现问题，例句全部通过";
    const items = [...elsewhere, ...examples.map((one) => `${one.text}：${one.reason}`)];
    document.getElementById("rule-faults").replaceChildren(...items.map((words) => element("li", words)));
  }

  function unshown(form, faults) {
    const names = Object.keys(faults).filter((name) => name && !form.querySelector(`[data-fault="${name}"]`));
    return names.flatMap((name) => faults[name].map((words) => `${name}：${words}`));
  }

  function element(name, words, ...inner) {
    const made = document.createElement(name);
    if (words) made.textContent = words;
    made.append(...inner);
    return made;
  }

  function typedTerm(field) {
    if (field.tagName !== "TEXTAREA") return field.value;
    const start = field.value.lastIndexOf("\n", field.selectionStart - 1) + 1;
    return field.value.slice(start).split("\n")[0];
  }

  async function showHits(button) {
    const form = button.form;
    const term = typedTerm(form.elements[button.dataset.termField]).trim();
    const panel = document.getElementById("term-hits");
    const head = panel.querySelector("h2");
    panel.replaceChildren(head, element("p", "正在已存页面里找…"));
    button.disabled = true;
    try {
      const found = await post(button.dataset.termHits, form, { term });
      panel.replaceChildren(head, ...described(term, found));
    } catch {
      panel.replaceChildren(head, element("p", "没有连上服务器，未能查找。"));
    }
    button.disabled = false;
  }

  function described(term, found) {
    if (found.fault) return [element("p", found.fault)];
    const part = found.looked_at < found.stored ? `最新的 ${found.looked_at} 个页面（共 ${found.stored} 个）` : `全部 ${found.stored} 个已存页面`;
    const said = element("p", "", element("code", term), `：在${part}中，${found.pages} 个页面有 ${found.hits} 处`);
    const pages = found.shown.map((page) => {
      const places = page.places.map(([before, words, after]) => element("p", "", before, element("mark", words), after));
      return element("li", "", element("b", page.title), `　${page.institution}`, ...places);
    });
    return [said, element("p", "命中的字不等于违规：语境、页面类别等会排除一部分，试运行才算数。"), element("ol", "", ...pages)];
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("[data-rule-check]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => check(form), PAUSE);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-term-hits]");
    if (button) showHits(button);
  });
})();
