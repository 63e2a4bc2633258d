"""Asks whether a locked package is known to be vulnerable: `python -m supply_chain.vulnerabilities [--strict]`.

`pip-audit` asks PyPI. Without a network, or with a mirror that knows no advisories, there is no result: the
output says so, and only `--strict` fails. `accepted.toml` holds the reviewed and accepted advisories, each
with a reason and its last day.
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
    """The result: the number of packages with an answer, those without, and the known advisories."""

    asked: int
    unasked: tuple[str, ...]
    found: tuple[tuple[str, str, str], ...]  # package, advisory, the versions that fix it
    failure: str = ""


@dataclass(frozen=True)
class Accepted:
    """An advisory that is accepted until a day."""

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
    """The lines to print for an answer, and whether every known advisory is accepted."""
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
    """Ask and print; 1 where a vulnerability is known, or, with `--strict`, where a package had no answer."""
    answer = ask()
    lines, is_good = report(answer, read_accepted(), datetime.now(UTC).date())
    print("\n".join(lines))  # noqa: T201 - a command
    is_whole = not (answer.failure or answer.unasked)
    return 0 if is_good and (is_whole or "--strict" not in sys.argv[1:]) else 1


if __name__ == "__main__":
    sys.exit(main())
