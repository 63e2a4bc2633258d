"""The circumstances of taking evidence: place, network, clock, tools; a wrong clock is reported."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from jobs import circumstances as module
from jobs.circumstances import circumstances
from records.database import database_time, reading
from tests.servers.stamping import authority


@pytest.mark.databases("sqlite")
def test_what_is_set_and_what_is_found_stand_in_the_facts(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = module.settings().model_copy(
        update={"capture_place": "云溪市卫健委 3 号机房", "capture_network": "电信专线，出口 203.0.113.9"}
    )
    monkeypatch.setattr(module, "settings", lambda: own)
    found = circumstances(engine).as_facts()
    assert found["place"] == "云溪市卫健委 3 号机房"
    assert found["network"][0] == "电信专线，出口 203.0.113.9"
    assert "浏览器经本机代理直接连接网站，不经其他代理，不使用缓存" in found["network"]
    assert found["clock"] == ["数据库时钟：在取证主机上，是同一时钟"]
    assert {name.split()[0] for name in found["tools"]} >= {"清医", "Python", "playwright", "warcio"}


@pytest.mark.databases("postgresql")
def test_the_clock_is_compared_with_the_databases(engine: Engine) -> None:
    with reading(engine) as session:
        assert abs(database_time(session) - datetime.now(UTC)) < timedelta(seconds=5)
    found = circumstances(engine)
    assert found.clock[0].startswith("数据库时钟：相差 ")
    assert found.faults == ()


@pytest.mark.databases("sqlite")
def test_the_clock_is_compared_with_an_authoritys_and_a_wrong_one_is_a_fault(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    class Behind(datetime):
        """A clock that is an hour behind."""

        @classmethod
        def now(cls, tz=None) -> datetime:
            return datetime.now(tz) - timedelta(hours=1)

    with authority(tmp_path) as (url, _):
        own = module.settings().model_copy(update={"stamp_url": url})
        monkeypatch.setattr(module, "settings", lambda: own)
        right = circumstances(engine)
        monkeypatch.setattr(module, "datetime", Behind)
        wrong = circumstances(engine)
    assert right.clock[1].startswith(f"时间戳服务 {url}：相差 ")
    assert right.faults == ()
    (fault,) = wrong.faults
    assert fault.startswith(f"取证主机的时钟与时间戳服务 {url}相差 +3")
    unreachable = circumstances(engine).clock[1]
    assert "没有给出可用的答复" in unreachable
