"""The same history comes to the same decision through every door (ARCHITECTURE 5).

Random histories as FHIR: codes of the library and others, every list, statuses of every sort,
partial, missing, future and unreadable dates, things entered in error, refuted or filed. The doors:
a bundle, a prefetch, a folder of NDJSON, Parquet, and the served app; each with all lists read, or
with some that could not be.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_adapters.bulk.ndjson import records
from fhir_adapters.bundle import record_from_bundle
from fhir_adapters.elements import Value
from fhir_adapters.needs import Needs, needs, needs_of
from fhir_adapters.prefetch import record_from_prefetch, sent_along
from fhir_adapters.read import TYPES
from rules.codes import Code
from rules.engine import evaluate
from rules.outcome import Decision
from rules.record import Kind, PatientRecord
from rules.rule import Library, Status
from tests.builders import (
    LISTS,
    TODAY,
    Resource,
    a_bundle,
    a_patient,
    a_resource,
    code,
    load_files,
    rule_text,
)
from tests.fhir_builders import MORE
from tests.kept import there_and_back
from tests.served import Surgery, a_call, prefetch_of, surgery
from tests.strategies import DATE_TEXTS, DATED_BY, NEAR_DATE_TEXTS, TIME_TEXTS, resources

Decisions = Mapping[str, Decision]

_RULES: Mapping[str, tuple[str, str]] = {
    "no-offer": (
        """
        has_cough: {find: condition, codes: cough, status: active, ended_by: cough-over}
        offered: {find: entry, codes: tea-group, within: 12 months}
        """,
        "[has_cough, not: offered]",
    ),
    "filed-result": (
        """
        filed: {find: observation, codes: blow-test, within: 2 years, filed: yes}
        newest: {find: observation, codes: blow-test, give: latest date}
        sent: {find: message, codes: tea-group, since: newest}
        """,
        "[filed, not: sent]",
    ),
    "no-plan": (
        """
        wheezes: {find: condition, codes: wheeze}
        plan: {find: care_plan, codes: cough}
        reminder: {find: tag, codes: wheeze}
        """,
        "[wheezes, not: plan, not: reminder]",
    ),
    "referred": (
        """
        referred: {find: referral, codes: tea-group, within: 1 year}
        done: {find: procedure, codes: tea-group, since: 2 years ago}
        coming: {find: appointment, codes: visit, in_next: 4 weeks}
        """,
        "[referred, not: done, not: coming]",
    ),
    "counted": (
        "how_often: {find: entry, codes: cough, within: 3 years, give: count}\n",
        "[how_often: {at_least: 2}]",
    ),
    "medicines": (
        """
        takes: {find: medication, codes: cough}
        met: {find: encounter, codes: [visit, cough], within: 1 year}
        """,
        "[takes, not: met]",
    ),
    "own-words": (
        """
        form: {find: questionnaire, codes: [cough, wheeze]}
        goal: {find: goal, codes: tea-group}
        agreed: {find: consent, codes: wheeze}
        """,
        "[form, not: goal, not: agreed]",
    ),
    "level": (
        """
        level: {find: observation, codes: [cough, wheeze], give: latest value, unit: "%"}
        """,
        "[level: {at_least: 5 %}, age: {at_least: 1}]",
    ),
    "somebody": ("has_cough: {find: entry, codes: wheeze}\n", "[has_cough, age: {at_least: 18}]"),
}


def _library() -> Library:
    files = {
        f"{name}.yaml": rule_text(
            id=name,
            facts=facts,
            when=f"{{all: {when}}}",
            exclude="\n- shared: deceased\n",
            quiet=f"{{topic: {name}}}",
            offers=None,
            people=None,
            today=None,
            tests=None,
        )
        for name, (facts, when) in _RULES.items()
    }
    loaded = load_files(files).usable()
    # As if somebody had tested them and let them be shown: here nothing else about them counts.
    return replace(loaded, rules=tuple(replace(r, status=Status.PILOT) for r in loaded.rules))


LIBRARY = _library()
NEEDS = needs(LIBRARY.rules)
EVERYTHING = needs_of({kind: [] for kind in NEEDS.kinds})


# ---- histories ------------------------------------------------------------------------------

_ODD_DATES = st.sampled_from(["", "unknown", "2026-02-30", "2026-11-21T25:00:00Z", "21/11/2026"])
_BOTH_WAYS = DATE_TEXTS | NEAR_DATE_TEXTS | TIME_TEXTS | _ODD_DATES


@dataclass(frozen=True)
class History:
    """One person's resources, and the lists that could not be read."""

    patient: Resource
    entries: tuple[Resource, ...]
    unread: frozenset[Kind] = frozenset()

    def seen(self) -> Iterator[Resource]:
        """The resources of the lists that could be read."""
        lost = {TYPES[kind] for kind in self.unread}
        return (entry for entry in self.entries if entry["resourceType"] not in lost)


@st.composite
def histories(draw: st.DrawFn, unread: st.SearchStrategy[frozenset[Kind]]) -> History:
    """A person of any age with up to eight entries in any lists."""
    patient = a_patient(born=draw(st.just("1966") | st.just("1966-05-01") | _BOTH_WAYS))
    if draw(st.sampled_from([False, False, True])):
        died = draw(st.booleans() | st.just("2020-06") | _BOTH_WAYS)
        patient["deceasedBoolean" if isinstance(died, bool) else "deceasedDateTime"] = died
    entries = draw(st.lists(_tidy() | _entries(), max_size=8))
    return History(patient, tuple(_named(entries)), draw(unread))


@st.composite
def _tidy(draw: st.DrawFn) -> Resource:
    """An entry as a rule hopes to find it, on a day that may be right."""
    kind, name, status = draw(
        st.sampled_from(
            [
                ("Condition", "cough", ""),
                ("Condition", "wheeze", ""),
                ("Condition", "cough-over", ""),
                ("Observation", "blow-test", "final"),
                ("ServiceRequest", "tea-group", "active"),
                ("Procedure", "tea-group", "completed"),
                ("DiagnosticReport", "cough", "final"),
                ("MedicationRequest", "cough", "active"),
                ("QuestionnaireResponse", "wheeze", "completed"),
            ]
        )
    )
    made = a_resource(kind, name, **({"status": status} if status else {}))
    if kind == "DiagnosticReport":
        made["result"] = [{"reference": f"Observation/{number}"} for number in range(8)]
        made["resultsInterpreter"] = [{"reference": "Practitioner/gp"}]
    made[DATED_BY[kind]] = draw(st.sampled_from(["2026-11-01", "2025-06-30", "2019"]))
    return made


@st.composite
def _entries(draw: st.DrawFn) -> Resource:
    made = draw(resources())
    kind = str(made["resourceType"])
    if draw(st.booleans()):
        made["status"] = draw(st.sampled_from(["entered-in-error", "draft", "final", "active"]))
    if kind == "Condition":
        word = draw(st.sampled_from(["", "confirmed", "refuted", "provisional"]))
        if word:
            made["verificationStatus"] = {"coding": [{"code": word}]}
        if draw(st.booleans()):
            made["abatementDateTime"] = draw(_BOTH_WAYS)
    if kind in DATED_BY and draw(st.integers(0, 4)) == 0:
        made[DATED_BY[kind]] = draw(_BOTH_WAYS)
    if kind in ("Flag", "CarePlan", "Encounter") and draw(st.booleans()):
        made["period"] = {"start": draw(_BOTH_WAYS), "end": draw(_BOTH_WAYS)}
    if kind == "DiagnosticReport":
        made["result"] = [{"reference": f"Observation/{draw(st.integers(0, 7))}"}]
        if draw(st.booleans()):
            made["resultsInterpreter"] = [{"reference": "Practitioner/gp"}]
    if kind == "Observation" and draw(st.booleans()):
        made["valueQuantity"] = {"value": draw(st.integers(0, 99)), "unit": "%"}
    more = MORE.get(kind, ())
    return {**made, **(draw(st.sampled_from(more)) if more else {})}


def _named(entries: Iterable[Resource]) -> Iterator[Resource]:
    """Each with an id of its own, as on a server; results are pointed at by theirs."""
    return ({**entry, "id": str(number)} for number, entry in enumerate(entries))


ALL_READ = st.just(frozenset[Kind]())
SOME_UNREAD = st.frozensets(st.sampled_from(NEEDS.kinds), min_size=1, max_size=3)


# ---- doors ----------------------------------------------------------------------------------


def decisions(record: PatientRecord) -> Decisions:
    return {o.rule.id: o.decision for o in evaluate(LIBRARY.rules, record, (), TODAY)}


def through_bundle(history: History) -> PatientRecord:
    """A list that could not be read is one with a damaged entry, the only way a bundle has."""
    damaged = [a_resource(TYPES[kind], "x", status=["?"]) for kind in sorted(history.unread)]
    bundle = a_bundle(history.patient, *history.seen(), *damaged)
    return record_from_bundle(json.dumps(bundle).encode())


def prefetch_for(history: History, asked: Needs = NEEDS) -> dict[str, Resource | None]:
    """A list that could not be read is null."""
    filled: dict[str, Resource | None] = prefetch_of(
        asked.templates, [history.patient, *history.entries]
    )
    unread = {query.key for query in asked.queries if query.kind in history.unread}
    return {**filled, **dict.fromkeys(unread)}


def through_prefetch(history: History, asked: Needs = NEEDS) -> PatientRecord:
    values = msgspec.convert(prefetch_for(history, asked), dict[str, Value | None])
    return record_from_prefetch(sent_along(values, asked, "test-person"), "test-person", asked)


def through_ndjson(history: History, asked: Needs = NEEDS) -> PatientRecord:
    """A list that could not be read has no file; every other has one, if only an empty one."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for kind in set(asked.kinds) - history.unread:
            lines = [json.dumps(r) for r in history.entries if r["resourceType"] == TYPES[kind]]
            (folder / f"{TYPES[kind]}.ndjson").write_text("\n".join(lines))
        (folder / "Patient.ndjson").write_text(json.dumps(history.patient))
        (record,) = records(folder, asked)
        return record


def asked_of(record: PatientRecord) -> set[tuple[Kind, Code]]:
    """Which codes stand in which lists, as far as some search asks for them there."""
    found = {(entry.kind, asked) for asked, each in record.by_code.items() for entry in each}
    return {
        (kind, asked)
        for kind, asked in found
        if asked.code in NEEDS.codes
        and any(
            query.kind is kind and (not query.by or f"{asked.system}|{asked.code}" in query.codes)
            for query in NEEDS.queries
        )
    }


@given(history=histories(ALL_READ | SOME_UNREAD), order=st.randoms(use_true_random=False))
def test_every_door_decides_alike_whatever_is_kept_and_in_whatever_order_it_came(
    history: History, order: Random
) -> None:
    """The bundle keeps every code, the other doors those that some rule looks for."""
    every, kept = through_bundle(history), through_prefetch(history)
    decided = decisions(every)
    assert decided == decisions(kept) == decisions(through_ndjson(history))
    assert decided == decisions(there_and_back(every, NEEDS))
    assert asked_of(every) == asked_of(kept) == asked_of(through_ndjson(history))
    shuffled = list(history.entries)
    order.shuffle(shuffled)
    assert decided == decisions(through_prefetch(replace(history, entries=tuple(shuffled))))


ALL = needs_of({kind: [code(n) for names in LISTS.values() for n in names] for kind in Kind})
ANY_UNREAD = st.frozensets(st.sampled_from(Kind), max_size=3)


def said_by(record: PatientRecord) -> list[str]:
    """Every entry that a rule might ask for, in full, in an order of its own."""
    lines: dict[str, None] = {}
    for asked, found in record.by_code.items():
        for entry in found if asked.code in ALL.codes else ():
            parts = entry._asdict()
            parts["codes"] = sorted(c for c in entry.codes if c.code in ALL.codes)
            parts["values"] = [
                (part, str(value), value.unit, sorted(value.codes or ()))
                for part, value in entry.values
            ]
            lines[repr(parts)] = None
    return sorted(lines)


@given(history=histories(ALL_READ | ANY_UNREAD))
def test_every_door_reads_the_same_entries_and_doubts_the_same_lists(history: History) -> None:
    """All lists there are, whether or not the rules above ask for them."""
    doors = through_bundle(history), through_prefetch(history, ALL), through_ndjson(history, ALL)
    assert said_by(doors[0]) == said_by(doors[1]) == said_by(doors[2])
    assert set(doors[0].unread) == set(doors[1].unread) == set(doors[2].unread)
    assert doors[0].person == doors[1].person == doors[2].person
    parquet = there_and_back(doors[0], ALL)
    assert said_by(parquet) == said_by(doors[0])
    assert (parquet.unread, parquet.person.birth) == (doors[0].unread, doors[0].person.birth)


@pytest.mark.long
def test_every_list_is_among_what_the_doors_agree_on() -> None:
    """Agreement is worth something only where there is something of each sort to read."""
    seen: set[Kind] = set()

    @settings(max_examples=300)
    @given(history=histories(ALL_READ))
    def look(history: History) -> None:
        every = through_prefetch(history, ALL).by_code.values()
        seen.update(entry.kind for found in every for entry in found)

    look()
    assert seen == set(Kind)


@given(history=histories(SOME_UNREAD))
def test_a_list_that_was_not_read_never_makes_a_prompt_that_the_whole_record_would_not(
    history: History,
) -> None:
    """Not knowing may silence a rule, and never the other way round."""
    whole = decisions(through_prefetch(replace(history, unread=frozenset())))
    for rule, decision in decisions(through_prefetch(history)).items():
        if decision is not Decision.CANNOT_TELL:
            assert decision is whole[rule] or Decision.PROMPT not in (decision, whole[rule])


# ---- the served app -------------------------------------------------------------------------

_numbers = count()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surgery]:
    with surgery(tmp_path_factory.mktemp("doors"), LIBRARY) as open_now:
        open_now.now = datetime.combine(TODAY, time(12), open_now.now.tzinfo)
        yield open_now


@given(history=histories(ALL_READ | SOME_UNREAD))
def test_the_served_app_says_what_the_rules_decided(service: Surgery, history: History) -> None:
    """A card stands for the rules that prompt, besides those that are held back."""
    decided = decisions(through_bundle(history))
    text = json.dumps(a_call(prefetch_for(history)))
    number = next(_numbers)
    text = text.replace("test-person", f"person-{number}")
    reply = service.post(text.replace("Practitioner/gp", f"Practitioner/gp-{number}").encode())
    held = {rule for rule, one in reply.held_back.items() if one["step"] == "answers"}
    unsure = {rule for rule, one in reply.held_back.items() if one["step"] == "cannot-tell"}
    manners = {"quiet", "done", "compassion"}  # what a step finds on the record, or cannot read
    quiet = {rule for rule, one in reply.held_back.items() if one["step"] in manners}
    would = {rule for rule, decision in decided.items() if decision is Decision.PROMPT}
    assert reply.prompted | held | quiet == would
    assert not held or Kind.PROCEDURE in history.unread
    assert unsure == {r for r, d in decided.items() if d is Decision.CANNOT_TELL}


@pytest.mark.long
def test_the_histories_come_to_every_decision_there_is() -> None:
    """Agreement is worth something only where all four decisions occur."""
    seen: set[Decision] = set()

    @settings(max_examples=300)
    @given(history=histories(ALL_READ | SOME_UNREAD))
    def look(history: History) -> None:
        seen.update(decisions(through_prefetch(history)).values())

    look()
    assert seen == set(Decision) - {Decision.WITHHELD}, "no rule here can go wrong"
