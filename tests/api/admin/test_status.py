"""The status page: a crawl is started, watched and stopped there; machines ask by addresses of their own."""

import re
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from records.database import reading, transaction
from records.models import Role, Visit
from records.people.sign_in import add_user
from records.settings import Settings
from records.store.folder_store import FolderStore
from tests.api.conftest import PASSWORD, running
from tests.api.pages import hidden, sign_in
from tests.image import read_compose
from tests.records import registered
from tests.servers.site import Answer, page, serving
from tests.waiting import wait_for

TOKEN = "scrape-me-if-you-can"


@pytest.mark.crawl
@pytest.mark.databases("sqlite")
def test_a_crawl_is_started_watched_and_stopped(served, store, rules, tmp_path) -> None:
    names = [f"/p{number}.html" for number in range(60)]
    pages = {"/": Answer(page(*names))} | {
        name: Answer(page(words=f"{name}的内容，门诊时间。"), delay=0.3) for name in names
    }
    settings = Settings(allow_networks=("127.0.0.0/8",), steps_dir=tmp_path / "steps")
    with (
        serving(pages) as site,
        running(served.engine, store, rules, settings) as url,
        served.client(base_url=url, follow_redirects=True) as client,
    ):
        with transaction(served.engine) as session:
            registered.site(session, f"{site.url}/")
            add_user(session, "admin", PASSWORD, Role.ADMINISTRATOR)
        sign_in(client, "admin")
        form = {"csrf": hidden(client.get("/admin/people").text, "csrf")}
        client.post("/admin/status/crawl", data={**form, "address": f"{site.url}/"})
        wait_for(lambda: len(site.paths()) > 5, "the crawl asks for nothing")
        shown = client.get("/admin/status").text
        assert "停止巡查" in shown
        assert re.search(r"</progress> \d+ / \d+", shown)
        refused = client.post("/admin/status/crawl", data=form)
        assert (refused.status_code, "正在进行" in refused.text) == (409, True)
        client.post("/admin/status/crawl/stop", data=form)
        wait_for(lambda: "停止巡查" not in client.get("/admin/status").text, "it does not stop")
        assert len(site.paths()) < len(names)
        shown = client.get("/admin/status").text
        assert "中断，待续" in shown
        log = client.get(re.search(r'/admin/status/steps/[^"]+crawl\.log', shown)[0]).text
        assert "本次抓取 1 个站点与公众号" in log
        again = client.post("/admin/status/crawl/stop", data=form)
        assert (again.status_code, "没有在运行" in again.text) == (409, True)
    with reading(served.engine) as session:
        assert session.query(Visit).one().finished_at is None, "it is taken up again"


def is_healthy(url: str) -> bool:
    """As Docker asks: the command of compose.yaml, with this address."""
    (_, _, *arguments) = read_compose()["services"]["qingyi"]["healthcheck"]["test"]
    assert sum("http://127.0.0.1:8800" in one for one in arguments) == 1
    here = [one.replace("http://127.0.0.1:8800", url) for one in arguments]
    return (
        subprocess.run([sys.executable, *here], capture_output=True, timeout=30, check=False).returncode == 0
    )


@pytest.mark.databases("sqlite")
def test_the_image_is_healthy_when_it_can_answer_and_ill_when_it_cannot(
    served, store, rules, tmp_path
) -> None:
    (tmp_path / "file").write_text("no folder")
    for kept, healthy in ((store, True), (FolderStore(tmp_path / "file"), False)):
        with running(served.engine, kept, rules, Settings()) as url:
            assert is_healthy(url) is healthy


def test_machines_learn_whether_it_lives_and_is_ready(served, store, rules, tmp_path) -> None:
    with served.client() as client:
        assert client.get("/healthz").text == "ok\n"
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
    (tmp_path / "file").write_text("no folder")
    bad = FolderStore(tmp_path / "file")
    with running(served.engine, bad, rules, Settings()) as url, served.client(base_url=url) as client:
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]["evidence"]) == (503, "failed")


def test_prometheus_reads_the_figures_with_its_token_alone(served, case_id, store, rules, tmp_path) -> None:
    with served.client() as client:
        assert client.get("/metrics").status_code == 404, "no token is set"
    settings = Settings(metrics_token=TOKEN, steps_dir=tmp_path)
    with running(served.engine, store, rules, settings) as url, served.client(base_url=url) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 401
        client.get(f"/cases/{case_id}")
        text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["qingyi_waiting", ("queue", "to_review")] == 1
    assert found["qingyi_waiting", ("queue", "to_capture")] == 1
    assert found["qingyi_check", ("name", "database")] == 1
    assert any("/cases/{case_id}" in str(key) for key in found), "routes are counted by pattern"
    assert not any(f"/cases/{case_id}'" in str(key) for key in found)
