"""Which visits run: a limited number at once, and per host only as many as it allows requests at once."""

from crawler.spiders.turns import Turns
from records.models import VisitKind
from records.visits.targets import Target


def target(number: int, host: str) -> Target:
    address = f"http://{host}/{number}"
    return Target(number, VisitKind.SITE, number, address, frozenset(), 4, 10, 60.0, 0.0, True, False)


def begun(turns: Turns) -> list[int]:
    return [one.visit_id for one in turns.next()]


def test_so_many_begin_as_there_is_room_for_and_the_next_when_one_ends() -> None:
    targets = [target(number, f"h{number}.test") for number in range(5)]
    turns = Turns(targets, at_once=3)
    assert begun(turns) == [0, 1, 2]
    assert begun(turns) == []
    turns.end(targets[1])
    assert begun(turns) == [3]


def test_visits_of_one_host_wait_for_each_other_and_hold_up_no_other_host() -> None:
    platform = [target(number, "platform.test") for number in range(4)]
    turns = Turns([*platform, target(9, "other.test")], at_once=10)
    assert sorted(begun(turns)) == [0, 1, 9]
    turns.end(platform[0])
    assert begun(turns) == [2]
    turns.end(platform[1])
    turns.end(platform[2])
    assert begun(turns) == [3]
    turns.end(platform[3])
    assert begun(turns) == []


def test_every_visit_has_its_turn_once() -> None:
    targets = [target(number, f"h{number % 7}.test") for number in range(100)]
    turns = Turns(targets, at_once=5)
    seen = []
    while now := turns.next():
        seen += [one.visit_id for one in now]
        for one in now:
            turns.end(one)
    assert sorted(seen) == list(range(100))
