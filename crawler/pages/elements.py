"""The elements of HTML, by what a reader of a page has to know of them: which show no words, begin a line, or say something
by their tag or an attribute alone (HTML §§ 4.3 to 4.12)."""

from collections.abc import Mapping

from classifiers.values import Origin, Region
from crawler.pages.beside import SPEAKING
from crawler.pages.regions.parts import NAMING_PARTS
from crawler.pages.visibility import LOOKING

INVISIBLE = frozenset(
    {
        *("script", "style", "template", "head", "canvas", "embed", "iframe", "frame", "rp", "datalist"),
        *("audio", "noframes", "noembed", "progress", "meter", "annotation"),
    }
)
# In the source, but not shown by a browser that runs scripts; search engines read a noscript.
UNSHOWN: Mapping[str, tuple[Region, Origin]] = {
    "noscript": ("hidden", "noscript"),
    "template": ("unshown", "comment"),
    "-comment": ("unshown", "comment"),
}
BREAKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd"),
        *("details", "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form"),
        *(
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "li",
            "main",
            "marquee",
            "nav",
            "ol",
            "option",
        ),
        *("p", "pre", "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th", "thead"),
        *("tr", "ul", "foreignObject"),
    }
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "dl", "select"})
DRAWN = frozenset({"svg", "g", "symbol", "path", "image", "a", "use"})
CHANGING = HEADINGS | LISTS | {"svg", "text", "foreignObject", "article"}
MAY_SHOW_OTHERWISE = frozenset(
    {"rt", "object", "bdo", "p", "span", "div", "b", "i", "em", "strong", "font", "td", "li", "h1", "h2"}
)
FIELDS = frozenset({"input", "option", "optgroup"})  # their words stand in attributes
# Elements that say something by their tag alone, and attributes that do: others are entered as they are, anchors with
# their address.
TELLING = (
    INVISIBLE
    | CHANGING
    | SPEAKING
    | FIELDS
    | {"rt", "object", "bdo", "nav", "header", "footer", "aside", "form", "marquee"}
)
SAYING = LOOKING | NAMING_PARTS | {"onclick"}
ADDRESSED = frozenset({"a", "script", "iframe"})
