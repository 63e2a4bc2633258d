"""What is wrong with the lists: by file, line and field."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ListFault:
    """One thing that is wrong in one file: where, what, and how to put it right."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


class ListsRefused(Exception):
    """The lists cannot be used. `faults` names all that is wrong, not only the first."""

    def __init__(self, faults: list[ListFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    def __reduce__(self) -> tuple[type["ListsRefused"], tuple[list[ListFault]]]:
        return type(self), (self.faults,)  # it may come from another process
