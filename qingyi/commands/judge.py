"""`qingyi judge`: judge one text or page by hand; nothing is stored."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import typer
from rich.table import Table

from classifiers import judge as pipeline
from classifiers.values import KIND_LABELS, SEVERITY_LABELS, Facts, Judgement, PageText
from crawler.extract import decode_html
from crawler.sources.post import read_post
from qingyi.batch import judge_lines
from qingyi.console import console, errors, rules_in_force

_COLOURS = {"high": "red", "medium": "yellow", "low": "cyan"}


def judge(
    file: str = typer.Argument(help="文本或 HTML 文件；- 表示标准输入"),
    jsonl: bool = typer.Option(False, "--jsonl", help="批量：每行一个 JSON 对象，逐行输出，顺序不变"),
    as_json: bool = typer.Option(False, "--json", help="输出 JSON"),
    explain: bool = typer.Option(False, "--explain", help="同时列出被排除的命中及理由"),
) -> None:
    """研判一段文字或一个网页文件，只看内容，不存储。有命中时退出码为 1。

    --jsonl 批量研判：每行含 id 和 text 或 html；有坏行时退出码为 1，其余照常。
    """
    try:
        with _opened(file) as stream:
            if jsonl:
                bad = judge_lines(stream, sys.stdout, rules_in_force(), datetime.now(UTC).date())
                raise typer.Exit(int(bad > 0))
            raw = stream.read()
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        errors.print(f"错误：无法读取 {file}：{error.strerror}", style="red", markup=False)
        raise typer.Exit(2) from None
    text = decode_html(raw, "")
    page = read_post(text)[0] if "<" in text and "</" in text else PageText.of_plain(text)
    judgement = pipeline.judge(page, rules_in_force(), Facts(seen_on=datetime.now(UTC).date()))
    if as_json:
        console.print_json(json.dumps(_as_dict(judgement), ensure_ascii=False))
    else:
        _print(judgement, explain)
    raise typer.Exit(int(judgement.unlawful))


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == "-":
        yield sys.stdin.buffer
    else:
        with Path(file).open("rb") as stream:
            yield stream


def _as_dict(judgement: Judgement) -> dict[str, object]:
    findings = [
        {**asdict(finding), "law": [str(article) for article in finding.law]}
        for finding in judgement.findings
    ]
    return {
        "unlawful": judgement.unlawful,
        "page_kind": judgement.page_kind,
        "page_kind_reasons": judgement.page_kind_reasons,
        "score": judgement.score,
        "findings": findings,
        "spared": [asdict(spared) for spared in judgement.spared],
    }


def _print(judgement: Judgement, explain: bool) -> None:
    console.print(
        f"页面类别：{KIND_LABELS[judgement.page_kind]}（{'；'.join(judgement.page_kind_reasons)}）",
        markup=False,
    )
    table = Table("程度", "规则", "位置", "说明", show_lines=True)
    for finding in judgement.findings:
        colour = _COLOURS[finding.severity]
        severity = f"[{colour}]{SEVERITY_LABELS[finding.severity]}[/]"
        table.add_row(severity, finding.title, f"{finding.start}–{finding.end}", finding.why)
    console.print(table if judgement.findings else "没有命中")
    if explain:
        for spared in judgement.spared:
            console.print(f"排除：“{spared.quote}”（{spared.rule}），{spared.reason}", markup=False)
        for part in judgement.score_parts:
            console.print(f"分值 {part.points:+d}：{part.reason}", markup=False)
