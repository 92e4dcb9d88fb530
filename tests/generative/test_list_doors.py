"""A whole list of invented people comes to the same through every door, person by person.

Each door is a function from the folder of an export and the people in it to what every rule comes
to for each of them. A door more is a function more, in DOORS. CSV files can say less of somebody
than resources (``tests/crowd/tabled.py``), so they are compared with an export of that much.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import settings

from cds_hooks.population.asking import HOOK, wanted_by
from fhir_adapters.bulk.chunk import Row, evaluate_chunk
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.parquet import Keeping, finish, gathered, unfinished
from fhir_adapters.bulk.people import Part, SetAside
from fhir_adapters.bulk.source import ready
from fhir_adapters.bulk.spark import rows as spark_rows
from fhir_adapters.needs import Needs
from rules.outcome import Decision
from rules.rule import Library
from tests.batches import Rows, by_workers
from tests.builders import shipped
from tests.crowd.inventing import invent
from tests.crowd.page import TODAY
from tests.crowd.person import Invented
from tests.crowd.tabled import about, sayable
from tests.crowd.tabled import rows as rows_of
from tests.crowd.writing import bundle, resources, write_ndjson
from tests.lengths import only
from tests.lists import records
from tests.served import Reply, a_call, in_pilot, prefetch_of, surgery
from tests.spark import collected, spark_in
from tests.tables import a_hand, what_a_table_says, write_tables

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SOAK = settings().max_examples > 1_000
PEOPLE = 2_000 if SOAK else only(25, 150)

# For each person every rule that comes to anything, and what it comes to.
Decided = Mapping[str, Mapping[str, str]]


@cache
def library() -> Library:
    """Every shipped rule, as if it was in pilot."""
    return in_pilot(shipped().usable())


@cache
def wanted() -> Needs:
    return wanted_by(library())


def rows(parts: Iterable[Part], told: list[SetAside]) -> Decided:
    found: list[Row] = []
    for part in parts:
        found += evaluate_chunk(library().for_hook(HOOK), part.people(told), TODAY)
    return {row.person: {one.rule: one.decision for one in row.came} for row in found}


def asked(folder: Path) -> Decided:
    """The people in a folder of which everything can be read."""
    found, aside = asked_of(folder)
    assert aside == 0
    return found


def asked_of(folder: Path) -> tuple[Decided, int]:
    """The people in a folder, as ``goodday population run`` asks about them, and how many faults
    were set aside.
    """
    told: list[SetAside] = []
    with TemporaryDirectory() as scratch, Crew(1) as crew:
        found = ready(folder, wanted(), Path(scratch), crew)
        came = rows(found.parts, told)
    return came, sum(told, found.aside).count


def through_ndjson(export: Path, people: Sequence[Invented]) -> Decided:
    del people
    return asked(export)


def through_bundles(export: Path, people: Sequence[Invented]) -> Decided:
    folder = export.parent / "bundles"
    folder.mkdir()
    for person in people:
        (folder / f"{person.key}.json").write_bytes(bundle(person))
    return asked(folder)


def through_parquet(export: Path, people: Sequence[Invented]) -> Decided:
    del people
    return asked(imported(export))


def imported(source: Path) -> Path:
    """The same people as Parquet, as ``goodday population import`` makes it."""
    kept = source.parent / f"kept-{source.name}"
    if kept.exists():
        return kept
    with TemporaryDirectory() as scratch, Crew(1) as crew, unfinished(kept) as inside:
        found = ready(source, wanted(), Path(scratch), crew)
        came = [Keeping(inside, wanted())(part) for part in gathered(found.parts)]
        files = [file for some, _ in came for file in some]
        aside = sum((one for _, one in came), found.aside)
        finish(kept, inside, files, wanted(), aside, found.ids)
    return kept


def through_workers(export: Path, people: Sequence[Invented]) -> Decided:
    """What the workers of a cluster do, in this process."""
    del people
    found, aside = by_workers(export, library(), TODAY)
    assert aside == SetAside()
    return decided(found)


def decided(rows: Rows) -> Decided:
    return {
        person: {str(rule): str(decision) for rule, _, decision, _ in came}
        for person, came in rows.items()
    }


def through_requests(export: Path, people: Sequence[Invented]) -> Decided:
    """One call of the service for each, over HTTP. What it has on a card, or holds back by what was
    found to be so, a rule decided to prompt for; nothing is said of what is not for somebody.
    """
    with surgery(export.parent, library()) as open_now:
        open_now.now = datetime.combine(TODAY, time(12), open_now.now.tzinfo)
        templates = open_now.templates()
        found: dict[str, Mapping[str, str]] = {}
        for person in people:
            given = json.loads(json.dumps([*resources(person)]))
            reply = open_now.ask(a_call(prefetch_of(templates, given), person.key))
            held = {rule: one["step"] for rule, one in reply.held_back.items()}
            came = dict.fromkeys(asking(reply), str(Decision.PROMPT))
            came |= {
                rule: str(Decision.CANNOT_TELL if step == "cannot-tell" else Decision.PROMPT)
                for rule, step in held.items()
            }
            found[person.key] = came
        return found


def asking(reply: Reply) -> Iterator[str]:
    """The rules on the cards of an answer; a card that asks whether a reminder can end has none."""
    for card in reply.cards:
        for action in card["suggestions"][-1]["actions"]:
            for name in action["resource"].get("identifier", ()):
                yield name["value"].partition("|")[0]


DOORS: Mapping[str, Callable[[Path, Sequence[Invented]], Decided]] = {
    "NDJSON": through_ndjson,
    "bundles": through_bundles,
    "Parquet": through_parquet,
    "workers": through_workers,
    "requests": through_requests,
}


@pytest.fixture(scope="module")
def everybody() -> Sequence[Invented]:
    return [invent(7, number, TODAY) for number in range(PEOPLE)]


@pytest.fixture(scope="module")
def straight(
    everybody: Sequence[Invented], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Decided]:
    export = tmp_path_factory.mktemp("doors") / "export"
    write_ndjson(export, everybody)
    return export, through_ndjson(export, everybody)


def said_by_a_service(decided: Decided) -> Decided:
    """Without what no service says: that a rule is not for somebody after all."""
    told = (str(Decision.PROMPT), str(Decision.CANNOT_TELL))
    return {
        who: {rule: one for rule, one in came.items() if one in told}
        for who, came in decided.items()
    }


@pytest.mark.parametrize("door", DOORS)
def test_everybody_on_a_list_comes_to_the_same_through_every_door(
    everybody: Sequence[Invented], straight: tuple[Path, Decided], door: str
) -> None:
    export, expected = straight
    found = DOORS[door](export, everybody)
    if door == "requests":
        expected = said_by_a_service(expected)
    assert found.keys() == expected.keys() == {person.key for person in everybody}
    assert {who: came for who, came in found.items() if came != expected[who]} == {}


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator["SparkSession"]:
    with spark_in(tmp_path_factory.mktemp("spark")) as spark:
        yield spark


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # what pyspark leaves open is not ours
def test_everybody_on_a_list_comes_to_the_same_on_spark(
    spark: "SparkSession", straight: tuple[Path, Decided]
) -> None:
    export, expected = straight
    found, aside = on_spark(spark, export)
    assert aside == 0
    assert found.keys() == expected.keys()
    assert {who: came for who, came in found.items() if came != expected[who]} == {}


def on_spark(spark: "SparkSession", source: Path) -> tuple[Decided, int]:
    found, aside = collected(spark_rows(spark, source, library(), TODAY, HOOK))
    return decided(found), aside


def test_the_list_has_people_of_every_sort_to_agree_on(straight: tuple[Path, Decided]) -> None:
    _, decided = straight
    came = {one for each in decided.values() for one in each.values()}
    few = {str(Decision.PROMPT), str(Decision.CANNOT_TELL)}
    assert came >= (few | {str(Decision.EXCLUDED)} if PEOPLE > 100 else few)


# ---- as tables ----------------------------------------------------------------------------------

HANDS = 4  # lists, each as another system writes it


class Tables(NamedTuple):
    """Extracts of all people between them, and what the same people came to as resources."""

    folders: Sequence[Path]
    export: Path
    expected: Decided
    damaged: int


@pytest.fixture(scope="module")
def tables(everybody: Sequence[Invented], tmp_path_factory: pytest.TempPathFactory) -> Tables:
    folder = tmp_path_factory.mktemp("tables")
    people = [sayable(person) for person in everybody]
    folders: list[Path] = []
    for number in range(HANDS):
        some = people[number::HANDS]
        lines = [row for person in some for row in rows_of(person)]
        Random(number).shuffle(lines)
        folders.append(folder / f"tables-{number}")
        write_tables(folders[-1], [*map(about, some)], lines, a_hand(Random(number).choice))
    damaged = sum(len(person.unread) for person in people)
    export = folder / "export"
    write_ndjson(export, people)
    return Tables(folders, export, through_ndjson(export, people), damaged)


@pytest.mark.parametrize("is_imported", [False, True], ids=["as they are", "imported"])
def test_tables_come_to_the_same_as_resources_that_say_what_a_table_can(
    tables: Tables, is_imported: bool
) -> None:
    agree(
        tables,
        [asked_of(imported(folder) if is_imported else folder) for folder in tables.folders],
    )


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_tables_that_were_imported_come_to_the_same_on_spark(
    spark: "SparkSession", tables: Tables
) -> None:
    agree(tables, [on_spark(spark, imported(folder)) for folder in tables.folders])


def test_in_however_many_buckets_a_list_comes_to_the_same(
    everybody: Sequence[Invented],
    straight: tuple[Path, Decided],
    tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("fhir_adapters.bulk.buckets._LEAST", 1_000)
    export, expected = straight
    for folder in (export, *tables.folders):
        with TemporaryDirectory() as scratch, Crew(1) as crew:
            assert len(ready(folder, wanted(), Path(scratch), crew).parts) > 1
    assert through_ndjson(export, everybody) == expected
    agree(tables, [asked_of(folder) for folder in tables.folders])


def agree(tables: Tables, every: Sequence[tuple[Decided, int]]) -> None:
    found = {who: came for some, _ in every for who, came in some.items()}
    assert sum(len(some) for some, _ in every) == len(found)
    assert found.keys() == tables.expected.keys()
    assert {who: came for who, came in found.items() if came != tables.expected[who]} == {}
    assert sum(aside for _, aside in every) == tables.damaged


@pytest.mark.parametrize("is_imported", [False, True], ids=["as they are", "imported"])
def test_tables_say_of_everybody_what_resources_say(tables: Tables, is_imported: bool) -> None:
    """What restraint reads, and no decision: who said no, what language somebody speaks."""
    expected, _ = records(tables.export, wanted())
    folders = [imported(folder) if is_imported else folder for folder in tables.folders]
    found = {who: one for folder in folders for who, one in records(folder, wanted())[0].items()}
    assert found.keys() == expected.keys()
    for who, record in expected.items():
        assert what_a_table_says(found[who]) == what_a_table_says(record)
        assert found[who].person == replace(record.person, first_name="")
        assert found[who].unread.keys() == record.unread.keys()


def test_tables_say_all_of_half_the_people_and_enough_of_the_others_to_be_asked_for(
    everybody: Sequence[Invented], tables: Tables
) -> None:
    assert sum(sayable(person) == person for person in everybody) > len(everybody) / 3
    came = {one for each in tables.expected.values() for one in each.values()}
    few = {str(Decision.PROMPT), str(Decision.CANNOT_TELL)}
    assert came >= (few | {str(Decision.EXCLUDED)} if PEOPLE > 100 else few)
    assert tables.damaged
