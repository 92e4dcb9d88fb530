"""What the buttons of the shipped rules would make: each offer by itself, and those on cards."""

from collections.abc import Iterator

from prompts.choose import choose
from prompts.history import History
from rules.engine import evaluate
from rules.outcome import Proposal
from rules.people import record_of
from rules.record import Reply
from rules.rule import Practice, Rule
from tests.builders import TODAY
from tests.library.people import LOADED


def by_themselves(rule: Rule) -> Iterator[Proposal]:
    """Each offer of a rule, and the two answers that are on every card."""
    for offer in rule.offers:
        yield Proposal("A button", Reply.SHOWN, (rule,), offer, letter="A letter")
    for reply in (Reply.NOT_NOW, Reply.DECLINED):
        yield Proposal("A button", reply, (rule,), ask_again=TODAY)


def on_cards(rule: Rule) -> Iterator[Proposal]:
    """What stands on the cards of the people in a rule's stories."""
    for story in LOADED.stories[rule.id]:
        record, said = record_of(story)
        outcomes = evaluate((rule,), record, said, TODAY)
        for prompt in choose(outcomes, History(said), TODAY, Practice("A test")).prompts:
            yield from prompt.proposals
