"""The fields of a rule as a form types them: one line a term or an example, a choice a field of few values."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import FormData

from classifiers.values import Article
from records.lists.rule_edits import EXAMPLES

_LINES = ("terms",)
_MANY = ("unless", "needs", "only_on", "media")
_WORDS = ("title", "status", "severity", "gravity", "why", "advice", "known_false_alarms")
_FLAGS = ("promise", "unless_menu")
STATUS_LABELS = {"draft": "草稿", "live": "生效", "retired": "停用"}
MEDIA_LABELS = {"site": "站点", "account": "公众号"}


def rule_of_form(form: FormData) -> dict[str, Any]:
    """The rule that was typed, as a list's file says it; fields that a rule by its kind of page does not show stay
    out."""
    typed: dict[str, Any] = {name: str(form.get(name, "")).strip() for name in _WORDS}
    if typed["gravity"] == "ordinary" and not form.get("says_gravity"):
        typed["gravity"] = ""
    typed |= {name: form.get(name) is not None for name in _FLAGS}
    typed |= {name: _lines(form, name) for name in _LINES if name in form}
    typed |= {name: [str(one) for one in form.getlist(name) if one] for name in _MANY}
    typed["law"] = [_cite(str(one)) for one in form.getlist("law") if one]
    typed["effective"] = {
        side: day for side in ("from", "to") if (day := str(form.get(f"effective_{side}", "")))
    }
    typed["examples"] = {name: _lines(form, name) for name in EXAMPLES if name in form}
    return typed


def cite_key(article: Article | Mapping[str, Any]) -> str:
    """An article as the form's choice names it."""
    if isinstance(article, Article):
        parts: Sequence[Any] = (article.law, article.article, article.paragraph, article.item)
    else:
        parts = [article.get(name) for name in ("law", "article", "paragraph", "item")]
    return "|".join(str(part or "") for part in parts)


def _cite(key: str) -> dict[str, Any]:
    law, *numbers = key.split("|")
    named = zip(("article", "paragraph", "item"), numbers, strict=False)
    return {"law": law, **{name: int(number) for name, number in named if number.isdecimal()}}


def _lines(form: FormData, name: str) -> list[str]:
    """The lines typed, without empty ones and repeats."""
    return list(dict.fromkeys(line for one in str(form.get(name, "")).splitlines() if (line := one.strip())))
