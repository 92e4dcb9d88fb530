"""Laws: whatever a service sends, the kit looks at it, and says so in a report that can be kept."""

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.conformance import cards, discovery, errors
from cds_hooks.conformance.asking import Listed
from cds_hooks.conformance.examine import Examined
from cds_hooks.conformance.exchange import Answer
from cds_hooks.conformance.fetching import Unfilled, fill
from cds_hooks.conformance.notes import Notes, Status
from cds_hooks.conformance.people import invented
from cds_hooks.conformance.report import as_html, as_json, as_text
from cds_hooks.conformance.requirements import REQUIREMENTS
from cds_hooks.conformance.shapes import is_list, is_object
from cds_hooks.conformance.templates import judge
from tests.builders import TODAY
from tests.conformance_kit.doorkeeper import Doorkeeper
from tests.conformance_kit.wrong import RIGHT, Practice, a_card

Json = dict[str, Any]  # JSON of every shape

PIECES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    PIECES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of everything in a value."""
    inner: list[tuple[str | int, object]] = []
    if is_object(value):
        inner = [*value.items()]
    elif is_list(value):
        inner = [*enumerate(value)]
    return [path, *(place for name, under in inner for place in places(under, (*path, name)))]


def spoilt(whole: Json, path: tuple[str | int, ...], by: object) -> object:
    """The same with something else at one place."""
    if not path:
        return by
    changed: Any = json.loads(json.dumps(whole))  # a copy, of every shape
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = by
    return changed


_, MUCH, _ = invented(TODAY)
ANSWER: Json = {
    "cards": [a_card("1")],
    "systemActions": [{"type": "delete"}],
    "extension": {"a": 1},
}
LISTING = Practice(RIGHT, "", Doorkeeper({}, "")).listing()
TEMPLATES = st.text(max_size=40) | st.lists(
    st.sampled_from(
        ["Patient", "Condition", "?", "/", "&", "=", "{{", "}}", "context.patientId", "today()",
         "code", ":in", "patient", "_sort", "-date", "_count", "1", "|", "date", "ge2026", "%"]
    ),
    max_size=10,
).map("".join)  # fmt: skip


def an_answer(value: object) -> Answer:
    return Answer(200, {"content-type": "application/json"}, json.dumps(value), 0.0)


def examined(notes: Notes, listed: tuple[Listed, ...] = ()) -> Examined:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return Examined("http://127.0.0.1", at, 1.0, listed, notes.results(), notes.asides)


def told(notes: Notes) -> None:
    """A report can be made of it, and written as UTF-8."""
    whole = examined(notes)
    assert len(json.loads(as_json(whole))["results"]) == len(REQUIREMENTS)
    "\n".join(text for text, _ in as_text(whole)).encode()


@given(ANYTHING)
def test_any_answer_can_be_looked_at(value: object) -> None:
    notes = Notes()
    cards.look(notes, an_answer(value), "gaps: a call", "1")
    told(notes)


@given(st.sampled_from(places(ANSWER)), ANYTHING)
def test_an_answer_with_anything_at_any_place_can_be_looked_at(
    path: tuple[str | int, ...], value: object
) -> None:
    notes = Notes()
    cards.look(notes, an_answer(spoilt(ANSWER, path, value)), "gaps: a call", "1")
    told(notes)


@given(st.sampled_from(places(ANSWER)[1:]))
def test_a_null_anywhere_in_an_answer_is_found(path: tuple[str | int, ...]) -> None:
    notes = Notes()
    cards.look(notes, an_answer(spoilt(ANSWER, path, None)), "gaps: a call", "1")
    found = {one.requirement.id for one in notes.results() if one.status is Status.FOUND}
    assert found & {"J2", "J5"}


@given(st.sampled_from(places(LISTING)), ANYTHING)
def test_a_listing_with_anything_at_any_place_can_be_looked_at(
    path: tuple[str | int, ...], value: object
) -> None:
    notes = Notes()
    listed = discovery.look(an_answer(spoilt(LISTING, path, value)), notes)
    for one in listed:
        f"{one.id} {one.hook}".encode("ascii")
    told(notes)


@given(st.integers(0, 599), st.text(max_size=30))
def test_any_error_can_be_looked_at(status: int, text: str) -> None:
    notes = Notes()
    errors.look(notes, Answer(status, {}, text, 0.0), "gaps: a call")
    told(notes)


@given(TEMPLATES)
def test_any_template_is_judged_and_filled_or_said_to_be_beyond_it(template: str) -> None:
    notes = Notes()
    judge(notes, template, "patient-view", "discovery, gaps, key", later=False)
    told(notes)
    try:
        filled = fill(template, MUCH, {"patientId": "invented"})
    except Unfilled as why:
        str(why).encode()
    else:
        assert filled["resourceType"]


def test_a_page_shows_what_a_service_sent_as_text_and_never_as_html() -> None:
    notes = Notes()
    notes.expect("C1", False, "<script>alert(1)</script>", "gaps: a call")
    listed = Listed("gaps", "patient-view", {})
    page = as_html(examined(notes, (listed,)))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_an_answer_that_is_nested_without_end_is_no_json() -> None:
    notes = Notes()
    deep = '{"cards":' + "[" * 900 + "]" * 900 + "}"
    cards.look(notes, Answer(200, {"content-type": "application/json"}, deep, 0.0), "a: b", "1")
    found = {one.requirement.id for one in notes.results() if one.status is Status.FOUND}
    assert found == {"J1"}
