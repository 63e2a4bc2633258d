"""Changes to a page that only a browser undoes: style sheets hide words between the words, put words there, or put them in
another order. Each takes a page and gives another that looks alike to a visitor."""

import re
from collections.abc import Callable, Iterator
from random import Random

from tests.evasions.transformations import _between, _body, _texts

Arranged = Callable[[str], str]
_OFF = "position:absolute;"


def styled(page: str, css: str) -> str:
    return page.replace("<head>", f"<head><style>{css}</style>")


# Words that nobody sees, between the words.
UNSEEN_STYLES = {
    "clipped": "position:absolute;clip-path:inset(50%)",
    "transparent in per cent": "position:absolute;opacity:0%",
    "almost transparent": "position:absolute;opacity:.001",
    "scaled to nothing": "position:absolute;transform:scaleX(0)",
    "moved away": "position:absolute;transform:translateX(-9999px)",
    "screens to the left": "position:absolute;left:-200vw",
    "white on the page's white": "position:absolute;color:#fff",
    "too small": "font-size:0.01px",
    "of no size by the short form": "font:0/0 a",
    "without room": "display:inline-block;inline-size:0;overflow:hidden",
    "of a colour with slash": "position:absolute;color:rgb(0 0 0 / 0)",
    "filled with nothing": "position:absolute;-webkit-text-fill-color:transparent",
    "by an escape": r"d\69splay:none",
    "by a comment": "display/**/:none",
}
UNSEEN_ELEMENTS = {
    "attribute": ("[x]{display:none}", "<i x>的</i>"),
    "tag": ("i{display:none}", "<i>的</i>"),
    "neighbour": ("b+i{display:none}", "<b></b><i>的</i>"),
    "two classes": (".q.r{display:none}", '<i class="q r">的</i>'),
    "tag and class": ("i.q{display:none}", '<i class="q">的</i>'),
    "list of selectors": (":is(.q){display:none}", '<i class="q">的</i>'),
    "class in Chinese": (".隐{display:none}", '<i class="隐">的</i>'),
    "popover": ("", "<span popover>的</span>"),
    "dialog": ("", "<dialog>的</dialog>"),
    "closed part without a handle": (
        "",
        '<details style="display:inline"><summary style="display:none"></summary>的</details>',
    ),
    "definitions of a drawing": (
        "",
        '<svg width=0 height=0 style="position:absolute"><defs><text>的</text></defs></svg>',
    ),
}


def _content(page: str, rule: Callable[[int, str], str], element: Callable[[int, str], str]) -> str:
    """Each text put there by a rule of its own."""
    rules: list[str] = []

    def put(text: str) -> str:
        rules.append(rule(len(rules), text))
        return element(len(rules) - 1, text)

    changed = _texts(page, put)
    return styled(changed, "".join(rules))


def _shuffled(text: str) -> Iterator[tuple[int, str]]:
    letters = list(enumerate(text))
    Random(1).shuffle(letters)
    yield from letters


def _in_pairs(text: str, tag: str, style: str = "") -> str:
    pairs = (text[at : at + 2] for at in range(0, len(text), 2))
    return "".join(f'<{tag} style="{style}">{pair}</{tag}>' for pair in pairs)


def _spans(text: str) -> str:
    return "".join(f"<span>{letter}</span>" for letter in text)


ARRANGED: dict[str, Arranged] = {
    "in an attribute that any element shows": lambda page: _texts(
        styled(page, "[data-w]::after{content:attr(data-w)}"), lambda text: f'<span data-w="{text}"></span>'
    ),
    "in a string and an attribute": lambda page: _content(
        page,
        lambda number, text: f'.k{number}:before{{content:"{text[0]}" attr(data-w)}}',
        lambda number, text: f'<span class="k{number}" data-w="{text[1:]}"></span>',
    ),
    "in a variable": lambda page: _content(
        page,
        lambda number, text: f'.k{number}:before{{--w:"{text}";content:var(--w)}}',
        lambda number, text: f'<span class="k{number}"></span>',
    ),
    "in place of other words": lambda page: _content(
        page,
        lambda number, text: f'.k{number}{{font-size:0}}.k{number}:before{{font-size:16px;content:"{text}"}}',
        lambda number, text: f'<span class="k{number}">门诊时间</span>',
    ),
    "as the mark of an entry": lambda page: _texts(
        page, lambda text: f"<ul><li style='list-style:inside \"{text}\"'></li></ul>"
    ),
    "as a style of counting": lambda page: _content(
        page,
        lambda number, text: (
            f'@counter-style c{number}{{system:cyclic;symbols:"{text}";suffix:""}}'
            f".k{number}{{list-style:c{number} inside}}"
        ),
        lambda number, text: f'<ul><li class="k{number}"></li></ul>',
    ),
    "a row reversed": lambda page: _texts(
        page,
        lambda text: (
            '<div style="display:flex;flex-direction:row-reverse;justify-content:flex-end">'
            f"{_spans(text[::-1])}</div>"
        ),
    ),
    "a row in an order of its own": lambda page: _texts(
        page,
        lambda text: (
            '<div style="display:flex">'
            + "".join(f'<span style="order:{at}">{letter}</span>' for at, letter in _shuffled(text))
            + "</div>"
        ),
    ),
    "letters that float to the right": lambda page: _texts(
        styled(page, ".r span{float:right}"),
        lambda text: f'<div class=r style="display:inline-block">{_spans(text[::-1])}</div>',
    ),
    "letters put at places": lambda page: _texts(
        page,
        lambda text: (
            '<div style="position:relative;height:20px">'
            + "".join(f'<b style="{_OFF}left:{at * 16}px">{letter}</b>' for at, letter in _shuffled(text))
            + "</div>"
        ),
    ),
    "backwards by a class": lambda page: _texts(
        styled(page, ".r{direction:rtl;unicode-bidi:bidi-override}"),
        lambda text: f'<span class="r">{text[::-1]}</span>',
    ),
    "two letters in each cell": lambda page: _texts(
        page, lambda text: f"<table><tr>{_in_pairs(text, 'td')}</tr></table>"
    ),
    "two letters in each block of a row": lambda page: _texts(
        page, lambda text: f'<div style="display:flex">{_in_pairs(text, "div")}</div>'
    ),
    "two letters on each line": lambda page: _texts(page, lambda text: _in_pairs(text, "p")),
    "down the columns of a table": lambda page: _texts(
        page,
        lambda text: (
            "<table>"
            + "".join(
                f"<tr>{''.join(f'<td>{letter}</td>' for letter in text[row::3])}</tr>" for row in range(3)
            )
            + "</table>"
        ),
    ),
    "in a style sheet that is shown": lambda page: _body(
        page, lambda body: f'<style style="display:block">{re.sub("<[^>]*>", " ", body)}</style>'
    ),
    "in a frame that script fills": lambda page: _texts(
        page, lambda text: f"<iframe src=\"javascript:'{text}'\"></iframe>"
    ),
    "in a shadow tree that script makes": lambda page: _body(
        page,
        lambda body: f"<div id=h></div><script>h.attachShadow({{mode:'open'}}).innerHTML={body!r}</script>",
    ),
    "in a handler without a script": lambda page: _body(
        page, lambda body: f'<img src="x:" onerror="document.body.innerHTML=unescape(\'{_escaped(body)}\')">'
    ),
    **{
        f"words unseen: {name}": lambda page, style=style: _between(page, f'<span style="{style}">的</span>')
        for name, style in UNSEEN_STYLES.items()
    },
    **{
        f"words unseen: {name}": lambda page, made=made: _between(styled(page, made[0]), made[1])
        for name, made in UNSEEN_ELEMENTS.items()
    },
}


def _escaped(text: str) -> str:
    return "".join(f"%u{ord(letter):04x}" for letter in text)
