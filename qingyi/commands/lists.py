"""`qingyi lists`: the keyword lists, checked."""

from collections import Counter
from pathlib import Path

import typer
from rich.table import Table

from classifiers.lists import load_rules
from qingyi.console import console
from records.settings import settings

app = typer.Typer(help="关键词表：检查、统计。", no_args_is_help=True)


@app.command()
def check(folder: Path = typer.Argument(None, help="关键词表文件夹，默认为设置中的文件夹")) -> None:
    """检查关键词表的格式与引用，列出全部问题（文件、行、字段）。有问题时退出码为 2。"""
    rules = load_rules(folder or settings().lists_dir)
    table = Table("规则族", "规则", "词条")
    count: Counter[str] = Counter()
    terms: Counter[str] = Counter()
    for rule in rules.live.values():
        count[rule.family_title] += 1
        terms[rule.family_title] += len(rule.terms)
    for family in count:
        table.add_row(family, str(count[family]), str(terms[family]))
    table.add_row("合计", str(count.total()), str(terms.total()), style="bold")
    console.print(table)
    missed = sum(len(rule.examples.todo_match) for rule in rules.live.values())
    alarms = sum(len(rule.examples.todo_spare) for rule in rules.live.values())
    console.print(f"已知漏报 {missed} 条，已知误报 {alarms} 条（写在规则的例句里）")
    console.print(f"版本 {rules.version[:12]}")
