"""Pydantic's validation errors, in Chinese."""

from collections.abc import Mapping
from typing import Any

_WORDS = {
    "missing": "不能为空",
    "string_too_short": "不能为空",
    "too_short": "至少要有 {min_length} 项",
    "string_too_long": "过长，最多 {max_length} 个字符",
    "too_long": "过多，最多 {max_length} 项",
    "string_pattern_mismatch": "“{input}”不合要求的写法",
    "int_parsing": "“{input}”不是整数",
    "int_parsing_size": "“{input}”过大",
    "int_from_float": "“{input}”不是整数",
    "int_type": "“{input}”不是整数",
    "float_parsing": "“{input}”不是数字",
    "float_type": "“{input}”不是数字",
    "finite_number": "“{input}”不是有限的数字",
    "bool_parsing": "“{input}”应为 true 或 false",
    "bool_type": "“{input}”应为 true 或 false",
    "greater_than": "“{input}”应大于 {gt}",
    "greater_than_equal": "“{input}”不应小于 {ge}",
    "less_than": "“{input}”应小于 {lt}",
    "less_than_equal": "“{input}”不应大于 {le}",
    "string_type": "“{input}”应为文字",
    "string_unicode": "不是 UTF-8 编码的文字",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
    "extra_forbidden": "没有这一项",
    "enum": "“{input}”不在可选范围内，可用：{choices}",
    "literal_error": "“{input}”不在可选范围内，可用：{choices}",
    "date_type": "“{input}”不是日期，应写作 2026-07-01",
    "date_parsing": "“{input}”不是日期，应写作 2026-07-01",
    "date_from_datetime_parsing": "“{input}”不是日期，应写作 2026-07-01",
    "date_from_datetime_inexact": "“{input}”不是日期，应写作 2026-07-01",
    "datetime_parsing": "“{input}”不是时间",
    "datetime_from_date_parsing": "“{input}”不是时间",
    "url_parsing": "“{input}”不是网址",
    "url_scheme": "“{input}”不是 http 或 https 网址",
    "json_invalid": "不是 JSON",
    "json_type": "不是 JSON",
}
_LONGEST_INPUT = 60


def in_words(detail: Mapping[str, Any]) -> str:
    """One of `ValidationError.errors()` for people. Our own validators' messages stay; an unknown kind gets
    pydantic's own sentence."""
    kind = detail["type"]
    context = dict(detail.get("ctx", {}))
    if kind == "value_error":
        return str(context["error"])
    template = _WORDS.get(kind)
    if template is None:
        return str(detail["msg"])
    choices = str(context.get("expected", "")).replace(" or ", "、").replace(", ", "、").replace("'", "")
    shown = "" if detail.get("input") is None else str(detail["input"])[:_LONGEST_INPUT]
    return template.format(**{**context, "input": shown, "choices": choices})
