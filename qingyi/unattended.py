"""Commands that the container, the schedule and the queue start: nobody watches their words."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from jobs.processes import is_step
from qingyi.console import say_in_logs
from records.settings import settings
from telemetry.logs import logs_json
from telemetry.traces import TraceForm, set_up_traces

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def unattended(command: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
    """Have a command say its words where the log goes, if that is JSON, and send its spans. Where it runs as a step,
    its words are kept for people as well. Raises TracesMissing when it is called."""

    @wraps(command)
    def logged(*values: _Given.args, **named: _Given.kwargs) -> _Returned:
        if logs_json():
            say_in_logs(sys.stdout if is_step() else None)
        if settings().traces_url:
            set_up_traces(TraceForm(settings().traces_url, settings().deployment))
        return command(*values, **named)

    logged.is_unattended = True  # type: ignore[attr-defined] # a test compares the marks with the started commands
    return logged
