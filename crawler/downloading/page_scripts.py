"""Scripts that we run on a page in the browser before it is read: they show what a visitor can reveal, and
mark what nobody sees."""

from crawler.pages.visibility import MARK

# Scrolls through a long page, and clicks what shows more of it in place (加载更多, 展开全文) or lets a visitor in
# (我已满18岁): a few times, and nothing that leads elsewhere. Says whether it did anything.
REVEAL = """async () => {
    const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
    const shows = new RegExp("^(点击|点此)?(展开|查看|阅读|显示|加载)(全文|全部|更多|剩余.{0,6}|详情)?$"
        + "|^(更多|下拉)?加载更多$|^我?已(年)?满(18|十八)(周)?岁.{0,6}$|^(同意并|确认)?(进入|继续)(网站|浏览|访问)?$");
    const words = (element) => (element.innerText || element.value || "").replace(/\\s+/g, "");
    const leads = (element) => {
        const link = element.closest("a[href]");
        return link && !/^(#|javascript:|$)/i.test(link.getAttribute("href").trim());
    };
    let did = false;
    for (let screen = 0; screen < 12; screen++) {
        const before = scrollY;
        scrollBy(0, innerHeight);
        if (scrollY === before) break;
        did = true;
        await rest(40);
    }
    scrollTo(0, 0);
    const clicked = new Set();
    for (let turn = 0; turn < 4; turn++) {
        const clickable = "a, button, [role=button], [onclick], input[type=button], span, div, p";
        const choices = [...document.querySelectorAll(clickable)];
        const next = choices.slice(0, 6000).find((element) => !clicked.has(element) && element.children.length < 3
            && element.getClientRects().length && shows.test(words(element)) && !leads(element));
        if (!next) break;
        if (turn && clicked.size > 8) break;
        clicked.add(next);
        did = true;
        next.click();
        await rest(250);
    }
    return did;
}"""


# Marks elements with text of their own that are not seen: no box, no size, transparent, off the page, or in the
# colour of the ground they stand on. Where elements have no box, the outermost is marked, since a click may
# show it; the content of a strip clipped at its edges can be slid into view.
MARK_UNSEEN = f"""() => {{
    const clear = (colour) => /^rgba\\(.*, 0\\)$|^transparent$/.test(colour);
    const ground = (element) => {{
        for (let at = element; at; at = at.parentElement) {{
            const style = getComputedStyle(at);
            if (style.backgroundImage !== "none") return "";
            if (!clear(style.backgroundColor)) return style.backgroundColor;
        }}
        return "rgb(255, 255, 255)";
    }};
    const folded = (element) => {{
        let outermost = null;
        for (let at = element; at && at !== document.body; at = at.parentElement) {{
            const style = getComputedStyle(at);
            if (style.display === "none" || +style.opacity < 0.02) outermost = at;
            else if (style.visibility !== "visible" && !outermost) outermost = at;
            else if (style.overflowX !== "visible" && style.display !== "inline" && !outermost) {{
                const box = at.getBoundingClientRect();
                if (box.width < 1 || box.height < 1) outermost = at;
            }}
        }}
        return outermost;
    }};
    const slides = (element) => {{
        for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {{
            const box = at.getBoundingClientRect();
            if (getComputedStyle(at).overflowX !== "visible" && box.width > 50 && box.right > 0
                && box.left < innerWidth) return true;
        }}
        return false;
    }};
    const opens = (element) => element.closest("details:not([open])")?.querySelector("summary")?.getClientRects().length
        || (element.closest("details:not([open])") && !element.closest("details").querySelector("summary"));
    const cut = (element) => {{
        for (let at = element; at && at !== document.body; at = at.parentElement) {{
            const style = getComputedStyle(at);
            if (/^(inset\\(\\s*([5-9]\\d|100)(\\.\\d+)?%|(circle|ellipse)\\(0)/.test(style.clipPath)) return true;
            if (style.contentVisibility === "hidden") return true;
            if (style.position === "absolute" && /^rect\\(0(px)?,? 0(px)?,? 0(px)?,? 0/.test(style.clip)) return true;
        }}
        return false;
    }};
    let count = 0;
    for (const element of document.body ? document.body.querySelectorAll("*") : []) {{
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (own && ++count > 20000) break;
        if (!own || opens(element) || element.closest("noscript")) continue;
        const outermost = folded(element);
        if (outermost) {{
            outermost.setAttribute("{MARK}", "folded");
            continue;
        }}
        const style = getComputedStyle(element), box = element.getBoundingClientRect();
        const off = box.right + scrollX <= 0 || box.bottom + scrollY <= 0 || box.left > innerWidth + 2000;
        if (parseFloat(style.fontSize) < 2 || box.width < 1 || box.height < 1 || (off && !slides(element))
            || clear(style.webkitTextFillColor || style.color) || style.color === ground(element) || cut(element))
            element.setAttribute("{MARK}", "");
    }}
}}"""
