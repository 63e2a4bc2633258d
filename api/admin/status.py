"""The status page: whether everything works, the current and the next runs, the lengths of the queues, the
last failures; crawls are started and stopped here."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.context import Administrator, App, AppState, CheckedForm, Now, page
from api.steps import start_step
from jobs.health import check_all
from jobs.schedule import TITLES
from jobs.step_logs import find_run, list_runs
from records import audit
from records.database import reading, transaction
from records.figures import work_status
from records.models import SignIn
from records.task_locks import NotStoppable, stop
from records.tips import TipRefused, checked_url

router = APIRouter(prefix="/admin/status", include_in_schema=False)

CRAWL_TASK = "crawl"
_MOST_VISITS, _MOST_RUNS, _NEXT = 30, 60, 10


@router.get("")
def show(request: Request, app: App, sign_in: Administrator, now: Now) -> HTMLResponse:
    """The present state; the page refreshes itself while a crawl runs."""
    return _page(request, app, sign_in, now)


@router.get("/steps/{name}")
def step(request: Request, app: App, sign_in: Administrator, name: str) -> HTMLResponse:
    """The output of one run of a step."""
    found = find_run(app.settings.steps_dir, name)
    if found is None:
        raise HTTPException(404)
    return page(request, "step.html", sign_in=sign_in, run=found)


@router.post("/crawl", dependencies=[CheckedForm])
def start(
    request: Request,
    app: App,
    sign_in: Administrator,
    now: Now,
    address: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Start a crawl of all due sources, or of one source."""
    try:
        site = checked_url(address) if address.strip() else ""
    except TipRefused as refused:
        return _page(request, app, sign_in, now, 422, fault=str(refused))
    with reading(app.engine) as session:
        running = {one.task for one in work_status.list_running_tasks(session, now)}
    if CRAWL_TASK in running:
        return _page(request, app, sign_in, now, 409, fault="巡查正在进行，不能同时再启动一次")
    with transaction(app.engine) as session:
        words = f"启动巡查：{site}" if site else "启动巡查：所有到期来源"
        audit.append(session, sign_in.user, "crawl_controlled", now, reason=words)
    start_step(app, "crawl", *(("--site", site) if site else ("--due",)), seconds=None)
    return RedirectResponse("/admin/status", 303)


@router.post("/crawl/stop", dependencies=[CheckedForm])
def stop_crawl(request: Request, app: App, sign_in: Administrator, now: Now) -> Response:
    """Stop the crawl cleanly; the next one resumes where it stopped."""
    try:
        with transaction(app.engine) as session:
            stop(session, CRAWL_TASK, now)
            audit.append(session, sign_in.user, "crawl_controlled", now, reason="停止巡查")
    except NotStoppable as refused:
        return _page(request, app, sign_in, now, 409, fault=str(refused))
    return RedirectResponse("/admin/status", 303)


def _page(
    request: Request, app: AppState, sign_in: SignIn, now: Now, status: int = 200, fault: str = ""
) -> HTMLResponse:
    runs = list_runs(app.settings.steps_dir, _MOST_RUNS)
    with reading(app.engine) as session:
        tasks = work_status.list_running_tasks(session, now)
        return page(
            request,
            "status.html",
            status,
            sign_in,
            checks=check_all(app.engine, app.store, app.settings, now),
            jobs=work_status.list_clock_jobs(session),
            titles=TITLES,
            tasks=tasks,
            is_crawling=any(task.task == CRAWL_TASK for task in tasks),
            visits=work_status.list_running_visits(session, _MOST_VISITS),
            all_visits=work_status.count_running_visits(session),
            next_sources=work_status.list_next_sources(session, _NEXT),
            failed=work_status.list_failed_visits(session, now, _NEXT),
            queues=work_status.count_queues(session, now),
            runs=[run for run in runs if not run.command.startswith("qingyi webhook")][:12],
            faulty=[run for run in runs if run.is_faulty][:5],
            fault=fault,
            now=now,
        )
