"""Reads the files of `keyword_lists/` and reports their faults by file, line and field."""

import hashlib
import json
import pickle
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import jsonschema_rs
import yaml

from classifiers.lists.faults import ListFault, ListsRefused

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Parsed = TypeVar("Parsed")


class _ParsedFile(NamedTuple):
    """A file's content (pickled, since readers may change it), its nodes, and its schema errors."""

    content: bytes
    node: yaml.Node
    errors: tuple[tuple[tuple[str | int, ...], str], ...]


@cache
def _schema() -> dict[str, Any]:
    """The format of the files, which is the program's: it reveals lists written for another version."""
    return cast("dict[str, Any]", json.loads(Path(__file__).with_name("schema.json").read_text("utf-8")))


@lru_cache(maxsize=64)
def _parsed(text: str, definition: str) -> _ParsedFile:
    """A draft is checked as a whole at each pause in typing, and all of its files but one are as they were. Raises
    yaml.YAMLError."""
    loader = yaml.CSafeLoader(text)
    node = loader.get_single_node() or yaml.ScalarNode("tag:yaml.org,2002:null", "")
    content = loader.construct_document(node)
    whole = {"$ref": f"#/$defs/{definition}", "$defs": _schema()["$defs"]}
    # Each missing field is an error of its own that names them all.
    faults = () if _is_valid(content, whole) else tuple(dict.fromkeys(_errors(content, whole)))
    return _ParsedFile(pickle.dumps(content), node, faults)


def _is_valid(content: object, schema: dict[str, Any]) -> bool:
    """Whether the schema accepts it, checked fast. Values outside JSON (a date of YAML) are left to
    `_errors`."""
    try:
        return jsonschema_rs.Draft202012Validator(schema).is_valid(content)
    except ValueError:
        return False


def _errors(content: object, schema: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The places that a schema refuses, and why."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a third of a second, for faulty lists alone

    found = Draft202012Validator(schema).iter_errors(content)
    for error in sorted(found, key=lambda error: list(map(str, error.path))):
        yield tuple(error.absolute_path), _in_words(error)


@lru_cache(maxsize=4)
def _learned(parse: Callable[[str], object], text: str) -> object:
    """Learned files are millions of characters long, so all versions that have one share it."""
    return parse(text)


class ListReader:
    """Reads files one by one and collects their faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[ListFault] = []
        self.digest = hashlib.sha256()
        self._nodes: dict[str, yaml.Node] = {}
        self._faulty: dict[str, tuple[Any, set[tuple[str | int, ...]]]] = {}
        if not folder.is_dir():
            raise ListsRefused([ListFault(str(folder), 0, "-", "没有这个文件夹")])

    def read(self, name: str, definition: str) -> dict[str, Any]:
        """The file's content; empty when faults were found (and kept)."""
        try:
            raw = (self.folder / name).read_bytes()
            self.digest.update(name.encode() + b"\0" + raw + b"\0")
            text = raw.decode("utf-8")
            parsed = _parsed(text, definition)
        except OSError as error:
            self.faults.append(ListFault(name, 0, "-", f"无法读取：{error.strerror}"))
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.faults.append(ListFault(name, line, "-", "不是 UTF-8 编码，请另存为 UTF-8"))
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            self.faults.append(ListFault(name, line, "-", f"YAML 格式错误：{error.problem}"))
        except yaml.YAMLError as error:
            self.faults.append(ListFault(name, 0, "-", f"YAML 格式错误：{error}"))
        else:
            self._nodes[name] = parsed.node
            for path, reason in parsed.errors:
                self.fault(name, path, reason)
            content = pickle.loads(parsed.content)  # noqa: S301 - our own, made above
            if not parsed.errors:
                return cast("dict[str, Any]", content)
            self._faulty[name] = content, {path[:3] for path, _ in parsed.errors}
        return {}

    def sound_entries(self, name: str, key: str) -> dict[int, dict[str, Any]]:
        """The entries under `key` of a faulty file, by their place, with the fields in which the schema finds no fault: so
        that all else that is wrong is told in the same run."""
        content, wrong = self._faulty.get(name, ({}, set()))
        entries = content.get(key) if isinstance(content, dict) else None
        return {
            place: {field: value for field, value in entry.items() if (key, place, field) not in wrong}
            for place, entry in enumerate(entries if isinstance(entries, list) else ())
            if isinstance(entry, dict)
        }

    def read_with(self, name: str, parse: Callable[[str], Parsed]) -> Parsed | None:
        """The content of a file other than YAML, by `parse`, whose ValueError begins with the line's number.

        None when faults were found (and kept).
        """
        try:
            raw = (self.folder / name).read_bytes()
            self.digest.update(name.encode() + b"\0" + raw + b"\0")
            return cast("Parsed", _learned(parse, raw.decode("utf-8")))
        except OSError as error:
            self.faults.append(ListFault(name, 0, "-", f"无法读取：{error.strerror}"))
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self.faults.append(ListFault(name, line, "-", "不是 UTF-8 编码，请另存为 UTF-8"))
        except ValueError as error:
            line_number, _, reason = str(error).partition(": ")
            self.faults.append(ListFault(name, int(line_number), "-", reason))
        return None

    def fault(self, name: str, path: tuple[str | int, ...], reason: str) -> None:
        """Keep a fault of file `name` at `path` (keys and indexes from the top)."""
        field = ".".join(str(part + 1 if isinstance(part, int) else part) for part in path) or "-"
        self.faults.append(ListFault(name, _line(self._nodes[name], path), field, reason))


def _line(node: yaml.Node, path: tuple[str | int, ...]) -> int:
    """The line (from 1) where `path` stands, or the nearest line above it that exists."""
    for part in path:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = node.value[part]
        else:
            found = None
        if found is None:
            break
        node = found
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def _in_words(error: "ValidationError") -> str:
    """A JSON Schema error as a sentence that says how to correct it."""
    value = cast("Any", error.validator_value)
    instance = cast("Any", error.instance)
    match error.validator:
        case "required":
            missing = [name for name in value if name not in instance]
            return f"缺少字段：{'、'.join(missing)}"
        case "additionalProperties":
            known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            extra = [name for name in instance if name not in known]
            return f"不认识的字段：{'、'.join(map(str, extra))}；可用字段：{'、'.join(known)}"
        case "enum":
            return f"“{error.instance}”不在可选值之内：{'、'.join(map(str, value))}"
        case "type":
            return f"类型应为 {value}"
        case "minItems":
            return f"至少要有 {value} 项，现有 {len(instance)} 项"
        case "minLength":
            return f"至少要有 {value} 个字，“{instance}”太短"
        case "uniqueItems":
            return "有重复的项"
        case "minimum":
            return f"不能小于 {value}"
        case "pattern":
            return f"“{error.instance}”不符合格式 {value}"
        case _:
            return error.message
