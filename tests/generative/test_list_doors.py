"""A whole list of invented people comes to the same through every door, person by person.

Each door is a function from the folder of an export and the people in it to what every rule comes
to for each of them. A door more is a function more, in DOORS. What CSV files can say of
somebody is less: ``test_csv_law.py`` asks that door.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings

from cds_hooks.population.asking import HOOK, wanted_by
from fhir_adapters.bulk.chunk import Row, evaluate_chunk
from fhir_adapters.bulk.local import Crew
from fhir_adapters.bulk.parquet import Keeping, finish, unfinished
from fhir_adapters.bulk.people import Part, SetAside
from fhir_adapters.bulk.source import ready
from fhir_adapters.bulk.spark import rows as spark_rows
from fhir_adapters.bulk.spark_session import session
from fhir_adapters.needs import Needs
from rules.outcome import Decision
from rules.rule import Library
from tests.batches import Rows, by_workers
from tests.builders import shipped
from tests.crowd.inventing import invent
from tests.crowd.page import TODAY
from tests.crowd.person import Invented
from tests.crowd.writing import bundle, resources, write_ndjson
from tests.lengths import only
from tests.served import Reply, a_call, in_pilot, prefetch_of, surgery

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


def rows(parts: Iterable[Part]) -> Decided:
    found: list[Row] = []
    for part in parts:
        found += evaluate_chunk(library().for_hook(HOOK), part.people([]), TODAY)
    return {row.person: {one.rule: one.decision for one in row.came} for row in found}


def asked(folder: Path) -> Decided:
    """The people in a folder, as ``goodday population run`` asks about them."""
    with TemporaryDirectory() as scratch, Crew(1) as crew:
        found = ready(folder, wanted(), Path(scratch), crew)
        assert found.aside == SetAside()
        return rows(found.parts)


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
    kept = export.parent / "kept"
    with TemporaryDirectory() as scratch, Crew(1) as crew, unfinished(kept) as inside:
        found = ready(export, wanted(), Path(scratch), crew)
        files = [file for part in found.parts for file in Keeping(inside, wanted())(part)[0]]
        finish(kept, inside, files, wanted(), found.aside, found.ids)
    return asked(kept)


def through_workers(export: Path, people: Sequence[Invented]) -> Decided:
    """What the workers of a cluster do, in this process."""
    del people
    found, aside = by_workers(export, library(), TODAY)
    assert aside == SetAside()
    return decided(found)


def through_spark(export: Path, people: Sequence[Invented]) -> Decided:
    del people
    with session("local[2]", export.parent) as spark:
        found = spark_rows(spark, export, library(), TODAY, HOOK).collect()
    return decided({row.person: row.came for row in found})


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
    "Spark": through_spark,
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


def each_door() -> Iterator[ParameterSet]:
    for door in DOORS:
        marks = [pytest.mark.long, pytest.mark.filterwarnings("ignore")] if door == "Spark" else []
        yield pytest.param(door, marks=marks)


@pytest.mark.parametrize("door", list(each_door()))
def test_everybody_on_a_list_comes_to_the_same_through_every_door(
    everybody: Sequence[Invented], straight: tuple[Path, Decided], door: str
) -> None:
    export, expected = straight
    found = DOORS[door](export, everybody)
    if door == "requests":
        expected = said_by_a_service(expected)
    assert found.keys() == expected.keys() == {person.key for person in everybody}
    assert {who: came for who, came in found.items() if came != expected[who]} == {}


def test_the_list_has_people_of_every_sort_to_agree_on(straight: tuple[Path, Decided]) -> None:
    _, decided = straight
    came = {one for each in decided.values() for one in each.values()}
    few = {str(Decision.PROMPT), str(Decision.CANNOT_TELL)}
    assert came >= (few | {str(Decision.EXCLUDED)} if PEOPLE > 100 else few)
