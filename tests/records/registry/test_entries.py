"""The registry entry by entry: checked as its files are, and each change is in the log."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from records.database import reading, transaction
from records.models import AuditEntry, Institution, Role, Source, User
from records.people.sign_in import add_user
from records.registry.entries import (
    KINDS,
    EntryRefused,
    Plan,
    count_entries,
    entry_cells,
    find_entry,
    list_entries,
    plan_sources,
    save_entry,
)
from tests.records.registry.test_exchange import code

HOSPITAL = {"统一社会信用代码": code(1), "第一名称": "青禾医院", "级别": "其他", "辖区": "城东区"}


@pytest.fixture
def save(engine: Engine, now: datetime):
    with transaction(engine) as session:
        add_user(session, "admin", "a-long-password", Role.ADMINISTRATOR)

    def call(kind: str, cells: dict[str, str], entry_id: int | None = None) -> int:
        with transaction(engine) as session:
            entry = find_entry(session, KINDS[kind], entry_id) if entry_id else None
            by = session.scalars(select(User)).one()
            return save_entry(session, KINDS[kind], cells, entry, by=by, now=now).id

    return call


def site(**more: str) -> dict[str, str]:
    return {"统一社会信用代码": code(1), "网址": "https://qinghe.example.com/", **more}


def test_an_entry_is_added_read_back_as_typed_and_changed(engine: Engine, save) -> None:
    institution = save("institutions", {**HOSPITAL, "诊疗科目": "内科、外科"})
    added = save("sites", site(巡查间隔小时="12"))
    with reading(engine) as session:
        typed = entry_cells(find_entry(session, KINDS["sites"], added), KINDS["sites"])
    assert (typed["统一社会信用代码"], typed["巡查间隔小时"], typed["启用"]) == (code(1), "12", "是")
    assert save("sites", {**typed, "启用": "否"}, added) == added
    with reading(engine) as session:
        assert not session.get_one(Source, added).enabled
        assert session.get_one(Institution, institution).departments == ["内科", "外科"]
        log = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert log[-1].reason == "变更站点：启用"
    assert log[-1].detail == {"changes": {"启用": ["是", "否"]}}


def test_saving_what_is_there_already_writes_nothing_into_the_log(engine: Engine, save) -> None:
    added = save("institutions", HOSPITAL)
    with reading(engine) as session:
        typed = entry_cells(find_entry(session, KINDS["institutions"], added), KINDS["institutions"])
    save("institutions", typed, added)
    with reading(engine) as session:
        assert len(session.scalars(select(AuditEntry)).all()) == 1


@pytest.mark.parametrize(
    ("kind", "cells", "heading", "words"),
    [
        ("institutions", {**HOSPITAL, "级别": "三甲"}, "级别", "应为"),
        ("institutions", {**HOSPITAL, "第一名称": ""}, "第一名称", "不能为空"),
        ("institutions", HOSPITAL, "统一社会信用代码", "已经登记：青禾医院"),
        ("sites", site(网址="ftp://x"), "网址", "不是 http"),
        ("sites", {**site(), "统一社会信用代码": code(7)}, "统一社会信用代码", "请先登记机构"),
        ("sites", site(遵守robots="否"), "", "不遵守理由"),
        ("sites", site(最大页数="很多"), "最大页数", "不是整数"),
        ("certificates", {"统一社会信用代码": code(1), "文号": "一号"}, "文号", "文号"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(save, kind, cells, heading: str, words: str) -> None:
    save("institutions", HOSPITAL)
    with pytest.raises(EntryRefused) as refused:
        save(kind, cells)
    assert words in refused.value.faults[heading]


def test_entries_are_found_by_any_of_their_words_and_by_their_institution(engine: Engine, save) -> None:
    first = save("institutions", HOSPITAL)
    save(
        "institutions", {**HOSPITAL, "统一社会信用代码": code(2), "第一名称": "白鹭门诊部", "辖区": "城西区"}
    )
    save("sites", site())
    save("sites", {**site(网址="https://bailu.example.com/"), "统一社会信用代码": code(2)})
    with reading(engine) as session:
        sites, institutions = KINDS["sites"], KINDS["institutions"]
        assert [one.name for one in list_entries(session, institutions, "白鹭", 9)] == ["白鹭门诊部"]
        assert [one.address for one in list_entries(session, sites, "青禾 example", 9)] == [site()["网址"]]
        assert count_entries(session, sites, "100%") == 0, "no sign of a pattern"
        assert count_entries(session, sites, institution_id=first) == 1
        assert find_entry(session, KINDS["accounts"], 1) is None, "a site is no account"


def test_a_shorter_interval_does_not_wait_for_the_longer_one_to_end(engine: Engine, save, now) -> None:
    save("institutions", HOSPITAL)
    added = save("sites", site(巡查间隔小时="720"))
    with transaction(engine) as session:
        session.get_one(Source, added).next_visit_at = now + timedelta(days=29)
    with transaction(engine) as session:
        by = session.scalars(select(User)).one()
        assert plan_sources(session, [added, 999], Plan(interval_hours=24), by=by, now=now) == 1
        assert plan_sources(session, [added], Plan(interval_hours=24), by=by, now=now) == 0
    with reading(engine) as session:
        source = session.get_one(Source, added)
        assert source.next_visit_at == now + timedelta(hours=24)
        assert (
            session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).all()[-1]
            == "调整巡查计划：巡查间隔 24 小时"
        )
