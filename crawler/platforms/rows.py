"""The rows that describe platforms: read from a file next to this module, each checked."""

import re
from pathlib import Path
from typing import Annotated, TypeVar

import yaml
from cssselect import SelectorError
from parsel import css2xpath
from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError

from crawler.errors import PlatformsRefused
from records.validator_words import in_words

Row = TypeVar("Row", bound=BaseModel)


def _expression(written: str) -> str:
    try:
        re.compile(written)
    except re.error as error:
        raise ValueError(f"“{written}”不是正则表达式：{error}") from error
    return written


def _css(written: str) -> str:
    try:
        css2xpath(written)
    except SelectorError as error:
        raise ValueError(f"“{written}”不是 CSS 选择器：{error}") from error
    return written


Expression = Annotated[str, AfterValidator(_expression)]
Css = Annotated[str, AfterValidator(_css)]


def read_rows(file: Path, kind: type[Row]) -> tuple[Row, ...]:
    """The rows of a YAML file, in its order. Raises PlatformsRefused, which names each fault by file, row and field."""
    try:
        written = yaml.safe_load(file.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise PlatformsRefused(f"{file.name}: {error}") from error
    try:
        return TypeAdapter(tuple[kind, ...]).validate_python(written)  # type: ignore[valid-type]
    except ValidationError as error:
        raise PlatformsRefused(
            "\n".join(f"{file.name}: {_place(d['loc'], written)}{in_words(d)}" for d in error.errors())
        ) from error


def _place(where: tuple[int | str, ...], written: object) -> str:
    """Where a fault is: "第 3 项（小红书） hosts: "; nothing where the whole is not a list."""
    if not where or not isinstance(written, list):
        return ""
    row = written[int(where[0])]
    named = row.get("name") or row.get("state") if isinstance(row, dict) else None
    fields = ".".join(str(part) for part in where[1:])
    return f"第 {int(where[0]) + 1} 项{f'（{named}）' if named else ''}{f' {fields}' if fields else ''}: "
