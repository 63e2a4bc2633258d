"""The words that browsers and search engines show in addition to a page's body (region `beside`): title,
description, structured data, and the words of pictures and buttons."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from classifiers.values import Origin
from crawler.pages.regions.parts import Part
from crawler.pages.tree import spaced, without_markup

_CHINESE = re.compile("[\u3400-\u9fff]")
_SEPARATORS = re.compile(r"\s*[_|｜–—»>]+\s*|\s+-+\s*|-+\s+|(?<=[\u3400-\u9fff])-+(?=[\u3400-\u9fff])")
_SENTENCES = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_FEWEST = 2  # Chinese characters that say something
_MOST, _LONGEST, _MOST_TOGETHER = 400, 1_000, 20_000
_DESCRIPTIONS = "meta[name=description i], meta[property='og:description' i], meta[property='og:title' i]"
_SAID_KEYS = frozenset(
    {
        "headline",
        "alternativeHeadline",
        "name",
        "description",
        "articleBody",
        "reviewBody",
        "text",
        "abstract",
    }
)
_LARGEST_DATA, _DEEPEST_DATA = 200_000, 12
_PICTURES = frozenset({"img", "area", "amp-img"})
_CONTROLS = frozenset({"input", "button", "textarea", "video"})
# A link's tooltip repeats the heading that it leads to; its label is read in place of an icon.
SPEAKING = _PICTURES | _CONTROLS | {"a"}  # elements whose attributes say something


@dataclass
class Beside:
    """Collects the texts of region `beside`, each once, up to a number and length."""

    said: dict[str, tuple[Origin, Part | None]] = field(default_factory=dict)
    length: int = 0

    def say(self, text: str, origin: Origin, part: Part | None = None) -> None:
        """Keep `text`, if it says anything in Chinese. `part` is the frame that it stands in, if any."""
        text = spaced(text[:_LONGEST])
        if len(self.said) >= _MOST or self.length + len(text) > _MOST_TOGETHER or text in self.said:
            return
        if len(_CHINESE.findall(text)) >= _FEWEST:
            self.said[text] = origin, part
            self.length += len(text)

    def of_element(self, tag: str, attributes: Mapping[str, str | None], part: Part | None) -> None:
        """Keep the words of a picture or control that a screen reader reads or a tooltip shows."""
        is_picture = tag in _PICTURES
        if tag not in SPEAKING and attributes.get("role") not in {"button", "img"}:
            return
        if is_picture and (alt := attributes.get("alt")):
            self.say(alt, "alt", part)
        for key in ("aria-label", "placeholder"):
            if label := attributes.get(key):
                self.say(label, "label", part)
        if tag != "a" and (tooltip := attributes.get("title")):
            self.say(tooltip, "tooltip", part)

    def new_to(self, visible: str) -> Iterator[tuple[str, Origin, Part | None]]:
        """The texts that the page's body does not contain word for word."""
        bare = _bare(visible) if self.said else ""
        for text, (origin, part) in self.said.items():
            if _bare(text).rstrip(".…") not in bare:
                yield text, origin, part


def words_beside(tree: LexborHTMLParser, title: str) -> Beside:
    """The words in the head of a page. A title is split where its parts stand alone: the page's, the
    site's."""
    beside = Beside()
    for part in _SEPARATORS.split(title[:_LONGEST]):
        beside.say(part, "title")
    for node in tree.css(_DESCRIPTIONS):
        for sentence in _SENTENCES.findall((node.attributes.get("content") or "")[:_MOST_TOGETHER]):
            beside.say(sentence, "description")
    for node in tree.css("script[type='application/ld+json' i]"):
        for text in _data_words(node.text()):
            for sentence in _SENTENCES.findall(text):
                beside.say(sentence, "data")
    return beside


def _data_words(written: str) -> Iterator[str]:
    """The texts of structured data (JSON-LD, schema.org) that search engines show."""
    try:
        waiting: list[tuple[object, int]] = [(json.loads(written[:_LARGEST_DATA], strict=False), 0)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value, depth = waiting.pop(0)
        if depth > _DEEPEST_DATA:
            continue
        if isinstance(value, list):
            waiting += ((inner, depth + 1) for inner in value)
        elif isinstance(value, dict):
            yield from (
                without_markup(inner)
                for key, inner in value.items()
                if key in _SAID_KEYS and isinstance(inner, str)
            )
            waiting += ((inner, depth + 1) for inner in value.values() if isinstance(inner, list | dict))


def _bare(text: str) -> str:
    return "".join(text.split())
