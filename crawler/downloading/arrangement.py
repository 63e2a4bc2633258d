"""A script that we run on a page in the browser: it writes words down in the order in which a visitor reads them, where that
is not the order of the source. It runs after the script that marks what nobody sees."""

from crawler.pages.visibility import AFTER, BEFORE, LINES, MARK

# A piece is a text of up to three characters, or one character of a text written backwards. An element with six pieces in
# it, some of which touch on one line, gets its words as lines: from top to bottom, and from left to right. A grid of
# single characters may be read down its columns too, from either side.
ARRANGE = f"""() => {{
    const chinese = /[\\u3400-\\u9fff]/, short = 3, fewest = 6;
    const all = document.body ? [...document.querySelectorAll("body, body *, title")].slice(0, 20000) : [];
    const symbols = {{}};
    for (const sheet of document.styleSheets) {{
        let rules = [];
        try {{ rules = sheet.cssRules; }} catch {{ continue; }}
        for (const rule of rules) if (rule.symbols) symbols[rule.name] = rule.symbols;
    }}
    const strings = (css) => [...(css || "").matchAll(/"((?:[^"\\\\]|\\\\.)*)"/g)].map((found) => found[1]).join("");
    const isClear = (colour) => /^rgba\\(.*, 0\\)$|^transparent$/.test(colour);
    for (const element of all) {{
        for (const [side, name] of [["::before", "{BEFORE}"], ["::after", "{AFTER}"]]) {{
            const style = getComputedStyle(element, side);
            if (style.content === "none" || style.content === "normal" || style.display === "none") continue;
            if (parseFloat(style.fontSize) < 2 || isClear(style.color) || style.visibility !== "visible") continue;
            const words = strings(style.content);
            if (chinese.test(words)) element.setAttribute(name, words.slice(0, 2000));
        }}
        const style = getComputedStyle(element);
        if (element.shadowRoot) {{
            const words = [...element.shadowRoot.children].map((child) => child.innerText || "").join("\\n");
            if (chinese.test(words)) element.setAttribute("{BEFORE}", words.slice(0, 20000));
        }}
        if (element.tagName === "IFRAME" && !element.srcdoc) {{
            let words = "";
            try {{ words = element.contentDocument?.body?.innerText || ""; }} catch {{ words = ""; }}
            if (chinese.test(words)) element.setAttribute("{LINES}", words.slice(0, 20000));
        }}
        if (/^(STYLE|SCRIPT|TITLE)$/.test(element.tagName) && element.getClientRects().length)
            element.setAttribute("{LINES}", element.textContent.slice(0, 20000));
        if (style.display !== "list-item") continue;
        const words = strings(style.listStyleType) || strings(symbols[style.listStyleType]);
        if (chinese.test(words)) element.setAttribute("{BEFORE}", words.slice(0, 2000));
    }}
    const pieces = [], texts = [];
    const walker = document.createTreeWalker(document.body || document, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node && texts.length < 20000; node = walker.nextNode()) {{
        const words = node.data.trim(), parent = node.parentElement;
        if (!words || !parent || parent.closest("[{MARK}], script, style, noscript")) continue;
        const style = getComputedStyle(parent), size = parseFloat(style.fontSize) || 16;
        const isBackwards = style.direction === "rtl" && style.unicodeBidi.includes("override");
        const one = (from, to, text) => {{
            range.setStart(node, from);
            range.setEnd(node, to);
            const box = range.getClientRects()[0];
            if (!box || !box.width || !box.height) return;
            const seen = {{ node, text, size, left: box.left, right: box.right, top: box.top, bottom: box.bottom }};
            texts.push(seen);
            if (text.length <= short) pieces.push(seen);
        }};
        if (isBackwards) [...node.data].forEach((letter, at) => letter.trim() && one(at, at + letter.length, letter));
        else {{
            const from = node.data.indexOf(words[0]);
            one(from, from + words.length, words.replace(/\\s+/g, " "));
        }}
    }}
    const count = new Map();
    for (const piece of pieces)
        for (let at = piece.node.parentElement; at; at = at.parentElement) count.set(at, (count.get(at) || 0) + 1);
    const homes = new Set();
    for (const piece of pieces) {{
        let at = piece.node.parentElement;
        while (at && count.get(at) < fewest) at = at.parentElement;
        if (at) homes.add(at);
    }}
    const outermost = [...homes].filter((home) => {{
        for (let at = home.parentElement; at; at = at.parentElement) if (homes.has(at)) return false;
        return home !== document.documentElement;
    }});
    const rows = (inside) => {{
        const lines = [];
        for (const one of [...inside].sort((a, b) => (a.top + a.bottom) - (b.top + b.bottom))) {{
            const middle = (one.top + one.bottom) / 2, line = lines[lines.length - 1];
            if (line && middle < line.bottom && middle > line.top) line.texts.push(one);
            else lines.push({{ top: one.top, bottom: one.bottom, texts: [one] }});
        }}
        for (const line of lines) line.texts.sort((a, b) => a.left - b.left);
        return lines;
    }};
    for (const home of outermost.slice(0, 500)) {{
        const inside = texts.filter((one) => home.contains(one.node));
        const lines = rows(inside);
        let touching = 0;
        const said = lines.map((line) => line.texts.map((one, at) => {{
            const before = line.texts[at - 1];
            if (!before) return one.text;
            const gap = (one.left - before.right) / one.size;
            const isPiece = one.text.length <= short && before.text.length <= short;
            touching += isPiece && gap < 0.6;
            return (gap < 0.6 ? "" : gap < 3 ? " " : "\\n") + one.text;
        }}).join(""));
        const joined = [];
        let run = [];
        const keep = () => {{
            if (run.length >= fewest) joined.push(run.join(""));
            else joined.push(...run);
            run = [];
        }};
        for (const words of said) {{
            if (words.length <= short) run.push(words);
            else {{ keep(); joined.push(words); }}
        }}
        keep();
        if (touching < fewest - 2 && joined.length === said.length) continue;
        const read = [joined.join("\\n")];
        const grids = [...homes, ...document.querySelectorAll("table")].filter((one) => home.contains(one));
        for (const grid of grids.slice(0, 200)) {{
            const cells = texts.filter((one) => grid.contains(one.node)), across = rows(cells);
            if (across.length < 3 || cells.some((one) => one.text.length > 1)
                || across.some((line) => Math.abs(line.texts.length - across[0].texts.length) > 1)) continue;
            const columns = across[0].texts.map((_, at) => across.map((line) => line.texts[at]?.text || "").join(""));
            read.push(columns.join(""), columns.reverse().join(""));
        }}
        home.setAttribute("{LINES}", read.join("\\n").slice(0, 50000));
    }}
}}"""
