from adapters.runtime.alarm_book import WAITING_MAX, AlarmBook
from engine.control.decision import Alarm, AlarmKind

HOT = Alarm(AlarmKind.TRIPPED, "hot", "It is too hot.")
REFUSED = Alarm(AlarmKind.RESET_REFUSED, "hot", "the cause still lasts")


def shown(book: AlarmBook) -> list[tuple[str, bool, str, int]]:
    return [(each.subject, each.active, each.by, each.count) for each in book.entries]


def test_an_alarm_waits_for_a_person_when_it_is_over() -> None:
    book = AlarmBook()
    assert book.hear((HOT,), 10.0)
    assert not book.hear((HOT,), 11.0)
    assert book.hear((), 12.0)
    assert shown(book) == [("hot", False, "", 1)]
    assert book.entries[0].since_s == 10.0
    assert book.entries[0].alarm == HOT
    assert book.acknowledge("hot", "anna", 13.0)[0].by == "anna"
    assert book.entries == ()


def test_an_acknowledged_alarm_stays_while_it_lasts_and_then_goes() -> None:
    book = AlarmBook()
    book.hear((HOT,), 10.0)
    book.acknowledge("hot", "anna", 11.0)
    assert shown(book) == [("hot", True, "anna", 1)]
    assert book.acknowledge("hot", "berta", 12.0) == ()
    book.hear((), 13.0)
    assert book.entries == ()


def test_an_alarm_that_comes_again_is_counted_until_somebody_has_seen_it() -> None:
    book = AlarmBook()
    for alarms in ((HOT,), (), (HOT,), (), (HOT,)):
        book.hear(alarms, 10.0)
    assert shown(book) == [("hot", True, "", 3)]


def test_after_a_restart_who_has_seen_an_alarm_has_seen_it() -> None:
    book = AlarmBook()
    book.hear((HOT,), 10.0)
    book.acknowledge("hot", "anna", 11.0)
    again = AlarmBook(book.entries)
    again.hear((HOT,), 20.0)
    assert shown(again) == [("hot", True, "anna", 1)]
    assert again.entries[0].since_s == 10.0


def test_a_refusal_waits_for_nobody() -> None:
    book = AlarmBook()
    book.hear((REFUSED,), 10.0)
    book.hear((), 11.0)
    assert book.entries == ()


def test_a_trip_and_its_latch_are_one_alarm() -> None:
    book = AlarmBook()
    book.hear((HOT,), 10.0)
    book.acknowledge("hot", "anna", 11.0)
    book.hear((HOT._replace(kind=AlarmKind.LATCHED),), 12.0)
    assert shown(book) == [("hot", True, "anna", 1)]
    assert book.entries[0].kind is AlarmKind.LATCHED
    book.hear((), 13.0)
    assert book.entries == ()


def test_the_oldest_that_wait_are_forgotten() -> None:
    book = AlarmBook()
    book.hear(tuple(HOT._replace(subject=f"hot{each}") for each in range(WAITING_MAX + 3)), 10.0)
    book.hear((), 11.0)
    assert len(book.entries) == WAITING_MAX
    assert book.entries[0].subject == "hot3"
