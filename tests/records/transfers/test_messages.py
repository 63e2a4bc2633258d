"""The conversation with an office: whose turn it is, what both queues count, reminders by working days."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from records.cases import review
from records.cases.review_queue import QueueFilter, count_notices, list_cases
from records.database import reading, transaction
from records.local_time import local_day
from records.models import AuditEntry, Case, Delivery, Office, Side, Transfer, User
from records.transfers import answers, messages
from records.transfers.attachments import AttachmentRefused, File
from records.transfers.messages import Said
from records.transfers.office_queue import Queued, list_queued_ids
from records.transfers.webhooks import add_webhook
from records.workflow import StepRefused, actor_of, actor_of_office
from tests.records import registered

LATER = timedelta(days=12)


@pytest.fixture
def transfer_id(engine, store, rules, now) -> int:
    case_id = registered.case(engine, store, rules, now)
    with transaction(engine) as session:
        office, user = registered.office(session), registered.reviewer(session)
        add_webhook(session, office, "https://office.example.org/hook", actor="x", now=now)
        for action, offices in (("confirm", ()), ("transfer", (office.id,))):
            case = review.find_case(session, case_id)
            decision = review.Decision(action, case.row_version, offices=offices)
            review.decide(session, case, user, decision, now)
        return case.transfers[0].id


def speak(engine, store, transfer_id: int, side: Side, said: Said, now) -> None:
    with transaction(engine) as session:
        transfer = session.get_one(Transfer, transfer_id)
        user = session.scalars(select(User)).one()
        actor = actor_of(user) if side is Side.COMMISSION else actor_of_office(transfer.office)
        told = messages.say(session, store, transfer, said, actor=actor, now=now)
        assert told.side is side, "the side is the author's"


def noticed(engine, now) -> dict[str, int]:
    with reading(engine) as session:
        return count_notices(session, session.scalars(select(User)).one(), now)


def news(engine) -> tuple[int, list[int]]:
    with reading(engine) as session:
        office = session.scalars(select(Office)).one()
        queued = Queued(office.id, only_awaited=True)
        return messages.count_awaited(session, office.id), list(list_queued_ids(session, queued))


def test_who_has_spoken_gives_the_other_the_turn_and_both_queues_count_it(
    engine, store, transfer_id, now
) -> None:
    assert (noticed(engine, now)["asked"], news(engine)) == (0, (0, []))
    speak(engine, store, transfer_id, Side.OFFICE, Said("请补充机构执业许可证"), now)
    assert (noticed(engine, now)["asked"], news(engine)) == (1, (0, []))
    with reading(engine) as session:
        user = session.scalars(select(User)).one()
        wanted = QueueFilter(state="all", reached="asked")
        (case,) = list_cases(session, wanted, user, now, 10)
        assert case.transfers[0].id == transfer_id
    answer = Said("见附件", (File("许可证.pdf", b"%PDF-1.7 licence"),))
    speak(engine, store, transfer_id, Side.COMMISSION, answer, now)
    assert (noticed(engine, now)["asked"], news(engine)) == (0, (1, [transfer_id]))
    with transaction(engine) as session:
        transfer = session.get_one(Transfer, transfer_id)
        messages.settle(session, transfer, Side.COMMISSION)  # not its turn
        assert transfer.awaited is Side.OFFICE
        messages.settle(session, transfer, Side.OFFICE)
        assert [one.name for one in transfer.messages[1].attachments] == ["许可证.pdf"]
        kinds = [one.event for one in session.scalars(select(Delivery).order_by(Delivery.id))]
        assert kinds == ["transfer.created", "transfer.message"]
    assert news(engine) == (0, [])
    with reading(engine) as session:
        history = session.scalars(select(AuditEntry.reason).order_by(AuditEntry.id)).all()
    assert history[-1] == f"云溪市网信办转送件 {transfer_id} 去函：见附件，附件“许可证.pdf”"


def test_nothing_is_said_about_what_can_be_recalled_nor_without_words(
    engine, store, transfer_id, now
) -> None:
    with pytest.raises(StepRefused, match="请写明内容"):
        speak(engine, store, transfer_id, Side.OFFICE, Said(" "), now)
    with transaction(engine) as session:
        session.get_one(Transfer, transfer_id).held_until = now
    with pytest.raises(StepRefused, match="还没有送达"):
        speak(engine, store, transfer_id, Side.COMMISSION, Said("请从速"), now)


@pytest.mark.databases("sqlite")
def test_the_same_file_twice_is_told_and_nothing_is_said(engine, store, transfer_id, now) -> None:
    file = (File("a.pdf", b"bytes"),)
    speak(engine, store, transfer_id, Side.OFFICE, Said("第一次", file), now)
    again = Said("第二次", (File("b.pdf", b"bytes"),))
    with pytest.raises(AttachmentRefused, match=r"“b\.pdf”与已有的附件“a\.pdf”内容相同"):
        speak(engine, store, transfer_id, Side.OFFICE, again, now)
    with reading(engine) as session:
        assert len(session.get_one(Transfer, transfer_id).messages) == 1


def test_an_answer_by_disposal_ends_the_conversation_and_can_be_taken_back(
    engine, store, transfer_id, now
) -> None:
    speak(engine, store, transfer_id, Side.OFFICE, Said("请补充"), now)
    with transaction(engine) as session:
        transfer = session.get_one(Transfer, transfer_id)
        actor = actor_of_office(transfer.office)
        answers.take(session, transfer, actor=actor, now=now)
        disposal = answers.Disposal(answers.DisposalResult.DELETED, local_day(now), measure="删除")
        soon = timedelta(hours=1)
        answers.report_disposed(session, transfer, disposal, actor=actor, now=now, recheck_after=soon)
        assert (transfer.awaited, transfer.outcome) == (None, "删除")
    assert registered.state(engine, 1) == "已处置"
    with transaction(engine) as session:
        transfer = session.get_one(Transfer, transfer_id)
        answers.withdraw(session, transfer, actor=actor, now=now)
        assert (transfer.state.label, transfer.outcome) == ("已签收", "")
        assert session.get_one(Case, 1).recheck_at is None
    assert registered.state(engine, 1) == "已签收"
    with transaction(engine) as session, pytest.raises(StepRefused, match="还没有反馈"):
        answers.withdraw(session, session.get_one(Transfer, transfer_id), actor=actor, now=now)


def test_an_office_is_reminded_of_what_is_overdue_once_a_day(engine, store, transfer_id, now) -> None:
    later = now + LATER
    assert noticed(engine, now)["overdue"] == 0
    assert noticed(engine, later)["overdue"] == 1
    with transaction(engine) as session:
        user = session.scalars(select(User)).one()
        with pytest.raises(StepRefused, match="没有要催办的"):
            messages.remind_many(session, [1], user, now)
        transfer = session.get_one(Transfer, transfer_id)
        transfer.awaited = Side.COMMISSION
        with pytest.raises(StepRefused, match="来函待答复"):
            messages.remind_many(session, [1], user, later)
        transfer.awaited = None
        assert messages.remind_many(session, [1], user, later) == 1
        with pytest.raises(StepRefused, match="今天已经催办"):
            transfer = session.get_one(Transfer, transfer_id)
            messages.remind(session, transfer, actor=actor_of(user), now=later)
        days = messages.find_calendar(session).count(transfer.due_on, local_day(later))
        assert transfer.messages[-1].words.endswith(f"已逾期 {days} 个工作日，请尽快办理并反馈。")
        assert 0 < days < (local_day(later) - transfer.due_on).days
    assert news(engine) == (1, [transfer_id])
