"""Edits in the text of a YAML file: only changed values are written, and every other byte stays, comments too."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import yaml

# A string that may stand without quotes anywhere, also within [] and {}.
_PLAIN = re.compile(r"[A-Za-z\u3400-\u9fff“《（][\w\u3400-\u9fff，。；、！？“”‘’《》（）…— %+-]*")
_ID = re.compile(r"[a-z][a-z0-9_-]*")


class NotEditable(Exception):
    """The text is written in a form that cannot be edited in place; the message says why, in Chinese."""


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def composed(text: str) -> yaml.Node:
    """The nodes of the text. Raises NotEditable."""
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader) or yaml.ScalarNode("", "")
    except yaml.YAMLError:
        raise NotEditable("文件的 YAML 格式有误，请先改正") from None


def value_of(node: yaml.Node | None, key: str) -> yaml.Node:
    """The value under `key` of a mapping; an empty scalar where there is none."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == key:
                return value  # type: ignore[no-any-return]
    return yaml.ScalarNode("", "")


def read_value(node: yaml.Node) -> Any:  # noqa: ANN401 - whatever the file says
    """A node's content."""
    return yaml.SafeLoader("").construct_object(node, deep=True)


def with_values(text: str, node: yaml.Node, wanted: Mapping[str, Any]) -> str:
    """The text in which the mapping `node` says `wanted`, field by field; fields that `wanted` does not name stay, and
    those for which it has nothing (None, False, "", no items) are taken out. New fields come in `wanted`'s order.
    Raises NotEditable."""
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        raise NotEditable("这一项写成了一行 {…}，请直接改 YAML")
    edits = sorted(_mapping_edits(text, node, wanted), key=lambda edit: edit[:2])
    parts, at = [], 0
    for start, end, new in edits:
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def with_item(text: str, items: yaml.Node, values: Mapping[str, Any]) -> str:
    """The text with a mapping as the last of the block sequence `items`. Raises NotEditable."""
    if not isinstance(items, yaml.SequenceNode) or items.flow_style or not items.value:
        raise NotEditable("文件里没有可以追加的列表，请直接改 YAML")
    newline, indent = _newline(text), " " * items.start_mark.column
    lines = "".join(_entry(name, value, f"{indent}  ", newline) for name, value in values.items() if value)
    at = _line_end(text, _end(text, items.value[-1]))
    return _ended(text[:at], newline) + f"{indent}- {lines.lstrip(' ')}" + text[at:]


def _mapping_edits(text: str, node: yaml.MappingNode, wanted: Mapping[str, Any]) -> Iterator[_Edit]:
    newline, indent = _newline(text), " " * node.start_mark.column
    entries = {key.value: (key, value) for key, value in node.value}
    after = node.value[0][1]
    for name, value in wanted.items():
        if name not in entries:
            if value:
                at = _line_end(text, _end(text, after))
                missing = "" if text[:at].endswith("\n") else newline
                yield _Edit(at, at, missing + _entry(name, value, indent, newline))
            continue
        key, now = entries[name]
        after = now
        if not value:
            yield _Edit(_line_start(text, key.start_mark.index), _line_end(text, _end(text, now)), "")
        elif read_value(now) != value:
            yield from _value_edits(text, now, value)


def _value_edits(text: str, node: yaml.Node, value: Any) -> Iterator[_Edit]:  # noqa: ANN401 - as YAML has it
    if isinstance(node, yaml.SequenceNode) and isinstance(value, Sequence) and not node.flow_style:
        yield from _item_edits(text, node, value)
    elif isinstance(node, yaml.MappingNode) and isinstance(value, Mapping) and not node.flow_style:
        yield from _mapping_edits(text, node, value)
    else:
        yield _Edit(node.start_mark.index, _end(text, node), _flow(value))


def _item_edits(text: str, node: yaml.SequenceNode, values: Sequence[Any]) -> Iterator[_Edit]:
    newline, indent = _newline(text), " " * node.start_mark.column
    items = [
        (_line_start(text, one.start_mark.index), _line_end(text, _end(text, one))) for one in node.value
    ]
    before, after = ([_flow(one) for one in side] for side in (read_value(node), values))
    for action, old, old_end, new, new_end in SequenceMatcher(None, before, after, False).get_opcodes():
        if action == "replace" and old_end - old == new_end - new:
            for one, written in zip(node.value[old:old_end], after[new:new_end], strict=True):
                yield _Edit(one.start_mark.index, _end(text, one), written)
        elif action != "equal":
            yield from (_Edit(*items[place], "") for place in range(old, old_end))
            at = items[old_end - 1][1] if old_end else items[0][0]
            missing = "" if not at or text[:at].endswith("\n") else newline
            lines = "".join(f"{indent}- {written}{newline}" for written in after[new:new_end])
            if lines:
                yield _Edit(at, at, missing + lines)


def _entry(name: str, value: Any, indent: str, newline: str) -> str:  # noqa: ANN401 - as YAML has it
    """A field with its value, in lines of its own."""
    if isinstance(value, Mapping) and any(isinstance(one, list) for one in value.values()):
        inner = "".join(_entry(key, one, f"{indent}  ", newline) for key, one in value.items() if one)
        return f"{indent}{name}:{newline}{inner}"
    if isinstance(value, Sequence) and not isinstance(value, str) and not all(map(_is_id, value)):
        return f"{indent}{name}:{newline}" + "".join(f"{indent}  - {_flow(one)}{newline}" for one in value)
    return f"{indent}{name}: {_flow(value)}{newline}"


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _flow(value: Any) -> str:  # noqa: ANN401 - as YAML has it
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {_flow(one)}" for name, one in value.items() if one) + "}"
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and value == value.strip() and yaml.safe_load(value) == value
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value)


def _end(text: str, node: yaml.Node) -> int:
    """Where a node's own text ends: PyYAML counts comments and lines that follow a block to it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(node, yaml.MappingNode) else last)
    start, end = node.start_mark.index, node.end_mark.index
    return int(start + len(text[start:end].rstrip()))


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    """Past the line's end."""
    return text.find("\n", at) + 1 or len(text)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _ended(text: str, newline: str) -> str:
    return text if text.endswith("\n") else text + newline
