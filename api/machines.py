"""Endpoints for machines: whether this process lives (`/healthz`), whether it can serve requests (`/readyz`),
and figures for Prometheus (`/metrics`)."""

import hmac
from collections.abc import Iterator
from dataclasses import asdict

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.answering import COUNTED
from api.context import App, AppState, Now
from jobs.health import Check, check_all, check_vital
from records.database import reading
from records.figures.work_status import Queues, count_queues, count_running_visits

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def healthz() -> PlainTextResponse:
    """That this process lives."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
def readyz(app: App) -> JSONResponse:
    """Whether it can serve and store: 200 with all checks, or 503."""
    checks = check_vital(app.engine, app.store)
    ready = all(check.is_good for check in checks)
    seen = {check.name: "ok" if check.is_good else "failed" for check in checks}
    return JSONResponse({"ready": ready, "checks": seen}, 200 if ready else 503)


@router.get("/metrics")
def metrics(request: Request, app: App, now: Now) -> Response:
    """Figures for Prometheus, for callers with the token; 404 where none is set."""
    token = app.settings.metrics_token.get_secret_value()
    if not token:
        raise HTTPException(404)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return PlainTextResponse("a token is needed\n", 401, {"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    registry.register(_Seen(*_look(app, now)))
    return Response(generate_latest(COUNTED) + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _look(app: AppState, now: Now) -> tuple[list[Check], Queues | None, int]:
    checks = check_all(app.engine, app.store, app.settings, now)
    try:
        with reading(app.engine) as session:
            return checks, count_queues(session, now), count_running_visits(session)
    except SQLAlchemyError:
        return checks, None, 0


class _Seen(Collector):
    """The figures at one moment, in Prometheus's form."""

    def __init__(self, checks: list[Check], queues: Queues | None, visits: int) -> None:
        self._checks, self._queues, self._visits = checks, queues, visits

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("qingyi_check", "Whether a thing that is needed works", labels=["name"])
        for check in self._checks:
            up.add_metric([check.name], float(check.is_good))
        yield up
        if self._queues is None:
            return
        waiting = GaugeMetricFamily("qingyi_waiting", "How many wait, and for what", labels=["queue"])
        for name, count in asdict(self._queues).items():
            waiting.add_metric([name], count)
        yield waiting
        yield GaugeMetricFamily("qingyi_visits_running", "Visits that have not ended", value=self._visits)
