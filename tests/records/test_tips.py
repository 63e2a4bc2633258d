"""Tips from a file: the day on which one was received is read as people write it."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, select

from records.database import reading, transaction
from records.models import AuditEntry, Tip, TipChannel
from records.sheets.table import TableFile
from records.tips import (
    NewTip,
    TipRefused,
    add_tip,
    answer_tip,
    checked_url,
    import_tips,
    show_reporter,
)

TODAY = date(2026, 11, 24)


def test_a_file_may_write_the_day_in_any_form(engine: Engine, now, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["网址", "收到日期"])
    for number, day in enumerate(("2026年11月20日", "2026.11.20", 20261120, date(2026, 11, 20), None)):
        sheet.append([f"http://x.test/{number}", day])
    sheet.append(["http://x.test/0", "2026/11/20"])
    sheet.append(["http://x.test/9", "2026年11月31日"])
    book.save(tmp_path / "tips.xlsx")
    with transaction(engine) as session:
        result = import_tips(
            session, TableFile.of(tmp_path / "tips.xlsx"), actor="test", today=TODAY, now=now
        )
    assert (result.added, result.unchanged) == (5, 1), "the same tip in another form is the same tip"
    assert list(map(str, result.faults)) == [
        "Sheet 第 8 行“收到日期”：没有“2026年11月31日”这一天，应写作 2026-07-01"
    ]
    with reading(engine) as session:
        days = session.scalars(select(Tip.received_on).order_by(Tip.id)).all()
    assert days == [*[date(2026, 11, 20)] * 4, TODAY]


@pytest.mark.parametrize(
    ("written", "channel"),
    [
        ("热线", TipChannel.HOTLINE),
        ("hotline", TipChannel.HOTLINE),
        ("12345热线", TipChannel.HOTLINE),
        ("群众来电", TipChannel.HOTLINE),
        ("信访件", TipChannel.LETTER),
        ("网上举报", TipChannel.WEB),
        ("区市场监管局移交", TipChannel.OFFICE),
        ("日常巡查", TipChannel.OWN),
    ],
)
@pytest.mark.databases("sqlite")
def test_a_channel_is_known_by_what_offices_call_it(
    engine: Engine, now, written: str, channel: TipChannel
) -> None:
    with transaction(engine) as session:
        new = NewTip("http://x.test/", channel=written)
        assert add_tip(session, new, actor="test", today=TODAY, now=now).channel is channel


@pytest.mark.parametrize(("written", "words"), [("微博", "没有“微博”"), ("网上来信", "看不出“网上来信”")])
@pytest.mark.databases("sqlite")
def test_a_channel_that_is_none_or_two_is_refused(engine: Engine, now, written: str, words: str) -> None:
    with transaction(engine) as session, pytest.raises(TipRefused, match=f"来源渠道：{words}，可用：热线、"):
        add_tip(session, NewTip("http://x.test/", channel=written), actor="test", today=TODAY, now=now)


@pytest.mark.databases("sqlite")
def test_a_cell_that_cannot_be_read_leaves_its_row_out(engine: Engine, now) -> None:
    file = TableFile("线索.csv", "网址,举报内容\nhttp://x.test/1,#N/A\nhttp://x.test/2,好\n".encode("gbk"))
    with transaction(engine) as session:
        result = import_tips(session, file, actor="test", today=TODAY, now=now)
    assert (result.added, list(map(str, result.faults))) == (
        1,
        ["线索 第 2 行“举报内容”：单元格是错误值 #N/A"],
    )


@pytest.mark.databases("sqlite")
def test_a_form_may_write_the_day_in_any_form(engine: Engine, now) -> None:
    with transaction(engine) as session:
        new = NewTip("http://x.test/", received_on="２０２６年１１月２０日")
        assert add_tip(session, new, actor="test", today=TODAY, now=now).received_on == date(2026, 11, 20)
        for written, words in (("2026年11月25日", "2026-11-25 在今天之后"), ("昨天", "“昨天”不是日期")):
            with pytest.raises(TipRefused, match=f"收到日期：{words}"):
                add_tip(
                    session, NewTip("http://x.test/", received_on=written), actor="test", today=TODAY, now=now
                )


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("ｈｔｔｐ：／／ｘ．ｔｅｓｔ／ａ", "http://x.test/a"),
        ("http：//x.test/a", "http://x.test/a"),
        ("www.x.test/a", "http://www.x.test/a"),
        ("https://x.test/s/1 请点开看", "https://x.test/s/1"),
        ("网址是https://x.test/s/1。", "https://x.test/s/1"),
        ("http://x.test/科室?a=皮肤#top", "http://x.test/科室?a=皮肤"),
        ("http://x.test/a b.html", "http://x.test/a b.html"),
    ],
)
def test_an_address_is_found_as_people_write_it(written: str, address: str) -> None:
    assert checked_url(written) == address


@pytest.mark.parametrize("written", ["", "云溪门诊部", "http:/x.test/a", "hxxp://x.test", "ftp://x.test/a"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(TipRefused, match="不是 http 或 https 网址"):
        checked_url(written)


@pytest.mark.databases("sqlite")
def test_an_order_keeps_its_number_and_the_reporters_answer(engine: Engine, now) -> None:
    new = NewTip("http://x.test/", reporter="王女士 13800138000", order_number=" 962223 26-0117 ")
    with transaction(engine) as session:
        add_tip(session, new, actor="user:taker", today=TODAY, now=now)
    for words, day, why in (
        (" ", None, "请填写"),
        ("已查处", date(2026, 11, 23), "早于收到日期"),
        ("已查处", date(2026, 11, 25), "在今天之后"),
    ):
        with transaction(engine) as session, pytest.raises(TipRefused, match=why):
            tip = session.scalars(select(Tip)).one()
            answer_tip(session, tip, words, day, actor="user:taker", today=TODAY, now=now)
    with transaction(engine) as session:
        tip = session.scalars(select(Tip)).one()
        answer_tip(session, tip, "已责令改正 ", None, actor="user:taker", today=TODAY, now=now)
        assert show_reporter(session, tip, actor="user:chief", now=now) == "王女士 13800138000"
    with reading(engine) as session:
        tip = session.scalars(select(Tip)).one()
        assert (tip.order_number, tip.answer, tip.answered_on) == ("962223 26-0117", "已责令改正", TODAY)
        log = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(one.actor, one.action) for one in log[-1:]] == [("user:chief", "reporter_shown")]
        assert not any("王女士" in f"{one.subject}{one.reason}{one.detail}" for one in log)


def test_an_order_number_of_a_page_is_refused(engine: Engine, now) -> None:
    with transaction(engine) as session, pytest.raises(TipRefused, match="工单号"):
        add_tip(session, NewTip("http://x.test/", order_number="1" * 61), actor="t", today=TODAY, now=now)


@pytest.mark.databases("sqlite")
def test_all_faults_of_a_row_are_told_at_once(engine: Engine, now) -> None:
    row = "ftp://x.test/,飞鸽传书,没有这家医院,2026-13-01"
    file = TableFile("tips.csv", f"网址,来源渠道,机构,收到日期\n{row}\n".encode())
    with transaction(engine) as session:
        result = import_tips(session, file, actor="test", today=TODAY, now=now)
    assert (result.added, [fault.column for fault in result.faults]) == (
        0,
        ["网址", "来源渠道", "收到日期", "机构"],
    )
