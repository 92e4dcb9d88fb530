"""From a rule that is true to a card, step by step: what holds, what lets through, what is said."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from prompts.capacity import resting
from prompts.history import History, Shown
from prompts.prompt import Choice, Step
from prompts.restraint import STEPS
from rules.record import NEVER, Entry, Kind, Reply, Said
from rules.rule import Practice, Rule
from tests.builders import TODAY, a_record, entry, load_files, rule_text, said
from tests.unit.prompts.asking import (
    COUGH,
    OURS,
    REFER,
    TEA,
    chosen,
    held,
    net,
    on_cards,
    referring,
    rule,
    steps_of,
    tag,
)

# ---- compassion: before every rule ---

TIMES = {
    "palliative care, however long ago": (
        entry(Kind.CONDITION, "103735009", date="3 years ago"),
        True,
    ),
    "a bereavement 89 days ago": (entry(Kind.CONDITION, "bereavement", date="89 days ago"), True),
    "a bereavement 91 days ago": (entry(Kind.CONDITION, "bereavement", date="91 days ago"), False),
    "a cancer found 90 days ago": (entry(Kind.CONDITION, "363346000", date="90 days ago"), True),
    "a cancer found 91 days ago": (entry(Kind.CONDITION, "363346000", date="91 days ago"), False),
    "an emergency stay 14 days ago": (
        entry(Kind.OBSERVATION, "183452005", date="14 days ago"),
        True,
    ),
    "an emergency stay 15 days ago": (
        entry(Kind.OBSERVATION, "183452005", date="15 days ago"),
        False,
    ),
    "an emergency stay that was written down": (
        entry(Kind.PROCEDURE, "183452005", date="3 days ago"),
        True,
    ),
    "a safeguarding flag": (entry(Kind.TAG, "safeguarding", date="2 years ago"), True),
    "a safeguarding flag that is over": (
        entry(Kind.TAG, "safeguarding", date="2 years ago", status="inactive"),
        False,
    ),
    "asked not to be asked": (entry(Kind.PROCEDURE, "do-not-ask-again", date="4 years ago"), True),
    "nothing of the sort": (COUGH, False),
}


@pytest.mark.parametrize(("line", "quiet"), TIMES.values(), ids=TIMES)
def test_at_some_times_nobody_is_asked_anything_by_any_rule(line: Entry, quiet: bool) -> None:
    choice = chosen(rule(), rule("berry", offers=tag("b")), lines=(line,))
    assert held(choice) == ([("apple", "compassion"), ("berry", "compassion")] if quiet else [])
    assert (choice.prompt is None) is quiet


def test_a_safety_net_goes_on_at_such_a_time_and_says_so() -> None:
    flag = entry(Kind.TAG, "safeguarding", date="2 years ago")
    choice = chosen(rule(), net(), lines=(flag,))
    assert on_cards(choice) == [["net"]]
    says = "A safety net goes on: There is a safeguarding flag on this record."
    assert Step("compassion", True, says) in steps_of(choice, "net")


def test_who_said_since_that_asking_again_is_fine_is_asked_again() -> None:
    no = entry(Kind.PROCEDURE, "do-not-ask-again", date="4 years ago")
    yes = entry(Kind.PROCEDURE, "happy-to-be-asked-again", date="1 year ago")
    before = entry(Kind.PROCEDURE, "happy-to-be-asked-again", date="5 years ago")
    assert held(chosen(rule(), lines=(no, before))) == [("apple", "compassion")]
    assert held(chosen(rule(), lines=(no, yes))) == []


def test_a_list_that_could_not_be_read_holds_and_says_so_but_never_a_safety_net() -> None:
    record = a_record(COUGH, unread=[Kind.TAG])
    choice = chosen(rule(), net(), record=record)
    (one,) = choice.held
    assert (one.rule.id, one.step, one.unread) == ("apple", "compassion", True)
    assert one.says == (
        "Not shown: the list of tag entries could not be read, and palliative care may stand there."
    )
    assert on_cards(choice) == [["net"]]


def test_a_time_that_is_not_clear_holds_too() -> None:
    undated = entry(Kind.CONDITION, "bereavement")
    (one,) = chosen(rule(), lines=(undated,)).held
    assert one.says == (
        "Not shown: the record does not say clearly enough whether there is bereavement."
    )


# ---- memory, consent ---


def test_without_a_memory_nobody_speaks_since_anything_may_have_been_said() -> None:
    choice = chosen(rule(), rule("berry"), net(), history=History(remembered=False))
    assert on_cards(choice) == []
    assert held(choice) == [("apple", "memory"), ("berry", "memory"), ("net", "memory")]


def never(on: str, topic: str = "apple") -> Said:
    return said(Reply.DECLINED, on, topic=topic, ask_again=NEVER)


def test_dont_ask_again_holds_until_the_person_says_otherwise() -> None:
    for years in (1, 10, 100):
        choice = chosen(
            rule(), history=History((never("1 day ago"),)), today=date(2026 + years, 1, 1)
        )
        (one,) = choice.held
        assert (one.step, one.until, one.reply) == ("consent", None, Reply.DECLINED)
        assert one.says == (
            'Quiet until the person says otherwise: they said "don\'t ask again"'
            " on 20 November 2026."
        )
    chosen_since = said(Reply.NOT_NOW, "1 month ago", topic="apple", ask_again=TODAY)
    assert held(chosen(rule(), history=History((never("2 months ago"), chosen_since)))) == []
    chosen_before = said(Reply.NOT_NOW, "3 months ago", topic="apple", ask_again=TODAY)
    history = History((never("2 months ago"), chosen_before))
    assert held(chosen(rule(), history=history)) == [("apple", "consent")]


# ---- offers: under way, answered elsewhere, full ---

UNDER_WAY = {
    "an active referral": (REFER, entry(Kind.REFERRAL, "tea-group", date="2 months ago"), True),
    "a referral that is over a year old": (
        REFER,
        entry(Kind.REFERRAL, "tea-group", date="13 months ago"),
        False,
    ),
    "a referral that was taken back": (
        REFER,
        entry(Kind.REFERRAL, "tea-group", date="2 months ago", status="revoked"),
        False,
    ),
    "a visit that is booked": (REFER, entry(Kind.APPOINTMENT, "tea-group", date="in 6 days"), True),
    "a visit that has been": (
        REFER,
        entry(Kind.APPOINTMENT, "tea-group", date="6 days ago"),
        False,
    ),
    "a tag that is there": (tag("blow-test"), entry(Kind.TAG, "blow-test", date="today"), True),
    "a tag that has ended": (
        tag("blow-test"),
        entry(Kind.TAG, "blow-test", date="2 months ago", ends="1 day ago"),
        False,
    ),
}


@pytest.mark.parametrize(("offers", "line", "quiet"), UNDER_WAY.values(), ids=UNDER_WAY)
def test_what_is_under_way_is_not_offered(offers: str, line: Entry, quiet: bool) -> None:
    choice = chosen(rule(offers=offers), lines=(line,))
    assert held(choice) == ([("apple", "done")] if quiet else [])


def test_what_is_under_way_is_left_off_and_the_rest_is_offered() -> None:
    line = entry(Kind.REFERRAL, "tea-group", date="2 months ago")
    choice = chosen(rule(offers=REFER + tag("t")), lines=(line,))
    assert choice.prompt is not None
    assert [one.label for one in choice.prompt.proposals][:-2] == ["Tag t"]


@pytest.mark.parametrize(
    ("offers", "kind"),
    [
        pytest.param(REFER, Kind.REFERRAL, id="a referral, and the referrals could not be read"),
        pytest.param(tag("t"), Kind.TAG, id="a reminder, and the reminders could not be read"),
    ],
)
def test_what_may_be_under_way_is_not_offered_where_that_could_not_be_read(
    offers: str, kind: Kind
) -> None:
    (one,) = unread(kind, rule(offers=offers)).held
    assert (one.step, one.unread) == ("done", True)
    says = f"Not shown: the list of {kind} entries could not be read: it may be under way."
    assert one.says == says
    assert unread(Kind.TASK, rule(offers=offers)).prompt is not None


def test_of_several_offers_only_those_that_could_be_looked_up_are_made() -> None:
    choice = unread(Kind.REFERRAL, rule(offers=REFER + tag("t")))
    assert choice.prompt is not None
    assert [one.label for one in choice.prompt.proposals][:-2] == ["Tag t"]
    says = "Left off the card, being on the record as under way, or perhaps: 1."
    assert Step("done", True, says) in steps_of(choice, "apple")


def test_a_safety_net_goes_on_though_what_it_offers_may_be_under_way() -> None:
    assert on_cards(unread(Kind.TAG, net())) == [["net"]]


def unread(kind: Kind, *rules: Rule) -> Choice:
    """What is chosen where a list could not be read, in a practice that holds nobody."""
    record = a_record(COUGH, unread=(kind,))
    return chosen(*rules, record=record, practice=Practice("A test"))


def answered(reply: Reply, on: str, *, topic: str = "berry") -> Said:
    return replace(said(reply, on, topic=topic), offers=(TEA,))


def test_an_answer_to_one_rules_offer_quiets_the_same_offer_of_another() -> None:
    history = History((answered(Reply.DECLINED, "2 months ago"),))
    (one,) = chosen(rule(), history=history).held
    assert (one.step, one.until, one.reply) == ("quiet", date(2027, 9, 21), Reply.DECLINED)
    assert one.says == (
        'Quiet until 21 September 2027: the person said "no, thank you" on 21 September 2026,'
        " to the same offer in another card."
    )
    over = History((answered(Reply.DECLINED, "12 months ago"),))
    assert held(chosen(rule(), history=over)) == []
    more = chosen(rule(offers=REFER + tag("t")), history=history).prompt
    assert more is not None
    assert [one.label for one in more.proposals][:-2] == ["Tag t"]


def test_a_card_that_was_shown_quiets_its_offers_for_whoever_looks() -> None:
    card = Shown(TODAY - timedelta(days=3), ("berry",), ("berry",), (TEA,))
    assert held(chosen(rule(), history=History(shown=(card,)))) == [("apple", "quiet")]
    other = replace(card, offers=("tag:x",))
    assert held(chosen(rule(), history=History(shown=(other,)))) == []


def test_dont_ask_again_to_an_offer_holds_in_every_rule() -> None:
    no = replace(never("2 years ago", "berry"), offers=(TEA,))
    (one,) = chosen(rule(), history=History((no,))).held
    assert (one.step, one.until) == ("consent", None)


def test_an_answer_to_an_offer_still_counts_when_the_service_has_another_name() -> None:
    before = referring("tea-group")
    prompt = chosen(before).prompt
    assert prompt is not None
    no = replace(never("2 years ago", "berry"), offers=prompt.offers)
    full = History(capacity=dict.fromkeys(prompt.offers, TODAY))
    for now in (before, referring("tea-circle", was="old-tea, tea-group")):
        assert held(chosen(now, history=History((no,)))) == [("coughing", "consent")]
        assert held(chosen(now, history=full)) == [("coughing", "capacity")]
    assert on_cards(chosen(referring("tea-circle"), history=History((no,)))) == [["coughing"]]


def test_an_offer_that_is_full_is_left_off_and_a_rule_with_nothing_else_says_nothing() -> None:
    full = History(capacity={TEA: TODAY})
    assert held(chosen(rule(), history=full)) == [("apple", "capacity")]
    more = chosen(rule(offers=REFER + tag("t")), history=full).prompt
    assert more is not None
    assert [one.label for one in more.proposals][:-2] == ["Tag t"]


@pytest.mark.parametrize(
    ("days", "rests"),
    [
        pytest.param((0, 1), False, id="two are not enough"),
        pytest.param((0, 1, 29), True, id="three in thirty days"),
        pytest.param((0, 1, 30), False, id="a day too far apart"),
        pytest.param((89, 90, 100), True, id="the last full day of the rest"),
        pytest.param((90, 91, 100), False, id="the rest is over"),
        pytest.param((10, 60, 65, 70), True, id="any three of them"),
    ],
)
def test_an_offer_rests_after_three_answers_that_it_is_not_to_be_had(
    days: tuple[int, ...], rests: bool
) -> None:
    answers = [(TODAY - timedelta(days=day), TEA) for day in days]
    last = TODAY - timedelta(days=min(days))
    assert resting([*answers, (TODAY, "tag:x")], TODAY) == ({TEA: last} if rests else {})


# ---- the trace ---


def test_every_step_says_a_sentence_and_the_way_ends_where_a_rule_is_held() -> None:
    no = said(Reply.DECLINED, "1 month ago", topic="berry")
    wheezing = rule("cherry", facts="\nit: {find: condition, codes: wheeze}", when="it")
    choice = chosen(rule(), rule("berry"), wheezing, history=History((no,)))
    every = [name for name, _ in STEPS]
    apple = steps_of(choice, "apple")
    assert [step.name for step in apple] == [
        *every, "same offer", "rank", "topic", "person", "session", "mute", "card",
    ]  # fmt: skip
    assert all(step.passed for step in apple)
    berry = steps_of(choice, "berry")
    assert [step.name for step in berry] == every[: every.index("quiet") + 1]
    assert [step.passed for step in berry] == [True] * (len(berry) - 1) + [False]
    assert berry[-1].says == choice.held[0].says
    assert steps_of(choice, "cherry") == (Step("rule", False, "It is not for this person today."),)
    for way in choice.ways:
        for step in way.steps:
            assert step.says[0].isupper()
            assert step.says.endswith(".")


def test_the_order_of_the_steps_is_that_of_the_design() -> None:
    assert [name for name, _ in STEPS] == [
        "rule", "paused", "memory", "compassion", "consent", "answers", "done", "quiet",
        "elsewhere", "shadow", "capacity", "pilot",
    ]  # fmt: skip


# ---- shadow: would prompt, is counted, and nobody sees it ---


def test_a_rule_in_shadow_is_held_where_it_would_have_gone_on_to_a_card() -> None:
    choice = chosen(rule(status="shadow"), rule("berry"))
    assert held(choice) == [("apple", "shadow")]
    assert on_cards(choice) == [["berry"]]
    says = "Not shown: this rule runs in shadow, where it is counted and nobody sees it."
    assert steps_of(choice, "apple")[-1] == Step("shadow", False, says)


def test_a_quiet_period_comes_before_shadow_and_what_is_the_same_offer_after_it() -> None:
    """As in PRODUCT 1.6: what shadow counts is what would have gone on to a card."""
    no = said(Reply.DECLINED, "2026-11-01", topic="apple")
    quiet = chosen(rule(status="shadow"), history=History((no,)))
    assert held(quiet) == [("apple", "quiet")]
    twins = chosen(rule(status="shadow"), rule("berry"))
    assert "Offered once" not in " ".join(one.says for one in steps_of(twins, "berry"))


def test_what_put_itself_in_shadow_says_why() -> None:
    practice = replace(OURS, paused={"shadow:apple": "it was shown 40 times today"})
    choice = chosen(rule(), rule("berry"), practice=practice)
    assert held(choice) == [("apple", "shadow")]
    says = "Not shown: it was put in shadow by itself (it was shown 40 times today)."
    assert steps_of(choice, "apple")[-1] == Step("shadow", False, says)


# ---- paused, under whatever name ---


@pytest.mark.parametrize("what", ["rule:apple", "rule:pear", "practice:Another name", "*"])
def test_a_pause_holds_though_the_practice_or_the_rule_was_called_otherwise_then(what: str) -> None:
    """One that took over from a paused rule is paused; a store has one practice."""
    paused = replace(OURS, paused={what: "An incident"})
    for one in (rule(replaces="pear"), replace(net("apple"), care=rule(replaces="pear").care)):
        (stopped,) = chosen(one, practice=paused).held
        assert (stopped.step, stopped.says) == (
            "paused",
            "Not shown: paused by hand (An incident).",
        )
    other = {"rule:plum": "An incident", "taken-back:apple": ""}
    assert held(chosen(rule(replaces="pear"), practice=replace(OURS, paused=other))) == []


def test_a_pause_holds_however_many_took_over_from_one_another_since() -> None:
    texts = {
        f"rules/{name}.yaml": rule_text(
            id=name, replaces=before, status=status, exclude=None, people=None, tests=None
        )
        for name, before, status in (
            ("apple", "pear", "draft"), ("pear", "plum", "retired"), ("plum", "apple", "retired"),
        )
    }  # fmt: skip
    apple = next(one for one in load_files(texts).library.rules if one.id == "apple")
    for what, step in (("rule:plum", "paused"), ("rule:pear", "paused"), ("shadow:plum", "shadow")):
        paused = replace(OURS, paused={what: "An incident"})
        assert held(chosen(apple, practice=paused)) == [("apple", step)]
    assert held(chosen(apple, practice=replace(OURS, paused={"rule:fig": "An incident"}))) == []


def test_what_put_itself_in_shadow_stays_there_in_a_rule_that_takes_over_from_it() -> None:
    practice = replace(OURS, paused={"shadow:pear": "it was shown 40 times today"})
    assert held(chosen(rule(replaces="pear"), practice=practice)) == [("apple", "shadow")]
    one = replace(net(), care=rule(replaces="pear").care)
    assert held(chosen(one, practice=practice)) == []  # a safety net never stops by itself
