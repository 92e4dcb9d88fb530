"""What is said about an expression: where, and what to type instead (RULES 2.2 and 7)."""

from textwrap import dedent

import pytest

from rules.problems import Place
from tests.builders import load_text, rule_text
from tests.cel_builders import built

FACTS = """
has_cough: {find: condition, codes: cough}
coughs: {find: condition, codes: cough, give: count}
last_seen: {find: observation, codes: blow-test, give: latest date}
"""
EASIER = "(or use conditions in words, which are easier to read: all, any, not)"


@pytest.mark.parametrize(
    ("when", "code", "says", "hint"),
    [
        pytest.param(
            "{cel: §age > 18 and coughs = 2, means: x}",
            "E32",
            'cel spells "and" as && and "equal" as ==.',
            f"Type: age > 18 && coughs == 2 {EASIER}",
            id="16. everyday words",
        ),
        pytest.param(
            '\ncel: today - last_seen > §duration("12m")\nmeans: x',
            "E34",
            'In cel, "12m" means 12 minutes.',
            "Use a condition in words instead: last_seen: {older_than: 12 months}",
            id="15. months",
        ),
        pytest.param(
            "\ncel: >-\n  has_cough &&\n  §agee > 18\nmeans: x",
            "E33",
            'Nothing in this file is called "agee".',
            "Did you mean age?",
            id="a misspelt name, folded",
        ),
        pytest.param(
            "\ncel: |\n\n  has_cough\n    && §agee > 18\nmeans: x",
            "E33",
            'Nothing in this file is called "agee".',
            "Did you mean age?",
            id="a misspelt name, line by line",
        ),
        pytest.param(
            "\ncel: has_cough &&\n  §agee > 18\nmeans: x",
            "E33",
            'Nothing in this file is called "agee".',
            "Did you mean age?",
            id="a misspelt name, on the next line",
        ),
        pytest.param(
            '\ncel: "!has_cough && \\"a\\" == §agee"\nmeans: café',
            "E33",
            'Nothing in this file is called "agee".',
            "Did you mean age?",
            id="a misspelt name, in double quotes",
        ),
        pytest.param(
            "\nmeans: café “x” é\ncel: '!has_cough && ''a'' == §agee'",
            "E33",
            'Nothing in this file is called "agee".',
            "Did you mean age?",
            id="a misspelt name, in single quotes",
        ),
        pytest.param(
            "{cel: has_cough, §meens: x}",
            "E01",
            '"meens" is not a heading I know in a cel condition.',
            "Did you mean means?",
            id="a misspelt heading",
        ),
        pytest.param(
            "{cel: has_cough && §(coughs > 1, means: x}",
            "E34",
            "A bracket is opened here and not closed.",
            "Close it with ).",
            id="a bracket",
        ),
    ],
)
def test_where_and_what(when: str, code: str, says: str, hint: str) -> None:
    whole = rule_text(facts="\n" + dedent(FACTS), when=when)
    before, mark, after = whole.partition("§")
    assert mark
    if code == "E32":  # the place is that of the word itself
        before += "age > 18 "
    problem = load_text(whole.replace("§", "")).problems[0]
    assert (problem.code, problem.says, problem.hint) == (code, says, hint)
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    assert problem.at == Place(problem.at.file, line, column), f"expected {line}:{column}"
    assert after


@pytest.mark.parametrize(
    ("text", "start", "code", "says"),
    [
        # everyday words
        ("age >= 18 AND has_cough", 10, "E32", 'cel spells "and" as &&.'),
        ("has_cough or not has_wheeze", 10, "E32", 'cel spells "or" as || and "not" as !.'),
        ("age is 18", 4, "E32", 'cel spells "is" as ==.'),
        ("age <> 18", 4, "E32", 'cel spells "not equal" as !=.'),
        ("age ≥ 18 && age ≤ 65", 4, "E32", 'cel spells "at least" as >= and "at most" as <=.'),
        ("age => 18", 4, "E32", 'cel spells "at least" as >=.'),
        ("has_cough & has_wheeze", 10, "E32", 'cel spells "and" as &&.'),
        ("age − 1 > 5", 4, "E32", 'cel spells "minus" as -.'),
        (
            "smoking == “never”",
            11,
            "E32",
            "These are curly quotation marks from a document; cel takes straight ones.",
        ),
        ("5 < age < 10", 8, "E32", "cel compares two things at a time."),
        # names
        ("has_coff", 0, "E33", 'Nothing in this file is called "has_coff".'),
        ("has_cough == yes", 13, "E33", '"yes" is not a word of cel.'),
        (
            "true",
            0,
            "E33",
            "No fact is named here, so the answer would be the same for everybody.",
        ),
        # what can be compared
        (
            "age",
            0,
            "E33",
            '"age" is a number, which is neither yes nor no until it is compared.',
        ),
        (
            "!last_cough",
            1,
            "E33",
            '"last_cough" is a date, which is neither yes nor no until it is compared.',
        ),
        (
            "has_cough && smoking",
            13,
            "E33",
            '"smoking" is a choice, which is neither yes nor no until it is compared.',
        ),
        (
            "has_cough || 'never'",
            13,
            "E33",
            '"never" is a text, which is neither yes nor no until it is compared.',
        ),
        (
            "age + 1",
            0,
            "E33",
            "This is a number, which is neither yes nor no until it is compared.",
        ),
        (
            "last_cough > 5",
            0,
            "E33",
            '"last_cough" is a date and 5 is a number; they cannot be compared.',
        ),
        (
            "5 > last_cough",
            0,
            "E33",
            '5 is a number and "last_cough" is a date; they cannot be compared.',
        ),
        (
            "'x' == age",
            0,
            "E33",
            '"age" is a number and "x" is a text; they cannot be compared.',
        ),
        ("'x' == 'y' && has_cough", 0, "E33", "Two fixed texts are compared here."),
        (
            "has_cough == true",
            0,
            "E33",
            '"has_cough" is a yes or no, which is not compared.',
        ),
        (
            "age == has_cough",
            7,
            "E33",
            '"has_cough" is a yes or no, which is not compared.',
        ),
        ("last_cough > '1 March'", 0, "E33", '"1 March" is not a date.'),
        ("last_cough > '2026-02-30'", 0, "E33", '"2026-02-30" is not a date.'),
        (
            "smoking < 'never'",
            0,
            "E33",
            '"smoking" is a choice, and choices have no order, so < says nothing of them.',
        ),
        ("smoking == 'nevr'", 11, "E33", '"smoking" is never "nevr".'),
        (
            "last_cough - 5 > 3",
            0,
            "E33",
            '"last_cough" is a date, and only numbers can be counted with.',
        ),
        (
            "-has_cough > 3",
            1,
            "E33",
            '"has_cough" is a yes or no, and only numbers can be counted with.',
        ),
        (
            "hba1c > weight",
            0,
            "E33",
            "One is in mmol/mol and the other in kg; they cannot be compared.",
        ),
        (
            "hba1c * weight > 3",
            6,
            "E33",
            "* between mmol/mol and kg gives no unit that I know.",
        ),
        (
            "2 / weight > 3",
            2,
            "E33",
            "/ between no unit and kg gives no unit that I know.",
        ),
        # what rules do without
        ("has(has_cough)", 0, "E34", "Nothing is called here, so has(..) cannot be used."),
        ("smoking.matches('x')", 7, "E34", "A fact has nothing inside it, so no dot follows it."),
        (
            "matches(age, 'x')",
            0,
            "E34",
            "Nothing is called here, so matches(..) cannot be used.",
        ),
        (
            "timestamp('2026-01-01') < last_cough",
            0,
            "E34",
            "Nothing is called here, so timestamp(..) cannot be used.",
        ),
        ("age > size(smoking)", 6, "E34", "Nothing is called here, so size(..) cannot be used."),
        ("duration('1h') < age", 0, "E34", 'In cel, "1h" means 1 hour.'),
        ("duration('365d') < age", 0, "E34", "cel knows no days, weeks, months or years."),
        ("duration('12months') < age", 0, "E34", "cel knows no days, weeks, months or years."),
        ("duration(", 0, "E34", "cel knows no days, weeks, months or years."),
        ("has_cough ? true : false", 10, "E34", "There is no ? and : here."),
        ("age % 2 == 0", 4, "E34", "There is no remainder (%) here."),
        ("age % (2) == 0", 4, "E34", "There is no remainder (%) here."),
        ("age >= 7.5 %", 11, "E34", "There are no units in an expression."),
        ("age >= 7.5 % && age < 9", 11, "E34", "There are no units in an expression."),
        ("age / 0 > 1", 6, "E34", "Nothing can be divided by nothing."),
        ("age / (1 - 1) > 1", 7, "E34", "Nothing can be divided by nothing."),
        ("age / -0.0 > 1", 6, "E34", "Nothing can be divided by nothing."),
        ("age / (0 * age) > 1", 7, "E34", "Nothing can be divided by nothing."),
        (
            "coughs.exists(x, x > 3)",
            6,
            "E34",
            "Facts give no lists, so .exists() has nothing to go through.",
        ),
        ("smoking in ['never']", 8, "E34", "There are no lists here."),
        ("[1, 2]", 0, "E34", "A fact gives one answer, so there are no lists here."),
        ("{'a': 1}", 0, "E34", "A fact gives one answer, so there are no lists here."),
        ("smoking[0] == 'n'", 7, "E34", "A fact gives one answer, so there are no lists here."),
        ("record.palliative", 6, "E34", "A fact has nothing inside it, so no dot follows it."),
        ("age != null", 7, "E34", "Nothing is null here."),
        ("has_cough // really", 10, "E34", "There are no remarks inside an expression."),
        ("smoking == r'never'", 12, "E34", "A text is only its words in quotes."),
        ("smoking == 'ne\\'ver'", 11, "E34", "A quotation mark is opened and not closed."),
        ("smoking == 'never", 11, "E34", "A quotation mark is opened and not closed."),
        ("has_cough; has_wheeze", 9, "E34", "; means nothing in an expression."),
        ("has_cough\x7f", 9, "E34", "Here is an invisible or unusual character."),
        *(
            (
                f"age > {number}",
                6,
                "E34",
                "Numbers are written plainly here, with up to nine digits and six decimals.",
            )
            for number in ("12m", "5u", "0x1F", "1e3", "5.", ".5", "1.2.3", "1234567890")
        ),
        # what does not fit together
        ("has_cough has_wheeze", 10, "E34", "There is nothing between has_cough and has_wheeze."),
        ("has_cough)", 9, "E34", "A bracket is closed that was not opened."),
        ("has_cough &&", 12, "E34", "Something is missing after &&."),
        ("&& has_cough", 0, "E34", "Something is missing before &&."),
        ("()", 1, "E34", "Something is missing after (."),
        # too much
        ("!" * 21 + "has_cough", 20, "E35", "This expression is more than 20 steps deep."),
        ("&&".join(["a"] * 51), 0, "E35", "This expression has more than 100 parts."),
        ("a" * 301, 0, "E35", "This expression has 301 characters; the most is 300."),
    ],
)
def test_each_slip_is_one_message(text: str, start: int, code: str, says: str) -> None:
    (slip,) = built(text).slips
    assert (slip.code, slip.says, slip.start) == (code, says, start)


def test_computed_facts_cannot_stand_on_each_other_without_end() -> None:
    lines = ["", "f0: {find: condition, codes: cough}"]
    lines += [f"f{n}: {{find: cel, cel: f{n - 1}, means: x}}" for n in range(1, 13)]
    problems = load_text(rule_text(facts="\n".join(lines), when="f10")).stops
    assert [(p.code, p.says) for p in problems] == [
        ("E35", "This stands on more than 10 computed facts, one on another.")
    ]


def test_a_slip_in_a_fact_is_not_reported_again_where_an_expression_names_it() -> None:
    facts = """
        has_cough: {find: condition, codes: cogh}
        coughs: {find: cel, cel: has_cough && age > 18, means: x}
    """
    problems = load_text(rule_text(facts=facts, when="coughs")).problems
    assert [p.code for p in problems if p.stops] == ["E12"]
