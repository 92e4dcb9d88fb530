"""Laws of the whole way to a card, over the lives of people who come again and again.

What a card may not do is worked out here anew, from days in a table, not by asking restraint.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from prompts.choose import choose
from prompts.history import History, Shown
from prompts.prompt import Choice
from rules.codes import OWN
from rules.engine import evaluate
from rules.record import NEVER, Kind, Reply, Said
from rules.rule import Practice, Rule
from tests.builders import TODAY, a_record, a_rule, entry, load_files, rule_text

# 5,000 lives in soak, which tries 20,000 examples of everything else.
LIVES = settings(max_examples=min(max(settings().max_examples // 4, 50), 5_000))

RECORD = a_record(entry(Kind.CONDITION, "cough", date="2020-03-01"))
TEA = "record_offer: {label: Tea, codes: tea-group}"


def _tag(name: str) -> str:
    return f"tag: {{label: {name}, code: {name}, words: {name}}}"


def _rule(name: str, *offers: str, quiet: str = "", purpose: str = "offer") -> Rule:
    return a_rule(
        id=name,
        purpose=purpose,
        when_unknown="prompt" if purpose == "safety net" else "stay quiet",
        card=f"\nsummary: About {name}\nquestion: What about {name}?\nsource: s",
        exclude=None,
        offers="".join(f"\n- {offer}" for offer in offers),
        quiet=f"{{topic: {name}{quiet}}}",
        people=None,
        tests=None,
    )


RULES = (
    _rule("apple", TEA, _tag("one")),
    _rule("berry", TEA),
    _rule("cherry", _tag("two"), quiet=", after_shown: 4 months"),
    _rule("damson", _tag("three"), _tag("one")),
    _rule("elder", _tag("four"), purpose="information"),
)
NET = _rule("net", _tag("five"), purpose="safety net", quiet=", after_shown: 1 day")
ALL = (*RULES, NET)
NAMES = tuple(rule.id for rule in ALL)
OF_THE_NET = frozenset({f"tag:{OWN}|five"})  # a safety net has periods of its own

# The fewest days that each answer holds, whatever the month (PRODUCT 1.4 and 1.5; issue 5 where
# nobody answered).
FEWEST_DAYS = {
    Reply.SHOWN: 89, Reply.NO_TIME: 89, Reply.NOT_NOW: 89, Reply.DECLINED: 365,
    Reply.OVERRIDDEN: 89, Reply.ALREADY_DONE: 365, Reply.NOT_RIGHT: 730, Reply.ACCEPTED: 365,
}  # fmt: skip
ANSWERS = st.sampled_from([reply for reply in Reply if reply is not Reply.SHOWN])


@dataclass(frozen=True)
class Visit:
    """So many days after the one before: who looks, at what, and how the first card is met."""

    gap: int
    asked: frozenset[str]  # the rules of the moment at which it is: hooks have rules of their own
    session: int
    met: Reply | None
    button: int  # which suggestion; more than there are: the whole card is closed
    asks: int | None  # the day that the person chooses, so many days ahead; 0: never again


VISITS = st.lists(
    st.builds(
        Visit,
        st.sampled_from([0, 1, 3, 7, 8, 14, 15, 30, 31, 60, 90, 120, 365]),
        st.sampled_from([frozenset(NAMES), *(frozenset({name}) for name in NAMES)]),
        st.sampled_from([0, 0, 0, 7, 8, 9]),
        st.none() | ANSWERS,
        st.integers(0, 5),
        st.none() | st.none() | st.sampled_from([0, 1, 10, 100, 1000]),
    ),
    min_size=1,
    max_size=14,
)
LATER = st.sampled_from([0, 1, 14, 30, 31, 91, 366, 800])
MOST = st.sampled_from([1, 1, 2, 3])


def ask(rules: Sequence[Rule], known: History, today: date, most: int = 1) -> Choice:
    practice = Practice("A test", most_cards_at_once=most)
    return choose(evaluate(rules, RECORD, known.said, today), known, today, practice)


def _of(visit: Visit) -> tuple[Rule, ...]:
    return tuple(rule for rule in ALL if rule.id in visit.asked)


@dataclass(frozen=True)
class Card:
    """A card that was shown, and how it was met."""

    on: date
    rules: frozenset[str]
    offers: frozenset[str]
    session: int
    met: Reply | None = None
    answered: frozenset[str] = frozenset()
    chose: date | None = None


def life(visits: list[Visit], most: int) -> Iterator[tuple[Card, ...]]:
    """The cards of each visit, as a store would keep them and give them back."""
    today, known = date(2024, 1, 1), History()
    for visit in visits:
        today += timedelta(days=visit.gap)
        seen: list[Card] = []
        before = replace(known, this_session=visit.session)
        for place, prompt in enumerate(ask(_of(visit), before, today, most).prompts):
            ids = tuple(rule.id for rule in prompt.rules)
            topics = tuple(rule.quiet.topic for rule in prompt.rules)
            known = replace(known, shown=(*known.shown, Shown(today, ids, topics, prompt.offers)))
            card = Card(today, frozenset(ids), frozenset(prompt.offers), visit.session)
            if place == 0 and visit.met is not None:
                # A button of one offer takes it up; all else is said to the whole card.
                whole = visit.button >= len(prompt.proposals) or visit.met is not Reply.ACCEPTED
                about = prompt.rules if whole else prompt.proposals[visit.button].rules
                offers = prompt.offers if whole else prompt.proposals[visit.button].offers
                chose = None
                if visit.asks is not None and visit.met in (Reply.NOT_NOW, Reply.DECLINED):
                    chose = today + timedelta(days=visit.asks) if visit.asks else NEVER
                said = (Said(r.quiet.topic, visit.met, today, chose, offers=offers) for r in about)
                known = replace(known, said=(*known.said, *said))
                card = replace(card, met=visit.met, answered=frozenset(offers), chose=chose)
            seen.append(card)
        yield tuple(seen)


@LIVES
@given(visits=VISITS, most=MOST)
def test_nobody_is_offered_a_thing_twice_inside_a_quiet_period(
    visits: list[Visit], most: int
) -> None:
    cards = [card for seen in life(visits, most) for card in seen]
    for number, card in enumerate(cards):
        for before in cards[:number]:
            for offer in (card.offers & before.offers) - OF_THE_NET:
                assert card.on >= _free_on(before, offer), (offer, before, card)


def _free_on(card: Card, offer: str) -> date:
    """The first day on which an offer may be made again, as far as one card goes."""
    if card.met is None or offer not in card.answered:
        return card.on + timedelta(days=FEWEST_DAYS[Reply.SHOWN])
    if card.chose == NEVER:
        return card.on  # until another day is chosen: see below
    return card.chose or card.on + timedelta(days=FEWEST_DAYS[card.met])


@LIVES
@given(visits=VISITS, most=MOST)
def test_never_more_than_a_ceiling_and_a_safety_net_alone_above_it(
    visits: list[Visit], most: int
) -> None:
    lately: list[Card] = []
    for seen in life(visits, most):
        assert len(seen) <= most
        assert all(len(card.offers) <= 3 for card in seen)
        lately += seen
        for card in seen:
            since = [c for c in lately if card.on - c.on < timedelta(days=30)]
            if card.rules != frozenset({"net"}):
                assert len({c.rules for c in since}) <= 2
                assert card.session + len(seen) <= 8


def remembered_after(visits: list[Visit]) -> tuple[History, date]:
    """What is remembered at the end of a life, and the day on which it ends."""
    today, known = date(2024, 1, 1), History()
    for visit in visits:
        today += timedelta(days=visit.gap)
        for prompt in ask(_of(visit), known, today).prompts:
            topics = tuple(rule.quiet.topic for rule in prompt.rules)
            ids = tuple(rule.id for rule in prompt.rules)
            known = replace(known, shown=(*known.shown, Shown(today, ids, topics, prompt.offers)))
            if visit.met is not None:
                said = tuple(
                    Said(topic, visit.met, today, offers=prompt.offers) for topic in topics
                )
                known = replace(known, said=known.said + said)
    return known, today


def keys_of(rule: Rule) -> tuple[str, ...]:
    prompt = ask((rule,), History(), TODAY).prompt
    assert prompt is not None
    return prompt.offers


def on_cards(choice: Choice) -> set[str]:
    return {rule.id for prompt in choice.prompts for rule in prompt.rules}


@LIVES
@given(visits=VISITS, most=MOST, order=st.randoms(), later=LATER)
def test_the_order_of_files_answers_and_cards_never_matters(
    visits: list[Visit], most: int, order: Random, later: int
) -> None:
    known, today = remembered_after(visits)
    today += timedelta(days=later)
    rules, said, shown = list(ALL), list(known.said), list(known.shown)
    for some in (rules, said, shown):
        order.shuffle(some)
    one = ask(ALL, known, today, most)
    other = ask(rules, History(tuple(said), tuple(shown)), today, most)
    assert one.prompts == other.prompts
    by_rule = {way.rule.id: way for way in other.ways}
    assert {way.rule.id: way for way in one.ways} == by_rule
    assert {held.rule.id: held for held in one.held} == {held.rule.id: held for held in other.held}


@LIVES
@given(
    of=st.sampled_from(RULES),
    ago=st.integers(0, 364),
    version=st.integers(2, 9),
    never=st.booleans(),
    new_name=st.booleans(),
    visits=VISITS,
)
def test_a_no_is_never_forgotten_by_a_new_name_a_new_topic_or_a_new_version(
    of: Rule, ago: int, version: int, never: bool, new_name: bool, visits: list[Visit]
) -> None:
    known, _ = remembered_after(visits)
    keys = keys_of(of)
    no = Said(
        of.quiet.topic, Reply.DECLINED, TODAY - timedelta(days=ago), NEVER if never else None,
        offers=keys,
    )  # fmt: skip
    known = replace(known, said=(*known.said, no))
    quiet = replace(of.quiet, topic="another", also_known_as=(of.quiet.topic,))
    changed = replace(of, version=version, quiet=quiet, id="renamed" if new_name else of.id)
    assert ask((changed,), known, TODAY).prompts == ()
    # Even where somebody forgot to say what the topic was called: what was offered is remembered.
    forgotten = replace(changed, quiet=replace(quiet, also_known_as=()))
    for prompt in ask((forgotten,), known, TODAY).prompts:
        assert not set(prompt.offers) & set(keys)
    if never:
        assert ask((changed,), known, TODAY + timedelta(days=36_500)).prompts == ()


def _pair(silencing: str, silenced: str, also_quiet: str) -> tuple[Rule, Rule]:
    """Two rules of one practice; an answer to the first silences the second."""
    quiet = {
        "loud": f"{{topic: {silencing}, also_quiet: {also_quiet}}}",
        "meek": f"{{topic: {silenced}}}",
    }
    texts = {
        f"rules/{name}.yaml": rule_text(
            id=name,
            exclude=None,
            offers=f"\n- {_tag(name)}",
            quiet=quiet[name],
            people=None,
            tests=None,
        )
        for name in quiet
    }
    loud, meek = load_files(texts).library.rules
    return loud, meek


# Either topic under its old name or a new one, with the silenced one named as it was or is.
SILENCING = {
    (new_loud, new_meek, names): _pair(
        "loud-new, also_known_as: [loud-older, loud-old]" if new_loud else "loud-old",
        "meek-new, also_known_as: meek-old" if new_meek else "meek-old",
        names,
    )
    for new_loud in (False, True)
    for new_meek in (False, True)
    for names in (("meek-old", "meek-new") if new_meek else ("meek-old",))
}


@LIVES
@given(
    of=st.sampled_from(sorted(SILENCING)),
    ago=st.integers(0, 364),
    reply=st.sampled_from([Reply.DECLINED, Reply.ALREADY_DONE, Reply.NOT_RIGHT]),
    never=st.booleans(),
)
def test_a_no_that_silences_another_rule_does_so_under_every_name_of_either_topic(
    of: tuple[bool, bool, str], ago: int, reply: Reply, never: bool
) -> None:
    _, meek = SILENCING[of]
    no = Said("loud-old", reply, TODAY - timedelta(days=ago), NEVER if never else None)
    assert on_cards(ask((meek,), History(), TODAY)) == {"meek"}
    assert ask((meek,), History((no,)), TODAY).prompts == ()
    # A rule is silenced by what its own topic was called, too.
    own = replace(no, topic="meek-old")
    assert ask((meek,), History((own,)), TODAY).prompts == ()


@LIVES
@given(visits=VISITS, session=st.integers(0, 20), most=MOST, later=LATER, to=st.sampled_from(ALL))
def test_without_a_memory_there_are_fewer_prompts_and_never_more(
    visits: list[Visit], session: int, most: int, later: int, to: Rule
) -> None:
    """Than there would be with everything that was ever said, a "don't ask again" too."""
    known, today = remembered_after(visits)
    no = Said(to.quiet.topic, Reply.DECLINED, today, NEVER, offers=keys_of(to))
    today += timedelta(days=later)
    forgot = ask(ALL, History(remembered=False, this_session=session), today, most)
    for history in (known, replace(known, said=(*known.said, no))):
        remembers = ask(ALL, replace(history, this_session=session), today, most)
        assert on_cards(forgot) <= on_cards(remembers)
        assert len(forgot.prompts) <= len(remembers.prompts)
    assert {one.rule.id: one.step for one in forgot.held} == dict.fromkeys(NAMES, "memory")


@LIVES
@given(visits=VISITS, most=MOST, later=LATER)
def test_every_rule_has_a_way_and_every_way_ends_where_it_is_told(
    visits: list[Visit], most: int, later: int
) -> None:
    known, today = remembered_after(visits)
    today += timedelta(days=later)
    choice = ask(ALL, known, today, most)
    held = {one.rule.id: one for one in choice.held}
    assert {way.rule.id for way in choice.ways} == {rule.id for rule in ALL}
    for way in choice.ways:
        *through, last = way.steps
        assert all(step.passed for step in through)
        assert last.passed is (way.rule.id not in held)
        assert last.passed is (way.rule.id in on_cards(choice))
        if not last.passed:
            assert last.says == held[way.rule.id].says
