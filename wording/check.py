"""Finds words not to use in docstrings, comments and documents, and names the word to use (`make lint`).

The list is `docs/reference/words.tsv`: a pattern, the word to use, and why. Text in backticks or double quotes is a name
or a quotation, and is not checked.
"""

import csv
import re
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WORDS = PROJECT / "docs" / "reference" / "words.tsv"
_LEFT_OUT = {"var", "node_modules"}  # and all that begins with a dot
_HASH = r"(?:^|\s)#(.*)"
_COMMENTS = {  # by the file's ending; "" is the Makefile
    **dict.fromkeys((".toml", ".yaml", ".yml", ".sh", ""), re.compile(_HASH)),
    ".js": re.compile(r"(?<!:)//(.*)"),
    ".css": re.compile(r"/\*(.*?)\*/", re.DOTALL),
    ".html": re.compile(r"\{#(.*?)#\}", re.DOTALL),
}
_QUOTED = re.compile(r'`[^`]+`|"[^"\n]{1,80}"')
_LINKED = re.compile(r"\]\([^)\s]+\)")
_FENCED = re.compile(r"^( *)(```+|~~~+).*?^\1\2", re.MULTILINE | re.DOTALL)
_WORD = re.compile("[A-Za-z]+")
_MARK = re.compile(r"\n *(?:#|//)")  # of a comment that goes on
_BEFORE_STATEMENT = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}


@dataclass(frozen=True)
class Word:
    """A row of the list."""

    pattern: re.Pattern[str]
    instead: str
    reason: str
    needs: frozenset[str]  # words of every text that the pattern matches, but for capitals: quick to look up


@dataclass(frozen=True)
class Use:
    """A place where a word of the list is used."""

    path: Path
    line: int
    found: str
    word: Word

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: “{self.found}”: write {self.word.instead} ({self.word.reason})"


def load_words(path: Path = WORDS) -> list[Word]:
    """Read the list. Raises ValueError with the line of a row that is incomplete or not a regular expression."""
    words = []
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        for number, row in enumerate(rows, start=2):
            if len(row) != 3 or not all(row):
                raise ValueError(f"{path}:{number}: not a pattern, a word to use and a reason: {row}")
            try:
                words.append(Word(_compile(row[0]), row[1], row[2], _needs(row[0])))
            except re.error as error:
                raise ValueError(f"{path}:{number}: {row[0]}: {error}") from error
    return words


def _compile(written: str) -> re.Pattern[str]:
    """Whole words, across line breaks; the first letter may be a capital, so `None` is not "none"."""
    first = written[0]
    if first.isalpha():
        written = f"[{first.upper()}{first.lower()}]{written[1:]}"
    return re.compile(rf"\b(?:{written})\b".replace(" ", r"\s+"))


def _needs(written: str) -> frozenset[str]:
    """The words of a pattern outside groups."""
    return frozenset(re.findall("[a-z]+", re.sub(r"\([^()]*\)", " ", written)))


def find_uses(root: Path, words: list[Word]) -> Iterator[Use]:
    """Every use of `words` in the files below `root`, in the order of files and lines. Raises ValueError naming a file
    that is not Python although its name says so."""
    for path in sorted(_files(root)):
        text = path.read_text("utf-8", "replace")  # pages for the tests are in any encoding
        present = set(_WORD.findall(text))
        suspects = [
            word
            for word in words
            if all(need in present or need.capitalize() in present for need in word.needs)
        ]
        unmarked = text if path.suffix == ".md" or not suspects else _MARK.sub("\n", text)
        suspects = [word for word in suspects if word.pattern.search(unmarked)]
        if not suspects:
            continue  # parsing takes longer than this look
        try:
            prose = prose_of(path, text)
        except (SyntaxError, tokenize.TokenError) as error:
            raise ValueError(f"{path.relative_to(root)}: not Python: {error}") from error
        uses = [
            Use(
                path.relative_to(root),
                prose.count("\n", 0, match.start()) + 1,
                " ".join(match[0].split()),
                word,
            )
            for word in suspects
            for match in word.pattern.finditer(prose)
        ]
        yield from sorted(uses, key=lambda use: use.line)


def _files(root: Path) -> Iterator[Path]:
    for path in root.iterdir():
        if path.name.startswith(".") or path.name in _LEFT_OUT or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.name == "Makefile" or (path.suffix in {".py", ".md", *_COMMENTS} and path.suffix):
            yield path


def prose_of(path: Path, text: str) -> str:
    """`text` with blanks for whatever is neither prose nor a line break, so that positions do not change."""
    if path.suffix == ".md":
        prose = _LINKED.sub(_blank, _FENCED.sub(_blank, text))
    elif path.suffix == ".py":
        prose = _keep(text, _python_prose(text))
    else:
        prose = _keep(text, (match.span(1) for match in _COMMENTS[path.suffix].finditer(text)))
    return _QUOTED.sub(_blank, prose)


def _python_prose(text: str) -> Iterator[tuple[int, int]]:
    """Where docstrings and comments begin and end."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    before = tokenize.ENCODING
    for token in tokenize.generate_tokens(iter(text.splitlines(keepends=True)).__next__):
        begin, end = (starts[row - 1] + column for row, column in (token.start, token.end))
        if token.type == tokenize.COMMENT:
            yield begin + 1, end
        elif token.type == tokenize.STRING and before in _BEFORE_STATEMENT and token.string.endswith('"""'):
            yield begin + 3, end - 3
        if token.type != tokenize.COMMENT:
            before = token.type


def _keep(text: str, spans: Iterator[tuple[int, int]]) -> str:
    kept, last = [], 0
    for begin, end in spans:
        kept += [re.sub(r"[^\n]", " ", text[last:begin]), text[begin:end]]
        last = end
    return "".join(kept) + re.sub(r"[^\n]", " ", text[last:])


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", "·", match[0])


def main() -> int:
    """Print every use; 1 where there is one."""
    uses = list(find_uses(PROJECT, load_words()))
    for use in uses:
        print(use, file=sys.stderr)  # noqa: T201 - a command
    return 1 if uses else 0


if __name__ == "__main__":
    sys.exit(main())
