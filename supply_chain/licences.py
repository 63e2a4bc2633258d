"""Checks the licences of all locked packages against `licences.toml`: `python -m supply_chain.licences
[LIST.md]`.

Packages state their licence as an SPDX expression (PEP 639), or in words that the policy maps to an
expression. For a package with several statements or none, the policy decides by name, with a reason.
"""

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, get_spdx_licensing

from supply_chain.lock import LockedPackage, list_locked

POLICY = Path(__file__).with_name("licences.toml")
_SPDX = get_spdx_licensing()
_LICENCE = re.compile(r"License :: (?!OSI Approved$)")  # which by itself says nothing


class LicenceUnclear(Exception):
    """The policy does not understand a package's licence statement; the message quotes it."""


@dataclass(frozen=True)
class Policy:
    """The allowed SPDX identifiers, the meanings of other words, and the decisions on single packages."""

    allowed: frozenset[str]
    written_as: dict[str, str]
    decided: dict[str, dict[str, str]]

    @classmethod
    def read(cls, file: Path = POLICY) -> "Policy":
        """Raises ValueError for an invalid policy: TOML, unknown identifiers, a decision without its
        reason."""
        table = tomllib.loads(file.read_text("utf-8"))
        policy = cls(
            frozenset(table["allowed"]), dict(table.get("written_as", {})), dict(table.get("packages", {}))
        )
        for said in (
            *policy.allowed,
            *policy.written_as.values(),
            *(one["licence"] for one in policy.decided.values()),
        ):
            _expression(said)
        for name, one in policy.decided.items():
            if not one.get("why"):
                raise ValueError(f"{file.name}: [packages.{name}] gives no reason")
        return policy


@dataclass(frozen=True)
class Licensed:
    """A package with its licence as an SPDX expression; the fault says why it may not be used."""

    package: LockedPackage
    licence: str
    fault: str = ""
    note: str = ""


def judge(package: LockedPackage, said: Iterable[str], policy: Policy) -> Licensed:
    """Whether a package with these licence statements may be used."""
    decision = policy.decided.get(package.name)
    if decision:
        return Licensed(package, decision["licence"], note=decision["why"])
    try:
        licence = _licence(list(said), policy)
    except LicenceUnclear as unclear:
        return Licensed(package, "", str(unclear))
    fault = "" if _is_met(_expression(licence), policy.allowed) else f"{licence} is not allowed"
    return Licensed(package, licence, fault)


def statements(installed: Distribution) -> list[str]:
    """A package's statements of its licence: the expression alone, or else its classifiers, or else its
    field."""
    expression, classifiers, field = (
        [str(one).strip() for one in installed.metadata.get_all(name, [])]
        for name in ("License-Expression", "Classifier", "License")
    )
    named = [one.split(" :: ")[-1] for one in classifiers if _LICENCE.match(one)]
    return expression or named or [one for one in field if one]


def list_licences(policy: Policy, locked: Iterable[LockedPackage]) -> tuple[list[Licensed], list[str]]:
    """The locked packages that are installed here, judged; and the names of those that are not, which other platforms
    and versions of Python take."""
    locked = list(locked)
    installed = {package: found for package in locked if (found := package.installed())}
    judged = [judge(package, statements(found), policy) for package, found in installed.items()]
    here = {package.name for package in installed}
    return judged, sorted({package.name for package in locked} - here)


def _licence(said: list[str], policy: Policy) -> str:
    meant = {policy.written_as.get(one, one) for one in said}
    if len(meant) != 1:
        raise LicenceUnclear(
            f"says {' and '.join(sorted(meant))}" if meant else "says nothing of its licence"
        )
    (licence,) = meant
    try:
        _expression(licence)
    except ValueError as error:
        raise LicenceUnclear(str(error)) from None
    return licence


def _expression(said: str) -> Any:  # noqa: ANN401 - license_expression has no types
    try:
        return _SPDX.parse(said, validate=True)
    except ExpressionError:
        raise ValueError(f"{said[:60]!r} is no SPDX expression") from None


def _is_met(expression: Any, allowed: frozenset[str]) -> bool:  # noqa: ANN401 - as above
    """Whether an expression can be met: all parts that AND joins, one of those that OR joins."""
    if not expression.args:
        return str(expression) in allowed
    met = [_is_met(part, allowed) for part in expression.args]
    return all(met) if type(expression).__name__ == "AND" else any(met)


def _table(found: list[Licensed]) -> str:
    rows = [
        f"| {one.package.name} | {one.package.version} | {one.licence} | {one.fault or one.note} |"
        for one in found
    ]
    return "\n".join(["| package | version | licence | note |", "| --- | --- | --- | --- |", *rows, ""])


def main() -> int:
    """Print the faults and the count, and write the list on request; 1 where there are faults."""
    found, elsewhere = list_licences(Policy.read(), list_locked())
    faults = [one for one in found if one.fault]
    if sys.argv[1:]:
        Path(sys.argv[1]).write_text(_table(found), "utf-8")
    for one in faults:
        print(f"{one.package.name} {one.package.version}: {one.fault}")  # noqa: T201 - a command
    names = ", ".join(elsewhere)
    print(  # noqa: T201
        f"{len(found)} packages, {len(faults)} of them not as {POLICY.name} allows"
        + (f"; not installed here: {names}" if names else "")
    )
    return 1 if faults or not found else 0


if __name__ == "__main__":
    sys.exit(main())
