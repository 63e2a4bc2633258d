"""The entrance: gathers the commands, turns a user's mistake into one line and an exit code.

Exit codes: 0 done; 1 done, but something was left out or found (each command's help says what);
2 the command was used wrongly or cannot run here; 3 the same task is running already.
"""

import sys

import typer
from alembic.util.exc import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from classifiers.list_files import ListsRefused
from crawler.errors import BrowserMissing, FetchFailed
from qingyi.commands import coverage, crawl, database, evidence, judge, lists, people, registry, serve
from qingyi.console import errors
from records.database import DatabaseBehind
from records.leases import TaskRunning
from records.registry.sheets import FileRefused

app = typer.Typer(
    name="qingyi",
    help="清医：医疗广告网络监测。抓取、存证、研判、转送、核验。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.add_typer(database.app, name="database")
app.add_typer(registry.app, name="registry")
app.add_typer(lists.app, name="lists")
app.add_typer(evidence.app, name="evidence")
app.add_typer(people.users, name="user")
app.add_typer(people.offices, name="office")
app.command("crawl")(crawl.crawl)
app.command("coverage")(coverage.coverage)
app.command("flag")(crawl.flag)
app.command("recheck")(crawl.recheck)
app.command("judge")(judge.judge)
app.command("serve")(serve.serve)


def main() -> None:
    """Run the command line."""
    try:
        app()
    except TaskRunning as error:
        _fail(str(error), 3)
    except (DatabaseBehind, FileRefused, ListsRefused, BrowserMissing, FetchFailed, CommandError) as error:
        _fail(str(error), 2)
    except ValidationError as error:
        lines = [f"QINGYI_{str(d['loc'][0]).upper()}: {d['msg']}" for d in error.errors() if d["loc"]]
        _fail("设置有误：\n" + "\n".join(lines), 2)
    except OperationalError as error:
        _fail(f"数据库无法使用：{str(error.orig).strip().splitlines()[0]}", 2)
    except KeyboardInterrupt:
        _fail("已中断；抓取可再次运行同一命令从断点继续", 130)


def _fail(message: str, code: int) -> None:
    errors.print(f"错误：{message}", style="red", markup=False, highlight=False)
    sys.exit(code)


if __name__ == "__main__":
    main()
