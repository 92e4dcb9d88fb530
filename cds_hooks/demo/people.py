"""The invented people: who they are, and their records as FHIR, with dates relative to today.

Nobody here is real. NHS numbers are from the 999 range, which is never given to anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from cds_hooks.demo.writing import Json, Writing, concept, nhs_number
from fhir_adapters.systems import NHS_NUMBER
from rules.codes import OWN
from rules.days import Duration
from rules.forms import SHEET

_COPD = ("13645005", "COPD")


@dataclass(frozen=True, slots=True)
class Somebody:
    """One invented person, as the record system holds them."""

    key: str
    about: str  # what to notice, for whoever tries the demo
    patient: Json
    resources: tuple[Json, ...]
    booking: Json | None = None  # a visit that is being booked
    unreadable: frozenset[str] = frozenset()  # resource types that this system fails to read
    first_page_only: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What the record system shows as the name."""
        name = self.patient["name"][0]
        return f"{name['given'][0]} {name['family']}"


def _copd_long_ago(w: Writing) -> None:
    w.condition(_COPD, w.ago(6, "year"))


def _never_offered(w: Writing) -> None:
    w.condition(_COPD, w.ago(6, "year"))
    w.result(("60621009", "Body mass index"), 24.1, "kg/m2", w.ago(3, "month"))


def _offered(w: Writing) -> None:
    _copd_long_ago(w)
    w.done(("391131001", "COPD self-management plan given"), w.ago(4, "month"))


def _offered_long_ago(w: Writing) -> None:
    _copd_long_ago(w)
    w.done(("741056003", "Education about COPD"), w.ago(13, "month"))


def _no(w: Writing) -> None:
    _copd_long_ago(w)
    w.said_no(w.ago(2, "month"))


def _not_now(w: Writing) -> None:
    _copd_long_ago(w)
    w.said_no(w.ago(4, "month"), "not-now", w.ago(1, "week"))


def _resolved(w: Writing) -> None:
    w.condition(("195951007", "Flare-up of COPD"), w.ago(8, "year"))
    w.condition(("941201000000103", "COPD resolved"), w.ago(2, "year"))


def _palliative(w: Writing) -> None:
    _copd_long_ago(w)
    w.condition(("103735009", "Palliative care"), w.ago(1, "month"))


def _child(w: Writing) -> None:
    w.condition(("63480004", "Chronic bronchitis"), w.ago(1, "year"))


def _nothing(_w: Writing) -> None:
    """Nothing is on this record."""


def _new(w: Writing) -> None:
    w.condition(("313296004", "Mild COPD"), w.ago(2, "week"))


def _never_again(w: Writing) -> None:
    _copd_long_ago(w)
    w.done(("do-not-ask-again", "Asked us not to raise it again"), w.ago(3, "year"), OWN)


def _reminder(w: Writing) -> None:
    _copd_long_ago(w)
    w.add(
        "Flag",
        status="active",
        code=concept(
            OWN,
            "check-offer-copd-smp",
            "COPD: check whether a self-management programme has been offered",
        ),
        period={
            "start": w.ago(2, "month"),
            "end": Duration(10, "month").after(w.today).isoformat(),
        },
    )


def _letters_arrive(w: Writing) -> None:
    """Somebody asked where letters go, which is a gate of every letter."""
    confirmed = ("contact-details-confirmed", "Contact details confirmed")
    w.done(confirmed, w.ago(3, "month"), OWN)


def _sheet_given(w: Writing) -> None:
    """The sheet for the visit was given out when it was booked: it is not offered again."""
    words = "A sheet to prepare a visit"
    w.add(
        "Task",
        status="requested",
        intent="plan",
        code=concept(OWN, "agenda-sheet", words),
        authoredOn=w.ago(2, "day"),
    )


def _sheet_filled_in(w: Writing) -> None:
    _copd_long_ago(w)
    said = {
        "sheet_good_day": "A walk to the harbour and back",
        "sheet_most": "I would like to know which walks are all right for me",
        "sheet_in_the_way": "The hill, and the bus that goes once a day",
    }
    w.add(
        "QuestionnaireResponse",
        status="completed",
        questionnaire=SHEET.address,
        authored=w.ago(3, "day"),
        item=[
            {"linkId": question, "answer": [{"valueString": words}]}
            for question, words in said.items()
        ],
    )


def _ready(w: Writing) -> None:
    _offered(w)
    _sheet_given(w)
    _letters_arrive(w)
    w.filed(*w.spirometry(6))


def _unfiled(w: Writing) -> None:
    _offered(w)
    _sheet_given(w)
    _letters_arrive(w)
    w.spirometry(4)


def _on_its_way(w: Writing) -> None:
    _letters_arrive(w)
    w.filed(w.result(("999791000000106", "HbA1c"), 58, "mmol/mol", w.ago(2, "week")))
    w.result(
        ("994351000000103", "Total cholesterol"), 5.1, "mmol/L", w.ago(1, "week"), "preliminary"
    )


def _year_only(w: Writing) -> None:
    _copd_long_ago(w)
    w.done(("523071000000109", "Personal care plan offered"), str(w.today.year - 1))


def _written_out(w: Writing) -> None:
    w.add(
        "Condition",
        code={"text": "COPD, as the hospital letter says"},
        onsetDateTime=w.ago(3, "year"),
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    name: tuple[str, str]
    age: int
    about: str
    write: Callable[[Writing], None]
    visit: int | None = None
    died: bool = False
    unreadable: frozenset[str] = frozenset()
    first_page_only: frozenset[str] = frozenset()


_PLANS = {
    "moira": _Plan(
        ("Moira", "Inventson"),
        68,
        "COPD for six years. No offer of support is recorded.",
        _never_offered,
    ),
    "alec": _Plan(
        ("Alec", "Madeupson"),
        74,
        "COPD. A self-management plan was given four months ago.",
        _offered,
    ),
    "jean": _Plan(
        ("Jean", "Fictional"),
        71,
        'COPD. Two months ago Jean said "no, thank you".',
        _no,
    ),
    "tam": _Plan(
        ("Tam", "Pretendie"),
        63,
        "COPD, later recorded as resolved with another code.",
        _resolved,
    ),
    "ishbel": _Plan(
        ("Ishbel", "Nonesuch"),
        80,
        "COPD, and receiving palliative care.",
        _palliative,
    ),
    "callum": _Plan(
        ("Callum", "Notreal"),
        11,
        "A child. Chronic bronchitis is on the record.",
        _child,
    ),
    "nan": _Plan(
        ("Nan", "Blankpage"),
        55,
        "Nothing is on the record.",
        _nothing,
    ),
    "donald": _Plan(
        ("Donald", "Imagined"),
        66,
        "A planned review next week, and new spirometry that a clinician has filed.",
        _ready,
        visit=7,
    ),
    "rhona": _Plan(
        ("Rhona", "Halfread"),
        70,
        "COPD. The record system cannot read Rhona's procedures today.",
        _copd_long_ago,
        unreadable=frozenset({"Procedure"}),
    ),
    "gregor": _Plan(
        ("Gregor", "Unfiledson"),
        69,
        ("A planned review next week. New spirometry, but no sign that anybody has filed it."),
        _unfiled,
        visit=7,
    ),
    "elspeth": _Plan(
        ("Elspeth", "Waiting"),
        61,
        "A planned review in ten days. One result filed, another still on its way.",
        _on_its_way,
        visit=10,
    ),
    "hamish": _Plan(
        ("Hamish", "Soonish"),
        64,
        "A planned review in two days: too soon for a letter.",
        _ready,
        visit=2,
    ),
    "morag": _Plan(
        ("Morag", "Afterwards"),
        77,
        "COPD. Support was last offered thirteen months ago.",
        _offered_long_ago,
    ),
    "lorna": _Plan(
        ("Lorna", "Newsome"),
        58,
        "COPD was first recorded two weeks ago: let the news settle.",
        _new,
    ),
    "duncan": _Plan(
        ("Duncan", "Askagain"),
        72,
        'COPD. Said "not now", and chose a day that has come.',
        _not_now,
    ),
    "senga": _Plan(
        ("Senga", "Enough"),
        79,
        "COPD. Asked us not to raise it again.",
        _never_again,
    ),
    "fergus": _Plan(
        ("Fergus", "Reminded"),
        67,
        "COPD. A reminder to ask is already on the record.",
        _reminder,
    ),
    "una": _Plan(
        ("Una", "Sometime"),
        73,
        "COPD. An offer last year, but the month is not recorded.",
        _year_only,
    ),
    "wullie": _Plan(
        ("Wullie", "Written"),
        70,
        "COPD is only written out in words, without a code.",
        _written_out,
    ),
    "agnes": _Plan(
        ("Agnes", "Pageone"),
        75,
        "COPD. The record system sends only the first page of the care record.",
        _copd_long_ago,
        first_page_only=frozenset({"Observation"}),
    ),
    "bertie": _Plan(
        ("Bertie", "Latterly"),
        82,
        "COPD. The record says that Bertie has died.",
        _copd_long_ago,
        died=True,
    ),
    "isla": _Plan(
        ("Isla", "Comingin"),
        62,
        "A planned review in nine days, and no sheet yet to prepare it.",
        _offered,
        visit=9,
    ),
    "archie": _Plan(
        ("Archie", "Ownwords"),
        65,
        "COPD. Three days ago Archie filled in the sheet for the next visit.",
        _sheet_filled_in,
    ),
}


def people(today: date, run: int) -> dict[str, Somebody]:
    """Everybody, as of a day. ``run`` is part of their ids, so that a new start is a clean one."""
    return {
        key: _somebody(key, number, plan, today, run)
        for number, (key, plan) in enumerate(_PLANS.items())
    }


def _somebody(key: str, number: int, plan: _Plan, today: date, run: int) -> Somebody:
    writing = Writing(f"{key}-{run}", today)
    plan.write(writing)
    born = Duration(plan.age, "year").before(today) - timedelta(days=40 + number)
    patient: Json = {
        "resourceType": "Patient",
        "id": writing.key,
        "identifier": [{"system": NHS_NUMBER, "value": nhs_number(number + run % 9_000 * 100)}],
        "name": [{"use": "official", "given": [plan.name[0]], "family": plan.name[1]}],
        "birthDate": born.isoformat(),
    }
    if plan.died:
        patient["deceasedDateTime"] = writing.ago(3, "week")
    return Somebody(
        key,
        plan.about,
        patient,
        tuple(writing.resources),
        writing.visit(plan.visit) if plan.visit is not None else None,
        plan.unreadable,
        plan.first_page_only,
    )
