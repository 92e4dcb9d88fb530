"""What becomes of offers, reviews and events: who has something on the record, what, and when.

Each row says for whom, how likely one line or more is, from which lists it is drawn (with weights),
and how many days back it may lie. Rows are gone through in their order, for every person.
"""

from collections.abc import Mapping
from typing import NamedTuple

ANYBODY = ""


class Journey(NamedTuple):
    """Something that may stand on the record of people who have something else there."""

    of: tuple[str, ...]  # lists of which they have one; (ANYBODY,) is everybody
    share: float  # how likely it is that there is anything
    lists: Mapping[str, float]
    back: int  # days
    kind: str = ""  # the FHIR type; "" is Procedure or Observation, ServiceRequest where referred
    again: float = 0.25  # how likely it is that there is one line more
    from_age: int = 0
    status: str = ""
    near: int = 0  # of three such lines, two lie within so many days


def _states(offer: str, *extra: str, **weights: float) -> Mapping[str, float]:
    """The lists of an offer's states by their endings, and lists of other names."""
    known = {f"{offer}-{state.replace('_', '-')}": weight for state, weight in weights.items()}
    return {**known, **dict.fromkeys(extra, 0.5)}


_T2 = ("type-2-diabetes",)
_ANY_DIABETES = ("type-2-diabetes", "diabetes")
_COURSE = _states(
    "diabetes-course", offered=3, referred=3, declined=3, attended=2, completed=2,
    not_attended=1.5, unsuitable=0.5, unavailable=0.6,
)  # fmt: skip
_HEART = ("heart-attack", "heart-procedure", "heart-failure", "angina")
LONG_TERM = (
    "hypertension", "type-2-diabetes", "non-diabetic-hyperglycaemia", "asthma", "copd",
    "heart-failure", "heart-attack", "atrial-fibrillation", "stroke", "tia", "ckd",
    "osteoarthritis", "rheumatoid-arthritis", "long-lasting-pain", "depression", "anxiety",
    "severe-mental-illness", "dementia",
)  # fmt: skip
_LOOKED_AFTER = ("frailty-moderate-or-severe", "dementia", "cannot-easily-leave-home")
_CARERS = ("unpaid-carer", "carer-dementia-or-frailty")
_MIND = ("depression", "anxiety", "severe-mental-illness")

JOURNEYS: tuple[Journey, ...] = (
    # events
    Journey((ANYBODY,), 0.012, {"bereavement": 1}, 600, from_age=16, near=120),
    Journey((ANYBODY,), 0.002, {"cancer": 1}, 150, "Condition", 0, 30),  # one just found
    Journey((ANYBODY,), 0.02, {"emergency-admission": 1}, 500, "Procedure", near=40),
    Journey(_LOOKED_AFTER, 0.25, {"emergency-admission": 1}, 400, "Procedure", near=40),
    Journey((ANYBODY,), 0.01, {"money-worries": 3, "no-home": 0.5}, 600, from_age=18),
    Journey((ANYBODY,), 0.015, {"social-need": 1}, 400, from_age=18, near=200),
    Journey(_MIND, 0.03, {"crisis-contact": 1, "mental-health-crisis": 1}, 300, near=60),
    Journey(_MIND, 0.03, {"mental-health-team-referred": 1}, 300, "ServiceRequest", near=60),
    Journey(("crisis-contact", "money-worries"), 0.25, {"emergency-plan": 1}, 200),
    Journey(("copd",), 0.3, {"copd-exacerbation": 1}, 400, near=35),
    Journey(("copd",), 0.12, {"copd-admission": 1}, 200, "Encounter", 0.1, near=20),
    Journey(("asthma",), 0.09, {"asthma-attack": 1}, 250, near=35),
    Journey(("heart-attack", "angina"), 0.12, {"heart-procedure": 1}, 700, "Procedure"),
    Journey(("osteoarthritis",), 0.04, {"joint-replacement": 1}, 900, "Procedure", near=200),
    Journey(("osteoarthritis",), 0.02, {"joint-red-flag": 1}, 300, near=100),
    Journey(("pregnancy",), 0.06, {"gestational-diabetes": 1}, 250, "Condition", 0),
    # who is to be left in peace, and how people want to be met
    Journey((ANYBODY,), 0.002, {"palliative-care": 1}, 500, from_age=18),
    Journey(("cancer", "dementia", "heart-failure"), 0.05, {"palliative-care": 1}, 500),
    Journey((ANYBODY,), 0.004, {"do-not-ask-again": 1}, 900, again=0, from_age=16),
    Journey(("do-not-ask-again",), 0.3, {"happy-to-be-asked-again": 1}, 900, again=0),
    Journey((ANYBODY,), 0.006, {"safeguarding": 1}, 700, "Flag", 0),
    Journey((ANYBODY,), 0.035, {"interpreter-needed": 1}, 1500, again=0),
    Journey((ANYBODY,), 0.6, {"contact-details-confirmed": 1}, 900, from_age=16, near=400),
    Journey(("interpreter-needed", "learning-disability"), 0.5, {"letter-format-agreed": 1}, 900),
    Journey((ANYBODY,), 0.01, {"no-results-ahead": 1, "letters-not-safe": 0.4}, 900, again=0),
    Journey((ANYBODY,), 0.5, {"agreed-to-messages": 1}, 1500, "Consent", 0, 16),
    # breathing
    Journey(
        ("copd",), 0.6,
        {"copd-self-management-offer": 3, "copd-self-management-plan": 4,
         "copd-flare-up-plan-talk": 1, "copd-self-management-programme": 1}, 1200,
    ),
    Journey(
        ("copd",), 0.85, {"breathlessness-grade-1-to-2": 5, "breathlessness-grade-3-to-5": 4}, 650,
        "Observation",
    ),
    Journey(
        ("copd",), 0.4,
        _states("pulmonary-rehabilitation", offered=3, referred=3, attended=2, declined=3,
                unsuitable=1, unavailable=1), 1000,
    ),
    Journey(("copd",), 0.15, {"copd-reminder": 1}, 500, "Flag"),
    Journey(("copd",), 0.15, {"happy-to-be-asked-again": 1}, 700),
    Journey(("asthma",), 0.65, {"asthma-plan": 8, "asthma-plan-offered": 2}, 800),
    Journey(("asthma",), 0.05, {"asthma-plan-none": 1, "asthma-monitoring-declined": 2}, 700),
    Journey(("asthma",), 0.6, {"asthma-review": 1}, 700, near=400),
    Journey(("asthma",), 0.06, {"asthma-education": 1}, 900),
    # diabetes
    Journey(_T2, 0.65, _COURSE, 1300, again=0.5),
    Journey(_T2, 0.12, {"what-got-in-the-way": 1}, 500),
    Journey(_ANY_DIABETES, 0.35, {"diabetes-plan": 4, "diabetes-plan-offered": 2,
                                  "diabetes-plan-declined": 1}, 900),
    Journey(_T2, 0.04, {"diabetes-course-family": 1, "diabetes-course-family-offered": 2,
                        "diabetes-course-family-declined": 1}, 600),
    Journey(
        ("non-diabetic-hyperglycaemia", "gestational-diabetes-past"), 0.6,
        _states("diabetes-prevention", offered=3, referred=4, declined=3, completed=2), 1000,
    ),
    # heart and kidneys
    Journey(
        ("hypertension",), 0.35,
        {"home-blood-pressure": 4, "home-blood-pressure-offered": 2,
         "home-blood-pressure-declined": 1, "blood-pressure-reading-declined": 0.5}, 800,
    ),
    Journey(
        _HEART, 0.35,
        _states("cardiac-rehabilitation", "cardiac-rehabilitation-at-home", "angina-plan",
                offered=2, referred=3, attended=2, completed=2, declined=2, unsuitable=1,
                unavailable=1, not_attended=1), 900,
    ),
    Journey(
        ("heart-failure",), 0.4, {"heart-failure-plan": 4, "heart-failure-plan-offered": 2}, 800,
    ),
    Journey(
        ("stroke", "tia"), 0.4,
        {"stroke-plan-agreed": 3, "stroke-plan-offered": 2, "stroke-plan-declined": 1,
         "stroke-support": 2}, 900,
    ),
    # joints and pain
    Journey(
        ("osteoarthritis",), 0.35,
        _states("joint-programme", "walking-group", offered=3, referred=3, attended=2, completed=2,
                declined=2, unsuitable=0.5, unavailable=0.5, not_attended=1), 900,
    ),
    Journey(
        ("rheumatoid-arthritis",), 0.45,
        {"arthritis-flare-plan-offered": 2, "arthritis-flare-plan-agreed": 3,
         "arthritis-flare-plan-declined": 1, "arthritis-education": 1, "arthritis-peer-group": 1},
        800,
    ),
    Journey(
        ("long-lasting-pain",), 0.35,
        _states("pain-support", "pain-group", "pain-service", "health-coach", offered=3, attended=2,
                completed=1, declined=2, unsuitable=1, unavailable=1, not_attended=1), 900,
    ),
    # mind
    Journey(("depression",), 0.5, {"depression-review": 1}, 800),
    Journey(
        ("depression",), 0.35,
        {"low-mood-menu-offered": 2, "talking-therapies-referred": 4, "walking-group": 0.5,
         "low-mood-support-declined": 2, "depression-support": 2, "peer-space": 0.5}, 700,
    ),
    Journey(
        ("anxiety",), 0.4,
        {"anxiety-support-offered": 3, "anxiety-therapy-referred": 3,
         "anxiety-therapy-declined": 2}, 700,
    ),
    Journey(
        ("severe-mental-illness",), 0.55,
        {"wellness-plan-agreed": 4, "wellness-plan-offered": 2, "wellness-plan-declined": 1,
         "peer-worker": 1}, 800,
    ),
    # everyday life
    Journey(("learning-disability",), 0.8, {"learning-disability-register": 1}, 3000, again=0),
    Journey(
        ("learning-disability",), 0.6,
        {"health-plan-made": 4, "health-plan-offered": 2, "health-plan-declined": 1}, 800,
    ),
    Journey(
        ("frailty-moderate-or-severe", "dementia"), 0.5,
        {"personal-care-plan-made": 4, "personal-care-plan-offered": 2,
         "personal-care-plan-accepted": 1, "personal-care-plan-declined": 1,
         "dementia-plan-made": 1, "dementia-plan-declined": 0.5,
         "frailty-assessment-declined": 0.4}, 900,
    ),
    Journey(
        _CARERS, 0.35,
        {"carer-support-offered": 3, "carers-centre": 2, "carers-assessment": 2,
         "carer-support-declined": 1}, 800,
    ),
    Journey(("carer-dementia-or-frailty",), 0.3, {"carer-contingency-plan": 1}, 900),
    Journey(_LOOKED_AFTER, 0.2, {"support-at-home": 1}, 700, "Flag"),
    Journey(_CARERS, 0.15, {"flexible-appointments": 1}, 700, "Flag"),
    # around the visit
    Journey((ANYBODY,), 0.01, {"social-prescribing": 3, "social-prescribing-accompanied": 1}, 500,
            "ServiceRequest", from_age=18, near=150),
    Journey(
        ("lonely", "social-need", "money-worries", "unpaid-carer"), 0.3,
        {"social-prescribing": 3, "social-prescribing-accompanied": 1}, 500, "ServiceRequest",
        near=150,
    ),
    Journey(
        ("social-prescribing", "social-prescribing-accompanied", "social-need"), 0.45,
        {"social-prescribing-closed": 3, "social-prescribing-declined": 1}, 250,
    ),
    Journey(
        ("copd", "type-2-diabetes", "long-lasting-pain"), 0.04, {"clinic-or-course-missed": 1}, 300,
        near=80,
    ),
    Journey(
        ("clinic-or-course-missed", "diabetes-course-not-attended"), 0.3,
        {"what-got-in-the-way": 1}, 120,
    ),
    Journey(LONG_TERM, 0.06, {"own-goal": 1}, 900, "Goal", 0.3, 18),
    Journey(LONG_TERM, 0.01, {"own-goal": 1}, 900, "Goal", 0, 18, "completed"),
    Journey(("own-goal",), 0.4, {"goal-talked-about": 1}, 400),
    Journey(LONG_TERM, 0.01, {"check-in-call": 1, "ask-for-news": 1}, 90, "Task"),
    Journey(_LOOKED_AFTER, 0.08, {"planning-talk": 1}, 90, "Task"),
    Journey(_CARERS, 0.08, {"carer-plan-talk": 1}, 90, "Task"),
    Journey(("crisis-contact", "money-worries"), 0.15, {"emergency-plan-talk": 1}, 90, "Task"),
    Journey(LONG_TERM, 0.03, {"agenda-sheet": 1}, 60, "Task", from_age=18),
    Journey(LONG_TERM, 0.02, {"agenda-sheet-filled-in": 1}, 60, "QuestionnaireResponse", 0, 18),
    Journey(LONG_TERM, 0.01, {"result-needs-action": 1}, 120, "Task"),
    Journey(LONG_TERM, 0.02, {"results-ahead": 1}, 120, "Communication"),
)  # fmt: skip

# The topics of answers that were given to Good Day and stand on the record: of whom, how often.
TOPICS: Mapping[str, tuple[str, float]] = {
    "self-management-copd": ("copd", 0.3),
    "pulmonary-rehabilitation": ("copd", 0.08),
    "asthma-action-plan": ("asthma", 0.08),
    "diabetes-education": ("type-2-diabetes", 0.15),
    "diabetes-own-plan": ("type-2-diabetes", 0.08),
    "diabetes-prevention": ("non-diabetic-hyperglycaemia", 0.08),
    "home-blood-pressure": ("hypertension", 0.08),
    "cardiac-rehabilitation": ("heart-attack", 0.08),
    "heart-failure-plan": ("heart-failure", 0.08),
    "stroke-living-after": ("stroke", 0.08),
    "kidney-results": ("ckd", 0.08),
    "osteoarthritis-moving": ("osteoarthritis", 0.08),
    "pain-that-stays": ("long-lasting-pain", 0.08),
    "arthritis-flare-plan": ("rheumatoid-arthritis", 0.08),
    "low-mood-menu": ("depression", 0.08),
    "anxiety-where-to-start": ("anxiety", 0.08),
    "wellness-plan": ("severe-mental-illness", 0.08),
    "learning-disability-health-plan": ("learning-disability", 0.08),
    "what-matters-at-home": ("frailty-moderate-or-severe", 0.08),
    "dementia-people-places": ("dementia", 0.08),
    "here-at-home": ("cannot-easily-leave-home", 0.08),
    "support-for-carers": ("unpaid-carer", 0.08),
    "who-would-step-in": ("carer-dementia-or-frailty", 0.08),
    "social-prescribing": ("lonely", 0.08),
    "goal-still-yours": ("own-goal", 0.08),
}


class Measured(NamedTuple):
    """A result: of whom it is taken, how often, and what comes out."""

    what: str
    of: tuple[str, ...]
    share: float
    back: int
    middle: float
    spread: float
    unit: str
    codes: int = 1  # drawn from so many of the list's first codes
    digits: int = 0


RESULTS: tuple[Measured, ...] = (
    Measured("hba1c", _ANY_DIABETES, 0.92, 500, 56, 14, "mmol/mol", 3),
    Measured("hba1c", ("non-diabetic-hyperglycaemia",), 0.8, 700, 43, 2, "mmol/mol", 3),
    Measured("kidney-function", ("ckd",), 0.9, 400, 48, 11, "mL/min/{1.73_m2}", 2),
    Measured("kidney-function", ("type-2-diabetes", "hypertension"), 0.7, 600, 72, 14,
             "mL/min/{1.73_m2}", 2),
    Measured("results-to-share", ("hypertension", "type-2-diabetes", "heart-attack"), 0.7, 600, 4.6,
             1, "mmol/L", -2, 1),  # total cholesterol: see inventing.py
    Measured("sensitive-results", (ANYBODY,), 0.01, 300, 1, 0, ""),
    Measured("pam-level", LONG_TERM, 0.05, 800, 2.7, 0.9, "{level}"),
)  # fmt: skip
