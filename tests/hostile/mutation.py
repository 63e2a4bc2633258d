"""Breaks pages at the structures where their readers fail, by small steps of many kinds.

All choices come from a seed, so that a harmful page can be made again: `mutated(page, seed)`.
"""

import random
import re
from collections.abc import Callable

_DIGITS = "9" * 5_000
_NUMBERS = (
    _DIGITS,
    "-1",
    "0",
    "00000000180",
    "1e999",
    "NaN",
    "٣٣٣",
    "²",
    "180.5",
    "18446744073709551616",
    "-" + _DIGITS,
)
_ADDRESSES = (
    *(
        "http://[",
        "http://[::1",
        "http://]/",
        "http://a:port/",
        "http://a:99999999/",
        "http://a:/",
        "//",
        "///",
    ),
    *(
        "http://\u2100.example/",
        "http://" + "a" * 300 + ".example/",
        "http://%zz/",
        "http:///x",
        "\x00",
        "http://a b/",
    ),
    *(
        "http://\ud800.example/",
        "javascript:void(0)",
        "data:text/html,<b>",
        "http://xn--a/",
        "http://①②③.example",
    ),
    *(
        "?" + "a=1&" * 3_000,
        "/" + "../" * 2_000,
        "http://user:pa@ss@host/",
        "http://1.2.3.4.5.6/",
        "http://０１０.1/",
    ),
    *(
        "//[fe80::1%25eth0]/",
        "http://[v1.x]/",
        "http://.../",
        "http://-a-/",
        "HTTP://A",
        "#" * 3_000,
        "mailto:x",
    ),
)
_STYLES = (
    *(
        f"color:rgb({_DIGITS},0,0);background:rgb({_DIGITS},0,0)",
        f"color:rgba(1,1,1,{_DIGITS})",
        "color:" + "(" * 3_000,
    ),
    *(
        "font-size:0",
        "text-indent:-" + _DIGITS,
        "opacity:0." + "0" * 5_000,
        "clip:rect(0",
        "color:#" + "f" * 5_000,
    ),
    *(
        ";" * 10_000,
        "display : " + " " * 10_000 + "none",
        "background:url(http://[)",
        "transform:scale( 0 )",
        "{}}}{{{",
    ),
)
_TEXTS = (
    *(
        "\x00",
        "\x0b\x1f",
        "\ud800",
        "\ufffe",
        "\u202e倒写",
        "\u200b" * 2_000,
        "&#" + _DIGITS + ";",
        "&#x110000;",
        "&#xd800;",
    ),
    *(
        "&" * 3_000,
        "<" + "a" * 20_000,
        "<" * 5_000,
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        "<!DOCTYPE",
        "</",
        "<a " * 2_000,
    ),
    *(
        "İſ㍐",
        "e" + "\u0301" * 3_000,
        "第" + _DIGITS + "号",
        "百分之" + "九" * 3_000,
        "（" * 3_000,
        "电话" + "1" * 5_000,
        "👨‍👩‍👧" * 500,
    ),
    *(
        "(云)医广[" + _DIGITS + "]第" + _DIGITS + "号",
        "2026年" + _DIGITS + "月",
        "1-" * 3_000,
        "\r\n" * 3_000,
        "\u2028\u2029",
    ),
)
_TAGS = (
    *(
        "script",
        "style",
        "template",
        "noscript",
        "svg",
        "math",
        "iframe",
        "object",
        "title",
        "body",
        "html",
        "head",
    ),
    *(
        "table",
        "select",
        "frameset",
        "plaintext",
        "textarea",
        "p",
        "a",
        "img",
        "base",
        "form",
        "x" * 3_000,
        "a:b:c",
        "\u00e9",
    ),
)
_ATTRIBUTE = re.compile(r"(?<![\w-])([\w-]{1,20})=\"([^\"]*)\"")
_ANY_TAG = re.compile(r"<[^<>]+>")
Step = Callable[[str, random.Random], str]


def mutated(page: str, seed: int) -> bytes:
    """`page` after one to six steps drawn by `seed`, as bytes."""
    draw = random.Random(seed)
    for _ in range(draw.randint(1, 6)):
        page = draw.choice(_STEPS)(page, draw)
    return _encoded(page, draw)


def _attribute(page: str, draw: random.Random) -> str:
    """Another value in an attribute: what its name leads readers to expect, or anything."""
    found = list(_ATTRIBUTE.finditer(page))
    if not found:
        return _text(page, draw)
    chosen = draw.choice(found)
    name = chosen[1]
    if name in {"width", "height", "rowspan", "data-w"}:
        kinds = _NUMBERS
    elif name in {"href", "src", "data-src", "action", "data-url"}:
        kinds = _ADDRESSES
    else:
        kinds = _STYLES if name == "style" else draw.choice((_NUMBERS, _ADDRESSES, _STYLES, _TEXTS))
    quote = draw.choice(('"', "'", ""))
    return f"{page[: chosen.start()]}{name}={quote}{draw.choice(kinds)}{quote}{page[chosen.end() :]}"


def _new_attribute(page: str, draw: random.Random) -> str:
    name, kinds = draw.choice(
        (("style", _STYLES), ("width", _NUMBERS), ("href", _ADDRESSES), ("id", _TEXTS), ("src", _ADDRESSES))
    )
    found = list(_ANY_TAG.finditer(page))
    if not found:
        return page
    at = draw.choice(found).end() - 1
    return f'{page[:at]} {name}="{draw.choice(kinds)}"{page[at:]}'


def _text(page: str, draw: random.Random) -> str:
    at = draw.randrange(len(page) + 1)
    return page[:at] + draw.choice((*_TEXTS, *_NUMBERS, *_ADDRESSES)) + page[at:]


def _tag(page: str, draw: random.Random) -> str:
    at, tag = draw.randrange(len(page) + 1), draw.choice(_TAGS)
    opened, closed = draw.choice(
        ((f"<{tag}>", f"</{tag}>"), (f"<{tag}>", ""), ("", f"</{tag}>"), (f"<{tag}/>", ""))
    )
    end = draw.randrange(at, len(page) + 1)
    return page[:at] + opened + page[at:end] + closed + page[end:]


def _nested(page: str, draw: random.Random) -> str:
    at, tag, depth = (
        draw.randrange(len(page) + 1),
        draw.choice(_TAGS[:-3]),
        draw.choice((50, 600, 3_000, 25_000)),
    )
    return page[:at] + f"<{tag}>" * depth + page[at:]


def _removed(page: str, draw: random.Random) -> str:
    found = list(_ANY_TAG.finditer(page))
    if not found:
        return page
    chosen = draw.choice(found)
    return page[: chosen.start()] + page[chosen.end() :]


def _cut(page: str, draw: random.Random) -> str:
    return page[: draw.randrange(len(page) + 1)]


def _repeated(page: str, draw: random.Random) -> str:
    start = draw.randrange(len(page) + 1)
    end = min(len(page), start + draw.randint(1, 400))
    return page[:end] + page[start:end] * draw.choice((2, 30, 300)) + page[end:]


def _swapped(page: str, draw: random.Random) -> str:
    first, second, third = sorted(draw.randrange(len(page) + 1) for _ in range(3))
    return page[:first] + page[second:third] + page[first:second] + page[third:]


_STEPS: tuple[Step, ...] = (
    *(_attribute, _attribute, _attribute, _new_attribute, _new_attribute, _text, _text),
    *(_tag, _nested, _removed, _cut, _repeated, _swapped),
)


def _encoded(page: str, draw: random.Random) -> bytes:
    encoding = draw.choice(("utf-8", "utf-8", "utf-8", "gb18030", "utf-16", "big5", "utf-7"))
    body = page.encode(encoding, "surrogatepass" if encoding.startswith("utf-8") else "replace")
    if draw.random() < 0.2 and body:  # a byte that is cut, changed or added
        at = draw.randrange(len(body))
        body = body[:at] + draw.choice((b"", b"\xff", b"\x00", b"\xe4", b"\x81")) + body[at + 1 :]
    return body
