"""A review that is due: told ahead, and in shadow from the day after, over the real app."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cds_hooks.live import Live, in_force
from cds_hooks.store.counting import SHADOW, SHOWN, Event
from rules.rule import Purpose
from tests.conformance.test_watching import TODAY, watched
from tests.fhir_builders import COPD_RULE, margaret
from tests.served import NOW, piloting


def test_a_review_is_told_thirty_days_ahead(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    due = TODAY + timedelta(days=31)
    rules = tuple(replace(r, care=replace(r.care, review_by=due)) for r in library.rules)
    live = Live(in_force(replace(library, rules=rules), NOW))
    with watched(tmp_path, live) as (place, _watching):
        assert "reviews" not in place.status()
        place.pass_time(days=1)
        says = "It is to be looked at again by 22 December 2026. From 23 December 2026 on it is in"
        (one,) = place.status()["reviews"]
        assert one["rule"] == COPD_RULE
        assert one["says"].startswith(f"{says} shadow: asked and counted, and shown to nobody.")
        assert says in place.page()


def test_from_the_day_after_its_review_date_a_rule_is_counted_as_shadow_and_shown_to_nobody(
    tmp_path: Path,
) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    rules = tuple(replace(r, care=replace(r.care, review_by=TODAY)) for r in library.rules)
    live = Live(in_force(replace(library, rules=rules), NOW))
    with watched(tmp_path, live) as (place, _):
        assert place.meet("a") == 1
        place.pass_time(days=1)
        assert place.meet("b", "c") == 0
        said = place.ask(place.a_call(margaret("d"), of="d")).body
        assert said == {"cards": []}, "of what is in shadow nothing is told beside somebody"
        day = TODAY + timedelta(days=1)
        place.tally.flush(place.answers)
        counted = place.answers.counted(day, day)
        assert counted[Event(day, COPD_RULE, "", SHADOW)] == 3
        assert counted.get(Event(day, COPD_RULE, "", SHOWN), 0) == 0
        (one,) = place.status()["reviews"]
        assert "and is in shadow: asked and counted, and shown to nobody. Look at it" in one["says"]
        assert "and is in shadow: asked and counted" in place.page()
        metrics = str(place.client.get("/metrics").text)
        assert f'goodday_rule_stopped{{rule="{COPD_RULE}"}} 1.0' in metrics


def test_a_safety_net_goes_on_after_its_review_date_and_that_is_told(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", COPD_RULE)
    due = TODAY - timedelta(days=400)
    rules = tuple(
        replace(r, purpose=Purpose.SAFETY_NET, care=replace(r.care, review_by=due))
        for r in library.rules
    )
    with watched(tmp_path, Live(in_force(replace(library, rules=rules), NOW))) as (place, _):
        assert place.meet("a") == 1
        (one,) = place.status()["reviews"]
        assert "It is a safety net, and goes on." in one["says"]
