"""Texts that people label, and their labels: JSON Lines, one file a labeller, added to and never rewritten."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Literal, get_args

Verdict = Literal["unlawful", "lawful", "unsure"]


class LabelsRefused(Exception):
    """A file of texts or labels that cannot be read; the message names the line, in Chinese."""


@dataclass(frozen=True)
class Text:
    """A text to be labelled. `id` is from its file, or the first half of the SHA-256 of its characters."""

    id: str
    text: str


@dataclass(frozen=True)
class Label:
    """A person's verdict on a text: the rule that it breaks, by its id, "" where it breaks none or the rule
    is unknown."""

    id: str
    label: Verdict
    rule: str
    by: str
    at: str


def read_texts(file: Path) -> list[Text]:
    """The texts of a JSON Lines file (`text`, and `id` if they have one), each once. Raises LabelsRefused."""
    found: dict[str, Text] = {}
    for number, entry in _lines(file):
        text = entry.get("text")
        if not isinstance(text, str) or not text.strip():
            raise LabelsRefused(f"{file} 第 {number} 行：缺少 text，或不是文字")
        text_id = entry.get("id") or sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        known = found.setdefault(str(text_id), Text(str(text_id), text))
        if known.text != text:
            raise LabelsRefused(f"{file} 第 {number} 行：编号 {text_id} 已用于另一段文字")
    return list(found.values())


def read_labels(file: Path) -> dict[str, Label]:
    """The newest label of each text, by its id; empty where there is no file yet. Raises LabelsRefused."""
    if not file.exists():
        return {}
    found = {}
    for number, entry in _lines(file):
        try:
            label = Label(**{name: str(entry[name]) for name in ("id", "label", "rule", "by", "at")})  # type: ignore[arg-type]
        except KeyError as missing:
            raise LabelsRefused(f"{file} 第 {number} 行：缺少 {missing.args[0]}") from None
        if label.label not in get_args(Verdict):
            raise LabelsRefused(f"{file} 第 {number} 行：label 应为 {'、'.join(get_args(Verdict))}")
        found[label.id] = label
    return found


def add_label(file: Path, text: Text, verdict: Verdict, rule: str, by: str, at: datetime) -> Label:
    """Append a label; it is on the disk when this returns."""
    label = Label(text.id, verdict, rule, by, at.isoformat(timespec="seconds"))
    with file.open("a+b") as lines:
        _end_last_line(lines)
        lines.write(json.dumps(asdict(label), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        lines.flush()
        os.fsync(lines.fileno())
    return label


def _end_last_line(lines: BinaryIO) -> None:
    """End the last line where it lacks its end; remove it where a power failure cut it off: it is not yet a
    label."""
    lines.seek(0)
    content = lines.read()
    begin = content.rfind(b"\n") + 1
    if begin == len(content):
        return
    try:
        json.loads(content[begin:])
    except ValueError:
        lines.truncate(begin)
    else:
        lines.write(b"\n")


def _lines(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a file, with the numbers of their lines. An unfinished last line does not count."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise LabelsRefused(f"无法读取 {file}：{error.strerror}") from None
    lines = content.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            if number == len(lines):
                return
            raise LabelsRefused(f"{file} 第 {number} 行：不是 JSON") from None
        if not isinstance(entry, dict):
            raise LabelsRefused(f"{file} 第 {number} 行：应为一个 JSON 对象")
        yield number, entry
