"""With rules in shadow every call is answered as it is without them, whatever a client sends along.

Clients keep what discovery said for a while: some send what it says now, some what it said before
there was anything in shadow, and some leave out what they do not know.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.rule import Library, Status
from tests.builders import Resource, a_patient, a_resource
from tests.fhir_builders import COPD, COPD_RULE, an_operation_outcome, copd
from tests.served import Json, Reply, Surgery, a_call, piloting, prefetch_of, surgery

SEEN = (COPD_RULE, "ask-again-gently")
UNSEEN = ("nurse-check-in", "diabetes-education", "pam-social-prescribing")
Both = tuple[Surgery, Surgery]
_people = count()
NOTHING: Json = {}


def shadowed(library: Library, *names: str) -> Library:
    """A library in which these rules are in shadow."""
    there = tuple(
        replace(rule, status=Status.SHADOW) if rule.id in names else rule for rule in library.rules
    )
    return replace(library, rules=there)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The same practice twice: with further rules in shadow, and without."""
    folder: Path = tmp_path_factory.mktemp("shadow")
    library = piloting(folder / "a", *SEEN, *UNSEEN)
    with (
        surgery(folder / "with", shadowed(library, *UNSEEN)) as with_them,
        surgery(folder / "without", piloting(folder / "b", *SEEN)) as without,
    ):
        yield with_them, without


def told(reply: Reply) -> tuple[object, ...]:
    """What was answered, but for the names that every card has anew."""
    if reply.status != 200:
        return reply.status, reply.says()
    cards = [
        (card["summary"], card["detail"], [one["label"] for one in card["suggestions"]])
        for card in reply.cards
    ]
    return 200, cards, reply.held_back


@st.composite
def calls(draw: st.DrawFn) -> tuple[list[Resource], bool, frozenset[str], frozenset[str]]:
    """Somebody; whether the client knows discovery of now; what it leaves out or could not read."""
    of = f"person-{next(_people)}"
    found: list[Resource] = [a_patient(of, name="Sam")]
    found += [copd(of)] if draw(st.booleans()) else []
    found += [
        a_resource(
            draw(st.sampled_from(["Observation", "Condition", "Procedure", "Task"])),
            draw(st.sampled_from([COPD, "713673000", "44054006", "copd-self-management"])),
            of=of,
            id=f"r{number}",
            status=draw(st.sampled_from(["final", "completed", "not-done"])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    keys = st.frozensets(st.sampled_from(["observations", "flags", "tasks", "goals", "encounters"]))
    return found, draw(st.booleans()), draw(keys), draw(keys)


@settings(max_examples=60)
@given(calls())
def test_a_rule_in_shadow_changes_no_answer(
    both: Both, call: tuple[list[Resource], bool, frozenset[str], frozenset[str]]
) -> None:
    resources, up_to_date, left_out, unread = call
    with_them, without = both
    before, now = without.templates(), with_them.templates()
    assert set(before) < set(now)
    prefetch: Json = prefetch_of(now if up_to_date else before, resources)
    for key in prefetch.keys() & unread:
        prefetch[key] = an_operation_outcome()
    known = {key: value for key, value in prefetch.items() if key not in left_out}
    asked = a_call(known, of=str(resources[0]["id"]))
    there = {**asked, "prefetch": {key: known[key] for key in known if key in before}}
    assert told(with_them.ask(asked)) == told(without.ask(there))


def test_a_service_of_nothing_but_shadow_answers_whatever_is_missing(tmp_path: Path) -> None:
    library = piloting(tmp_path / "practice", *SEEN)
    with surgery(tmp_path, shadowed(library, *SEEN)) as place:
        (service,) = place.discovery()
        assert "0 rules. Asked besides, counted and never shown: 2." in service["description"]
        everything = place.a_call([a_patient(), copd()])
        for call in (everything, {**everything, "prefetch": NOTHING}):
            assert told(place.ask(call)) == (200, [], {})
