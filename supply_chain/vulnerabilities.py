"""Asks whether a locked package is known to be vulnerable: `python -m supply_chain.vulnerabilities [--strict]`.

`pip-audit` asks PyPI. Where there is no network, or a mirror that knows no advisories, nothing can be told: this is
said, and fails with `--strict` only. What was looked at and accepted is in `accepted.toml`, each with a reason and the
day until which it stands.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from supply_chain.lock import LOCK

ACCEPTED = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True)
class Answer:
    """What came of asking: for how many packages there was an answer, for which none, and what is known of whom."""

    asked: int
    unasked: tuple[str, ...]
    found: tuple[tuple[str, str, str], ...]  # package, advisory, the versions in which it is mended
    failure: str = ""


@dataclass(frozen=True)
class Accepted:
    """An advisory that is lived with until a day."""

    why: str
    until: date


def read_accepted(file: Path = ACCEPTED) -> dict[str, Accepted]:
    """By the advisory's identifier. Raises TypeError, KeyError or ValueError for an entry without reason or day."""
    entries = tomllib.loads(file.read_text("utf-8"))
    accepted = {name: Accepted(one["why"], one["until"]) for name, one in entries.items()}
    for name, one in accepted.items():
        if not one.why or type(one.until) is not date:
            raise ValueError(f"{file.name}: [{name}] needs a reason and a day")
    return accepted


def ask(lock: Path = LOCK, service: tuple[str, ...] = ()) -> Answer:
    """Ask about all packages of a lock; `service` is options of pip-audit that name another one than PyPI."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--format",
        "json",
        "--progress-spinner",
        "off",
        "--disable-pip",
    ]
    done = subprocess.run(  # noqa: S603 - pip-audit, with our own lock
        [*command, "--require-hashes", "--requirement", str(lock), *service],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"]
        return Answer(0, (), (), said[-1][:300])
    unasked = tuple(one["name"] for one in packages if "skip_reason" in one)
    found = tuple(
        (f"{one['name']} {one['version']}", advisory["id"], ", ".join(advisory["fix_versions"]))
        for one in packages
        for advisory in one.get("vulns", ())
    )
    return Answer(len(packages) - len(unasked), unasked, found)


def report(answer: Answer, accepted: Mapping[str, Accepted], today: date) -> tuple[list[str], bool]:
    """What to say of an answer, and whether nothing is known that is not accepted."""
    lines, is_good = [], True
    for package, advisory, mended in answer.found:
        one = accepted.get(advisory)
        if one and today <= one.until:
            lines.append(f"{package}: {advisory}, accepted until {one.until}: {one.why}")
        else:
            lines.append(f"{package}: {advisory}, mended in {mended or 'no version'}")
            is_good = False
    if answer.failure:
        lines.append(f"not audited, nobody could be asked: {answer.failure}")
    elif answer.unasked:
        lines.append(f"not audited, unknown where it was asked: {len(answer.unasked)} packages")
    lines.append(f"{answer.asked} packages audited, {len(answer.found)} known weaknesses")
    return lines, is_good


def main() -> int:
    """Ask and say; 1 where a weakness is known, or, with `--strict`, where something could not be asked."""
    answer = ask()
    lines, is_good = report(answer, read_accepted(), datetime.now(UTC).date())
    print("\n".join(lines))  # noqa: T201 - a command
    is_whole = not (answer.failure or answer.unasked)
    return 0 if is_good and (is_whole or "--strict" not in sys.argv[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())
