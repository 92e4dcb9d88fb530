"""``goodday visits``: who comes in the next days, and the letters that could go ahead."""

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from cds_hooks.store.answers import Answers
from cds_hooks.store.kept import Button, Issued, Met
from cds_hooks.store.pauses import Pause
from rules.record import Reply
from tests.builders import Resource, a_bundle
from tests.fhir_builders import a_booking, leroy

PRACTICE = "name: Example Surgery\ninvented: yes\nphone: 01632 960123\npilots: [results-ahead]\n"
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def a_visit(of: str, day: str, number: int = 1, status: str = "booked") -> Resource:
    """A planned visit that is in the book."""
    proposed = json.loads(json.dumps(a_booking(of, f"{day}T09:00:00Z")))
    visit: Resource = proposed["entry"][0]["resource"]
    return {**visit, "id": f"visit-{number}", "status": status}


class Desk:
    """Somebody at the practice's desk, with records in a folder, who types the verb."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.records, self.data, self.to = folder / "records", folder / "data", folder / "letters"
        self.records.mkdir()
        (folder / "practice").mkdir()
        (folder / "practice/practice.yaml").write_text(PRACTICE, encoding="utf-8")

    def has(self, name: str, *visits: Resource, of: str = "leroy-1") -> None:
        """A record in the folder: a result that was filed, and visits."""
        bundle = a_bundle(*leroy(of), *visits)
        (self.records / name).write_text(json.dumps(bundle), encoding="utf-8")

    def types(self, *more: str) -> tuple[int, list[str]]:
        """The exit code, and every line that was said."""
        asked = more if {"--data", "--nobody-asked"} & set(more) else (*more, "--nobody-asked")
        code = run(
            ["visits", str(self.records), "--practice", str(self.folder / "practice"),
             "--today", "2026-11-21", *asked]
        )  # fmt: skip
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return code, (out + err).splitlines()


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_the_list_has_every_visit_of_the_next_days_the_soonest_first_and_says_why_no_letter(
    desk: Desk,
) -> None:
    desk.has("b.json", a_visit("leroy-1", "2026-12-01"))
    desk.has("a.json", a_visit("ann", "2026-11-22"), a_visit("ann", "2026-12-20", 2), of="ann")
    desk.has("c.json", a_visit("bea", "2026-12-01", status="cancelled"), of="bea")
    code, said = desk.types()
    assert code == FINE
    assert said[0].startswith("22 November 2026  ann")
    assert "no letter: " in said[0]
    assert said[1].startswith("1 December 2026  leroy-1")
    assert said[1].endswith("letter to read and send")
    assert said[2] == "2 visits in 14 days, 1 letter to read and send."


@pytest.mark.parametrize(("days", "there"), [("4", False), ("10", True)])
def test_only_the_days_that_were_asked_for_are_on_it(desk: Desk, days: str, there: bool) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    assert any("leroy-1" in line for line in desk.types("--days", days)[1]) is there


@pytest.mark.parametrize("days", ["0", "-1", "367", "4000000", "two"])
def test_days_are_no_more_than_a_year(
    desk: Desk, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        desk.types("--days", days)
    assert "a whole number of days from 1 to 366" in capsys.readouterr().err


def test_letters_and_sheets_are_written_where_somebody_wants_them(desk: Desk) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    desk.has("b.json", a_visit("ann", "2026-11-22"), of="ann")
    assert desk.types("--to", str(desk.to), "--layout", "large-print")[0] == FINE
    assert sorted(one.name for one in desk.to.iterdir()) == [
        "0001-2026-11-22-ann-sheet.html",
        "0002-2026-12-01-leroy-1-letter.html",
        "0002-2026-12-01-leroy-1-sheet.html",
    ]
    assert {stat.S_IMODE(one.stat().st_mode) for one in desk.to.iterdir()} == {0o600}
    letter = (desk.to / "0002-2026-12-01-leroy-1-letter.html").read_text(encoding="utf-8")
    assert "Dear Leroy," in letter
    assert "71 %" in letter
    assert '<body class="large-print">' in letter


def test_an_id_out_of_a_record_is_no_place_to_write_to(desk: Desk) -> None:
    desk.has("a.json", a_visit("../../up", "2026-12-01"), of="../../up")
    assert desk.types("--to", str(desk.to))[0] == FINE
    assert all(one.name.startswith("0001-2026-12-01-") for one in desk.to.iterdir())
    assert sorted(one.name for one in desk.folder.iterdir()) == ["letters", "practice", "records"]


def test_a_record_that_cannot_be_read_is_named_and_the_rest_is_on_the_list(desk: Desk) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    (desk.records / "b.json").write_text("{", encoding="utf-8")
    code, said = desk.types()
    assert code == PROBLEMS
    assert any("b.json" in line and "is not on this list" in line for line in said)
    assert any("leroy-1" in line for line in said)


@pytest.mark.parametrize(
    ("visits", "links"),
    [
        pytest.param((), [{"relation": "next", "url": "https://x.example"}], id="a page"),
        pytest.param(({"resourceType": "Appointment", "start": 7},), [], id="damaged"),
    ],
)
def test_that_not_every_visit_could_be_read_is_said(
    desk: Desk, visits: tuple[Resource, ...], links: list[object]
) -> None:
    bundle = {**a_bundle(*leroy("leroy-1"), *visits), "link": links}
    (desk.records / "a.json").write_text(json.dumps(bundle), encoding="utf-8")
    code, said = desk.types()
    assert code == PROBLEMS
    assert any("a.json: its visits could not all be read" in line for line in said)


def remembered(desk: Desk, reply: Reply, who: str = "leroy-1") -> None:
    """Somebody answered the card about Leroy's results yesterday."""
    store = Answers(desk.data)
    button = Button("no", reply, ("results-ahead",), (), ("results-ahead",))
    card = Issued(
        card="card-1", person=who, service="s", hook_instance="h", shown_at=NOW,
        rules=("results-ahead|1",), topics=("results-ahead",), buttons=(button,),
    )  # fmt: skip
    store.issue(card)
    store.hear([Met(card.card, NOW + timedelta(minutes=1), "no")], NOW + timedelta(minutes=1))
    store.close()


def test_whoever_said_no_gets_no_letter(desk: Desk) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    remembered(desk, Reply.DECLINED)
    code, (line, count) = desk.types("--data", str(desk.data))
    assert code == FINE
    assert 'no letter: Quiet until 20 November 2027: the person said "no, thank you"' in line
    assert count == "1 visit in 14 days, 0 letters to read and send."


@pytest.mark.parametrize("named", ["", "nroth"], ids=["no client", "one that is not there"])
def test_a_no_is_not_forgotten_for_want_of_the_right_client(desk: Desk, named: str) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    remembered(desk, Reply.DECLINED, "north:leroy-1")
    code, said = desk.types("--data", str(desk.data), "--client", named, "--to", str(desk.to))
    assert code == COULD_NOT_RUN
    assert said[0].startswith(
        f'What was said is kept here of the people of north, and of nobody of "{named}"'
    )
    assert not desk.to.exists()
    code, (line, _) = desk.types("--data", str(desk.data), "--client", "north")
    assert code == FINE
    assert "no letter: Quiet until" in line


def test_a_rule_that_was_paused_offers_no_letter(desk: Desk) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    store = Answers(desk.data)
    store.pause(Pause("rule:results-ahead", NOW, "a letter went wrong"))
    store.close()
    _, (line, _) = desk.types("--data", str(desk.data))
    assert "no letter: Not shown: paused by hand (a letter went wrong)." in line


def test_without_a_store_it_has_to_be_said_that_nobody_was_asked(desk: Desk) -> None:
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    code, said = desk.types("--data", str(desk.folder / "nowhere"))
    assert code == COULD_NOT_RUN
    assert "There is no store in" in said[0]
    assert not (desk.folder / "nowhere").exists()


def test_without_a_rule_that_offers_letters_it_says_what_to_do(desk: Desk) -> None:
    (desk.folder / "practice/practice.yaml").write_text("name: Example Surgery\n", encoding="utf-8")
    desk.has("a.json", a_visit("leroy-1", "2026-12-01"))
    code, said = desk.types()
    assert code == COULD_NOT_RUN
    assert "Pilot results-ahead in practice.yaml" in said[0]
