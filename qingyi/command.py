"""The entrance: gathers the commands, turns a user's mistake into one line and an exit code.

Exit codes: 0 done; 1 done, but something was left out or found (each command's help says what);
2 the command was used wrongly or cannot run here; 3 the same task is running already.
"""

import logging
import os
import re
import sqlite3
import sys
from importlib import import_module

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import DBAPIError, OperationalError

from classifiers.lists.faults import ListsRefused
from crawler.errors import (
    BrowserMissing,
    FetchFailed,
    PlatformsRefused,
    ProcessLost,
    TemplateRefused,
    ViewerMissing,
)
from jobs.processes import end_with_parent
from qingyi.console import say_error
from records.database import DatabaseUnfit
from records.lists.agreement import VersionMissing
from records.settings import Settings, settings
from records.sheets.table import FileRefused
from records.storage_faults import StorageFailed, storage_fault
from records.task_locks import TaskRunning
from records.validator_words import in_words
from telemetry.logs import LogForm, logs_json, set_up_logs
from telemetry.traces import TracesMissing

# Where each command lives. Only the module of the named command is imported: together they take seconds.
_GROUPS = {
    "database": "database:app",
    "registry": "registry:app",
    "lists": "lists:app",
    "evidence": "evidence:app",
    "queue": "queue:app",
    "tips": "tips:app",
    "audit": "audit:app",
    "quality": "audit:quality",
    "label": "label:app",
    "webhook": "webhook:app",
    "user": "people:users",
    "office": "people:offices",
}
_COMMANDS = {
    "backup": "backup:backup",
    "restore": "backup:restore",
    "crawl": "crawl:crawl",
    "browsers": "crawl:browsers",
    "coverage": "coverage:coverage",
    "flag": "crawl:flag",
    "recheck": "recheck:recheck",
    "judge": "judge:judge",
    "serve": "serve:serve",
    "worker": "crawl:worker",
}


def command_line(named: str | None = None) -> typer.Typer:
    """The command line: of one command where `named` is one, of all otherwise (as for --help)."""
    app = typer.Typer(
        name="qingyi",
        help="清医：医疗广告网络监测。抓取、存证、研判、转送、核验。",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(lambda: None)  # a group even with a single command
    for name, where in {**_GROUPS, **_COMMANDS}.items():
        if named in {*_GROUPS, *_COMMANDS} and name != named:
            continue
        module, attribute = where.split(":")
        found = getattr(import_module(f"qingyi.commands.{module}"), attribute)
        if name in _GROUPS:
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def main() -> None:
    """Run the command line."""
    os.umask(0o077)  # nobody else may read our files
    _set_up_logs()
    end_with_parent()
    try:
        command_line(sys.argv[1] if len(sys.argv) > 1 else None)()
    except TaskRunning as error:
        _fail(str(error), 3)
    except (
        DatabaseUnfit,
        FileRefused,
        ListsRefused,
        BrowserMissing,
        ViewerMissing,
        FetchFailed,
        PlatformsRefused,
        ProcessLost,
        StorageFailed,
        TemplateRefused,
        TracesMissing,
        VersionMissing,
    ) as error:
        _fail(str(error), 2)
    except ValidationError as error:
        if error.title != Settings.__name__:
            _note_crash()
            raise
        lines = [f"QINGYI_{str(d['loc'][0]).upper()}: {in_words(d)}" for d in error.errors() if d["loc"]]
        _fail("设置有误：\n" + "\n".join(lines), 2)
    except SettingsError as error:
        names = re.findall(r'field "(\w+)"', str(error))  # a secret's file, which cannot be read as text
        _fail(f"设置有误：\nQINGYI_{''.join(names).upper()}: 读不了：{error.__cause__ or error}", 2)
    except OperationalError as error:
        _fail(f"数据库无法使用：{str(error.orig).strip().splitlines()[0]}", 2)
    except (DBAPIError, sqlite3.Error, OSError) as error:
        if not (fault := storage_fault(error)):
            _note_crash()
            raise
        _fail(fault, 2)
    except KeyboardInterrupt:
        _fail("已中断；抓取可再次运行同一命令从断点继续", 130)
    except Exception:
        _note_crash()
        raise


def _set_up_logs() -> None:
    try:
        set_up_logs(LogForm(settings().log_format == "json", settings().secrets))
    except (ValidationError, SettingsError):  # the command says which, if it reads them
        set_up_logs(LogForm())


def _note_crash() -> None:
    """An error that nobody foresaw: as JSON it is a record like all others, and no lines besides."""
    if logs_json():
        logging.getLogger(__name__).critical("the command broke off", exc_info=True)
        sys.exit(1)


def _fail(message: str, code: int) -> None:
    say_error(message)
    sys.exit(code)


if __name__ == "__main__":
    main()
