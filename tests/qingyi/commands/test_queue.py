"""An office without programs of its own: transfers into a folder, results from a table."""

import os
from pathlib import Path

import pytest

from evidence.verification import verify_package
from qingyi.client import _RETRY, QueueClient, QueueRefused, QueueUnreachable
from tests import commands
from tests.api.conftest import case_id, served
from tests.api.pages import transfer
from tests.records import registered

__all__ = ["case_id", "served"]


def qingyi(served, *arguments: str, token: str = "") -> commands.Done:
    environment = {**os.environ, "QINGYI_URL": served.url, "QINGYI_TOKEN": token or served.token}
    return commands.run("queue", *arguments, environment=environment)


def test_transfers_are_pulled_whole_and_results_reported_from_a_table(
    served, store, rules, now, case_id, tmp_path: Path
) -> None:
    registered.captured(served.engine, store, case_id)
    first = transfer(served, case_id)
    transfer(served, registered.case(served.engine, store, rules, now, 2))
    second = first + 1
    folder = tmp_path / "转送件"
    done = qingyi(served, "pull", str(folder))
    assert (done.returncode, "取得 2 件" in done.stdout) == (0, True), done.stderr
    manifest, faults = verify_package(folder / str(first) / "evidence.zip")
    assert (manifest is not None, faults) == (True, [])
    assert "治愈率98%" in (folder / str(first) / "说明.txt").read_text("utf-8")
    assert registered.state(served.engine, case_id) == "已签收"
    assert "取得 0 件" in qingyi(served, "pull", str(folder)).stdout

    (tmp_path / "通知.pdf").write_bytes(b"%PDF-1.4 a notice")
    table = tmp_path / "结果.csv"
    table.write_text(
        f"编号,结果,日期,文书号,说明,附件\n{first},删除,2026年11月24日,网信处〔2026〕1号,,通知.pdf\n"
        f"{second + 1},删除,2026-11-24,,,\nx,删除,2026-11-24,,,\n{second},吃掉,2026-11-24,,,\n"
        f"{second},删除,昨天,,,\n{second},删除,2026-11-24,,,没有.pdf\n",
        "utf-8",
    )
    done = qingyi(served, "report", str(table))
    assert (done.returncode, "已反馈 1 件，未办成 5 件" in done.stdout) == (1, True), (
        done.stdout + done.stderr
    )
    for words in (
        "第 4 行“编号”",
        f"第 5 行：转送件 {second}，网信办没有“吃掉”这一措施",
        "第 6 行“日期”",
        "第 7 行“附件”",
        f"没有编号为 {second + 1}",
    ):
        assert words in done.stderr
    assert registered.state(served.engine, case_id) == "已处置"
    with served.api() as office:
        found = office.get(f"/api/v1/transfers/{first}").json()
        assert [one["name"] for one in found["attachments"]] == ["通知.pdf"]
        assert found["disposed_on"] == "2026-11-24"


def test_mistakes_are_told_in_one_line(served, tmp_path: Path) -> None:
    done = qingyi(served, "pull", str(tmp_path / "x"), token="qy_wrong")
    assert (done.returncode, "令牌" in done.stderr, "Traceback" in done.stderr) == (2, True, False)
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", "utf-8")
    done = qingyi(served, "report", str(tmp_path / "a.csv"))
    assert (done.returncode, "缺少“编号”“结果”“日期”列" in done.stderr) == (2, True)


def test_a_client_tries_again_and_changes_nothing_twice(served, case_id, monkeypatch) -> None:
    import httpx

    monkeypatch.setattr("qingyi.client._RETRY", _RETRY.copy_with(backoff_factor=0.01))
    transfer_id = transfer(served, case_id)
    lost = iter([True, False, True, False])

    class Losing(httpx.HTTPTransport):
        """Responses are lost now and then."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = super().handle_request(request)
            if request.method == "POST" and next(lost, False):
                answer.close()
                raise httpx.ReadError("lost")
            return answer

    with QueueClient(served.url, served.token, transport=Losing()) as queue:
        held = queue.lease(limit=5)
        assert [one.id for one in held.transfers] == [transfer_id]
        assert queue.take(transfer_id, lease=held.id).state == "received"
        assert queue.give_back(transfer_id, "不属本地", lease=held.id).state == "returned"
        assert [one.id for one in queue.transfers("returned")] == [transfer_id]
        with pytest.raises(QueueRefused, match="没有编号为 99"):
            queue.take(99)


def test_a_server_that_is_away_is_told(monkeypatch) -> None:
    monkeypatch.setattr("qingyi.client._RETRY", _RETRY.copy_with(backoff_factor=0.01))
    with QueueClient("http://127.0.0.1:9", "x") as queue, pytest.raises(QueueUnreachable, match="连不上"):
        queue.lease()
