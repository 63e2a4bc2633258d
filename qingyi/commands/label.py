"""`qingyi label`: texts labelled by people with a key each, and how far two of them agree."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer
from rich.table import Table

from classifiers.lists.rules import Rule
from qingyi.clock import utc_now
from qingyi.console import console, current_engine, errors, evidence_store, refuse
from qingyi.labels import Label, LabelsRefused, Text, Verdict, add_label, read_labels, read_texts
from qingyi.rules import rules_in_force
from records.database import reading
from records.figures.decided_passages import DecidedPassage, list_decided_passages
from records.figures.estimates import Agreement, agreement
from records.store.whole_files import write_file
from reports.typical_cases import redacted

app = typer.Typer(help="标注。", no_args_is_help=True)

_KEYS: dict[str, Verdict] = {"1": "unlawful", "2": "lawful", "3": "unsure"}
_WORDS: dict[Verdict, str] = {"unlawful": "违法", "lawful": "合法", "unsure": "拿不准"}
_HELP = "1 违法　2 合法　3 拿不准　b 改上一条　q 停下，下次从这里继续"
_NAME = re.compile(r"[\w-]{1,40}")
_MOST_SHOWN = 9

FILE = typer.Argument(metavar="FILE", help="JSONL：每行含 text，可含 id")


@app.command("texts")
def label_texts(
    file: Path = FILE, by: str = typer.Option(..., "--by", help="标注人；各人的标注写在各自的文件里")
) -> None:
    """逐条标注。每按一键即写入 FILE 旁的“FILE 名.标注人.jsonl”；中断后再运行，从未标注的一条继续。"""
    if not sys.stdin.isatty():
        refuse("逐条标注要在终端里运行")
    texts, labels = _read(file, by)
    rules = list(rules_in_force().live.values())
    done = [text for text in texts if text.id in labels]
    rest = [text for text in texts if text.id not in labels]
    while rest:
        text = rest[0]
        console.rule(f"第 {len(texts) - len(rest) + 1} 条，共 {len(texts)} 条")
        console.print(text.text, markup=False, highlight=False)
        console.print(_HELP, style="dim", highlight=False)
        key = _key()
        if key == "q":
            break
        if key == "b" and done:
            rest.insert(0, done.pop())
        elif key in _KEYS:
            verdict = _KEYS[key]
            rule = _ask_rule(rules) if verdict == "unlawful" else ""
            add_label(_labels_of(file, by), text, verdict, rule, by, utc_now())
            console.print(f"{_WORDS[verdict]}{f'（{rule}）' if rule else ''}", style="bold")
            done.append(rest.pop(0))
    console.print(f"已标注 {len(done)} 条，还有 {len(rest)} 条", highlight=False)


@app.command("compare")
def compare(
    file: Path = FILE,
    one: str = typer.Argument(help="一位标注人"),
    other: str = typer.Argument(help="另一位标注人"),
) -> None:
    """两人标注的一致程度（Cohen κ），并列出不一致的各条。有不一致时退出码为 1。"""
    texts, first = _read(file, one)
    _, second = _read(file, other)
    both = [
        (text, first[text.id], second[text.id]) for text in texts if text.id in first and text.id in second
    ]
    if not both:
        errors.print("没有两人都标注过的文字", style="red")
        raise typer.Exit(2)
    broken = [(a.rule, b.rule) for _, a, b in both if a.label == b.label == "unlawful"]
    table = Table("比较", "两人都标注", "相同", "κ")
    _row(table, "违法、合法或拿不准", agreement([(a.label, b.label) for _, a, b in both]))
    _row(table, "都认为违法的：违反哪条规则", agreement(broken))
    console.print(table)
    apart = [(text, a, b) for text, a, b in both if (a.label, a.rule) != (b.label, b.rule)]
    for text, a, b in apart:
        console.print(f"{text.id}：{one} {_said(a)}，{other} {_said(b)}｜{text.text[:80]}", markup=False)
    raise typer.Exit(int(bool(apart)))


@app.command("export")
def export(
    file: Path = typer.Argument(metavar="FILE", help="写入的 JSONL 文件，尚不存在"),
) -> None:
    """把研判员已决定的案件写成标注：每案一行，是有命中的各句，隐去机构、人名、电话和网址；供重新学习用词。"""
    if file.exists():
        refuse(f"{file} 已存在，请换一个文件名")
    with reading(current_engine()) as session:
        passages = list(list_decided_passages(session, evidence_store()))
    owners = {
        owner: number for number, owner in enumerate(dict.fromkeys(p.institution_id for p in passages), 1)
    }
    lines = (json.dumps(_exported(one, owners), ensure_ascii=False) + "\n" for one in passages)
    try:
        write_file(file, "".join(lines).encode("utf-8", "replace"), mode=0o600)
    except OSError as error:
        refuse(f"无法写入 {file}：{error.strerror}")
    unlawful = sum(one.unlawful for one in passages)
    console.print(
        f"已写入 {len(passages)} 案：认定违法 {unlawful}，不予认定 {len(passages) - unlawful}；机构 {len(owners)} 家",
        highlight=False,
    )


def _exported(passage: DecidedPassage, owners: Mapping[int, int]) -> dict[str, object]:
    """A line as `benchmarks.accuracy.learn --real` reads it."""
    return {
        "id": f"case-{passage.case_id}",
        "text": redacted(passage.text, passage.names),
        "label": "violation" if passage.unlawful else "lawful",
        "rules": passage.rules,
        "kind": "decided",
        "source": f"机构{owners[passage.institution_id]}",
    }


def _row(table: Table, title: str, found: Agreement | None) -> None:
    if found is None:
        table.add_row(title, "0", "—", "—")
        return
    kappa = "—" if found.kappa is None else f"{found.kappa:.2f}"
    table.add_row(title, str(found.pairs), f"{found.equal:.0%}", kappa)


def _said(label: Label) -> str:
    return f"{_WORDS[label.label]}{f'（{label.rule}）' if label.rule else ''}"


def _key() -> str:
    """The next key; "q" at the end of input."""
    try:
        return typer.getchar().lower() or "q"
    except (KeyboardInterrupt, EOFError):
        return "q"


def _ask_rule(rules: Sequence[Rule]) -> str:
    """The id of the rule named by its id or part of its title; "" for an empty line."""
    while True:
        written = typer.prompt(
            "违反的规则（编号或名称的一部分，回车不填）", default="", show_default=False
        ).strip()
        if not written:
            return ""
        exact = [rule for rule in rules if written in (rule.id, rule.title)]
        found = exact or [rule for rule in rules if written in rule.id or written in rule.title]
        if len(found) == 1:
            return found[0].id
        names = "、".join(f"{rule.id} {rule.title}" for rule in found[:_MOST_SHOWN])
        console.print(
            f"有 {len(found)} 条规则：{names}" if found else "没有这样的规则", style="yellow", markup=False
        )


def _read(file: Path, by: str) -> tuple[list[Text], dict[str, Label]]:
    try:
        if not _NAME.fullmatch(by):
            raise LabelsRefused(f"标注人的名字只能有文字、数字、- 和 _：{by}")
        return read_texts(file), read_labels(_labels_of(file, by))
    except LabelsRefused as refused:
        refuse(str(refused))


def _labels_of(file: Path, by: str) -> Path:
    return file.with_name(f"{file.stem}.{by}.jsonl")
