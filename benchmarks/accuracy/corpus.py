"""The labelled passages: the project's own, and real text where it is available next to the project."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

OWN = Path(__file__).parent / "passages"
# Real text may lie next to the project; it is read there and never copied.
BESIDE = Path(__file__).parents[3] / "shared"
# Chosen because they were flagged once: not a random sample.
_NOT_SAMPLED = frozenset({"qa-hard"})


@dataclass(frozen=True)
class Passage:
    """A passage, whether it is unlawful on an institution's own page, and what it breaks there: rules, the chief one
    first, or families of rules where it is labelled by those. `kind` and `source` say what text it is."""

    text: str
    unlawful: bool
    breaks: tuple[str, ...] = ()
    kind: str = ""
    source: str = "own"
    real: bool = False

    def worded(self, text: str) -> "Passage":
        """The same labels on another text."""
        return replace(self, text=text)


def own_passages(folder: Path = OWN) -> list[Passage]:
    """The passages of all files of `folder`: one a line, "unlawful RULE,RULE… | text" or "lawful KIND | text", "\\n" in a
    text for a line break. Raises ValueError naming a malformed line."""
    return [passage for path in sorted(folder.glob("*.txt")) for passage in _passages_of(path)]


def _passages_of(path: Path) -> list[Passage]:
    passages = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        labels, bar, text = line.partition(" | ")
        label, _, names = labels.partition(" ")
        if not bar or not text.strip() or label not in {"unlawful", "lawful"} or not names:
            raise ValueError(
                f"{path.name}:{number}: expected “unlawful RULES | text” or “lawful KIND | text”"
            )
        unlawful = label == "unlawful"
        broken = tuple(names.split(",")) if unlawful else ()
        passages.append(
            Passage(text.replace("\\n", "\n"), unlawful, broken, "" if unlawful else names, path.stem)
        )
    return passages


def real_passages(folder: Path = BESIDE, files: Sequence[Path] = ()) -> list[Passage]:
    """Real passages labelled by a reader: those next to the project, where they are available, and those of `files`,
    one JSON object a line. Raises ValueError naming a line that is no labelled passage, FileNotFoundError for a
    missing file."""
    beside = folder / "devset" / "real.jsonl"
    found = _labelled(beside) if beside.exists() else []
    known = {passage.text for passage in found}
    for path in files:
        added = [passage for passage in _labelled(path) if passage.text not in known]
        known.update(passage.text for passage in added)
        found += added
    return found


def _labelled(path: Path) -> list[Passage]:
    """The passages of a file: one JSON object a line, with text, label (violation or lawful), source and kind."""
    passages = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text, label, kind, source = row["text"], row["label"], row["kind"], row["source"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ValueError(
                f"{path.name}:{number}: expected a JSON object with text, label, kind, source: {error}"
            ) from None
        if label not in {"violation", "lawful"}:
            raise ValueError(f"{path.name}:{number}: the label is “violation” or “lawful”, not “{label}”")
        if kind not in _NOT_SAMPLED:
            passages.append(Passage(text, label == "violation", (), kind, source, True))
    return passages


def lawful_documents(folder: Path = BESIDE) -> list[Passage]:
    """Real documents that are lawful by their source (a few are not); empty where they are not available."""
    path = folder / "corpus" / "lawful.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Passage(row["text"], False, (), row["kind"], row["source"]) for row in rows]


def fingerprint(folder: Path = OWN) -> str:
    """SHA-256 over the own passages' files, 64 hex digits."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.txt")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
