"""`qingyi recheck`: looks at disposed pages again."""

import typer
from rich.table import Table

from jobs import recheck as rechecks
from qingyi.clock import utc_now
from qingyi.console import console, current_engine, evidence_store
from qingyi.rules import rules_in_force
from qingyi.unattended import unattended
from records.models import Verification
from records.task_locks import hold


@unattended
def recheck(
    case: list[int] = typer.Option(None, "--case", help="只核验这个案件（已处置或已核验的），可重复"),
) -> None:
    """核验已处置的案件：重新抓取页面，内容消失的改为已核验，仍在的改为复现。"""
    engine, store, rules = current_engine(), evidence_store(), rules_in_force()
    with hold(engine, "recheck"):
        found = rechecks.recheck(engine, store, rules, case or None, utc_now())
    if not found:
        console.print("没有到期的核验")
        return
    console.print(_table(found))


def _table(found: list[Verification]) -> Table:
    table = Table("案件", "结果", "所见")
    for verification in found:
        table.add_row(str(verification.case_id), verification.outcome.label, verification.reason)
    return table
