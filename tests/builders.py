"""Short ways to say "a person with ...", and to write the rule that is asked about them.

Three parts: records in the words of ``rules``; rule files as text, loaded through the public door;
and the same people as FHIR resources for the doors that read those.
"""

from atexit import register
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, mkdtemp
from textwrap import dedent, indent

from prompts.choose import choose
from prompts.history import History
from prompts.prompt import Choice
from rules.answer import Answer
from rules.codes import OWN, SNOMED, Code
from rules.days import Duration, Span, duration, on, span
from rules.engine import evaluate
from rules.fingerprint import fingerprint
from rules.load import Loaded, load_library
from rules.outcome import Decision, Outcome
from rules.record import Entry, Kind, PatientRecord, Person, Reply, Said, index
from rules.rule import Practice, Rule
from tests.headings import ENOUGH_TOLD as ENOUGH_TOLD
from tests.headings import HEADINGS as HEADINGS
from tests.headings import PILOTED as PILOTED

TODAY = date(2026, 11, 21)  # a Saturday in winter; every test may take another

# What a line of a record usually has as its status, list by list.
USUAL_STATUS: Mapping[Kind, str] = {
    Kind.CONDITION: "active",
    Kind.OBSERVATION: "final",
    Kind.PROCEDURE: "completed",
    Kind.REFERRAL: "active",
    Kind.TAG: "active",
    Kind.TASK: "requested",
    Kind.CARE_PLAN: "active",
    Kind.MESSAGE: "completed",
    Kind.DRAFT_MESSAGE: "active",
    Kind.DOCUMENT: "current",
    Kind.REPORT: "final",
    Kind.APPOINTMENT: "booked",
    Kind.MEDICATION: "active",
    Kind.STATEMENT: "active",
    Kind.ENCOUNTER: "finished",
    Kind.QUESTIONNAIRE: "completed",
    Kind.GOAL: "active",
    Kind.CONSENT: "active",
}


# ---- records --------------------------------------------------------------------------------


def code(name: str) -> Code:
    """A code of our own, or of SNOMED where it is all digits."""
    return Code(SNOMED if name.isdigit() else OWN, name)


def when(text: str, today: date = TODAY) -> Span | None:
    """ "2026-05", "4 months ago", "in 6 days", "today"; None for "" and for what is no date."""
    if text == "today":
        return on(today)
    back = duration(text.removesuffix(" ago")) if text.endswith(" ago") else None
    ahead = duration(text.removeprefix("in ")) if text.startswith("in ") else None
    if back is not None:
        return on(back.before(today))
    return on(ahead.after(today)) if ahead is not None else span(text)


def entry(
    kind: Kind,
    *codes: str,
    date: str = "",
    status: str | None = None,
    ends: str = "",
    sure: bool = True,
    filed: Answer = Answer.CANNOT_TELL,
    answer: str = "",
    ask_again: date | None = None,
) -> Entry:
    """One line of a record: entry(Kind.CONDITION, "cough", date="4 months ago")."""
    return Entry(
        kind=kind,
        codes=tuple(code(name) for name in codes),
        status=USUAL_STATUS[kind] if status is None else status,
        when=when(date),
        dated_by="test",
        ends=when(ends),
        words=codes[0] if codes else "",
        reference=f"{kind}/{'-'.join(codes)}",
        sure=sure,
        filed=filed,
        answer=answer,
        ask_again=ask_again,
    )


def a_person(
    *,
    age: int | None = 60,
    name: str = "Sam",
    born: str = "",
    died: Answer = Answer.NO,
    died_on: str = "",
    today: date = TODAY,
) -> Person:
    """Somebody; by default Sam, 60 today and alive."""
    birth = span(born) if born else None
    if birth is None and age is not None and not born:
        birth = on(Duration(age, "year").before(today))
    return Person("test-person", name, birth, died, span(died_on) if died_on else None)


def a_record(
    *entries: Entry,
    person: Person | None = None,
    unread: Iterable[Kind] = (),
    booking: Iterable[Entry] = (),
) -> PatientRecord:
    """A record with these lines; lists in ``unread`` could not be read, so their lines are lost."""
    missing = {kind: f"the list of {kind} entries could not be read" for kind in unread}
    seen = [one for one in entries if one.kind not in missing]
    return PatientRecord(person or a_person(), index(seen), missing, tuple(booking))


def said(reply: Reply, on: str, *, topic: str = "coughing", ask_again: date | None = None) -> Said:
    """One answer given before: said(Reply.DECLINED, "4 months ago")."""
    day = when(on)
    assert day is not None
    return Said(topic, reply, day.first, ask_again)


# ---- rules ----------------------------------------------------------------------------------

# Code lists that every rule made here may name, all in our own code system. "cough" has two codes.
LISTS: Mapping[str, tuple[str, ...]] = {
    "cough": ("cough", "dry-cough"),
    "wheeze": ("wheeze",),
    "cough-over": ("cough-over",),
    "tea-group": ("tea-group",),
    "no-tea": ("no-tea",),
    "blow-test": ("blow-test",),
    "visit": ("visit",),
}


def rule_text(**changed: str | None) -> str:
    """A good rule file as text, with some headings written otherwise, added, or (None) left out."""
    lines: list[str] = []
    for heading, value in {**HEADINGS, **changed}.items():
        if value is None:
            continue
        if "\n" in value:
            lines += [f"{heading}:", indent(dedent(value).strip("\n"), "  ")]
        else:
            lines.append(f"{heading}: {value}")
    return "\n".join(lines) + "\n"


def mark(loaded: Loaded, version: int = 1) -> str | None:
    """What stands under ``released`` in the one rule of a practice; None where it has no rule."""
    for rule in loaded.library.rules:
        return f'{{version: {version}, fingerprint: "{fingerprint(rule)}"}}'
    return None


def released_text(**changed: str | None) -> str:
    """``rule_text`` as goodday rules release leaves it, in version 1."""
    return rule_text(**{**changed, "released": mark(load_text(rule_text(**changed)))})


def list_text(name: str, codes: Iterable[str], *, extra: str = "") -> str:
    """A code list file in our own code system."""
    lines = [f"id: {name}", f"title: {name}", "source: The test suite", "reviewed: 2026-11-21"]
    lines.append("codes:")
    for each in codes:
        lines += [f'  - code: "{each}"', f"    words: {each}", "    system: good-day"]
    return "\n".join(lines) + "\n" + extra


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """A practice's folder with the code lists and the service of these tests, and these files."""
    texts: dict[str, str | bytes] = {
        f"value-sets/{name}.yaml": list_text(name, codes) for name, codes in LISTS.items()
    }
    texts["shared/services.yaml"] = "tea-group: {name: The tea group, codes: tea-group}\n"
    for name, text in {**texts, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)


@cache
def _practice() -> Path:
    """The folder of ``write_folder`` with nothing added, written once."""
    folder = Path(mkdtemp(prefix="good-day-tests-"))
    register(rmtree, folder, ignore_errors=True)
    write_folder(folder, {})
    return folder


def load_files(files: Mapping[str, str | bytes], today: date | None = None) -> Loaded:
    """Read files as a practice's folder, through the door that everybody uses.

    ``today`` is the day on which review dates are looked at; without it they are not.
    """
    folder = _practice()
    written = [folder / name for name in files]
    if any(path.exists() for path in written):
        with TemporaryDirectory() as name:  # files that take the place of others
            write_folder(Path(name), files)
            return load_library(Path(name), today)
    try:
        for path, text in zip(written, files.values(), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load_library(folder, today)
    finally:
        for path in written:
            path.unlink(missing_ok=True)


@cache
def shipped() -> Loaded:
    """The rules that come with Good Day, loaded once; for looking at, not for changing."""
    return load_library()


@cache
def load_text(text: str | bytes, name: str = "coughing.yaml") -> Loaded:
    """Read one rule file."""
    return load_files({name: text})


def a_rule(**changed: str | None) -> Rule:
    """The rule that ``rule_text`` writes, loaded; fails if there is anything to fix in it."""
    loaded = load_text(rule_text(**changed), f"{changed.get('id') or HEADINGS['id']}.yaml")
    assert not loaded.stops, "\n".join(map(str, loaded.stops))
    return loaded.library.rules[0]


def outcome(rule: Rule, record: PatientRecord, *before: Said, today: date = TODAY) -> Outcome:
    """What one rule comes to for one person."""
    return evaluate((rule,), record, before, today)[0]


def decide(rule: Rule, record: PatientRecord, *before: Said, today: date = TODAY) -> Decision:
    """Prompt, no prompt, excluded or cannot tell: before anybody is left in peace."""
    return outcome(rule, record, *before, today=today).decision


def card(
    rules: Iterable[Rule] | Rule, record: PatientRecord, *before: Said, today: date = TODAY
) -> Choice:
    """The one card, if any, and what was held back."""
    asked = (rules,) if isinstance(rules, Rule) else tuple(rules)
    return choose(
        evaluate(asked, record, before, today), History(before), today, Practice("A test")
    )


# ---- FHIR -----------------------------------------------------------------------------------

Resource = dict[str, object]


def concept(*codes: str) -> dict[str, object]:
    """A CodeableConcept."""
    return {"coding": [code(name)._asdict() for name in codes]}


def a_patient(patient_id: str = "test-person", *, name: str = "Sam", born: str = "") -> Resource:
    """A Patient, 60 today unless ``born`` says otherwise."""
    return {
        "resourceType": "Patient",
        "id": patient_id,
        "name": [{"use": "official", "given": [name], "family": "Example"}],
        "birthDate": born or Duration(60, "year").before(TODAY).isoformat(),
    }


def a_resource(kind: str, *codes: str, of: str = "test-person", **more: object) -> Resource:
    """A coded resource about somebody: a_resource("Procedure", "tea-group", status="completed")."""
    subject: object = {"reference": f"Patient/{of}"}
    about: Resource = {{"Task": "for", "Consent": "patient"}.get(kind, "subject"): subject}
    if kind == "Appointment":
        about = {"participant": [{"actor": subject, "status": "accepted"}]}
    place = {
        "CarePlan": "category",
        "Communication": "topic",
        "CommunicationRequest": "reasonCode",
        "DocumentReference": "type",
        "Appointment": "appointmentType",
        "MedicationRequest": "medicationCodeableConcept",
        "MedicationStatement": "medicationCodeableConcept",
        "Encounter": "type",
        "QuestionnaireResponse": "item",
        "Goal": "description",
        "Consent": "category",
    }.get(kind, "code")
    value: object = concept(*codes)
    if kind in ("CarePlan", "CommunicationRequest", "Encounter", "Consent"):
        value = [value]
    if kind == "QuestionnaireResponse":  # each code is an answer that was ticked
        ticked = [{"valueCoding": code(name)._asdict()} for name in codes]
        value = [{"linkId": "1", "answer": ticked}]
    return {"resourceType": kind, **about, place: value, **more}


def a_condition(*codes: str, status: str = "active", **more: object) -> Resource:
    """A Condition with a clinical status; "" leaves the status out."""
    made = {**a_resource("Condition", *codes), **more}
    if status:
        made["clinicalStatus"] = {"coding": [{"code": status}]}
    return made


def a_bundle(*resources: Resource) -> Resource:
    """A searchset Bundle of whole resources."""
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": resource} for resource in resources],
    }
