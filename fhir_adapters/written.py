"""What somebody wrote on a sheet of ours before a visit: its first words, and whose they are."""

from fhir_adapters.elements import Item, Resource
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
    said = _said(response.item or [], form)
    for question in form.in_order:
        if words := said.get(question):
            return Written(question, words, _is_theirs(response))
    return None


def _said(items: list[Item], form: Form) -> dict[str, str]:
    """The first text under each question of the form, in whichever group it stands."""
    found: dict[str, str] = {}
    todo = list(items)
    for item in todo:  # grows as it goes
        for answer in item.answer or ():
            todo += answer.item or ()
            words = (answer.valueString or "")[:MOST_CHARACTERS].strip()
            if words and item.linkId in form.in_order:
                found.setdefault(item.linkId, words)
        todo += item.item or ()
    return found


def _is_theirs(response: Resource) -> bool:
    """Whether the person gave the answers; that nobody is named who did means that they did."""
    whose, by = response.subject, response.source
    if by is None or whose is None or by.reference is None:
        return by is None
    return by.reference.split("/_history/")[0] == (whose.reference or "").split("/_history/")[0]
