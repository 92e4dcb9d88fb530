"""Fetching everybody from a FHIR server: what breaks off, what changes, and what is not whole."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fhir_adapters.bulk.fetched import NAME, UNREAD, account, set_aside
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.fetching.calling import NotFetched
from fhir_adapters.needs import needs_of
from rules.record import Kind
from tests.builders import Resource, code
from tests.bulk_server import Bulk
from tests.fetching import NEEDS, Clock, counted, fetched, held, people
from tests.fhir_server import Answer, Asked, answer, up
from tests.served import Json


@pytest.mark.parametrize("ranges", [True, False], ids=["with ranges", "without"])
@pytest.mark.parametrize("packs", [True, False], ids=["packed", "plain"])
def test_a_download_that_breaks_off_comes_whole(tmp_path: Path, ranges: bool, packs: bool) -> None:
    bulk = Bulk(people(), ranges=ranges, packs=packs, cuts=3)
    fetched(bulk, tmp_path / "to")
    assert counted(held(tmp_path / "to")) == counted(people())
    begins = [one.headers["range"] for one in bulk.asked if "range" in one.headers]
    assert bool(begins) == ranges
    assert "bytes=0-" not in begins


def test_two_versions_of_a_file_are_never_put_together(tmp_path: Path) -> None:
    bulk = Bulk(people(), cuts=1, counts=False)
    now = people()

    def changed(asked: Asked) -> Answer | None:
        if "range" in asked.headers:
            for one in bulk.resources:
                one["language"] = "cy"
        return None

    bulk.spoilt = changed
    fetched(bulk, tmp_path / "to")
    came = held(tmp_path / "to")
    assert counted({**one, "language": None} for one in came) == counted(
        {**one, "language": None} for one in now
    )
    of_one_type = {one.get("language") for one in came if one["resourceType"] == "Flag"}
    assert len(of_one_type) == 1


def test_a_server_that_sends_another_part_than_was_asked_for_is_asked_for_all(
    tmp_path: Path,
) -> None:
    def wrong(asked: Asked) -> Answer | None:
        if "range" not in asked.headers:
            return None
        return Answer(b"{}\n", 206, {"Content-Range": "bytes 0-2/3", "ETag": '"other"'})

    bulk = Bulk(people(), cuts=1, spoilt=wrong)
    fetched(bulk, tmp_path / "to")
    assert counted(held(tmp_path / "to")) == counted(people())


def saying_more_of(kind: str, more: int) -> Callable[[Resource], object]:
    """A manifest that says of the files of a type that they have more lines than they have."""

    def said(made: Resource) -> object:
        whole: Json = json.loads(json.dumps(made))
        for one in whole["output"]:
            one["count"] += more * (one["type"] == kind)
        return whole

    return said


def test_with_fewer_lines_than_were_said_the_list_is_unknown(tmp_path: Path) -> None:
    bulk = Bulk(people(3), manifest=saying_more_of("Flag", 1))
    told = fetched(bulk, tmp_path / "to").came.told
    assert list(told.unread) == ["Flag"]
    assert counted(held(tmp_path / "to")) == counted(people(3))


def test_what_a_server_does_not_export_with_people_is_unknown(tmp_path: Path) -> None:
    def picky(asked: Asked) -> Answer | None:
        return answer({}, 400) if "Task" in asked.line and "$export" in asked.line else None

    needs = needs_of({Kind.CONDITION: [code("cough")], Kind.TASK: [code("cough")]})
    told = fetched(Bulk(people(2), spoilt=picky), tmp_path / "to", needs=needs).came.told
    assert list(told.unread) == ["Task"]
    assert list(set_aside(tmp_path / "to", told, needs).unread) == [Kind.TASK]


def test_people_who_are_lacking_are_counted(tmp_path: Path) -> None:
    bulk = Bulk(people(3), manifest=saying_more_of("Patient", 2))
    assert fetched(bulk, tmp_path / "to").came.told.people == 2


@pytest.mark.parametrize(
    ("status", "wait"), [(429, 7.0), (503, 7.0)], ids=["too many requests", "not now"]
)
def test_a_server_is_left_alone_for_as_long_as_it_asks(
    tmp_path: Path, status: int, wait: float
) -> None:
    told: list[str] = []

    def busy(asked: Asked) -> Answer | None:
        told.append(asked.path)
        return answer({}, status, Retry_After="7") if told.count(asked.path) == 1 else None

    clock = Clock()
    fetched(Bulk(people(2), spoilt=busy), tmp_path / "to", clock)
    assert wait in clock.waited
    assert counted(held(tmp_path / "to")) == counted(people(2))


def test_a_server_that_never_makes_its_files_is_left(tmp_path: Path) -> None:
    with pytest.raises(NotFetched, match="in the time that it was given"):
        fetched(Bulk(people(2), polls=10_000), tmp_path / "to", longest=60.0)
    assert not (tmp_path / "to").exists()


def test_an_unfinished_folder_is_nobodys_source(tmp_path: Path) -> None:
    with pytest.raises(NotFetched):
        fetched(Bulk(people(2), polls=10_000), tmp_path / "to", longest=60.0)
    with pytest.raises(BulkError, match="goes on"):
        account(tmp_path / "to.fetching", NEEDS)


def test_another_fetch_does_not_go_on_with_what_one_left(tmp_path: Path) -> None:
    with pytest.raises(NotFetched):
        fetched(Bulk(people(2), polls=10_000), tmp_path / "to", longest=60.0)
    with pytest.raises(BulkError, match="another fetch"):
        fetched(Bulk(people(2)), tmp_path / "to", level="Group/x")


def test_a_job_that_the_server_has_forgotten_is_begun_again(tmp_path: Path) -> None:
    def gone(asked: Asked) -> Answer | None:
        lost = "/jobs/job-0" in asked.path and asked.method == "GET"
        return answer({}, 404) if lost else None

    bulk = Bulk(people(2), spoilt=gone)
    fetched(bulk, tmp_path / "to")
    assert len(bulk.began) == 2
    assert counted(held(tmp_path / "to")) == counted(people(2))


def test_a_new_fetch_takes_the_place_of_the_one_before_when_it_is_whole(tmp_path: Path) -> None:
    to = tmp_path / "to"
    fetched(Bulk(people(2)), to)
    with pytest.raises(NotFetched):
        fetched(Bulk(people(5), spoilt=lambda asked: answer({}, 403)), to)
    assert counted(held(to)) == counted(people(2))


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BulkError, match="other things"):
        fetched(Bulk(people(2)), tmp_path)


def test_pages_that_lead_elsewhere_are_not_followed(tmp_path: Path) -> None:
    def away(asked: Asked) -> Answer | None:
        if not asked.path.endswith("/Patient"):
            return None
        link = [{"relation": "next", "url": "https://elsewhere.example/fhir/Patient?page=2"}]
        return answer({"resourceType": "Bundle", "type": "searchset", "link": link})

    with pytest.raises(NotFetched, match="not at the same place"):
        fetched(Bulk(people(2), exports=False, spoilt=away), tmp_path / "to")


@pytest.mark.parametrize("pages_of", [1, 7, 200])
def test_everybody_is_found_page_by_page(tmp_path: Path, pages_of: int) -> None:
    brought = fetched(Bulk(people(9), exports=False), tmp_path / "to", pages_of=pages_of)
    assert brought.by == "search"
    assert counted(held(tmp_path / "to")) == counted(people(9))
    assert set_aside(tmp_path / "to", brought.came.told, NEEDS).count == 0


def test_a_server_that_is_not_able_to_answer_about_one_person_does_not_stop_the_others(
    tmp_path: Path,
) -> None:
    def broken(asked: Asked) -> Answer | None:
        return answer({}, 500) if asked.parameters.get("patient") == "p1" else None

    told = fetched(Bulk(people(4), exports=False, spoilt=broken), tmp_path / "to").came.told
    assert told.unread_of_people == 2
    assert (tmp_path / "to" / UNREAD).read_text("utf-8").count('"p1"') == 2


def test_a_server_that_answers_about_nobody_is_told_and_not_taken_for_an_empty_one(
    tmp_path: Path,
) -> None:
    def broken(asked: Asked) -> Answer | None:
        return answer({}, 500) if "patient" in asked.parameters else None

    with pytest.raises(NotFetched):
        fetched(Bulk(people(4), exports=False, spoilt=broken), tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_rules_that_read_more_than_was_searched_for_are_told(tmp_path: Path) -> None:
    fetched(Bulk(people(1), exports=False), tmp_path / "to")
    wider = needs_of({Kind.CONDITION: [code("wheeze")]})
    with pytest.raises(BulkError, match="fetch it again"):
        account(tmp_path / "to", wider)
    assert account(tmp_path / "to", NEEDS) is not None
    assert (tmp_path / "to" / NAME).exists()


@pytest.mark.long
@pytest.mark.parametrize("by", ["export", "search"])
def test_after_kill_minus_nine_nothing_is_doubled_and_nothing_lost(tmp_path: Path, by: str) -> None:
    to, kills, drawn = tmp_path / "to", 0, random.Random(7)
    bulk = Bulk(people(60), exports=by == "export", lines=4, slow=0.02)
    with up(bulk.server()) as server:
        command = [sys.executable, "-m", "tests.fetching", server.base, str(to), by]
        while not to.exists():
            process = subprocess.Popen(command)
            began = len(bulk.asked)
            more = drawn.randint(1, 60)
            while process.poll() is None and len(bulk.asked) < began + more:
                time.sleep(0.002)
            if process.poll() is None and kills < 5:
                kills += 1
                process.kill()
            process.wait()
    assert kills >= 3
    assert counted(held(to)) == counted(people(60))
    assert not (tmp_path / "to.fetching").exists()
    assert len(bulk.began) <= 2
