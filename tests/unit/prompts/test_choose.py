"""At most one card: ranked, merged, three offers and the two that are always there."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from prompts.choose import WAITS
from prompts.prompt import Prompt
from rules.record import Entry, Kind, Reply, Said
from rules.rule import Rule
from tests.builders import TODAY, a_record, a_rule, card, entry, said

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
WHEEZE = entry(Kind.CONDITION, "wheeze", date="2021-03-01")


def a_card(question: str) -> str:
    return f"\nsummary: About {question}\nquestion: What about {question}?\nsource: The test suite"


def tea(name: str, *, offers: str | None = None, codes: str = "cough", quiet: str = "") -> Rule:
    """A rule with this name and topic, which offers the tea group unless told otherwise."""
    return a_rule(
        id=name,
        card=a_card(name),
        facts=f"\nhas_it: {{find: condition, codes: {codes}}}",
        when="has_it",
        exclude=None,
        offers=offers or "\n- refer: {label: Refer, service: tea-group}",
        quiet=f"{{topic: {name}{quiet}}}",
        people=None,
        tests=None,
    )


def tag(code: str) -> str:
    return f"\n- tag: {{label: Tag {code}, code: {code}, words: Ask about {code}}}"


def the_card(*rules: Rule, before: tuple[Said, ...] = (), lines: tuple[Entry, ...] = ()) -> Prompt:
    prompt = card(rules, a_record(COUGH, *lines), *before).prompt
    assert prompt is not None
    return prompt


def names(prompt: Prompt) -> list[str]:
    return [rule.id for rule in prompt.rules]


def labels(prompt: Prompt) -> list[str]:
    return [proposal.label for proposal in prompt.proposals]


def test_nothing_true_is_no_card() -> None:
    assert card(a_rule(), a_record()).prompt is None
    assert card((), a_record(COUGH)).prompt is None


def test_several_rules_make_one_card_opened_by_the_question_of_the_first() -> None:
    prompt = the_card(tea("apple"), tea("berry"), tea("cherry"))
    assert prompt.summary == "About apple"
    assert prompt.detail == (
        "**What about apple?**\n\nAlso: What about berry?\n\nAlso: What about cherry?"
    )
    assert names(prompt) == ["apple", "berry", "cherry"]


def test_the_order_of_the_rules_never_matters() -> None:
    rules = [tea("apple", offers=tag("a")), tea("berry", offers=tag("b")), tea("cherry")]
    cards = [the_card(*order) for order in permutations(rules)]
    assert all(one == cards[0] for one in cards)


@pytest.mark.parametrize(
    ("before", "order"),
    [
        pytest.param((), ["apple", "berry"], id="never asked: by name"),
        pytest.param(
            (said(Reply.SHOWN, "4 months ago", topic="apple"),),
            ["berry", "apple"],
            id="never asked goes first",
        ),
        pytest.param(
            (
                said(Reply.SHOWN, "4 months ago", topic="apple"),
                said(Reply.SHOWN, "5 months ago", topic="berry"),
            ),
            ["berry", "apple"],
            id="longest since last asked goes first",
        ),
        pytest.param(
            (
                said(Reply.SHOWN, "4 months ago", topic="apple"),
                said(Reply.SHOWN, "7 months ago", topic="apple"),
                said(Reply.SHOWN, "5 months ago", topic="berry"),
            ),
            ["berry", "apple"],
            id="the last time counts, not the first",
        ),
    ],
)
def test_longest_since_last_asked_goes_first(before: tuple[Said, ...], order: list[str]) -> None:
    assert names(the_card(tea("apple"), tea("berry"), before=before)) == order


def test_an_answer_in_the_record_counts_as_the_last_time_too() -> None:
    no = entry(Kind.PROCEDURE, "apple", date="13 months ago", status="not-done")
    assert names(the_card(tea("apple"), tea("berry"), lines=(no,))) == ["berry", "apple"]


def test_only_conditions_that_count_are_given_as_reasons() -> None:
    rule = a_rule(
        facts="\na: {find: condition, codes: cough}\nb: {find: condition, codes: wheeze}",
        when="{any: [a, b]}",
        people=None,
        tests=None,
    )
    doubtful = WHEEZE._replace(sure=False)
    (refer, *_) = the_card(rule, lines=(doubtful,)).proposals
    assert [reason.reference for reason in refer.reasons] == [COUGH.reference]


def test_what_is_held_back_is_said_and_leaves_room_for_the_others() -> None:
    no = said(Reply.DECLINED, "1 month ago", topic="apple")
    choice = card((tea("apple"), tea("berry")), a_record(COUGH), no)
    assert choice.prompt is not None
    assert names(choice.prompt) == ["berry"]
    assert [held.rule.id for held in choice.held] == ["apple"]


def test_at_most_three_offers_and_the_two_that_are_always_there() -> None:
    rules = [tea(f"rule-{number}", offers=tag(f"t{number}")) for number in range(5)]
    prompt = the_card(*rules)
    assert labels(prompt) == [
        "Tag t0", "Tag t1", "Tag t2", "Not now (to all of this)", "No, thank you (to all of this)"
    ]  # fmt: skip
    assert prompt.detail.endswith("2 more can wait.")
    assert [(rule.id, offer.label.plain) for rule, offer in prompt.waiting] == [
        ("rule-3", "Tag t3"), ("rule-4", "Tag t4")
    ]  # fmt: skip


def test_what_can_wait_is_told_in_the_trace_of_each_rule_that_offers_it_and_names_nobody() -> None:
    for_her = "\n- tag: {label: Tea & cake for <first_name>, code: z, words: z}"
    rules = [tea(f"rule-{number}", offers=tag(f"t{number}")) for number in range(3)]
    rules += [tea("rule-3", offers=for_her), tea("rule-4", offers=for_her)]
    choice = card(rules, a_record(COUGH))
    assert choice.prompt is not None
    waits = {
        way.rule.id: [step.says for step in way.steps if step.name == WAITS] for way in choice.ways
    }
    says = "With three offers on its card already, this one can wait: Tea & cake for this person."
    assert waits == {"rule-0": [], "rule-1": [], "rule-2": [], "rule-3": [says], "rule-4": [says]}
    assert choice.prompt.detail.endswith("1 more can wait.")


def test_three_offers_are_not_too_many() -> None:
    rules = [tea(f"rule-{number}", offers=tag(f"t{number}")) for number in range(3)]
    assert "can wait" not in the_card(*rules).detail


def test_one_rule_alone_says_not_now_simply() -> None:
    assert labels(the_card(tea("apple"))) == ["Refer", "Not now", "No, thank you"]


def test_two_rules_that_offer_the_same_thing_make_one_suggestion_that_answers_both() -> None:
    berry = tea("berry", codes="wheeze")
    prompt = the_card(tea("apple"), berry, lines=(WHEEZE,))
    assert labels(prompt)[:-2] == ["Refer"]
    (refer, *_) = prompt.proposals
    assert [rule.id for rule in refer.rules] == ["apple", "berry"]
    assert [reason.reference for reason in refer.reasons] == [COUGH.reference, WHEEZE.reference]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("\n- tag: {label: B, code: other, words: B}", id="another code"),
        pytest.param("\n- record_offer: {label: B, codes: tea-group}", id="another kind"),
    ],
)
def test_what_only_looks_alike_stays_two_suggestions(other: str) -> None:
    apple = tea("apple", offers="\n- tag: {label: A, code: one, words: A}")
    assert len(the_card(apple, tea("berry", offers=other)).proposals) == 4


MESSAGE = "message: {{label: Draft a text, template: {}, needs: may_we}}"
FORM = "questionnaire: {{label: Ask together, form: {}}}"
TASK = "task: {{label: Ask for a call, for: {}, due: 3 days}}"
GOAL = "goal: {{label: Write down the goal, text: {}}}"


@pytest.mark.parametrize(
    ("offer", "one", "other"),
    [
        pytest.param(MESSAGE, "diabetes-course-choices", "out-of-hours-number", id="messages"),
        pytest.param(FORM, "pam-13", "cat", id="questionnaires"),
        pytest.param(TASK, "nurse", "care-coordinator", id="tasks"),
        pytest.param(GOAL, "To walk to the shop", "To sleep through", id="goals"),
    ],
)
def test_only_the_same_message_form_task_or_goal_is_one_suggestion(
    offer: str, one: str, other: str
) -> None:
    def rule(name: str, what: str) -> Rule:
        facts = """
            has_it: {find: condition, codes: cough}
            may_we: {find: condition, codes: cough}
        """
        return a_rule(
            id=name,
            card=a_card(name),
            facts=facts,
            when="has_it",
            exclude=None,
            offers=f"\n- {offer.format(what)}",
            quiet=f"{{topic: {name}}}",
            people=None,
            tests=None,
        )

    assert len(the_card(rule("apple", one), rule("berry", one)).proposals) == 3
    assert len(the_card(rule("apple", one), rule("berry", other)).proposals) == 4


def test_twins_do_not_push_a_third_offer_off_the_card() -> None:
    rules = [tea("apple", offers=tag("same")), tea("berry", offers=tag("same"))]
    rules += [tea("cherry", offers=tag("c")), tea("damson", offers=tag("d"))]
    assert labels(the_card(*rules))[:-2] == ["Tag same", "Tag c", "Tag d"]


def test_not_now_and_no_answer_everything_on_the_card() -> None:
    prompt = the_card(tea("apple", offers="[]"), tea("berry", offers="[]"))
    for proposal in prompt.proposals:
        assert [rule.id for rule in proposal.rules] == ["apple", "berry"]


def test_not_now_and_no_say_when_we_would_ask_again_and_the_quietest_rule_decides() -> None:
    quieter = tea("berry", quiet=", after_not_now: 6 months, after_declined: 3 years")
    not_now, no = the_card(tea("apple"), quieter).proposals[-2:]
    assert (not_now.counts_as, not_now.ask_again) == (Reply.NOT_NOW, date(2027, 5, 21))
    assert (no.counts_as, no.ask_again) == (Reply.DECLINED, date(2029, 11, 21))


def test_an_offer_carries_the_conditions_that_it_is_about() -> None:
    (refer, *_) = the_card(tea("apple")).proposals
    assert [reason.reference for reason in refer.reasons] == [COUGH.reference]


def test_the_booking_goes_with_the_offer() -> None:
    visit = entry(Kind.APPOINTMENT, "visit", date="in 6 days")
    prompt = card(tea("apple"), a_record(COUGH, booking=[visit])).prompt
    assert prompt is not None
    assert prompt.proposals[0].visit is visit


def test_choosing_twice_is_the_same_card() -> None:
    rules = (tea("apple"), tea("berry"))
    assert the_card(*rules) == the_card(*rules)


def test_a_rule_that_was_renamed_keeps_its_place_in_the_row() -> None:
    asked = said(Reply.SHOWN, "4 months ago", topic="former")
    renamed = tea("apple", quiet=", also_known_as: former")
    assert names(the_card(renamed, tea("berry"), before=(asked,))) == ["berry", "apple"]


def test_the_day_is_the_one_that_is_passed_in() -> None:
    rule = tea("apple")
    tomorrow = TODAY.replace(day=22)
    not_now = card(rule, a_record(COUGH), today=tomorrow).prompt
    assert not_now is not None
    assert not_now.proposals[-1].ask_again == date(2027, 11, 22)
    assert replace(rule, id="other").quiet is rule.quiet
