"""Promise 1 (PRODUCT 2.1) from outside: whoever looks is in nothing that comes out but the audit.

A day with one clinician, who can be told by all that their system sends, at every route that the
app has and with every verb of the store; then every byte of what came back and of what is kept is
searched. And the same day with another clinician: what is kept and counted is the same, so that
nobody is in it in a shape that nobody thought of, either.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from cds_hooks import invoke
from cds_hooks.local_support import PAGE as SUPPORT
from cds_hooks.store import people
from cds_hooks.store.answers import Answers
from cds_hooks.store.counting import Event
from cds_hooks.store.opening import Place
from cds_hooks.tally import Tally
from rules.outcome import Outcome
from rules.rule import Library
from tests.fhir_builders import COPD_RULE, RESULTS_RULE
from tests.privacy.clinicians import ONE, OTHER
from tests.privacy.whole_day import a_day
from tests.served import piloting
from tests.stores import TODAY


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return piloting(tmp_path_factory.mktemp("practice"), COPD_RULE, RESULTS_RULE)


def test_whoever_looks_is_in_no_answer_export_or_file_but_the_audit(
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one = a_day(tmp_path / "one", library, ONE, monkeypatch, capsys)
    assert one.found(ONE) == []
    assert f"GET {SUPPORT}/publish" in one.published(ONE)
    assert "the backup's directory.jsonl" in one.published(ONE)
    assert ONE.name in one.audit  # or the search would find nothing anywhere
    assert ONE.user in one.audit
    counted = ("cards", "answers", "counts", "comments", "thumb_words", "cases")
    assert all(one.kept[table] for table in counted)
    other = a_day(tmp_path / "other", library, OTHER, monkeypatch, capsys)
    unknown = {"unknown_cards"}  # by a hash of what was sent, and that was their number
    for table in one.kept.keys() - unknown:
        assert one.kept[table] == other.kept[table], table
    assert len(one.kept["unknown_cards"]) == len(other.kept["unknown_cards"]) == 1
    assert one.figures == other.figures


# ---- that the search finds what is put there -------------------------------------------------


def counted_by(monkeypatch: pytest.MonkeyPatch, what: Callable[[str], str]) -> None:
    """Cards are counted by whoever they are shown to."""

    def answer(
        outcomes: tuple[Outcome, ...], asking: invoke.Asking, store: Answers, tally: Tally
    ) -> bytes:
        store.count([Event(TODAY, what(asking.user), "", "shown")])
        return invoke.answer(outcomes, asking, store, tally)

    monkeypatch.setattr("cds_hooks.app.answer", answer)


@pytest.mark.long
def test_a_name_that_is_counted_is_found(
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counted_by(monkeypatch, str)
    found = a_day(tmp_path / "one", library, ONE, monkeypatch, capsys).found(ONE)
    assert any(where.startswith("answers.sqlite") for where in found)
    assert "the backup's store.sqlite" in found


@pytest.mark.long
def test_a_hash_that_nobody_searches_for_is_found(
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    counted_by(monkeypatch, lambda user: hashlib.blake2b(user.encode()).hexdigest())
    days = [
        a_day(tmp_path / folder, library, who, monkeypatch, capsys)
        for folder, who in (("one", ONE), ("other", OTHER))
    ]
    assert days[0].found(ONE) == []
    assert days[0].kept["counts"] != days[1].kept["counts"]


@pytest.mark.long
def test_an_export_that_says_who_looked_is_found(
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    real = people.export

    def export(place: Place, person: str, *, with_comments: bool = False) -> people.Json | None:
        told = real(place, person, with_comments=with_comments)
        return None if told is None else {**told, "seen_by": ONE.name}

    monkeypatch.setattr(people, "export", export)
    found = a_day(tmp_path / "one", library, ONE, monkeypatch, capsys).found(ONE)
    assert found == ["goodday store export"]


async def _who_is_here(request: Request) -> Response:
    return PlainTextResponse(f"You are {request.headers['x-goodday-user']}.")


@pytest.mark.long
def test_a_new_route_is_walked_and_what_it_says_is_found(
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def with_route(app: FastAPI) -> None:
        app.add_route("/who", _who_is_here)

    found = a_day(tmp_path / "one", library, ONE, monkeypatch, capsys, with_route).found(ONE)
    assert found == ["GET /who"]


@pytest.mark.parametrize(("path", "method"), [("/who/{about}", "GET"), ("/who", "POST")])
def test_a_new_route_that_nobody_knows_how_to_call_is_said(
    tmp_path: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    method: str,
) -> None:
    def with_route(app: FastAPI) -> None:
        app.add_route(path, _who_is_here, methods=[method])

    with pytest.raises(AssertionError, match="say here what"):
        a_day(tmp_path / "one", library, ONE, monkeypatch, capsys, with_route)
