"""What a story comes to: rows with words, known gaps, and the part that decided."""

import pytest

from prompts.stories import Told, tell
from tests.builders import load_text, rule_text
from tests.spec.table import refusals, stops

PEOPLE = """
sam:
  about: has a cough
  age: 60
  record:
    - condition: cough
      date: 2020-03-01
"""


def test_a_row_may_say_which_words_the_summary_has() -> None:
    story = "\n- name: a\n  person: sam\n  vary: age\n  rows:\n"
    rows = '    59: prompt with "ordinary days"\n    60: prompt with "tea"\n    61: prompt\n'
    loaded = load_text(rule_text(people=PEOPLE, tests=story + rows))
    (rule,) = loaded.usable().rules
    assert [tell(rule, each).wrong for each in loaded.stories[rule.id]] == [
        "",
        'the summary does not have "tea" in it: What would help on ordinary days?',
        "",
    ]


@pytest.mark.parametrize(
    ("expect", "says"),
    [
        pytest.param(
            'no prompt with "tea"',
            'Only a prompt has a summary, so "no prompt" cannot come with words.',
            id="no card",
        ),
        pytest.param(
            "prompt with tea",
            "The words that the summary is to have stand in double quotes.",
            id="no quotes",
        ),
        pytest.param(
            'prompt with "tea" and "cake"',
            "The words that the summary is to have stand in double quotes.",
            id="two texts",
        ),
        pytest.param(
            'prompt with ""',
            "The words that the summary is to have stand in double quotes.",
            id="no words",
        ),
        pytest.param(
            "prompt with",
            "The words that the summary is to have stand in double quotes.",
            id="nothing",
        ),
        pytest.param(
            'promt with "tea"', '"promt" is not something to expect.', id="misspelt expectation"
        ),
        pytest.param(
            'prompt wiht "tea"',
            '"prompt wiht "tea"" is not something to expect.',
            id="misspelt with",
        ),
    ],
)
def test_a_row_with_words_that_cannot_be_is_refused(expect: str, says: str) -> None:
    story = f"\n- name: a\n  person: sam\n  vary: age\n  rows:\n    60: {expect}\n"
    assert refusals(people=PEOPLE, tests=story) == [says]


def test_words_are_said_once_for_all_rows_or_in_each() -> None:
    story = "\n- name: a\n  person: sam\n  summary_has: tea\n  vary: age\n"
    assert refusals(people=PEOPLE, tests=story + '  rows:\n    60: prompt with "tea"\n') == [
        'This row says what the summary has, so "summary_has:" is one too many.'
    ]


def test_words_beside_expect_have_a_heading_of_their_own() -> None:
    story = '\n- name: a\n  person: sam\n  expect: prompt with "tea"\n'
    (problem,) = stops(people=PEOPLE, tests=story)
    assert problem.hint == 'Write "expect: prompt", and the words under "summary_has:".'


def run(story: str, **headings: str | None) -> Told:
    """One story, run."""
    loaded = load_text(rule_text(people=PEOPLE, tests="\n- " + story, **headings))
    (rule,) = loaded.usable().rules
    return tell(rule, loaded.stories[rule.id][0])


def test_a_known_gap_is_no_failure_while_it_is_there() -> None:
    gap = run("{name: a, person: sam, expect: excluded, known_gap: yes}")
    assert gap.right
    assert gap.gap == 'expected "excluded", got "prompt"'


def test_a_known_gap_that_is_closed_is_a_failure_until_the_story_says_so() -> None:
    closed = run("{name: a, person: sam, expect: prompt, known_gap: yes}")
    assert (closed.right, closed.gap) == (False, "")
    assert closed.wrong == "this gap is closed: take known_gap out"


def test_a_story_is_no_known_gap_unless_it_says_so() -> None:
    assert not run("{name: a, person: sam, expect: excluded, known_gap: no}").right


TEA = "\nhas_cough: {find: condition, codes: cough}\nhad_tea: {find: procedure, codes: tea-group}"
SAID = "{outcome: declined, topic: %s, date: 2026-06-10}"


@pytest.mark.parametrize(
    ("story", "trace"),
    [
        pytest.param(
            "{name: a, person: sam, without: [condition cough], expect: prompt}",
            ["no   has cough: none recorded"],
            id="the parts that are not so",
        ),
        pytest.param(
            "{name: a, person: sam, unavailable: [condition], expect: prompt}",
            ["?    has cough: this story says that it could not be read"],
            id="the parts that are not known",
        ),
        pytest.param(
            "{name: a, person: sam, plus: [{entry: palliative-care, date: today}], expect: prompt}",
            ["yes  This person is receiving palliative care: procedure, story 21 November 2026,"
             " completed, Palliative care"],
            id="the exclusion that applies",
        ),
        pytest.param(
            "{name: a, person: sam, unavailable: [entry], expect: prompt, change: {}}",
            ["?    has cough: this story says that it could not be read"],
            id="only what decides",
        ),
        pytest.param(
            "{name: a, person: sam, expect: excluded}",
            ["no   This person is receiving palliative care: none recorded"],
            id="no exclusion applies",
        ),
        pytest.param(
            "{name: a, person: sam, expect: no prompt}",
            ["yes  has cough: condition, story 1 March 2020, active, cough"],
            id="everything is so",
        ),
        pytest.param(
            "{name: a, person: sam, expect: prompt, plus: [" + SAID % "coughing" + "]}",
            ['Quiet until 10 June 2027: the person said "no, thank you" on 10 June 2026.'],
            id="somebody is left alone",
        ),
        pytest.param(
            "{name: a, person: sam, expect: quiet}", ["nothing was said before"], id="no answer"
        ),
        pytest.param(
            "{name: a, person: sam, expect: quiet, plus: [{outcome: not_now, topic: coughing,"
            " date: 2026-06-10}]}",
            ["not now on 10 June 2026: over on 10 September 2026"],
            id="an answer that is over",
        ),
        pytest.param(
            "{name: a, person: sam, expect: quiet, plus: [" + SAID % "barking" + "]}",
            [
                "declined on 10 June 2026, to barking",
                "but this rule's topic is coughing",
                "If the topic was renamed, add under quiet:  also_known_as: [barking]",
            ],
            id="an answer under another name",
        ),
    ],
)  # fmt: skip
def test_a_story_that_comes_out_otherwise_shows_the_part_that_decided(
    story: str, trace: list[str]
) -> None:
    assert list(run(story, facts=TEA).trace) == trace


def test_names_that_a_topic_had_before_stay_in_the_hint() -> None:
    told = run(
        "{name: a, person: sam, expect: quiet, plus: [" + SAID % "barking" + "]}",
        quiet="{topic: coughing, also_known_as: [hacking]}",
    )
    assert told.trace[-1].endswith("also_known_as: [hacking, barking]")
    assert told.heading == "quiet"


def test_a_story_that_comes_right_has_nothing_to_show() -> None:
    assert run("{name: a, person: sam, expect: prompt}").trace == ()
