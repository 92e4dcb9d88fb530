"""What somebody wrote on a sheet of ours before a visit: its first words, and whose they are."""

from fhir_adapters.elements import Item, Resource
from fhir_adapters.systems import TICKS
from rules.forms import SHEETS, Form
from rules.record import Written

# More than this nobody quotes; how long a quotation is, is for whoever quotes.
MOST_CHARACTERS = 2_000
_FILLED_IN = frozenset({"completed", "amended"})
_SHEETS = {form.address: form for form in SHEETS}


def first_words(response: Resource) -> Written | None:
    """The first answer on a sheet that is filled in; None where that is no sheet, or empty.

    Another form, one that was only begun, and a question that is not ours say nothing.
    """
    form = _SHEETS.get((response.questionnaire or "").partition("|")[0])
    if form is None or response.status not in _FILLED_IN:
        return None
    said, ticked = _said(response.item or [], form)
    for question in form.in_order:
        if words := said.get(question):
            return Written(question, words, _is_theirs(response))
    ticks = tuple(tick for tick in form.ticks if tick in ticked)
    return Written(form.tick, "", _is_theirs(response), ticks) if ticks else None


def _said(items: list[Item], form: Form) -> tuple[dict[str, str], set[str]]:
    """The first text under each question, in whichever group it stands, and what was ticked."""
    found: dict[str, str] = {}
    ticked: set[str] = set()
    todo = list(items)
    for item in todo:  # grows as it goes
        for answer in item.answer or ():
            todo += answer.item or ()
            tick = answer.valueCoding
            if tick is not None and tick.system == TICKS:
                ticked.add(f"tick_{tick.code}")
            words = (answer.valueString or "")[:MOST_CHARACTERS].strip()
            if words and item.linkId in form.in_order:
                found.setdefault(item.linkId, words)
        todo += item.item or ()
    return found, ticked


def _is_theirs(response: Resource) -> bool:
    """Whether the person gave the answers; that nobody is named who did means that they did."""
    whose, by = response.subject, response.source
    if by is None or whose is None or by.reference is None:
        return by is None
    return by.reference.split("/_history/")[0] == (whose.reference or "").split("/_history/")[0]
