"""The pictures of a page that may be large enough to be read: of elements, backgrounds and drawings, early and late."""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from urllib.parse import unquote_to_bytes

from selectolax.lexbor import LexborHTMLParser

from crawler.pages.inner import from_base64
from crawler.pages.links import base_of
from crawler.pages.tree import parsed, style_rules
from crawler.pages.urls import resolved

_MOST_IMAGES = 12
_SMALLEST_SHOWN = 180  # pixels, as the page itself says
_DIGITS = 5  # no icon is written with more, and none too many to be read
_SIZE = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)[wxh],?")
_LONGEST_ADDRESS = 2_000
_NO_PICTURES = re.compile(r"\.(?:svg|ico)(?:[?#]|$)|^(?:data|blob|javascript|about):", re.I)
# Placeholders of pictures that load late.
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:blank|load(?:ing|er)?|spacer?|gr[ae]y|pixel|placeholder|lazy(?:load)?|default|transparent|none|nopic"
    r"|1x1|white|empty|clear|dot)\.(?:gif|png|jpe?g|webp)(?:[?#]|$)|(?:^|/)(?:px|[bgpstx0])\.gif(?:[?#]|$)",
    re.I,
)
# The form of a picture's address, in any attribute of a picture that loads late.
_PICTURE = re.compile(
    r"^(?:https?:)?//[^\s\"'<>]+$|^[^\s\"'<>(){}]+\.(?:jpe?g|png|gif|bmp|webp|avif)(?:[?#!][^\s\"'<>]*)?$",
    re.I,
)
_FILE = re.compile(r"\.(?:jpe?g|png|gif|bmp|webp|avif)(?:[?#!]|$)", re.I)
_NOT_LATE = frozenset(
    {
        *(
            "src",
            "alt",
            "title",
            "class",
            "id",
            "style",
            "width",
            "height",
            "border",
            "align",
            "onerror",
            "onclick",
        ),
        *("onload", "href", "srcset", "sizes", "longdesc", "usemap", "data-link", "data-href", "data-share"),
        *("data-fallback", "data-default", "data-placeholder", "data-loading", "data-error", "loading-src"),
    }
)
_IN_STYLE = re.compile(r"background(?:-image)?\s*:[^;}]*?url\(\s*[\"']?([^\"')]{1,2000})[\"']?\s*\)", re.I)
_NAMES = re.compile(r"[.#]([A-Za-z_][\w-]{0,80})")
_PIXELS = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*(\d{1,5})px", re.I)
_LONGEST_STYLE, _LONGEST_SRCSET, _MOST_SHEET_PICTURES = 2_000, 20_000, 40
_SHOWING = (
    "img, image, amp-img, picture source, input[type=image i], video[poster], [style*='background' i], [data-bg]"
    ", [data-background], [data-background-image], [background], embed[src], object[data]"
)
_BACKGROUNDS = ("data-bg", "data-background", "data-background-image", "background")
_URL_CALL = re.compile(r"^url\(\s*[\"']?|[\"']?\s*\)$", re.I)
_IMAGE_SET = re.compile(r"image-set\(((?:[^()]|\([^()]{0,2000}\)){1,4000})\)", re.I)

# The address of a picture that holds the picture itself (RFC 2397); shorter ones hold no advert.
_INLINE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|bmp|avif)(?:;[\w=.-]{1,40}){0,3};base64,([\w+/=%\s]{500,8000000})",
    re.I | re.A,
)


def inline_pictures(html: str) -> list[bytes]:
    """The pictures that a page holds in its own attributes and style sheets rather than at an address, the largest first, at
    most twelve. They are not checked to be pictures."""
    if ";base64," not in html.lower():
        return []
    tree = parsed(html)
    written = [value for node in tree.css(_SHOWING) for value in node.attributes.values() if value]
    written += [node.text() for node in tree.css("style")]
    found = dict.fromkeys(digits for value in written for digits in _INLINE.findall(value))
    largest = sorted(found, key=len, reverse=True)[:_MOST_IMAGES]
    return [from_base64(unquote_to_bytes(digits)) for digits in largest]


def image_addresses(html: str, url: str, more: Iterable[str] = ()) -> list[str]:
    """The addresses of a page's pictures that may be large enough to be read, in the page's order, at most twelve.

    A picture that loads late may name its address in any attribute; of several sizes the largest is taken.
    Pictures that the page declares small are left out. `more` are addresses known from elsewhere.
    """
    tree = parsed(html)
    base = base_of(tree, url)
    found: dict[str, None] = {}
    for address in map(str.strip, chain(_addresses(tree), more)):
        if not address or len(address) > _LONGEST_ADDRESS or _NO_PICTURES.search(address):
            continue
        if (found_at := resolved(base, address)) is not None:
            found[found_at] = None
            if len(found) >= _MOST_IMAGES:
                break
    return list(found)


def _addresses(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css(_SHOWING):
        tag, attributes = node.tag or "", node.attributes
        if _is_small(attributes):
            continue
        if tag in {"img", "amp-img", "input"}:
            yield _of_img(attributes)
        elif tag == "source":
            yield _largest(attributes.get("srcset") or attributes.get("data-srcset") or "")
        elif tag == "image":
            yield (attributes.get("href") or attributes.get("xlink:href") or "").strip()
        elif tag == "video":
            yield (attributes.get("poster") or "").strip()
        elif tag in {"embed", "object"}:
            embedded = (attributes.get("src") or attributes.get("data") or "").strip()
            yield embedded if _FILE.search(embedded) else ""
        style = attributes.get("style")
        if style and "background" in style:
            yield _background(style[:_LONGEST_STYLE])
        yield from (
            _URL_CALL.sub("", (attributes[key] or "").strip()) for key in _BACKGROUNDS if key in attributes
        )
    yield from _of_sheets(tree)


def _of_img(attributes: Mapping[str, str | None]) -> str:
    """The late address, the largest of several, or the plain one."""
    for key, value in attributes.items():
        if value and key not in _NOT_LATE and _PICTURE.match(value := value.strip()):
            if not _PLACEHOLDER.search(value):
                return value
        elif value and key.endswith("srcset") and (largest := _largest(value)):
            return largest
    if largest := _largest(attributes.get("srcset") or ""):
        return largest
    plain = (attributes.get("src") or "").strip()
    return "" if _PLACEHOLDER.search(plain) else plain


def _largest(srcset: str) -> str:
    """The address of the largest picture of a `srcset` (HTML § 4.8.4.2.1): "a.jpg 1x, b.jpg 2x"."""
    best, size = "", -1.0
    waiting = deque(srcset[:_LONGEST_SRCSET].split())
    while waiting:
        address, wide = waiting.popleft(), 1.0
        if not address.endswith(",") and waiting and (described := _SIZE.match(waiting[0])):
            wide = float(described[1])
            rest = waiting.popleft()[described.end() :]
            if rest:
                waiting.appendleft(rest)
        if wide > size and address.strip(","):
            best, size = address.strip(","), wide
    return best


def _of_sheets(tree: LexborHTMLParser) -> Iterator[str]:
    """Backgrounds that a page's style sheets give to elements that it has."""
    found = 0
    for selectors, declarations in style_rules(tree):
        background = _background(declarations) if "background" in declarations else ""
        if not background or _is_small({"style": declarations}):
            continue
        found += 1
        if found > _MOST_SHEET_PICTURES:
            return
        names = _NAMES.findall(selectors.rsplit(" ", 1)[-1])
        if not names or tree.css_first(f'[class~="{names[-1]}"], [id="{names[-1]}"]') is not None:
            yield background


def _background(declarations: str) -> str:
    """The address of a background; of a set of several sizes (CSS Images 4 § 2.4) the largest; "" where there is none."""
    if (several := _IMAGE_SET.search(declarations)) and "background" in declarations:
        return _largest(re.sub(r"url\(\s*|\s*\)|[\"']", "", several[1], flags=re.I))
    found = _IN_STYLE.search(declarations)
    return found[1].strip() if found else ""


def _is_small(attributes: Mapping[str, str | None]) -> bool:
    """Whether a width or height, as the page writes it, is that of an icon."""
    sides = [(attributes.get(name) or "").strip().removesuffix("px") for name in ("width", "height")]
    sides += _PIXELS.findall((attributes.get("style") or "")[:_LONGEST_STYLE])
    return any(
        side.isdecimal() and len(side) <= _DIGITS and 0 < int(side) < _SMALLEST_SHOWN for side in sides
    )
