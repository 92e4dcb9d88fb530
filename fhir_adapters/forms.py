"""Our forms as FHIR R4 Questionnaires, made from the same texts as the sheets on paper."""

from collections.abc import Iterator, Mapping

from fhir_adapters.drafts import Json
from fhir_adapters.systems import TICKS
from rules.forms import FORMS, Form
from rules.papers import ENGLISH, Papers

# Raised with every change to what is asked, or in which order.
VERSION = "1"
_TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
_AT_MOST = "http://hl7.org/fhir/StructureDefinition/questionnaire-maxOccurs"
_THRICE = 3


def questionnaire_of(name: str, known: Mapping[str, Papers], english: Papers) -> Json | None:
    """A form by its name, in English, with the translations that a practice has; None: no such.

    ``english`` is what comes with Good Day; a practice may say it in its own. There is nobody in
    it, and nothing of a practice but its words.
    """
    form = FORMS.get(name)
    if form is None:
        return None
    own = known.get(ENGLISH, english)
    said = _Said(own, tuple(papers for tag, papers in sorted(known.items()) if tag != ENGLISH))
    return {
        "resourceType": "Questionnaire",
        "id": form.name,
        "language": own.language,
        "url": form.address,
        "version": VERSION,
        "name": "".join(part.capitalize() for part in form.name.split("-")),
        **said.text("title", form.title),
        "status": "active",
        "experimental": False,
        "subjectType": ["Patient"],
        "item": list(_items(form, said)),
    }


def _items(form: Form, said: "_Said") -> Iterator[Json]:
    for name in form.before:
        yield {**said.item(name), "type": "display"}
    for name in form.questions:
        yield {**said.item(name), "type": "text"}
    if form.tick:
        options = [_option(tick, said) for tick in form.ticks]
        yield {**said.item(form.tick), "type": "choice", "repeats": True, "answerOption": options}
    if form.thrice:
        most = [{"url": _AT_MOST, "valueInteger": _THRICE}]
        yield {**said.item(form.thrice), "extension": most, "type": "text", "repeats": True}
    if form.space:
        yield {**said.item(form.space), "type": "text"}
    for name in form.after:
        yield {**said.item(name), "type": "display"}


class _Said:
    """Texts in English, each beside its translations."""

    def __init__(self, english: Papers, others: tuple[Papers, ...]) -> None:
        self._english, self._others = english, others

    def text(self, element: str, name: str) -> Json:
        """An element with a text, and its translations as the standard has them."""
        said: Json = {element: self._english.say(name)}
        found = [
            {
                "url": _TRANSLATION,
                "extension": [
                    {"url": "lang", "valueCode": papers.language},
                    {"url": "content", "valueString": papers.say(name)},
                ],
            }
            for papers in self._others
            if name in papers.texts
        ]
        return {**said, f"_{element}": {"extension": found}} if found else said

    def item(self, name: str) -> Json:
        """What an item of any sort has: the name of its text, and the text."""
        return {"linkId": name, **self.text("text", name)}


def _option(tick: str, said: _Said) -> Json:
    coding = {"system": TICKS, "code": tick.removeprefix("tick_"), **said.text("display", tick)}
    return {"valueCoding": coding}
