"""The faults of the lists: by file, line and field."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ListFault:
    """One fault in one file: where, what, and how to correct it."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


class ListsRefused(Exception):
    """The lists cannot be used. `faults` holds all faults, not only the first."""

    def __init__(self, faults: list[ListFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    def __reduce__(self) -> tuple[type["ListsRefused"], tuple[list[ListFault]]]:
        return type(self), (self.faults,)  # it may come from another process
