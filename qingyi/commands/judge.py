"""`qingyi judge`: judge one text or page by hand; nothing is stored."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, cast

import typer
from rich.table import Column, Table
from rich.text import Text

from classifiers import judge as pipeline
from classifiers.found_words import FoundWords, gather_words
from classifiers.lists.rules import RuleSet
from classifiers.values import (
    AGREEMENT_LABELS,
    CONTACT_LABELS,
    GRAVITY_LABELS,
    KIND_LABELS,
    SEVERITY_LABELS,
    Facts,
    Judgement,
    PageText,
    Severity,
)
from crawler.platforms import read_post
from crawler.single import fetch_page
from crawler.workers.page_reader import shared_reader
from qingyi.batch import judge_lines
from qingyi.clock import utc_now
from qingyi.console import console, refuse
from qingyi.rules import rules_in_force
from records.local_time import local_day
from records.snapshots.encoding import decode_html

_PLACES_SHOWN = 3
_COLOURS = {"high": "red", "medium": "yellow", "low": "cyan"}


def judge(
    source: str = typer.Argument(metavar="FILE|URL|-", help="文本或 HTML 文件，网址，- 表示标准输入"),
    jsonl: bool = typer.Option(False, "--jsonl", help="批量：每行一个 JSON 对象，逐行输出，顺序不变"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON"),
    explain: bool = typer.Option(
        False, "--explain", help="列出每一步：还原、排除、规则的说明、类别、轻重、分值"
    ),
) -> None:
    """研判一段文字、一个网页文件或一个网址，只看内容，不存储。有命中时退出码为 1。

    --jsonl 批量研判：每行含 id 和 text 或 html；有坏行时退出码为 1，其余照常。
    """
    if jsonl:
        with _opened(source) as stream:
            bad = judge_lines(stream, sys.stdout, rules_in_force(), local_day(utc_now()))
        raise typer.Exit(int(bad > 0))
    rules = rules_in_force()
    page = fetch_page(source) if source.startswith(("http://", "https://")) else _read(source)
    judgement = pipeline.judge(page, rules, Facts(seen_on=local_day(utc_now())))
    if as_json:
        console.print_json(json.dumps(_as_dict(page, judgement), ensure_ascii=False))
    else:
        _print(judgement)
        if explain:
            _explain(page, judgement, rules)
    raise typer.Exit(int(judgement.unlawful))


def _read(source: str) -> PageText:
    with _opened(source) as stream:
        text = decode_html(stream.read(), "")
    return (
        shared_reader().read(read_post, text, "").text
        if "<" in text and "</" in text
        else PageText.of_plain(text)
    )


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(source).open("rb"))
        except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
            refuse(f"无法读取 {source}：{error.strerror}")
        yield stream


def _as_dict(page: PageText, judgement: Judgement) -> dict[str, object]:
    findings = [
        {**asdict(finding), "law": [str(article) for article in finding.law]}
        for finding in judgement.findings
    ]
    return {
        "unlawful": judgement.unlawful,
        "page_kind": judgement.page_kind,
        "page_kind_reasons": judgement.page_kind_reasons,
        "gravity": judgement.gravity,
        "gravity_reasons": judgement.gravity_reasons,
        "score": judgement.score,
        "score_parts": [asdict(part) for part in judgement.score_parts],
        "text": page.text,
        "findings": findings,
        "found_words": [asdict(row) for row in gather_words(judgement.findings)],
        "spared": [asdict(spared) for spared in judgement.spared],
        "contacts": [asdict(contact) for contact in judgement.contacts],
        "certificates": judgement.certificates,
    }


def _print(judgement: Judgement) -> None:
    kind, reasons = KIND_LABELS[judgement.page_kind], "；".join(judgement.page_kind_reasons)
    console.print(f"页面类别：{kind}（{reasons}）", markup=False)
    if judgement.certificates:
        console.print(f"出示的审查证明文号：{'、'.join(judgement.certificates)}", markup=False)
    if not judgement.findings:
        console.print("没有命中")
        return
    table = Table("程度", "规则", "文字", "位置", Column("说明", overflow="fold"), show_lines=True)
    for row in gather_words(judgement.findings):
        colour = _COLOURS[row.severity]
        severity = f"[{colour}]{SEVERITY_LABELS[cast(Severity, row.severity)]}[/]"
        table.add_row(severity, row.title, Text(_words(row)), _places(row), row.why)
    console.print(table)
    console.print(f"处理建议：{GRAVITY_LABELS[judgement.gravity]}（{'；'.join(judgement.gravity_reasons)}）")


def _words(row: FoundWords) -> str:
    """The words as written, and as read where that differs."""
    return f"{row.quote} → {row.read_as}" if row.read_as else row.quote or "—"


def _places(row: FoundWords) -> str:
    """Where the words stand, the first few of many."""
    shown = "、".join(f"{start}–{end}" for start, end in row.places[:_PLACES_SHOWN])
    return shown if len(row.places) <= _PLACES_SHOWN else f"{shown} 等 {len(row.places)} 处"


def _explain(page: PageText, judgement: Judgement, rules: RuleSet) -> None:
    plain = pipeline.restored(page.text, rules).text
    if plain != page.text:
        console.print(f"还原后的文字：{plain[:2000]}", markup=False)
    for spared in judgement.spared:
        console.print(f"排除：“{spared.quote}”（{spared.rule}），{spared.reason}", markup=False)
    for rule in dict.fromkeys(rules.by_id[finding.rule] for finding in judgement.findings):
        for words, said in (("合法的写法", rule.advice), ("已知误报", rule.known_false_alarms)):
            if said:
                console.print(f"{words}（{rule.title}）：{said}", markup=False)
    for contact in judgement.contacts:
        console.print(f"联系方式：{CONTACT_LABELS[contact.kind]} {contact.quote}", markup=False)
    for aligned in judgement.alignment:
        words = f"{AGREEMENT_LABELS[aligned.agreement]}：{aligned.quote or '—'} ｜ {aligned.approved or '—'}"
        console.print(words, markup=False)
    for part in judgement.score_parts:
        console.print(f"分值 {part.points:+d}：{part.reason}", markup=False)
    console.print(f"分值合计：{judgement.score}")
