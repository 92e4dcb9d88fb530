"""A live rule in its first week, as clients meet it: one session in four has it, for half a day."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cds_hooks.clock import half_day
from cds_hooks.store.answers import Answers
from rules.care import Released
from rules.rule import Library, Purpose, Status
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import Surgery, piloting, surgery

ON = date(2026, 7, 1)
MORNING = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
CLINICIANS = [f"Practitioner/{number}" for number in range(40)]


def live(folder: Path, purpose: Purpose = Purpose.OFFER, on: date | None = ON) -> Library:
    """A practice in which a rule went live on a day."""
    library = piloting(folder / "practice", COPD_RULE)
    (rule,) = library.rules
    care = replace(rule.care, released=Released(rule.version, "0" * 16, on))
    live = replace(rule, status=Status.LIVE, purpose=purpose, care=care)
    return replace(library, rules=(live,))


def a_known_key(store: Path) -> None:
    """Whoever has it is told by it: with another one others are."""
    store.mkdir()
    (store / "store.key").write_text(base64.b64encode(b"k" * 32).decode())
    (store / "store.key").chmod(0o600)


def seen_by(place: Surgery, who: list[str], of: str) -> list[str]:
    """Those who are shown the card, each looking at somebody else."""
    found: list[str] = []
    for number, user in enumerate(who):
        name = f"{of}-{number}"
        call = place.a_call(margaret(name), of=name)
        call["context"]["userId"] = user
        answer = place.ask(call)
        if answer.cards:
            found.append(user)
        else:
            held = answer.held_back[COPD_RULE]
            assert held["step"] == "pilot"
            assert held["says"] == (
                "Not shown: this rule went live on 1 July 2026, and until 8 July 2026 one session"
                " in four has it."
            )
    return found


def test_one_session_in_four_has_it_all_through_half_a_day_and_then_another(
    tmp_path: Path,
) -> None:
    a_known_key(tmp_path / "store")
    with surgery(tmp_path, live(tmp_path)) as place:
        place.now = MORNING
        first = seen_by(place, CLINICIANS, "a")
        assert len(first) == 10
        place.now = MORNING.replace(hour=10, minute=59)  # a minute before noon in London
        assert seen_by(place, CLINICIANS, "b") == first
        spelt = [f"https://ehr.example/fhir/{user}/_history/2" for user in CLINICIANS]
        again = [each.rpartition("/_")[0] for each in seen_by(place, spelt, "c")]
        assert [f"Practitioner/{each.rpartition('/')[2]}" for each in again] == first
        place.now = MORNING.replace(hour=11)
        assert seen_by(place, CLINICIANS, "d") != first
    # Another process over the same store says the same.
    with surgery(tmp_path, live(tmp_path)) as place:
        place.now = MORNING
        assert seen_by(place, CLINICIANS, "e") == first


@pytest.mark.parametrize(
    ("now", "everybody"),
    [
        pytest.param(datetime(2026, 7, 7, 22, 59, tzinfo=UTC), False, id="the seventh day ends"),
        pytest.param(datetime(2026, 7, 7, 23, 0, tzinfo=UTC), True, id="midnight in London"),
    ],
)
def test_the_week_ends_at_midnight_where_the_practice_is(
    tmp_path: Path, now: datetime, everybody: bool
) -> None:
    with surgery(tmp_path, live(tmp_path)) as place:
        place.now = now
        assert (seen_by(place, CLINICIANS, "a") == CLINICIANS) is everybody


@pytest.mark.parametrize(
    ("purpose", "on"), [(Purpose.SAFETY_NET, ON), (Purpose.OFFER, None)], ids=["net", "no day"]
)
def test_a_safety_net_and_what_was_released_before_go_to_everybody_at_once(
    tmp_path: Path, purpose: Purpose, on: date | None
) -> None:
    with surgery(tmp_path, live(tmp_path, purpose, on)) as place:
        place.now = MORNING
        assert seen_by(place, CLINICIANS[:12], "a") == CLINICIANS[:12]


def test_which_session_it_is_can_be_told_with_the_key_alone(tmp_path: Path) -> None:
    """Or whoever had the cards could tell who had looked: one in four, card by card."""
    here, there = Answers(tmp_path / "here"), Answers(tmp_path / "there")
    who = CLINICIANS[0]
    assert here.session(who, MORNING) == here.session(who, MORNING.replace(hour=10))
    assert here.session("", MORNING) == ""
    others = [
        there.session(who, MORNING),
        here.session(CLINICIANS[1], MORNING),
        here.session(who, MORNING.replace(hour=11)),
        here.session(who, MORNING.replace(day=2)),
        here.key.hidden(f"{half_day(MORNING)} {who}"),
    ]
    assert len({here.session(who, MORNING), *others}) == 6
    assert who not in here.session(who, MORNING)
    here.close()
    there.close()
