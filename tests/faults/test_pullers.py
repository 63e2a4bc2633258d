"""Ten programs that work through an office's queue, while they, the server and PostgreSQL are killed: no transfer is held
twice, each is reported once, and a call that is made again gets its first answer."""

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from sqlalchemy import Engine, func, select

from records.database import open_engine, reading, transaction
from records.models import AnsweredCall, AuditEntry, CaseState, Transfer
from records.people.office_tokens import issue_token
from records.store.folder_store import FolderStore
from tests import commands
from tests.api.v1.test_leases import DISPOSAL, fill, ids
from tests.faults.conftest import Row
from tests.faults.test_processes import is_answering
from tests.records import registered
from tests.servers.postgresql import Server, free_port, running_server
from tests.waiting import wait_for

PULLERS, BATCH, SECONDS = 10, 5, 4


class Program:
    """One of the programs. It writes down what it was answered and what it believes to hold, as it goes."""

    def __init__(self, number: int, url: str, token: str, folder: Path) -> None:
        self._chance = random.Random(f"{number} {time.time()}")
        self._office = httpx.Client(
            base_url=url, timeout=20, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self._notes = (folder / f"{number}.jsonl").open("a", buffering=1, encoding="utf-8")

    def run(self) -> None:
        """Until the queue is empty."""
        while self._get("/api/v1/transfers", after=999, limit=1)["items"]:
            lease = self._post("/api/v1/leases", {"limit": BATCH, "seconds": SECONDS, "with_received": True})
            until = datetime.fromisoformat(lease["until"]).timestamp()
            held = {"lease": lease["id"], "ids": ids(lease), "begun": time.time(), "until": until}
            self._note(held=held)
            if not held["ids"]:
                time.sleep(0.2)
            elif self._chance.random() < 0.1:
                self._note(released={"lease": lease["id"], "at": time.time()})
                self._post(f"/api/v1/leases/{lease['id']}/release", None)
            else:
                self._work(lease["id"], held["ids"])

    def _work(self, lease_id: str, held: list[int]) -> None:
        received = self._post("/api/v1/receipts", {"lease": lease_id, "transfer_ids": held})
        taken = [one["transfer_id"] for one in received["items"] if one["done"]]
        time.sleep(self._chance.random() * 0.2)
        reports = [{"transfer_id": number, **DISPOSAL} for number in taken]
        if reports:
            self._post("/api/v1/disposals", {"lease": lease_id, "items": reports})

    def _get(self, path: str, **asked: object) -> dict:
        return self._answer("GET", path, params=asked).json()

    def _post(self, path: str, body: object) -> dict:
        key = f"{self._chance.getrandbits(64):x}"
        for _ in range(2 if self._chance.random() < 0.25 else 1):
            answer = self._answer("POST", path, json=body, headers={"Idempotency-Key": key})
            self._note(key=key, status=answer.status_code, answer=answer.text)
        answer.raise_for_status()
        return answer.json()

    def _answer(self, method: str, path: str, **asked: object) -> httpx.Response:
        """Called until somebody answers, as a program should."""
        while True:
            try:
                answer = self._office.request(method, path, **asked)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code == 503:
                time.sleep(0.1)
                continue
            if answer.status_code >= 500:
                self._note(broken=answer.text[:500])
            return answer

    def _note(self, **what: object) -> None:
        self._notes.write(json.dumps(what) + "\n")


def pull(number: int, url: str, token: str, folder: Path) -> None:
    """The work of a program's process."""
    Program(number, url, token, folder).run()


@dataclass
class History:
    """The records of all programs, including killed ones."""

    spans: dict[int, list[tuple[float, float, str]]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, set[tuple[int, str]]] = field(default_factory=lambda: defaultdict(set))
    broken: list[str] = field(default_factory=list)
    repeated: int = 0

    @classmethod
    def read(cls, folder: Path) -> "History":
        found = cls()
        notes = [note for file in folder.glob("*.jsonl") for note in lines_of(file)]
        released = {note["released"]["lease"]: note["released"]["at"] for note in notes if "released" in note}
        for note in notes:
            if held := note.get("held"):
                until = min(held["until"], released.get(held["lease"], held["until"]))
                for number in held["ids"]:
                    found.spans[number].append((held["begun"], until, held["lease"]))
            elif "key" in note:
                found.repeated += note["key"] in found.answers
                found.answers[note["key"]].add((note["status"], note["answer"]))
            elif "broken" in note:
                found.broken.append(note["broken"])
        return found

    def overlaps(self) -> list[tuple[int, object, object]]:
        return [
            (number, one, two)
            for number, spans in self.spans.items()
            for one, two in pairwise(sorted(span for span in spans if span[0] < span[1]))
            if two[0] < one[1] and two[2] != one[2]
        ]


def lines_of(file: Path) -> Iterator[dict]:
    """The notes of a file, the last of which a kill may have cut off."""
    for line in file.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            continue


class Stage:
    """The database, the server and the programs, each of which can be killed and begun again."""

    def __init__(self, database: Server, environment: dict[str, str], token: str, folder: Path) -> None:
        self.database, self._environment, self._token, self._folder = database, environment, token, folder
        self._port = free_port()
        self.server = self._serve()
        self.programs = [self._program(number) for number in range(PULLERS)]
        self.kills: Counter[str] = Counter()

    def strike(self, what: str, chance: random.Random) -> None:
        self.kills[what] += 1
        if what == "program":
            number = chance.randrange(PULLERS)
            self.programs[number].kill()
            self.programs[number].join()
            self.programs[number] = self._program(number)
        elif what == "server":
            self.server.kill()
            self.server = self._serve()
        else:
            self.database.kill()
            time.sleep(chance.random())
            self.database.start()

    def are_done(self) -> bool:
        return all(program.exitcode is not None for program in self.programs)

    def end(self) -> None:
        for program in self.programs:
            program.kill()
            program.join()
        self.server.kill()

    def _serve(self) -> commands.RunningCommand:
        return commands.start("serve", "--port", str(self._port), environment=self._environment)

    def _program(self, number: int) -> ForkServerProcess:
        wait_for(lambda: is_answering(self._port), "nothing is served")
        asked = (number, f"http://127.0.0.1:{self._port}", self._token, self._folder)
        process = get_context("forkserver").Process(target=pull, args=asked)
        process.start()
        return process


@contextmanager
def staged(items: int, data: Path, tmp_path: Path, rules, now: datetime) -> Iterator[tuple[Stage, Engine]]:
    with running_server(data) as database:  # a kill loses nothing that the system has
        url = database.make("qingyi", "migrated")
        engine = open_engine(url)
        store = FolderStore(tmp_path / "evidence")
        with transaction(engine) as session:
            office = registered.office(session)
            token, office_id = issue_token(session, office, datetime.now(UTC), 30), office.id
        fill(SimpleNamespace(engine=engine, office_id=office_id), store, rules, now, items)
        environment = commands.environment_of(url, tmp_path / "evidence")
        environment |= {"QINGYI_API_CALLS_PER_MINUTE": "1000000", "QINGYI_RECALL_SECONDS": "0"}
        engine.dispose()
        notes = tmp_path / "notes"
        notes.mkdir()
        stage = Stage(database, environment, token, notes)
        try:
            yield stage, engine
        finally:
            stage.end()
            engine.dispose()


@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.postgresql
def test_what_is_killed_neither_loses_nor_doubles_a_report(
    tmp_path: Path, postgresql_data: Path, rules, now: datetime, table: dict[str, Row], soak: bool
) -> None:
    items, most_kills = (5_000, 400) if soak else (200, 6)
    chance = random.Random(20261129)
    begun = time.monotonic()
    with staged(items, postgresql_data, tmp_path, rules, now) as (stage, engine):
        while not stage.are_done():
            time.sleep(chance.uniform(0.1, 1.0))
            if stage.kills.total() < most_kills:
                stage.strike(chance.choice(("program", "program", "server", "database")), chance)
            assert time.monotonic() - begun < (3_000 if soak else 240), "it does not come to its end"
        assert {program.exitcode for program in stage.programs} == {0}
        history = History.read(tmp_path / "notes")
        with reading(engine) as session:
            own = Transfer.id >= 1_000
            done = session.scalar(select(func.count()).where(own, Transfer.result.is_not(None)))
            steps = (
                select(AuditEntry.case_id, AuditEntry.to_state, func.count())
                .where(AuditEntry.case_id >= 1_000, AuditEntry.action == "case_step")
                .group_by(AuditEntry.case_id, AuditEntry.to_state)
            )
            counts = Counter((row[1], row[2]) for row in session.execute(steps))
            kept = {row.key: row.answer for row in session.scalars(select(AnsweredCall))}
    differing = {key: answers for key, answers in history.answers.items() if len(answers) > 1}
    row = table.setdefault("programs, server or PostgreSQL killed, ten programs, postgresql", Row())
    row.tries, row.lost = stage.kills.total(), items - done
    row.doubled = len(history.overlaps()) + len(differing)
    assert history.broken == []
    assert history.overlaps() == []
    assert differing == {}
    for key, ((status, answer),) in history.answers.items():
        if status < 300:
            assert json.loads(kept[key]) == json.loads(answer), (
                "the answer is that which was noted with the act"
            )
    assert history.repeated > items / 100, "no call was repeated: the test shows nothing"
    assert (done, counts) == (items, {(CaseState.RECEIVED, 1): items, (CaseState.DISPOSED, 1): items})
