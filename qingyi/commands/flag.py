"""`qingyi flag`: judges snapshots that a crawl left unjudged."""

from jobs.flag import flag_new
from qingyi.clock import utc_now
from qingyi.commands.crawl import CRAWL_TASK
from qingyi.console import console, counting, current_engine, evidence_store, warn_of_unjudged
from qingyi.rules import rules_in_force
from records.task_locks import hold


def flag() -> None:
    """研判尚未研判的快照，有命中的列为待研判案件。"""
    engine, store, rules = current_engine(), evidence_store(), rules_in_force()
    with hold(engine, CRAWL_TASK), counting("研判中（快照）") as progress:
        result = flag_new(engine, store, rules, utc_now(), progress)
    console.print(f"研判 {result.judged} 个快照，其中 {result.unlawful} 个有命中")
    warn_of_unjudged(result.refused)
