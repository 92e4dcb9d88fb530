"""The gallery of RULES 7: what a slip is called, where it is, and what to type instead.

In each text the place where the message has to point is marked with §.
"""

import pytest

from rules.problems import NotLoadable, Place, Problem, did_you_mean
from tests.builders import HEADINGS, load_text, rule_text

AGED_18_AND_19 = (
    HEADINGS["tests"]
    + """
        - name: Age limits
          person: sam
          vary: age
          rows: {18: no prompt, 19: prompt}
    """
)
GOOD = rule_text()
COUGH_AND_AGE = "{all: [has_cough, {age: {at_least: 18}}]}"


def marked(text: str) -> tuple[str, tuple[int, int]]:
    """The text without its mark, and the line and column of the mark."""
    before, mark, after = text.partition("§")
    assert mark, "no place is marked"
    return before + after, (before.count("\n") + 1, len(before) - before.rfind("\n"))


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "code", "says", "hint"),
    [
        pytest.param(
            changed("exclude:", "§exlude:"),
            "E01",
            '"exlude" is not a heading I know in a rule.',
            "Did you mean exclude?",
            id="1. a misspelt heading",
        ),
        pytest.param(
            changed("      service:", "      §serivce:"),
            "E01",
            '"serivce" is not a heading I know in a refer offer.',
            "Did you mean service?",
            id="1. a misspelt heading further in",
        ),
        pytest.param(
            changed("    find:", "    §fnd:"),
            "E01",
            '"fnd" is not a heading I know in fact "has_cough".',
            "Did you mean find?",
            id="1. a misspelt find",
        ),
        pytest.param(
            changed("    - condition:", "    - §conditon:"),
            "E01",
            '"conditon" is not a heading I know in a line of a record.',
            "Did you mean condition?",
            id="1. a misspelt line of a record",
        ),
        pytest.param(
            GOOD + "§exclude:\n  - shared: deceased\n",
            "E02",
            '"exclude" is written twice, on lines 13 and 49.',
            "Only one of them would count. Put everything under line 13.",
            id="2. the same heading twice",
        ),
        pytest.param(
            changed("question: What does", "question: What matters most§: what does"),
            "E04",
            'The colon after "most" confuses the file format.',
            "Put the sentence in double quotes:"
            ' question: "What matters most: what does a good day look like?"',
            id="4. a colon in a sentence",
        ),
        pytest.param(
            changed("  summary:", "§\u00a0\u00a0summary:"),
            "E05",
            "This line has invisible or special spaces from a pasted document.",
            "Replace them with ordinary spaces.",
            id="5. invisible spaces",
        ),
        pytest.param(
            changed("help on ordinary", "help on§\u2028ordinary"),
            "E05",
            "This line has invisible or special spaces from a pasted document.",
            "Replace them with ordinary spaces.",
            id="5. an invisible end of line",
        ),
        pytest.param(
            changed("help on ordinary", "help on§\u000bordinary"),
            "E05",
            "This line has an invisible control character.",
            "Type the line again.",
            id="5. a line break from Word",
        ),
        pytest.param(
            changed("  has_cough:", "§\thas_cough:"),
            "E05",
            "This line starts with a tab.",
            "Use two ordinary spaces for each step to the right.",
            id="5. a tab",
        ),
        pytest.param(
            changed("  - shared", "  §\u2013shared"),
            "E06",
            "A list item needs a hyphen and a space; this is a long dash (Word does that).",
            "Type: - shared: palliative",
            id="6. a long dash",
        ),
        pytest.param(
            changed("  - shared", "  §-shared"),
            "E06",
            "A list item needs a hyphen and a space.",
            "Type: - shared: palliative",
            id="6. no space after the hyphen",
        ),
        pytest.param(
            rule_text(when="\nage: §>= 58"),
            "E07",
            "Please write comparisons in words.",
            "Words are: above, at_least, below, at_most, between.",
            id="7. >= 58",
        ),
        pytest.param(
            rule_text(when="\nage: §> 58"),
            "E07",
            "Please write comparisons in words.",
            "Words are: above, at_least, below, at_most, between.",
            id="7. > 58",
        ),
        pytest.param(
            rule_text(when="\nage: {at_least: §'> 58'}"),
            "E07",
            "Please write comparisons in words.",
            "Words are: above, at_least, below, at_most, between.",
            id="7. > 58 in quotes",
        ),
        pytest.param(
            rule_text(when="\nall:\n  - not: §has_couh"),
            "E11",
            'Nothing in this file is called "has_couh".',
            "Did you mean has_cough?",
            id="8. a fact that does not exist",
        ),
        pytest.param(
            changed("codes: cough", "codes: §caugh"),
            "E12",
            'There is no code list called "caugh".',
            "Did you mean cough (cough, 2 codes)? To see them all: goodday lists show",
            id="9. a code list that does not exist",
        ),
        pytest.param(
            rule_text(review_by="§2027-02-30"),
            "E08",
            "2027-02-30 does not exist.",
            "Dates are year-month-day, for example 2027-02-28.",
            id="13. a day that does not exist",
        ),
        pytest.param(
            rule_text(review_by="§01/03/2027"),
            "E08",
            '"01/03/2027" is not a date.',
            "Dates are year-month-day, for example 2027-02-28.",
            id="13. 1 March or 3 January",
        ),
        pytest.param(
            changed("codes: cough", "codes: cough\n    within: §12m"),
            "E08",
            '"12m" is not a length of time.',
            "Write a whole number and days, weeks, months or years: 12 months.",
            id="13. a length of time",
        ),
        pytest.param(
            changed("codes: cough", "codes: cough\n    since: §a while ago"),
            "E08",
            '"a while ago" is not a time ago.',
            "Write it as: 4 months ago.",
            id="13. a time ago",
        ),
        pytest.param(
            changed("owner: The test suite\n", "owner:§ \n"),
            "E09",
            "There is nothing written here yet.",
            "",
            id="9. an empty heading",
        ),
        pytest.param(
            "§" + rule_text(owner=None),
            "E09",
            'A rule needs "owner:".',
            "",
            id="9. a heading that is missing",
        ),
        pytest.param(
            changed("status: draft", "status: §pilto"),
            "E10",
            '"pilto" is not one of the words for status.',
            "Did you mean pilot?",
            id="10. a word that is not one of them",
        ),
        pytest.param(
            changed("format: 1", "format: §2"),
            "E10",
            "Format 2 is newer than this Good Day.",
            "This one reads format: 1.",
            id="10. a format from the future",
        ),
        pytest.param(
            changed("  summary: What", "  summary: §&What"),
            "E13",
            "Text that starts with & or * means something special to the file format.",
            "Put it in double quotes.",
            id="13. an anchor",
        ),
        pytest.param(
            changed("  summary: What", "  summary: §*What"),
            "E13",
            "Text that starts with & or * means something special to the file format.",
            "Put it in double quotes.",
            id="13. an alias",
        ),
        pytest.param(
            changed("  summary: What", "  summary: §!What"),
            "E13",
            "Text that starts with ! means something special to the file format.",
            "Put it in double quotes.",
            id="13. a tag",
        ),
        pytest.param(
            GOOD + "§---\na: b\n",
            "E13",
            "A second document starts here.",
            "One rule is one file.",
            id="13. a second document",
        ),
        *(
            pytest.param(
                changed("  summary: What", f"  summary: §{sign}What"),
                "E04",
                "This text starts with a character that means something special.",
                "Put the text in double quotes.",
                id=f"4. a text that starts with {sign}",
            )
            for sign in "@%`"
        ),
        *(
            pytest.param(
                changed("  summary: What", f"  summary: §{sign}What"),
                "E04",
                "A bracket is opened here and not closed where it should be.",
                "Put a text that starts with { or [ in double quotes.",
                id=f"4. a text that starts with {sign}",
            )
            for sign in "{["
        ),
        pytest.param(
            changed("  summary: What would", "  summary: 'What'§s would"),
            "E04",
            "The apostrophe ends a text that is in single quotes.",
            "Put the whole text in double quotes.",
            id="4. an apostrophe in single quotes",
        ),
        pytest.param(
            changed("  summary: What", '  summary: §"What'),
            "E04",
            "A quotation mark is opened and not closed.",
            "Put the whole text in double quotes.",
            id="4. an open quotation mark",
        ),
        pytest.param(
            changed("  question: What", "   §question: What"),
            "E04",
            "This line does not start where the headings beside it do.",
            "Give it 2 spaces at the start.",
            id="4. one space too many",
        ),
        pytest.param(
            changed("  question: What", " §question: What"),
            "E04",
            "This line does not start where the headings beside it do.",
            "Give it 2 spaces at the start.",
            id="4. one space too few",
        ),
        pytest.param(
            changed("  summary: What", "  summary: |§What"),
            "E04",
            "A text after | or > begins on the next line.",
            "Put it there, or put it in double quotes without the | or >.",
            id="4. a text beside its |",
        ),
        pytest.param(
            GOOD + "? §[a, b]\n: c\n",
            "E04",
            "A heading cannot be a list or hold headings of its own.",
            "Put a text that starts with { or [ in double quotes.",
            id="4. a list for a heading",
        ),
        pytest.param(
            rule_text(quiet="{topic: coughing, after_declined: §6 weeks}"),
            "E31",
            "6 weeks is shorter than everybody's 12 months.",
            "A rule may be quieter than the rest, never louder.",
            id="31. a no that would be forgotten",
        ),
        pytest.param(
            rule_text(when="{not: has_cough}").replace("\nwhen:", "\n§when:"),
            "S03",
            "This rule prompts for somebody with an age and nothing on the record.",
            "Say under when: what has to be on the record, for example a condition or a result.",
            id="18. prompts for an empty record",
        ),
        pytest.param(
            changed(
                "  summary: What would help on ordinary days?",
                "  summary: " + "x" * 120 + "What would help on §ordinary days?",
            ),
            "L01",
            "The summary can come to 153 characters; the most is 139.",
            'Take out 14 or more. Or move the end of it to "detail:".',
            id="20. a summary that is too long",
        ),
        pytest.param(
            changed("title: Somebody", "title: §" + "x" * 100 + "Somebody"),
            "L01",
            "The title has 144 characters; the most is 100.",
            "",
            id="20. a title that is too long",
        ),
        pytest.param(
            changed(
                "expect: prompt",
                "change:\n      §condition wheeze: {status: resolved}\n    expect: prompt",
            ),
            "T06",
            'This person has no "condition wheeze" to change.',
            "On the record: condition cough (line 30).",
            id="a story that edits what is not there",
        ),
    ],
)
def test_one_slip_gives_one_message_at_its_place(
    text: str, code: str, says: str, hint: str
) -> None:
    source, place = marked(text)
    (problem,) = load_text(source).problems
    assert (problem.says, problem.hint) == (says, hint)
    assert problem.code == code
    assert (problem.at.line, problem.at.column) == place
    assert problem.at.file.endswith("/coughing.yaml")
    assert problem.stops


@pytest.mark.parametrize(
    ("text", "code", "says", "hint"),
    [
        pytest.param(
            changed("summary: What would", "summary: Offer choice §#1 that would"),
            "E03",
            "Everything after # on this line was left out.",
            "If it belongs to the text, put all of it in double quotes;"
            ' now it reads "Offer choice".',
            id="3. a text cut off by #",
        ),
        pytest.param(
            rule_text(when="{all: [has_cough, {age: {above: §18}}]}", tests=AGED_18_AND_19),
            "S09",
            '"above 18" leaves out people aged 18.',
            "If you mean adults, type at_least: 18."
            " If you mean 19 and over, keep it and test 18 and 19.",
            id="14. over 18, or 18 and over",
        ),
        pytest.param(
            rule_text(exclude=None).replace("\nwhen:", "\n§when:"),
            "S01",
            "Nothing in this rule leaves people in palliative care alone.",
            "Under exclude, add - shared: palliative",
            id="19. nobody protected at the end of life",
        ),
        pytest.param(
            changed("question: What does", "question: §Does"),
            "L02",
            "This can be answered with yes or no.",
            "Begin with what, how, who, when, which or tell me.",
            id="a closed question",
        ),
        pytest.param(
            "§" + rule_text(tests=None),
            "T00",
            "There are no tests, so nobody can trust this rule yet.",
            "Add people: and tests:.",
            id="no stories",
        ),
        pytest.param(
            changed("facts:\n", "facts:\n  §has_wheeze: {find: observation, codes: wheeze}\n"),
            "C05",
            'Nothing uses the fact "has_wheeze".',
            "Use it in when or exclude, or take it out.",
            id="a fact that nothing uses",
        ),
        pytest.param(
            changed("owner:", "not_for:§\nowner:"),
            "E09",
            'Nothing is listed under "not_for" yet.',
            "",
            id="a list with nothing in it",
        ),
    ],
)
def test_something_to_think_about_stops_nothing(text: str, code: str, says: str, hint: str) -> None:
    source, place = marked(text)
    loaded = load_text(source)
    (problem,) = loaded.problems
    assert (problem.says, problem.hint) == (says, hint)
    assert problem.code == code
    assert (problem.at.line, problem.at.column) == place
    assert not problem.stops
    assert loaded.usable().rules


def test_a_library_with_something_to_fix_cannot_be_used() -> None:
    loaded = load_text("x")
    with pytest.raises(NotLoadable) as caught:
        loaded.usable()
    assert caught.value.problems == tuple(loaded.stops)
    assert str(caught.value) == "1 thing to fix in the rule files."


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("exlude", ["exclude", "exhale"], "Did you mean exclude?"),
        ("Exclude", ["exclude"], "Did you mean exclude?"),
        ("plan-asthma", ["asthma-plan", "copd"], "Did you mean asthma-plan?"),
        ("copd register", ["copd-register"], "Did you mean copd-register?"),
        ("zzz", ["tea", "cake"], "Known here: cake, tea."),
        ("zzz", [], ""),
        ("zzz", [f"tea{n}" for n in range(21)], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], hint: str) -> None:
    assert did_you_mean(word, known) == hint


def test_a_problem_says_itself_on_one_line() -> None:
    problem = Problem(Place("a.yaml", 3, 5), "E01", "It is so.", "Type: this.")
    assert str(problem) == "a.yaml:3:5  It is so. Type: this.  [E01]"
    assert str(Problem(Place("a.yaml"), "E01", "It is so.")) == "a.yaml:1:1  It is so.  [E01]"
