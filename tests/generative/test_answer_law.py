"""An answer never increases later prompts (issue 5): no rule more on a card, and no card more."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from rules.codes import OWN
from rules.record import NEVER, Reply, Said
from rules.remembered import offer_key
from rules.rule import Rule
from tests.generative.test_manners_law import (
    ALL,
    ANSWERS,
    LIVES,
    MOST,
    NAMES,
    RULES,
    VISITS,
    Visit,
    ask,
    keys_of,
    on_cards,
    remembered_after,
)

OFFERED = sorted({offer_key(offer) for rule in ALL for offer in rule.offers})
# "Ask me again in ...": so many days after the answer; 0: never again. None: no day was chosen.
CHOSEN = st.sampled_from([None, None, 1, 28, 91, 183, 366, 0])
ASKED = st.sets(st.sampled_from(NAMES), min_size=1).map(
    lambda some: tuple(rule for rule in ALL if rule.id in some)
)


@LIVES
@given(
    visits=VISITS,
    extra=ANSWERS,
    of=st.sampled_from(ALL),
    few=st.integers(0, 3),
    ago=st.integers(0, 400),
    chose=CHOSEN,
    most=MOST,
    asked=ASKED,
)
# Apple is what berry and damson share: where it rests there are still no two cards.
@example(
    visits=[Visit(0, frozenset(), 0, None, 0, None)],
    extra=Reply.NO_TIME, of=RULES[0], few=0, ago=0, chose=None, most=2,
    asked=(RULES[0], RULES[1], RULES[3]),
)  # fmt: skip
def test_one_more_answer_never_brings_a_rule_onto_a_card_nor_makes_one_card_two(
    visits: list[Visit],
    extra: Reply,
    of: Rule,
    few: int,
    ago: int,
    chose: int | None,
    most: int,
    asked: tuple[Rule, ...],
) -> None:
    """On any later day, with everything else as it was, and with no answer left out.

    It covers every reply that there is, "not enough time today" too, to a whole card or to some of
    its offers, of offers, information and safety nets. A day that the person chose themselves is a
    wish to be asked on it: the same holds until then, and again once silence and that answer with
    no day chosen would be over. "Service not available" has the next law, a mute
    test_mute_law.py; a thumb comes to no history, so that none of this can know of it.

    Each rule here has a topic of its own. Of several on one topic one speaks (choose.py): where an
    answer rests the first for longer than the second, the second may speak in its place, and there
    is no card more.
    """
    known, today = remembered_after(visits)
    on = today - timedelta(days=ago)
    wish = extra in (Reply.NOT_NOW, Reply.DECLINED) and chose is not None
    again = None if not wish else on + timedelta(days=chose) if chose else NEVER
    more = Said(of.quiet.topic, extra, on, again, offers=keys_of(of)[:few])
    added = replace(known, said=(*known.said, more))
    ends = max(of.quiet.periods[reply].after(on) for reply in (Reply.SHOWN, extra))
    for later in (0, 1, 7, 14, 30, 91, 366, 800):
        day = today + timedelta(days=later)
        if again is not None and again <= day < ends:
            continue
        without, with_it = ask(asked, known, day, most), ask(asked, added, day, most)
        assert on_cards(with_it) <= on_cards(without)
        assert len(with_it.prompts) <= len(without.prompts)


@LIVES
@given(visits=VISITS, full=st.sets(st.sampled_from(OFFERED), min_size=1), most=MOST, asked=ASKED)
@example(
    visits=[Visit(0, frozenset(), 0, None, 0, None)], full={f"tag:{OWN}|one"}, most=2,
    asked=(RULES[0], RULES[1], RULES[3]),
)  # fmt: skip
def test_that_a_service_is_not_available_never_brings_a_rule_onto_a_card_nor_makes_one_card_two(
    visits: list[Visit], full: set[str], most: int, asked: tuple[Rule, ...]
) -> None:
    """Three such answers about whomever rest what was offered, for everybody."""
    known, today = remembered_after(visits)
    without = ask(asked, known, today, most)
    with_it = ask(asked, replace(known, capacity=dict.fromkeys(full, today)), today, most)
    assert on_cards(with_it) <= on_cards(without)
    assert len(with_it.prompts) <= len(without.prompts)
