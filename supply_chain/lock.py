"""The packages that `requirements.lock` names."""

import re
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
_PACKAGE = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)


@dataclass(frozen=True)
class LockedPackage:
    """A package of the lock, by its name and version."""

    name: str
    version: str

    def installed(self) -> Distribution | None:
        """As it is installed here; None where it is for another platform, or another version is installed."""
        try:
            found = distribution(self.name)
        except PackageNotFoundError:
            return None
        return found if found.version == self.version else None


def list_locked(lock: Path = LOCK) -> list[LockedPackage]:
    """The packages, in the lock's order. Raises ValueError where there are none."""
    found = [LockedPackage(*match) for match in _PACKAGE.findall(lock.read_text("utf-8"))]
    if not found:
        raise ValueError(f"{lock} names no package")
    return found
