"""Every fault that pydantic finds in our inputs is reported in Chinese."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from records.validator_words import in_words


class Kind(Enum):
    A = "a"
    B = "b"


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: Annotated[int, Field(ge=1, le=9)] = 1
    share: Annotated[float, Field(gt=0, lt=1)] = 0.5
    words: Annotated[str, Field(min_length=1, max_length=3, pattern="^[a-z]+$")] = "a"
    day: date = date(2026, 1, 1)
    kind: Kind = Kind.A
    seen: Literal["gone", "there"] = "gone"
    items: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    yes: bool = True


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("number", "x", "“x”不是整数"),
        ("number", 0, "“0”不应小于 1"),
        ("number", 10, "“10”不应大于 9"),
        ("number", 1.5, "“1.5”不是整数"),
        ("share", 0, "“0”应大于 0.0"),
        ("share", 1, "“1”应小于 1.0"),
        ("words", "", "不能为空"),
        ("words", "abcd", "过长，最多 3 个字符"),
        ("words", "1", "“1”不合要求的写法"),
        ("words", 1, "“1”应为文字"),
        ("day", "昨天", "“昨天”不是日期，应写作 2026-07-01"),
        ("kind", "c", "“c”不在可选范围内，可用：a、b"),
        ("seen", "x", "“x”不在可选范围内，可用：gone、there"),
        ("items", [], "至少要有 1 项"),
        ("items", [1, 2, 3], "过多，最多 2 项"),
        ("items", "x", "应为列表"),
        ("yes", "maybe", "“maybe”应为 true 或 false"),
        ("more", 1, "没有这一项"),
    ],
)
def test_a_fault_is_told_in_words(field: str, value: Any, words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate({field: value})
    (fault,) = refused.value.errors()
    assert in_words(dict(fault)) == words
