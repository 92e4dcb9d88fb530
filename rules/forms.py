"""The forms that people fill in: which of the papers' texts stand on each, and in what order.

One source for the sheet on paper and for the same form as FHIR. A question goes by the name of its
text, on the form and in what somebody answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.codes import SYSTEMS, Code

# Where the forms of a practice have their addresses; a rule names one by its last part.
QUESTIONNAIRES = "https://good-day.example/fhir/Questionnaire/"


@dataclass(frozen=True, slots=True)
class Form:
    """One form. ``first`` is the question whose answer is read before any other.

    ``before`` and ``after`` are texts that ask nothing. ``ticks`` are what can be ticked under the
    text ``tick``; ``thrice`` has room for three answers.
    """

    name: str
    title: str
    before: tuple[str, ...]
    questions: tuple[str, ...]
    after: tuple[str, ...]
    first: str = ""
    tick: str = ""
    ticks: tuple[str, ...] = ()
    thrice: str = ""
    space: str = ""

    @property
    def address(self) -> str:
        """Its canonical address."""
        return f"{QUESTIONNAIRES}{self.name}"

    @property
    def code(self) -> Code:
        """What stands in a record where it was filled in."""
        return Code(SYSTEMS["questionnaire"], self.address)

    @property
    def in_order(self) -> tuple[str, ...]:
        """Everything that somebody may write on it, in the order in which it is looked at."""
        rest = (*self.questions, self.thrice, self.space)
        return tuple(dict.fromkeys(one for one in (self.first, *rest) if one))


SHEET = Form(
    name="agenda-sheet",
    title="sheet_title",
    before=("sheet_yours",),
    questions=(
        "sheet_good_day",
        "sheet_most",
        "sheet_well",
        "sheet_in_the_way",
        "sheet_worry",
        "sheet_stop",
    ),
    after=("sheet_somebody", "sheet_no", "form_read", "sheet_now"),
    first="sheet_most",
    tick="sheet_talk_about",
    ticks=(
        "tick_breathing",
        "tick_sleep",
        "tick_mood",
        "tick_pain",
        "tick_moving",
        "tick_eating",
        "tick_money",
        "tick_home",
        "tick_company",
        "tick_medicine",
        "tick_else",
    ),
    thrice="sheet_questions",
    space="sheet_space",
)
_IN_NEED = ("easy_sheet_now", "easy_sheet_danger", "easy_sheet_talk")
EASY_SHEET = Form(
    name="agenda-sheet-easy-read",
    title="sheet_title",
    before=("easy_sheet_visit",),
    questions=("easy_sheet_say", "easy_sheet_good", "easy_sheet_hard", "easy_sheet_ask"),
    after=("easy_sheet_friend", "easy_sheet_no", "easy_form_read", *_IN_NEED),
    first="easy_sheet_say",
)
PLAN = Form(
    name="health-plan-easy-read",
    title="plan_title",
    before=("plan_yours",),
    questions=(
        "plan_know",
        "plan_good",
        "plan_well",
        "plan_hard",
        "plan_talk",
        "plan_help",
        "plan_next",
    ),
    after=("plan_friend", "plan_no", "plan_read", *_IN_NEED),
)
# What people write before a visit: whoever sees them reads its first words first.
SHEETS = (SHEET, EASY_SHEET)
FORMS: Mapping[str, Form] = {form.name: form for form in (*SHEETS, PLAN)}
