"""The labelled passages: the project's own, and further sets where they are at hand."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

OWN = Path(__file__).parent / "passages.txt"
# Further labelled text may lie beside the project; it is read there and never copied.
BESIDE = Path(__file__).parents[3] / "shared" / "devset" / "claims.jsonl"


@dataclass(frozen=True)
class Passage:
    """A passage, whether it is unlawful on an institution's own page, and the families that it breaks."""

    text: str
    unlawful: bool
    families: frozenset[str]


def own_passages(path: Path = OWN) -> list[Passage]:
    """The passages of `path`: one a line, "labels | text"; raises ValueError naming a line that is not so."""
    passages = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        labels, bar, text = line.partition(" | ")
        if not bar or not text.strip():
            raise ValueError(f"{path.name}:{number}: expected “labels | text”")
        names = labels.split()
        lawful = names[0] == "lawful"
        families = frozenset() if lawful else frozenset(names)
        passages.append(Passage(text.replace("\\n", "\n"), not lawful, families))
    return passages


def passages_beside(path: Path = BESIDE) -> list[Passage]:
    """The further set, one JSON object a line; empty where it is not at hand."""
    if not path.exists():
        return []
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [Passage(row["text"], row["label"] == "violation", frozenset(row["rules"])) for row in rows]


def fingerprint(path: Path = OWN) -> str:
    """SHA-256 of the own set, 64 hex digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
