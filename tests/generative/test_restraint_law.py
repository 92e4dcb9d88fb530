"""Laws of restraint: an answer is never forgotten, and only answers decide who is asked again."""

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.merging import MOST_OFFERS
from prompts.prompt import Choice
from rules.days import Duration
from rules.record import Entry, Kind, PatientRecord, Reply, Said
from rules.rule import Rule
from rules.schema.quiet import QUIET_DEFAULTS
from tests.builders import TODAY, a_person, a_record, a_rule, card, entry
from tests.strategies import FIRST_NAMES, KINDS, NEAR_DAYS, REPLIES, entries, histories, replies

HALF = settings(max_examples=max(settings().max_examples // 2, 20))


def _rule(name: str, offers: str, quiet: str = "") -> Rule:
    return a_rule(
        id=name,
        card=f"\nsummary: <first_name> and {name}\nquestion: What about {name}?\nsource: s\n"
        "detail: <first_name> coughs.",
        exclude=None,
        offers=offers,
        quiet=f"{{topic: {name}{quiet}}}",
        people=None,
        tests=None,
    )


COUGHING = _rule("coughing", "\n- refer: {label: Tea for <first_name>, service: tea-group}")
RULES = (
    COUGHING,
    _rule("wheezing", "\n- refer: {label: Tea, service: tea-group}", ", after_not_now: 6 months"),
    _rule("something-else", "\n- tag: {label: A, code: a, words: A}\n"
          "- tag: {label: B, code: b, words: B}\n- tag: {label: C, code: c, words: C}"),
    _rule("more", "\n- record_offer: {label: Do, codes: tea-group}", ", declined_codes: no-tea"),
)  # fmt: skip
COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
RECORD = a_record(COUGH)

# What the record may hold of earlier answers, in every list where one may stand.
_ANSWERS = entries(
    codes=st.sampled_from(["coughing", "wheezing", "tea-group", "no-tea", "cough"]),
    kinds=st.sampled_from([Kind.PROCEDURE, Kind.PROCEDURE, Kind.OBSERVATION, Kind.REFERRAL]),
)
SAID = histories(st.sampled_from(["coughing", "wheezing", "something-else", "more"]))
PAST = st.dates(date(2023, 1, 1), TODAY)


def until(choice: Choice, rule: Rule = COUGHING) -> date:
    """When a rule may be said again; today where nothing holds it back."""
    return next((h.until or date.max for h in choice.held if h.rule.id == rule.id), TODAY)


@given(before=SAID, lines=st.lists(_ANSWERS, max_size=3), order=st.randoms())
def test_the_order_of_answers_lines_and_rules_never_matters(
    before: tuple[Said, ...], lines: list[Entry], order: Random
) -> None:
    rules, answers, shuffled = list(RULES), list(before), list(lines)
    for some in (rules, answers, shuffled):
        order.shuffle(some)
    one = card(RULES, a_record(COUGH, *lines), *before)
    other = card(rules, a_record(COUGH, *shuffled), *answers)
    assert (one.prompt is None) == (other.prompt is None)
    if one.prompt is not None and other.prompt is not None:
        assert one.prompt.rules == other.prompt.rules
        assert one.prompt.summary == other.prompt.summary
        assert one.prompt.detail == other.prompt.detail
        assert [p.label for p in one.prompt.proposals] == [p.label for p in other.prompt.proposals]
    assert {(h.rule.id, h.says) for h in one.held} == {(h.rule.id, h.says) for h in other.held}


@HALF
@given(before=SAID, lines=st.lists(_ANSWERS, max_size=3), former=st.sampled_from(["barking", "x"]))
def test_renaming_a_topic_never_unhears_an_answer(
    before: tuple[Said, ...], lines: list[Entry], former: str
) -> None:
    quiet = replace(COUGHING.quiet, topic=former, also_known_as=("coughing",))
    renamed = replace(COUGHING, quiet=quiet)
    record = a_record(COUGH, *lines)
    assert until(card(renamed, record, *before)) == until(card(COUGHING, record, *before))


@given(before=histories(st.just("coughing"), PAST), later=st.integers(0, 1200))
def test_who_is_left_in_peace_stays_so_until_the_day_that_was_said_and_no_longer(
    before: tuple[Said, ...], later: int
) -> None:
    ends = until(card(COUGHING, RECORD, *before))
    day = TODAY + timedelta(days=later)
    choice = card(COUGHING, RECORD, *before, today=day)
    assert (choice.prompt is None) == (day < ends)
    assert all(held.until == ends for held in choice.held)


@given(before=histories(st.just("coughing"), PAST), reply=REPLIES, on=PAST)
def test_one_more_answer_never_brings_the_next_card_nearer(
    before: tuple[Said, ...], reply: Reply, on: date
) -> None:
    # A card that was answered is no longer a card without an answer: that alone may end sooner.
    answered = [said for said in before if said.reply is not Reply.SHOWN]
    first = until(card(COUGHING, RECORD, *answered))
    second = until(card(COUGHING, RECORD, *answered, Said("coughing", reply, on)))
    assert second >= first
    chosen = {(said.reply, said.on) for said in answered if said.ask_again is not None}
    if reply is not Reply.SHOWN and (reply, on) not in chosen:  # a day they chose stands instead
        assert second >= QUIET_DEFAULTS[reply].after(on)


@given(before=SAID, other=replies(st.sampled_from(["wheezing", "nothing-of-ours"])))
def test_an_answer_on_one_topic_is_none_on_another(before: tuple[Said, ...], other: Said) -> None:
    with_other = card(COUGHING, RECORD, *before, other)
    assert until(with_other) == until(card(COUGHING, RECORD, *before))


@HALF
@given(
    visits=st.lists(
        st.tuples(st.integers(0, 200), st.none() | REPLIES.filter(lambda r: r is not Reply.SHOWN)),
        max_size=20,
    )
)
def test_nobody_is_asked_twice_inside_a_quiet_period(
    visits: list[tuple[int, Reply | None]],
) -> None:
    """PRODUCT 1.7: a person comes again and again, and answers each card, or does not."""
    today, before = date(2024, 1, 1), tuple[Said, ...]()
    quiet_until = today
    for gap, reply in visits:
        today += timedelta(days=gap)
        prompt = card(COUGHING, RECORD, *before, today=today).prompt
        days = sorted({one.on for one in before})  # three cards in a year are enough
        often = len(days) >= 3 and Duration(12, "month").after(days[-3]) > today
        assert (prompt is not None) == (today >= quiet_until and not often)
        if prompt is None:
            continue
        given_reply = reply or Reply.SHOWN
        before = (*before, Said("coughing", given_reply, today))
        quiet_until = max(quiet_until, QUIET_DEFAULTS[given_reply].after(today))


@given(
    before=SAID,
    lines=st.lists(_ANSWERS, max_size=3),
    unread=st.frozensets(KINDS, max_size=2),
    more=st.frozensets(KINDS, max_size=2),
)
def test_one_more_list_that_could_not_be_read_never_puts_a_rule_on_the_card(
    before: tuple[Said, ...],
    lines: list[Entry],
    unread: frozenset[Kind],
    more: frozenset[Kind],
) -> None:
    def on_the_card(record: PatientRecord) -> set[str]:
        prompt = card(RULES, record, *before).prompt
        return {rule.id for rule in prompt.rules} if prompt else set()

    less = on_the_card(a_record(COUGH, *lines, unread=unread | more))
    assert less <= on_the_card(a_record(COUGH, *lines, unread=unread))


@given(before=SAID, lines=st.lists(_ANSWERS, max_size=2))
def test_a_card_is_one_card_with_few_offers_and_always_room_for_a_no(
    before: tuple[Said, ...], lines: list[Entry]
) -> None:
    choice = card(RULES, a_record(COUGH, *lines), *before)
    held = {one.rule.id for one in choice.held}
    assert all(one.until is None or one.until > TODAY for one in choice.held)
    if choice.prompt is None:
        assert held == {rule.id for rule in RULES}
        return
    shown = {rule.id for rule in choice.prompt.rules}
    assert shown | held == {rule.id for rule in RULES}
    assert not shown & held
    *offers, not_now, no = choice.prompt.proposals
    assert (not_now.counts_as, no.counts_as) == (Reply.NOT_NOW, Reply.DECLINED)
    assert len(offers) <= MOST_OFFERS == 3
    assert len({(p.offer.kind, p.offer.code, p.offer.service) for p in offers if p.offer}) == len(
        offers
    )
    assert {rule.id for rule in not_now.rules} == {rule.id for rule in no.rules} == shown


# Anything that could mean something to markdown, HTML, a terminal or the direction of writing.
_MEANS_SOMETHING = set('<>&[]()*_`~#|\\!{}@/:;"=+$%^0123456789')


@given(name=FIRST_NAMES, before=st.just(()) | SAID)
def test_a_name_is_quoted_whole_and_harmless_or_not_at_all(
    name: str, before: tuple[Said, ...]
) -> None:
    prompt = card(COUGHING, a_record(COUGH, person=a_person(name=name)), *before).prompt
    if prompt is None:
        return
    called = prompt.detail.rpartition("\n")[2].removesuffix(" coughs.")
    assert called == "this person" or called == unicodedata.normalize("NFC", name).strip()
    assert not set(called) & _MEANS_SOMETHING
    assert all(unicodedata.category(char)[0] in "LMZP" for char in called)
    assert len(called) <= 20
    assert "\n" not in prompt.summary
    assert len(prompt.summary) <= 139
    assert prompt.detail.count("\n") == 2


@HALF
@given(day=NEAR_DAYS | st.just(date.min) | st.just(date.max), before=SAID)
def test_no_day_ever_raises(day: date, before: tuple[Said, ...]) -> None:
    card(RULES, RECORD, *before, today=day)
