"""The pages about rules: whole, well made, linked both ways, and safe whatever a rule says."""

import importlib.util
import posixpath
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.commands.docs import docs
from cds_hooks.pages.documents import AREAS, documents
from rules.load import load_library
from rules.schema.words import THEMES
from tests.builders import TODAY, load_files, rule_text
from tests.unit.fhir_adapters.test_forms import WELSH_SHEET

_VOID = {"meta", "link", "br"}


class Page(HTMLParser):
    """Reads a page strictly: every element is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, names)
        given = dict(attrs)
        if tag not in _VOID:
            assert not (tag == "p" and "p" in self.open), "a paragraph in a paragraph"
            assert not (self.open[-1:] == ["span"] and tag in ("ul", "p", "table")), tag
            self.open.append(tag)
        self.tags.append(tag)
        if (identity := given.get("id")) is not None:
            self.ids.append(identity)
        if tag in ("a", "link"):
            assert given["href"], "a link that leads nowhere"
            self.links.append(given["href"])
        if tag[0] == "h" and tag[1:].isdigit():
            self.headings.append(int(tag[1:]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


PAPERS = [
    "papers/agenda-sheet-easy-read.html",
    "papers/agenda-sheet-large-print.html",
    "papers/agenda-sheet.html",
    "papers/health-plan-easy-read.html",
    "papers/invitation-easy-read.html",
    "papers/invitation-large-print.html",
    "papers/invitation.html",
    "papers/results-letter-sample-easy-read.html",
    "papers/results-letter-sample-large-print.html",
    "papers/results-letter-sample.html",
]


@cache
def demo() -> Mapping[str, bytes]:
    practice = Path(str(files("cds_hooks.demo").joinpath("practice")))
    return documents(load_library(practice), TODAY)


def pages(found: Mapping[str, bytes]) -> dict[str, Page]:
    return {name: Page(page.decode()) for name, page in found.items() if name.endswith(".html")}


def of_rule(**changed: str | None) -> dict[str, Page]:
    loaded = load_files({"coughing.yaml": rule_text(**changed)})
    assert not loaded.stops, "\n".join(map(str, loaded.stops))
    return pages(documents(loaded, TODAY))


def test_there_is_a_page_for_every_rule_one_for_patients_and_an_index() -> None:
    assert sorted(demo()) == [
        "for-patients/agenda-sheet.html",
        "for-patients/copd-self-management.html",
        "for-patients/results-ahead.html",
        "forms/agenda-sheet-easy-read.json",
        "forms/agenda-sheet.json",
        "forms/health-plan-easy-read.json",
        "index.html",
        "lists-and-facts.html",
        *PAPERS,
        "rules/agenda-sheet.html",
        "rules/copd-self-management.html",
        "rules/results-ahead.html",
        "style.css",
    ]


@pytest.mark.parametrize("name", PAPERS)
def test_every_paper_stands_by_itself_and_is_about_nobody(name: str) -> None:
    page = Page(demo()[name].decode())
    assert page.headings[0] == 1
    assert page.links == []
    assert not {"script", "img", "iframe", "form", "link"} & set(page.tags)
    assert "Invented Practice" in page.text
    sample = "This is a sample. The results on it are made up."
    assert (sample in page.text) == ("sample" in name)


def test_the_papers_of_a_practice_are_there_in_each_of_its_languages() -> None:
    loaded = load_files({"coughing.yaml": rule_text(), "papers/cy.yaml": WELSH_SHEET})
    found = documents(loaded, TODAY)
    assert {name for name in found if name.endswith(".cy.html")} == {
        name.replace(".html", ".cy.html") for name in PAPERS
    }
    assert "Cyn i chi ddod" in Page(found["papers/agenda-sheet.cy.html"].decode()).text
    assert "Welsh, large print" in Page(found["index.html"].decode()).text
    assert b"Beth sydd bwysicaf?" in found["forms/agenda-sheet.json"]


def test_the_index_groups_rules_by_what_they_are_about_and_has_a_place_for_the_rest() -> None:
    page = Page(demo()["index.html"].decode())
    assert {"breathing", "around-the-visit", "papers"} <= set(page.ids)
    assert "What does a good day look like with your breathing?" in page.text
    assert (
        "other"
        in Page(
            documents(load_files({"coughing.yaml": rule_text()}), TODAY)["index.html"].decode()
        ).ids
    )
    assert set(AREAS) == set(THEMES)


@pytest.mark.parametrize(
    "name",
    [name for name in sorted(demo()) if name.endswith(".html") and name not in PAPERS],
)
def test_every_page_is_well_made(name: str) -> None:
    page = Page(demo()[name].decode())
    assert len(page.ids) == len(set(page.ids))
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(page.headings))
    assert page.tags.count("table") == page.tags.count("caption")
    assert not {"script", "img", "iframe", "style", "form"} & set(page.tags)
    assert "Nothing here has been reviewed by a clinical safety officer" in page.text


def test_every_link_leads_somewhere_and_none_is_fetched_from_elsewhere() -> None:
    made = pages(demo())
    for name, page in made.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(name), target or name))
            path = path if target else name
            assert path in demo(), (name, link)
            if anchor:
                assert anchor in made[path].ids, (name, link)
    assert b"url(" not in demo()["style.css"]
    assert b"@import" not in demo()["style.css"]


def test_the_same_rules_on_the_same_day_give_the_same_pages() -> None:
    practice = Path(str(files("cds_hooks.demo").joinpath("practice")))
    assert documents(load_library(practice), TODAY) == demo()


CONTAINS = [
    "When a record is opened: for people who have COPD, are 18 or over",
    "age is at least 18",
    "This person is receiving palliative care",
    "What does a good day look like with your breathing?",
    "Refer to a self-management programme or group",
    "the person said “no, thank you” 12 months",
    "Offered exactly twelve months ago today still counts no prompt no prompt yes",
    "NICE NG115; strength: strong",
    "Nobody is named yet",
    "No Plan-Do-Study-Act cycle is written down",
    "31 May 2027",
    "Where this is not known, they are asked",
    "COPD resolved",
]


@pytest.mark.parametrize("words", CONTAINS)
def test_the_page_of_a_rule_says_all_about_it(words: str) -> None:
    assert words in pages(demo())["rules/copd-self-management.html"].text


def test_the_page_of_a_rule_says_where_it_rests_because_another_system_asked_and_its_theme() -> (
    None
):
    own = "\n- {name: QOF box, codes: cough, found_in: tag, for: 2 months}"
    found = of_rule(already_prompted_by=own, theme="later-life")
    words = " ".join(" ".join(found["rules/coughing.html"].words).split())
    assert "It rests where QOF box asked: for 2 months." in words
    assert "Theme later life" in words


def test_a_rule_begins_with_its_question_and_the_long_sentence_waits() -> None:
    text = pages(demo())["rules/copd-self-management.html"].text
    asked, whole = text.index("What does a good day look like"), text.index("All of it in one")
    assert asked < text.index("About this rule") < whole


def test_names_in_an_offer_are_as_people_write_them() -> None:
    ring = "\n- task: {label: Ring, for: healthcare-assistant, due: 14 days}"
    give = "\n- questionnaire: {label: Give it, form: agenda-sheet}"
    text = of_rule(offers=ring + give)["rules/coughing.html"].text
    assert "A task for healthcare assistant, within 14 days" in text
    assert "A questionnaire to fill in: agenda sheet" in text


def test_every_shipped_story_is_there_and_comes_out_as_it_says() -> None:
    text = pages(demo())["rules/copd-self-management.html"].text
    assert re.search(r"\b(\d{2,}) of \1 stories come out as they say", text)


def test_lists_and_facts_name_the_rules_that_use_them() -> None:
    text = pages(demo())["lists-and-facts.html"].text
    assert "copd-resolved COPD resolved. Used by: Ask people with COPD what would help" in text
    assert "an offer of self-management is recorded in the last 12 months" in text
    assert "entry, within 12 months" in text


def test_a_list_that_no_rule_uses_is_told() -> None:
    assert "wheeze wheeze. Used by: no rule" in of_rule()["lists-and-facts.html"].text


def test_the_page_for_patients_speaks_to_them_and_of_nobody_who_died() -> None:
    text = pages(demo())["for-patients/copd-self-management.html"].text
    assert "12 months if you said “no, thank you”" in text
    assert "A place with: Living well with COPD group (invented)" in text
    assert "Anyone who is receiving palliative care" in text
    assert "died" not in text
    assert "ring 01632 960000" in text


def test_a_story_that_comes_out_otherwise_is_shown_with_what_came() -> None:
    tests = "\n- {name: Sam says hello, person: sam, expect: quiet}"
    page = of_rule(tests=tests)["rules/coughing.html"]
    assert "0 of 1 stories come out as they say" in page.text
    assert 'expected "quiet", got "prompt"' in page.text


def test_a_rule_without_stories_says_that_nothing_shows_it_is_right() -> None:
    text = of_rule(tests=None, people=None)["rules/coughing.html"].text
    assert "nothing shows that this rule is right" in text


def test_a_review_date_that_has_passed_is_said_on_the_day_after_and_not_before() -> None:
    loaded = load_files({"coughing.yaml": rule_text(review_by="2026-11-21")})
    on_the_day = pages(documents(loaded, date(2026, 11, 21)))["rules/coughing.html"].text
    after = pages(documents(loaded, date(2026, 11, 22)))["rules/coughing.html"].text
    assert "has passed" not in on_the_day
    assert "The review date of this rule, 21 November 2026, has passed." in after
    assert "it is in shadow: nobody is shown it" in after
    net = rule_text(review_by="2026-11-21", purpose="safety net")
    goes_on = pages(documents(load_files({"coughing.yaml": net}), date(2026, 11, 22)))
    assert "It is a safety net, and goes on." in goes_on["rules/coughing.html"].text


HOSTILE = '<script>alert(1)</script> & \\"quotes\\" \' {{ 7*7 }} {% x %}'
# What may stand on a card is held to words when a rule is loaded; this much is words.
AS_WORDS = "& ' {{ 7*7 }} {% x %}"


def test_hostile_text_in_a_rule_comes_out_as_text() -> None:
    said = f'"{HOSTILE}"'
    words = f'"{AS_WORDS}"'
    found = of_rule(
        title=words,
        owner=said,
        evidence=f"\n- claim: {said}\n  source: {said}\n  strength: strong",
        not_for=f"\n- {said}",
        facts=f"\n  has_cough: {{find: condition, codes: cough, label: {words}}}"
        f"\n  has_wheeze: {{find: condition, codes: wheeze, label: {words}}}",
        exclude=f"\n- if: has_wheeze\n  because: {words}\n  if_unknown: include",
        people=f"\n  sam: {{about: {said}, age: 60}}",
        tests=f"\n- {{name: {said}, person: sam, expect: no prompt}}",
    )
    for page in found.values():
        assert "script" not in page.tags
    assert '<script>alert(1)</script> & "quotes" \' {{ 7*7 }}' in found["rules/coughing.html"].text


def test_two_rules_whose_facts_have_one_name_are_told_apart() -> None:
    loaded = load_files(
        {"coughing.yaml": rule_text(), "again.yaml": rule_text(id="again", quiet="{topic: again}")}
    )
    page = pages(documents(loaded, TODAY))["lists-and-facts.html"]
    assert [one for one in page.ids if one.startswith("fact-has_cough")] == [
        "fact-has_cough",
        "fact-has_cough-coughing",
    ]


@pytest.mark.long
def test_the_command_writes_the_pages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert docs(None, tmp_path / "pages", TODAY) == 0
    assert (tmp_path / "pages/rules/results-ahead.html").is_file()
    assert "40 rules written" in capsys.readouterr().out
    assert docs(tmp_path / "nothing", tmp_path, TODAY) == 2
    assert "There is no file or folder called" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    one = Path(__file__).parents[3] / "rules/library/diabetes"
    assert docs(one, tmp_path / "file", TODAY) == 2
    assert "cannot be written to" in capsys.readouterr().err


def test_schemas_go_where_the_first_line_of_a_rule_file_looks_for_them(tmp_path: Path) -> None:
    assert run(["rules", "new", "tea-group", "--to", str(tmp_path)]) == 0
    assert run(["rules", "schema", str(tmp_path)]) == 0
    first = (tmp_path / "tea-group.yaml").read_text().splitlines()[0]
    assert (tmp_path / first.partition("$schema=")[2]).is_file()


def test_hazards_and_what_to_verify_are_on_the_pages() -> None:
    safety = (
        "{signed_off_by: Asha, signed_off_on: 2026-11-01, for_version: 1,"
        " hazards: [https://example.org/hazard-12]}"
    )
    cough = (
        "id: cough\ntitle: cough\nsource: x\nreviewed: 2026-11-21\ncodes:\n"
        "  - {code: cough, system: good-day, words: A cough, grade: C,"
        " verify: Ask the laboratory}\n"
    )
    loaded = load_files(
        {"coughing.yaml": rule_text(safety=safety), "value-sets/cough.yaml": cough}, TODAY
    )
    pages = documents(loaded, TODAY)
    rule = pages["rules/coughing.html"].decode()
    assert "Hazards looked at</dt><dd>https://example.org/hazard-12" in rule
    for page in (rule, pages["lists-and-facts.html"].decode()):
        assert "A cough: Ask the laboratory" in page


@pytest.mark.long
def test_what_an_offer_hands_out_can_be_looked_at_and_is_told_once() -> None:
    found = pages(documents(load_library(None), TODAY))
    text = found["for-patients/agenda-sheet.html"].text
    assert text.count("Help from our team, so that it is easier for you") == 1
    assert "Somebody from our team who gets in touch" not in text
    assert "../papers/agenda-sheet.html" in found["for-patients/agenda-sheet.html"].links
    assert "../papers/agenda-sheet.html" in found["rules/agenda-sheet.html"].links
    plan = found["rules/learning-disability-health-plan.html"].links
    assert "../papers/health-plan-easy-read.html" in plan
    assert "../papers/results-letter-sample.html" in found["rules/results-ahead.html"].links
    assert {one for page in found.values() for one in page.links if "papers/" in one} <= {
        f"{up}{name}" for up in ("", "../") for name in found
    }


@pytest.mark.long  # of the sheets and letters that are made, test_papers.py tries one each time
def test_papers_are_made_into_pdf_too_or_it_is_said_what_that_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = importlib.util.find_spec("weasyprint") is not None
    code = run(["rules", "docs", "--to", str(tmp_path / "pages"), "--pdf"])
    made = list((tmp_path / "pages").rglob("*.pdf"))
    assert (code, len(made)) == ((0, len(PAPERS)) if there else (2, 0))
    assert there or "install goodday with the extra pdf" in capsys.readouterr().err
