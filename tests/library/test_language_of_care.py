"""The words that people and staff meet: on pages, in messages, cards and letters.

The lists of rules/words.yaml are for authors; here they are held against what we wrote. And
no term of a code system reaches a screen: not one of ours, and not one of a record.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest

from cds_hooks.pages.documents import documents
from cds_hooks.pages.papers import LAYOUTS, Layout, Shown, invitation_page, letter_page, sheet_page
from rules.codes import CodeList
from rules.lints.l07 import RAW, TURNED_ROUND
from rules.lints.words import Said, WordLists
from rules.problems import Place
from rules.reading import Reader
from rules.rule import Rule
from rules.schema.own_words import read_words
from rules.schema.papers import english
from rules.text import read_text
from tests.builders import TODAY, a_condition, a_patient, a_resource, card
from tests.fhir_builders import RESULTS_RULE, a_booking, copd, leroy
from tests.library.people import LOADED, RULES, told
from tests.papers import HERE, a_letter
from tests.served import BOOK, Json, in_pilot, piloting, surgery

ROOT = Path(__file__).parents[2]
LISTS = LOADED.library.code_lists


@cache
def words() -> WordLists:
    """The words that check warns of, as they come with Good Day."""
    file = files("rules").joinpath("words.yaml")
    node, problems = read_text(file.read_bytes(), "words.yaml")
    assert node is not None
    return read_words(Reader(problems), node)


def unkind(text: str) -> set[str]:
    """The words of a text that blame or label, and the terms of a code system in it."""
    said = Said(Place("here"), text)
    return {word for word in words().blaming if said.find(word)} | {
        found[0] for found in RAW.finditer(text)
    }


class Text(HTMLParser):
    """What stands on a page, and what is read aloud of it; not its style."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._hidden = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in ("style", "script")
        aloud = ("aria-label", "title", "alt", "placeholder")
        self.said += [value for name, value in attrs if name in aloud and value]

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.said).split())


TEMPLATES = sorted((ROOT / "cds_hooks").glob("**/templates/**/*.html"))
_JINJA = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.name for path in TEMPLATES])
def test_no_page_of_ours_has_a_word_that_blames(path: Path) -> None:
    page = _JINJA.sub(" ", path.read_text(encoding="utf-8"))
    assert unkind(Text(page).text) == set()


# ---- sentences in the code ------------------------------------------------------------------

SPEAKS = sorted(
    path
    for part in ("prompts", "cds_hooks", "fhir_adapters", "rules")
    for path in (ROOT / part).glob("**/*.py")
)


def sentences(path: Path) -> Iterator[str]:
    """The texts in a file of more than one word, those that explain the code apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    explain: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            explain.add(id(node.value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in explain
        ) and " " in node.value.strip():
            yield node.value


def test_no_sentence_of_ours_blames() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {word}"
        for path in SPEAKS
        for text in sentences(path)
        for word in unkind(text)
    }
    assert found == NOT_OF_PEOPLE


# Requirements of a standard, brackets and quotation marks, and the lints' own examples.
NOT_OF_PEOPLE = {
    "cds_hooks/arguments.py: should",
    "cds_hooks/conformance/report.py: must",
    "cds_hooks/conformance/report.py: should",
    "rules/importing.py: fh",  # what an import looks for in the terms of a national list
    "rules/importing.py: refused",
    "rules/importing.py: should",
    "rules/lints/l03.py: diabetics",
    "rules/lints/l03.py: non-compliant",
    "rules/lints/l07.py: (disorder)",
    "rules/schema/card.py: must",  # what no question of a card has
    "rules/schema/card.py: should",
    "rules/translations.py: should",
}


# ---- what comes out -------------------------------------------------------------------------


@cache
def pages() -> dict[str, str]:
    """Every page about the rules that we ship."""
    made = documents(LOADED, TODAY)
    return {name: Text(page.decode()).text for name, page in made.items() if name.endswith(".html")}


@pytest.mark.long
def test_no_page_about_a_rule_has_a_word_that_blames_or_a_term_of_a_code_system() -> None:
    assert len(pages()) > len(RULES)
    found = {name: bad for name, text in pages().items() if (bad := unkind(text))}
    assert found == {}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nor_has_a_letter_a_sheet_or_an_invitation(layout: Layout) -> None:
    shown = Shown(HERE, layout)
    for page in (
        letter_page(a_letter(), shown),
        sheet_page(english(), shown, "1 December 2026"),
        invitation_page(english(), shown),
    ):
        assert unkind(Text(page.decode()).text) == set()


@pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])
def test_nor_has_a_card(rule: Rule) -> None:
    record, said = told(rule)
    prompt = card(rule, record, *said).prompt
    assert prompt is not None
    labels = [f"{button.label}. {button.letter}" for button in prompt.proposals]
    assert unkind(" ".join([prompt.summary, prompt.detail, prompt.source, *labels])) == set()


@pytest.mark.parametrize(
    "one", LOADED.library.code_lists.values(), ids=list(LOADED.library.code_lists)
)
def test_the_words_of_a_code_list_are_those_that_people_use(one: CodeList) -> None:
    for display in (one.title, *one.words.values()):
        assert unkind(display) == set(), display
        assert not TURNED_ROUND.fullmatch(display), display


# ---- what stands in records -----------------------------------------------------------------

TERM = "Chronic obstructive lung disease, refused, unspecified (disorder)"


def named_badly(resource: Json) -> Json:
    """A resource as record systems send it: every code has its official term, and a text."""
    bad: Json = {}
    for key, value in resource.items():
        if key == "code":
            coding = [{**one, "display": TERM} for one in value["coding"]]
            bad[key] = {"coding": coding, "text": TERM}
        else:
            bad[key] = value
    return bad


def test_a_card_never_says_what_the_record_calls_things(tmp_path: Path) -> None:
    library = in_pilot(piloting(tmp_path / "practice", *(rule.id for rule in RULES)))
    with surgery(tmp_path, library) as service:
        for kind in ("Condition", "Observation", "Procedure"):
            person = f"p-{kind.lower()}"
            said: list[Json] = [
                a_patient(person),
                {**copd(person), "id": "c1"},
                {**a_statement("Condition", "44054006", person), "id": "c2"},
                {**a_statement("Condition", "195967001", person), "id": "c3"},
                a_statement(kind, "267076002", person),
            ]
            reply = service.ask(service.a_call(map(named_badly, said), of=person))
            assert reply.cards
            assert TERM not in reply.text
            assert RAW.search(reply.text) is None


def a_statement(kind: str, code: str, of: str) -> Json:
    dated = {
        "Condition": "onsetDateTime",
        "Observation": "effectiveDateTime",
        "Procedure": "performedDateTime",
    }[kind]
    made = a_condition(code) if kind == "Condition" else a_resource(kind, code, status="final")
    return {**made, "subject": {"reference": f"Patient/{of}"}, "id": "s1", dated: "2026-10-01"}


def test_a_letter_calls_results_by_our_words_and_their_parts_without_terms(tmp_path: Path) -> None:
    with surgery(tmp_path, piloting(tmp_path / "practice", RESULTS_RULE)) as service:
        in_parts = {
            "component": [
                {
                    "code": {"text": "Systolic blood pressure (observable entity)"},
                    "valueQuantity": {"value": 132, "unit": "mmHg"},
                }
            ]
        }
        resources: list[Json] = [
            {**named_badly(one), **in_parts} if one["resourceType"] == "Observation" else one
            for one in leroy()
        ]
        call = service.a_call(resources, hook=BOOK)
        call["context"] |= {"appointments": a_booking()}
        reply = service.ask(call)
        (draft,) = reply.button("Draft")["actions"]
        letter = draft["resource"]["payload"][0]["contentString"]
        assert "FEV1 compared with what is predicted" in letter
        assert "Systolic blood pressure: 132 mmHg" in letter
        assert RAW.search(reply.text) is None
