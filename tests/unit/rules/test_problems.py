"""The gallery of RULES 7: what a slip is called, where it is, and what to type instead.

In each text the place where the message has to point is marked with §.
"""

from pathlib import Path

import pytest

from rules.load import load_library
from rules.problems import NotLoadable, Place, Problem, did_you_mean
from tests.builders import HEADINGS, load_files, load_text, rule_text

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


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("\n\n", id="empty lines"),
        pytest.param("# only\n# comments\n", id="only comments"),
        pytest.param("---\n", id="only the start of a document"),
        pytest.param("\ufeff", id="only a byte order mark"),
    ],
)
def test_an_empty_file_is_said_to_be_empty(text: str) -> None:
    (problem,) = load_text(text).problems
    assert problem.says == "The file is empty."
    assert problem.at.line == 1


@pytest.mark.parametrize("text", ["- a\n- b\n", "hello\n", "[]\n", "- format: 1\n", "12\n", "{}\n"])
def test_a_file_that_is_no_rule_is_one_message_or_names_what_is_missing(text: str) -> None:
    found = load_text(text).problems
    assert found
    assert {problem.code for problem in found} <= {"E09", "E10", "T00"}


def test_a_file_that_is_not_utf_8_names_the_line() -> None:
    (problem,) = load_text(GOOD.encode().replace(b"Somebody", b"Some\xe9body")).problems
    assert (problem.code, problem.at.line) == ("E14", 3)
    assert problem.says == "This line has characters that are not UTF-8."


def test_a_file_from_notepad_loads() -> None:
    assert load_text(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).problems == []


def test_a_large_file_is_refused_before_it_is_read() -> None:
    (problem,) = load_text(GOOD + "# " + "x" * 65_536).problems
    assert (problem.code, problem.says) == ("E14", "The file is larger than 64 KB.")
    assert load_text(GOOD + "#" * (65_536 - len(GOOD))).problems == []


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- "])
def test_a_deep_file_is_refused_and_never_overflows(bracket: str) -> None:
    text = f"{GOOD}not_for:\n  {bracket * 5000}"
    (problem,) = load_text(text).problems
    assert problem.code in ("E14", "E04")


def test_an_alias_bomb_does_not_go_off() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n"
        for before, name in zip("abcdefghijk", "bcdefghijkl", strict=True)
    )
    (problem,) = load_text(bomb).problems
    assert (problem.code, problem.at.line) == ("E13", 1)


def test_several_slips_are_all_said_at_once_in_the_order_of_the_file() -> None:
    text = rule_text(
        statuss="pilot",
        status=None,
        facts="\nhas_cough: {find: condtion, codes: cough}\nhas_tea: {find: entry, codes: te}",
        when="{all: [has_cough, {age: {at_leest: 18}}]}",
        quiet="{topic: coughing, after_declined: 1 month}",
        review_by="soon",
    )
    found = load_text(text).problems
    assert [problem.code for problem in found] == ["E10", "E12", "E01", "E31", "E01", "E08"]
    assert [problem.at.line for problem in found] == sorted(p.at.line for p in found)


def test_slips_in_several_files_are_all_said_at_once() -> None:
    loaded = load_files(
        {
            "a.yaml": rule_text(id="a", ownr="x"),
            "b/b.yaml": rule_text(id="b", hook="patient-vew"),
            "value-sets/tea.yaml": "id: tea\n",
            "shared/facts.yaml": "x: {find: somewhere}\n",
            "practice.yaml": "nam: x\n",
        }
    )
    files = sorted({problem.at.file.split("/", 3)[-1] for problem in loaded.problems})
    assert files == [
        "a.yaml", "b/b.yaml", "practice.yaml", "shared/facts.yaml", "value-sets/tea.yaml"
    ]  # fmt: skip


def test_a_faulty_code_list_is_reported_where_it_is_and_not_in_every_rule_that_names_it() -> None:
    for text in ("id: [", "id: tea\ntitle: x\nsource: x\nreviewed: soon\ncodes: [{code: 1}]\n"):
        facts = "\nhas_cough: {find: condition, codes: [cough, tea]}"
        loaded = load_files({"value-sets/tea.yaml": text, "coughing.yaml": rule_text(facts=facts)})
        assert {p.at.file.rsplit("/", 1)[-1] for p in loaded.problems} == {"tea.yaml"}


@pytest.mark.parametrize("text", ["x: [", "- a\n", "has_tea: {find: entry, codes: te}\n"])
def test_a_faulty_shared_fact_is_reported_where_it_is_and_not_in_every_rule(text: str) -> None:
    when = "{all: [has_cough, {not: has_tea}]}"
    loaded = load_files({"shared/facts.yaml": text, "coughing.yaml": rule_text(when=when)})
    (problem,) = loaded.problems
    assert problem.at.file.endswith("shared/facts.yaml")


def test_a_faulty_shared_exclusion_is_reported_where_it_is_and_not_in_every_rule() -> None:
    loaded = load_files(
        {
            "shared/exclusions.yaml": "had-tea: {if: had_te, because: x}\n",
            "coughing.yaml": rule_text(exclude="\n- shared: palliative\n- shared: had-tea"),
        }
    )
    (problem,) = loaded.problems
    assert problem.at.file.endswith("shared/exclusions.yaml")


def test_a_list_whose_only_code_is_damaged_is_reported_once_and_breaks_nothing() -> None:
    text = "id: tea\ntitle: x\nsource: x\nreviewed: 2026-11-21\n"
    text += 'codes: [{code: "13645006", words: Tea}]\n'
    loaded = load_files(
        {
            "value-sets/tea.yaml": text,
            "shared/services.yaml": "tea-group: {name: x, codes: tea}\n",
            "coughing.yaml": rule_text(
                facts="\nhas_cough: {find: condition, codes: tea}",
                people="\nsam: {about: x, record: [{condition: tea}], booking: {codes: tea}}",
                tests="\n- {name: a, person: sam, without: [condition tea], expect: prompt}",
                quiet="{topic: coughing, declined_codes: tea}",
            ),
        }
    )
    (problem,) = loaded.stops
    assert problem.code == "E21"


def test_dashes_inside_a_text_are_text() -> None:
    detail = "|\n    Tea helps\n    \u2013 so they say.\n    -ish, at least."
    card = f"\nsummary: x\nquestion: What helps?\nsource: x\ndetail: {detail}"
    assert load_text(rule_text(card=card)).problems == []


def test_a_faulty_service_is_reported_where_it_is_and_not_in_every_rule() -> None:
    loaded = load_files(
        {
            "shared/services.yaml": "tea-group: {name: x, codes: tee-group}\n",
            "coughing.yaml": rule_text(),
        }
    )
    (problem,) = loaded.problems
    assert problem.at.file.endswith("shared/services.yaml")


def test_a_faulty_fact_of_one_rule_does_not_hide_the_same_slip_in_another() -> None:
    loaded = load_files(
        {
            "a.yaml": rule_text(id="a", facts="\nhas_cough: {find: condition, codes: cogh}"),
            "b.yaml": rule_text(id="b", facts=None),
        }
    )
    assert [(p.at.file[-6:], p.code) for p in loaded.problems] == [
        ("a.yaml", "E12"),
        ("b.yaml", "E11"),
    ]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("coughing.yml", '"coughing.yml" is not read: the names of rule files end in .yaml.'),
        ("COUGHING.YAML", '"COUGHING.YAML" is not read: the names of rule files end in .yaml.'),
        ("value-sets/tea.yml", '"tea.yml" is not read: the names of rule files end in .yaml.'),
        ("shared/fact.yaml", '"fact.yaml" is not a shared file I know.'),
        ("shared/facts.yml", '"facts.yml" is not a shared file I know.'),
    ],
)
def test_a_file_that_would_not_be_read_is_reported(name: str, says: str) -> None:
    (problem,) = load_files({name: "x"}).problems
    assert problem.says == says


def test_two_rules_of_one_name_are_reported() -> None:
    loaded = load_files({"coughing.yaml": rule_text(), "more/coughing.yaml": rule_text()})
    (problem,) = loaded.problems
    assert (problem.code, problem.says) == ("E15", 'Another file has a rule called "coughing".')


def test_a_rule_and_its_file_have_one_name() -> None:
    (problem,) = load_files({"wheezing.yaml": rule_text()}).problems
    assert problem.says == 'The rule is called "coughing" and its file "wheezing".'


def test_a_file_that_is_not_there_is_a_problem_and_not_a_crash() -> None:
    (problem,) = load_library(Path("nowhere/coughing.yaml")).problems
    assert (problem.code, problem.says) == ("E14", "There is no such file or folder.")


def test_a_library_with_something_to_fix_cannot_be_used() -> None:
    loaded = load_text("x")
    with pytest.raises(NotLoadable) as caught:
        loaded.usable()
    assert caught.value.problems == tuple(loaded.stops)
    assert str(caught.value) == "1 things to fix in the rule files."


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
