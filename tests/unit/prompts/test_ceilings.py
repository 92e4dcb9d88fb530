"""How much is said at once, and in a while: ceilings, order, one card or several."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from prompts.ceilings import ABOVE_IT, FEW_ENOUGH
from prompts.choose import alike, choose
from prompts.history import History, Shown
from rules.care import PilotGroup
from rules.days import Duration
from rules.engine import evaluate
from rules.record import Kind, Reply
from rules.rule import Status
from tests.builders import TODAY, a_record, entry, said
from tests.unit.prompts.asking import COUGH, OURS, TEA, chosen, held, net, on_cards, rule, tag


def shown(*cards: tuple[int, str]) -> History:
    return History(
        shown=tuple(
            Shown(TODAY - timedelta(days=ago), tuple(rules.split()), tuple(rules.split()))
            for ago, rules in cards
        )
    )


@pytest.mark.parametrize(
    ("cards", "until"),
    [
        pytest.param(((3, "x"),), None, id="one card"),
        pytest.param(((3, "x"), (20, "y")), "2026-12-01", id="two cards"),
        pytest.param(((3, "x"), (18, "x")), None, id="one card twice"),
        pytest.param(((3, "x"), (30, "y")), None, id="one of two is thirty days ago"),
        pytest.param(((3, "x y"), (29, "y")), "2026-11-22", id="two cards that share a rule"),
        pytest.param(
            ((3, "x"), (10, "y"), (20, "z")), "2026-12-11", id="safety nets made it three"
        ),
    ],
)
def test_nobody_is_asked_two_different_things_and_then_a_third_within_thirty_days(
    cards: tuple[tuple[int, str], ...], until: str | None
) -> None:
    choice = chosen(rule(), net(), history=shown(*cards))
    if until is None:
        assert on_cards(choice) == [["net", "apple"]]
        return
    (one,) = choice.held
    assert (one.step, one.until) == ("person", date.fromisoformat(until))
    assert on_cards(choice) == [["net"]]  # a safety net goes on
    later = chosen(rule(), history=shown(*cards), today=date.fromisoformat(until))
    assert on_cards(later) == [["apple"]]


def test_after_eight_cards_in_a_session_only_safety_nets_speak() -> None:
    assert on_cards(chosen(rule(), history=History(this_session=7))) == [["apple"]]
    choice = chosen(rule(), net(), history=History(this_session=8))
    assert held(choice) == [("apple", "session")]
    assert choice.held[0].says == "Waits: 8 cards were shown here in the last 4 hours."
    assert on_cards(choice) == [["net"]]


@pytest.mark.parametrize("ago", [(), (3, 10)], ids=["room for a card", "two cards lately"])
def test_what_is_kept_of_a_card_is_the_same_however_much_was_shown_in_the_session(
    ago: tuple[int, ...],
) -> None:
    before = shown(*((days, f"card-{days}") for days in ago))
    ways = [
        alike(chosen(rule(), net(), history=replace(before, this_session=number)), TODAY)
        for number in (0, 1, 7, 8, 20)
    ]
    of_the_net = [[w.steps[:-1] for w in each if w.rule.id == "net"] for each in ways]
    assert all(each == of_the_net[0] for each in of_the_net)
    assert all(ways[0] == each for each in ways[:3])
    assert "session" not in {w.steps[-1].name for each in ways for w in each}
    assert not any(char in FEW_ENOUGH + ABOVE_IT for char in "0123456789")


@pytest.mark.parametrize("ago", [(), (3, 10)], ids=["room for a card", "two cards lately"])
def test_what_is_kept_does_not_say_whether_one_of_those_who_try_another_rule_looked(
    ago: tuple[int, ...],
) -> None:
    tried = rule("aardvark", purpose="information", offers="\n- tag: {label: A, code: a, words: A}")
    care = replace(tried.care, pilot=PilotGroup(clinicians=("Practitioner/1",)))
    tried = replace(tried, status=Status.PILOT, care=care)
    history = shown(*((days, f"card-{days}") for days in ago))
    rules = (tried, rule(), net())
    outcomes = evaluate(rules, a_record(COUGH), (), TODAY)
    kept = {
        user: {
            way.rule.id: [step for step in way.steps if step.name != "card"]
            for way in alike(choose(outcomes, history, TODAY, OURS, user), TODAY)
        }
        for user in ("Practitioner/1", "Practitioner/2")
    }
    on_a_card = kept["Practitioner/1"].pop("aardvark", None)
    assert (on_a_card is None) is bool(ago)  # where it is on the card, the card says so itself
    assert kept["Practitioner/1"] == kept["Practitioner/2"]


# ---- ranking, one card or several ---


def test_safety_nets_first_then_the_persons_own_goal_then_what_is_surest_to_help() -> None:
    goal = "\nwants_tea: {find: goal, codes: tea-group}\nhas_cough: {find: condition, codes: cough}"
    rules = (
        rule("apple", offers=tag("a")),
        rule("berry", offers=tag("b"), evidence=evidence("moderate")),
        rule("date", offers=tag("d"), evidence=evidence("experience", "strong")),
        rule("elder", offers=tag("e"), evidence=evidence("consensus", ""), purpose="information"),
        rule("cherry", offers=tag("c"), facts=goal, when="{any: [has_cough, wants_tea]}"),
        net("zero"),
    )
    wanted = entry(Kind.GOAL, "tea-group", date="1 year ago")
    none = ["zero", "date", "berry", "apple", "cherry", "elder"]
    assert on_cards(chosen(*rules)) == [none]
    with_it = ["zero", "cherry", "date", "berry", "apple", "elder"]
    assert on_cards(chosen(*rules, lines=(wanted,))) == [with_it]


def evidence(*strengths: str) -> str:
    """Evidence of each of these strengths; "": not said."""
    said = (f"strength: {one}, " if one else "" for one in strengths)
    return f"[{', '.join(f'{{{one}claim: x, source: y}}' for one in said)}]"


def test_each_part_of_its_place_is_in_one_sentence_of_the_trace() -> None:
    goal = "\nwants_tea: {find: goal, codes: tea-group}\nhas_cough: {find: condition, codes: cough}"
    wants = rule(
        "berry", facts=goal, when="{any: [has_cough, wants_tea]}", evidence=evidence("moderate"),
        quiet="{topic: berry, also_known_as: [old]}",
    )  # fmt: skip
    shown = tuple(
        Shown(TODAY - timedelta(days=ago), ("berry",), topics)
        for ago, topics in (
            (365, ("berry",)), (364, ("berry",)), (200, ("old",)), (200, ("berry",)), (100, ("x",)),
        )
    )  # fmt: skip
    choice = chosen(
        rule("apple"),
        wants,
        net("zero"),
        lines=(entry(Kind.GOAL, "tea-group", date="1 year ago"),),
        history=History(shown=shown),
    )
    says = {
        way.rule.id: step.says for way in choice.ways for step in way.steps if step.name == "rank"
    }
    assert says == {
        "zero": "Number 1 of 3: safety net, no goal of the person's own, no strong or moderate"
        " evidence, never asked before, on no card in 12 months.",
        "berry": "Number 2 of 3: offer, meets a goal of the person's own, moderate evidence, last"
        " asked on 5 May 2026, on cards 2 times in 12 months.",
        "apple": "Number 3 of 3: offer, no goal of the person's own, no strong or moderate"
        " evidence, never asked before, on no card in 12 months.",
    }


def test_of_two_that_were_asked_on_one_day_that_with_fewer_cards_goes_first() -> None:
    day = TODAY - timedelta(days=100)
    both = Shown(day, ("apple", "berry"), ("apple", "berry"))
    before = Shown(TODAY - timedelta(days=300), ("apple",), ("apple",))
    rules = (rule("apple", offers=tag("a")), rule("berry", offers=tag("b")))
    assert on_cards(chosen(*rules, history=History(shown=(both,)))) == [["apple", "berry"]]
    assert on_cards(chosen(*rules, history=History(shown=(both, before)))) == [["berry", "apple"]]
    long_ago = replace(before, on=TODAY - timedelta(days=400))
    known = History(shown=(both, long_ago))
    assert on_cards(chosen(*rules, history=known)) == [["apple", "berry"]]


@pytest.mark.parametrize(
    ("most", "cards"),
    [
        (1, [["apple", "berry", "cherry", "damson"]]),
        (2, [["apple", "cherry"], ["berry", "damson"]]),
        (3, [["apple", "cherry"], ["berry"], ["damson"]]),
    ],
)
def test_a_practice_may_have_two_or_three_cards_and_the_same_offer_is_on_one(
    most: int, cards: list[list[str]]
) -> None:
    rules = (
        rule("apple"),
        rule("berry", offers=tag("b")),
        rule("cherry"),
        rule("damson", offers=tag("d")),
    )
    practice = replace(OURS, most_cards_at_once=most)
    # Three different cards at once would be more than two in thirty days.
    expected = cards if most < 3 else [["apple", "cherry"], ["berry", "damson"]]
    assert on_cards(chosen(*rules, practice=practice)) == expected
    nets = tuple(replace(one, purpose=net().purpose) for one in rules)
    assert on_cards(chosen(*nets, practice=practice, history=shown((1, "x"), (2, "y")))) == cards


def test_with_room_for_one_card_more_two_cards_are_one() -> None:
    practice = replace(OURS, most_cards_at_once=2)
    rules = (rule("apple", offers=tag("a")), rule("berry", offers=tag("b")))
    assert len(chosen(*rules, practice=practice).prompts) == 2
    assert len(chosen(*rules, practice=practice, history=shown((1, "x"))).prompts) == 1
    assert len(chosen(*rules, practice=practice, history=History(this_session=7)).prompts) == 1


def test_the_strongest_mark_of_any_rule_is_that_of_the_card() -> None:
    plain = rule("apple")
    warning = replace(rule("berry"), card=replace(rule("berry").card, indicator="warning"))
    prompt = chosen(plain, warning).prompt
    assert prompt is not None
    assert prompt.indicator == "warning"


def test_a_button_knows_what_it_answers() -> None:
    prompt = chosen(rule(), rule("berry", offers=tag("blow-test"))).prompt
    assert prompt is not None
    refer, tagged, not_now, no = prompt.proposals
    assert refer.offers == (TEA,)
    assert not_now.offers == no.offers == prompt.offers == (*refer.offers, *tagged.offers)
    assert not any(" " in key for key in prompt.offers)


# ---- a practice that waits longer ---


def test_a_practice_may_wait_longer_than_its_rules_say_and_never_less_long() -> None:
    waits = replace(
        OURS, quiet={Reply.SHOWN: Duration(6, "month"), Reply.NO_TIME: Duration(4, "month")}
    )
    card = Shown(TODAY - timedelta(days=100), ("apple",), ("apple",))
    assert held(chosen(rule(), history=History(shown=(card,)))) == []
    (one,) = chosen(rule(), history=History(shown=(card,)), practice=waits).held
    assert (one.step, one.until) == ("quiet", date(2027, 2, 13))
    busy = History((said(Reply.NO_TIME, "5 months ago", topic="apple"),))
    assert held(chosen(rule(), history=busy)) == []
    assert held(chosen(rule(), history=busy, practice=waits)) == [("apple", "quiet")]
    longer = rule(quiet="{topic: apple, after_no_time: 9 months}")
    busy = History((said(Reply.NO_TIME, "8 months ago", topic="apple"),))
    assert held(chosen(longer, history=busy, practice=waits)) == [("apple", "quiet")]
    net_card = replace(card, on=TODAY - timedelta(days=20), rules=("net",), topics=("net",))
    assert on_cards(chosen(net(), history=History(shown=(net_card,)), practice=waits)) == [["net"]]


def test_where_a_practice_waits_longer_after_silence_an_answer_holds_as_long() -> None:
    """Whoever says "not now" is not asked sooner than whoever says nothing."""
    waits = replace(OURS, quiet={Reply.SHOWN: Duration(6, "month")})
    asked = History((said(Reply.NOT_NOW, "4 months ago", topic="apple"),))
    assert held(chosen(rule(), history=asked)) == []
    assert held(chosen(rule(), history=asked, practice=waits)) == [("apple", "quiet")]
