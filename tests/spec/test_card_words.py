"""The texts of a card: words, emphasis and lists, however the signs of anything else are spelt.

What screens make of them is in ``tests/sandbox``.
"""

import pytest

from fhir_adapters.drafts import drafts
from rules.answer import Answer
from rules.record import Kind
from tests.builders import TODAY, a_record, card, entry, load_files, rule_text

NO_LINKS = "Pictures, links and HTML cannot stand in the text of a card."
NO_BLOCKS = "Headings, tables, quotations and code cannot stand in the text of a card."
NOT_SEEN = "This text has characters in it that nobody can see."
CARD = """
    summary: What would help?
    question: What does a good day look like?
    source: The test suite
    detail: {}
"""


def quoted(text: str) -> str:
    """A text in double quotes, in which everything unusual is written as a number."""
    plain = (c if " " <= c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text)
    return f'"{"".join(plain)}"'


def said_of(**headings: str) -> list[str]:
    """What is to be fixed in the rule with these headings."""
    return [one.says for one in load_files({"coughing.yaml": rule_text(**headings)}).stops]


def said_of_detail(text: str) -> list[str]:
    return said_of(card=CARD.format(quoted(text)))


@pytest.mark.parametrize(
    "text",
    [
        "https&#58;//tea.example",
        "https&colon;//tea.example",
        "https:\\//tea.example",
        "//tea.example",
        "w&#119;w.tea.example",
        "&lt;b&gt;",
        "&#x3c;b&#x3e;",
        "sam@tea.example",
        "mailto:sam.@tea.example",
        "Ask [Sam]\n\n[Sam]: tea",
        "[Sam]:tea",
        "<<first_name> src=x>",
        "&<first_name>;",
        "\\*tea\\*",
    ],
)
def test_a_link_or_html_cannot_stand_in_a_card_by_another_spelling(text: str) -> None:
    assert said_of_detail(text) == [NO_LINKS]


@pytest.mark.parametrize(
    "text",
    [
        "# Tea",
        "###### Tea",
        "#",
        "Tea\n===",
        "Tea\n---",
        "Tea\n\n***",
        "Tea\n\n_ _ _",
        "> Tea",
        "- > Tea",
        "1. # Tea",
        "- - ---",
        "Tea\n\n    cake",
        "-      cake",
        "```\ncake",
        "Tea\n\n~~~",
        "~~tea~~",
        "~tea~",
        "~tea\ncake~",
        "a|b\n-|-",
        "a\n:-",
        "- [ ] tea",
        "- [x] tea",
        "[x]\ntea",
        "Tea [^1]",
    ],
)
def test_blocks_besides_paragraphs_and_lists_cannot_stand_in_a_card(text: str) -> None:
    assert said_of_detail(text) == [NO_BLOCKS]


@pytest.mark.parametrize(
    "text",
    [
        "Te\u200ba",
        "\u202eaet",
        "Tea\u2066",
        "Tea\x07",
        "Tea\u2028cake",
        "T\u00adea",
        "\u3164",
        "Tea\U000e0041",
        "\ue000",
        "\u2800",
    ],
)
def test_what_nobody_can_see_cannot_stand_in_a_card(text: str) -> None:
    assert said_of_detail(text) == [NOT_SEEN]


@pytest.mark.parametrize(
    "text",
    [
        "- tea\n- cake",
        "* tea\n  * cake",
        "1. tea\n2. cake",
        "1) tea\n   - cake",
        "*tea* **cake** _tea_ __cake__",
        "`tea`",
        "A&E; tea",
        "R&D",
        "#1 of 2",
        "No. 5#",
        "tea | cake",
        "~5 to ~10 cups",
        "5 * 3 = 15",
        "[tea] or [cake]",
        "Tea -- or cake",
        "Tea: 3/4, and/or cake",
        "Ask for tea @ 4",
        "-5 °C",
        "Café ❤️ 李 שרה",
        "1986. That was it",
        "Tea  \ncake",
        "<first_name>: <age>.",
        "- <first_name>\n- *<first_name>*",
        "3 < 5 > 4",
    ],
)
def test_words_emphasis_and_lists_may_stand_in_a_card(text: str) -> None:
    assert said_of_detail(text) == []


BAD = "[Tea](//tea.example)"
PLACES = {
    "summary": {"card": f'\nsummary: "{BAD}"\nquestion: What helps?\nsource: x'},
    "question": {"card": f'\nsummary: x\nquestion: "What is {BAD}?"\nsource: x'},
    "source": {"card": f'\nsummary: x\nquestion: What helps?\nsource: "{BAD}"'},
    "the label of a link": {
        "card": "\nsummary: x\nquestion: What helps?\nsource: x\n"
        f'links: [{{label: "{BAD}", address: "https://www.nhs.uk/tea"}}]'
    },
    "the label of an offer": {"offers": f'\n- refer: {{label: "{BAD}", service: tea-group}}'},
    "the words of a tag": {"offers": f'\n- tag: {{label: Tea, code: tea, words: "{BAD}"}}'},
    "a goal": {"offers": f'\n- goal: {{label: Tea, text: "{BAD}"}}'},
    "the title": {"title": f'"{BAD}"'},
    "why not": {"exclude": f'\n- if: {{not: has_cough}}\n  because: "{BAD}"'},
    "the label of a part": {"when": f'\nall: [{{label: "{BAD}", any: [has_cough]}}]'},
    "what cel means": {"when": f'\nall: [{{cel: has_cough, means: "{BAD}"}}]'},
    "the label of a fact": {
        "facts": f'\nhas_cough: {{find: condition, codes: cough, label: "{BAD}"}}'
    },
}


@pytest.mark.parametrize("headings", PLACES.values(), ids=PLACES)
def test_no_text_that_comes_into_an_answer_has_a_link_in_it(headings: dict[str, str]) -> None:
    assert NO_LINKS in said_of(**headings)


FILES = {
    "practice.yaml": 'name: "{}"\n',
    "shared/services.yaml": 'tea-group: {{name: "{}", codes: tea-group}}\n',
}


@pytest.mark.parametrize("file", FILES)
def test_no_name_in_another_file_has_a_link_in_it(file: str) -> None:
    assert [one.says for one in load_files({file: FILES[file].format("Tea")}).stops] == []
    assert [one.says for one in load_files({file: FILES[file].format(BAD)}).stops] == [NO_LINKS]


@pytest.mark.parametrize(("text", "says"), [("Write to tea@tea.example", []), (BAD, [NO_LINKS])])
def test_a_message_may_say_where_to_write_to(text: str, says: list[str]) -> None:
    messages = f'tea-invitation: {{name: Tea, text: "{text}"}}\n'
    found = load_files({"shared/messages.yaml": messages}).stops
    assert [one.says for one in found] == says


@pytest.mark.parametrize("words", [BAD, "# Tea", "<b>Tea</b>", "&lt;b&gt;"])
def test_words_of_a_code_list_that_are_more_than_words_stay_out_of_what_is_proposed(
    words: str,
) -> None:
    """A list comes from a terminology, and is kept as it came; what is said of it is not."""
    listed = "id: {0}\ntitle: x\nsource: x\nreviewed: 2026-11-21\n"
    listed += 'codes: [{{code: {0}, words: "{1}", system: good-day}}]\n'
    names = ("tea-group", "blow-test")
    files = {f"value-sets/{name}.yaml": listed.format(name, words) for name in names}
    offers = """
        - refer: {label: Refer to the tea group, service: tea-group, reason: tea-group}
        - record_offer: {label: Record the offer, codes: tea-group}
        - results_ahead: {label: A letter, include: blow-test, within: 42 days}
    """
    loaded = load_files({**files, "coughing.yaml": rule_text(offers=offers)})
    assert loaded.stops == []
    blow = entry(Kind.OBSERVATION, "blow-test", date="2026-11-14", filed=Answer.YES)
    prompt = card(loaded.library.rules, a_record(entry(Kind.CONDITION, "cough"), blow)).prompt
    assert prompt is not None
    proposed = [draft for each in prompt.proposals for draft in drafts(each, "test-person", TODAY)]
    assert words not in str(proposed)
    assert proposed[1].description == "Record that this was offered: Record the offer"
    assert "- A result on 14 November 2026" in prompt.proposals[2].letter
