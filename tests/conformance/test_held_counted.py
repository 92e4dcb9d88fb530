"""What was held, and what rules in shadow would have said, is counted by rule and day: of nobody.

In memory first, so that no call waits for it; in the store within seconds, and at every stop.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event as Signal
from threading import Timer

import pytest
from starlette.testclient import TestClient

from cds_hooks.app import create_app
from cds_hooks.live import Live, in_force
from cds_hooks.settings import Settings
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import Event
from cds_hooks.store.tables import StoreError
from cds_hooks.tally import Tally
from cds_hooks.watching import Watching
from prompts.prompt import Held
from rules.record import Reply
from tests.builders import a_patient, a_rule
from tests.fhir_builders import COPD_RULE, margaret
from tests.generative.test_shadow_law import shadowed
from tests.served import NOW, Surgery, piloting, surgery, taken

ASKS_AGAIN = "ask-again-gently"
DAY = NOW.date()


def counts(folder: Path, first: date = DAY, last: date = DAY) -> dict[tuple[str, str], int]:
    store = Answers(folder / "store")
    found = store.counted(first, last)
    store.close()
    return {(one.rule, one.outcome): n for one, n in found.items() if one.offer == ""}


def test_every_look_and_every_hold_is_counted_once(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as place:
        for _ in range(3):
            place.ask(place.a_call(margaret()))
        place.ask(place.a_call([a_patient("other")], of="other"))
    assert counts(tmp_path) == {
        (COPD_RULE, "looked"): 4,
        (COPD_RULE, "shown"): 1,
        (COPD_RULE, "held:quiet"): 2,
    }


def test_a_rule_in_shadow_is_counted_where_it_would_have_gone_on_to_a_card(tmp_path: Path) -> None:
    library = shadowed(piloting(tmp_path / "practice", COPD_RULE), COPD_RULE)
    with surgery(tmp_path, library) as place:
        for name in ("ann", "ben"):
            assert place.ask(place.a_call(margaret(name), of=name)).cards == []
    assert counts(tmp_path) == {(COPD_RULE, "looked"): 2, (COPD_RULE, "shadow"): 2}


def test_what_was_said_holds_a_rule_in_shadow_before_shadow_does(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as place:
        card = place.ask(place.a_call(margaret())).card
        no = next(one for one in card["suggestions"] if one["label"].startswith("No, thank"))
        assert place.tell(taken(card, no, place.now)).status == 200
    library = shadowed(piloting(tmp_path / "practice", COPD_RULE), COPD_RULE)
    with surgery(tmp_path, library) as place:
        place.ask(place.a_call(margaret()))
    found = counts(tmp_path)
    assert found[COPD_RULE, "held:quiet"] == 1
    assert (COPD_RULE, "shadow") not in found
    assert found[COPD_RULE, str(Reply.DECLINED)] == 1


def test_a_day_is_the_practice_s(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", COPD_RULE)) as place:
        place.now = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)  # half past midnight in London
        place.ask(place.a_call([a_patient()]))
    assert counts(tmp_path, date(2026, 7, 2), date(2026, 7, 2)) == {(COPD_RULE, "looked"): 1}


def test_what_cannot_be_counted_now_is_counted_later(tmp_path: Path) -> None:
    tally, rule = Tally(), a_rule()
    tally.held([Held(rule, "quiet", "Quiet.")], DAY)
    store = Answers(tmp_path / "store")
    store.close()
    (tmp_path / "store").rename(tmp_path / "away")
    with pytest.raises(StoreError):
        tally.flush(store)
    (tmp_path / "away").rename(tmp_path / "store")
    tally.held([Held(rule, "quiet", "Quiet.")], DAY)
    again = Answers(tmp_path / "store")
    tally.flush(again)
    tally.flush(again)
    assert again.counted(DAY, DAY) == {Event(DAY, rule.id, "", "held:quiet"): 2}
    again.close()


class Slow(Answers):
    """A store that says when somebody begins to count in it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.counting = Signal()

    def count(self, events: Iterable[Event]) -> None:
        self.counting.set()
        super().count(events)


def test_counts_that_wait_for_the_store_while_the_service_stops_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cds_hooks.watching._FLUSHED", 0.0)
    live = Live(in_force(piloting(tmp_path / "practice", COPD_RULE), NOW))
    answers, tally = Slow(tmp_path / "store"), Tally()
    watching = Watching(answers, live, tally, lambda: NOW, lambda: None, every=0.01)
    app = create_app(Settings(), live, answers, clock=lambda: NOW, tally=tally, stop=watching.stop)
    other = sqlite3.connect(
        tmp_path / "store" / "answers.sqlite", isolation_level=None, check_same_thread=False
    )
    with TestClient(app, base_url="http://good-day.example") as client:
        place = Surgery(client, tmp_path / "store")
        place.ask(place.a_call([a_patient("other")], of="other"))
        other.execute("BEGIN IMMEDIATE")  # another process writes just then
        watching.start()
        assert answers.counting.wait(10)
        done = Timer(1.0, lambda: other.execute("ROLLBACK"))
        done.start()
    assert counts(tmp_path) == {(COPD_RULE, "looked"): 1}
    done.join()
    other.close()
