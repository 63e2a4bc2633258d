"""Tips from a file: the day on which one was received is read as people write it."""

from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine, select

from records.database import reading, transaction
from records.models import Tip
from records.tips import NewTip, TipRefused, add_tip, import_tips

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
        result = import_tips(session, tmp_path / "tips.xlsx", actor="test", today=TODAY, now=now)
    assert (result.added, result.unchanged) == (5, 1), "the same tip in another form is the same tip"
    assert list(map(str, result.faults)) == [
        "Sheet 第 8 行“收到日期”：没有“2026年11月31日”这一天，应写作 2026-07-01"
    ]
    with reading(engine) as session:
        days = session.scalars(select(Tip.received_on).order_by(Tip.id)).all()
    assert days == [*[date(2026, 11, 20)] * 4, TODAY]


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
