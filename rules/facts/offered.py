"""Facts about earlier answers: what was said on a topic, from our store and from the record."""

from rules.answer import yes_or_no
from rules.days import Duration, Span
from rules.finding import Finding, Look
from rules.rule import Fact, Give


def look_up(fact: Fact, look: Look) -> Finding:
    """Whether a reply of these kinds was given on the topic, and when."""
    start = fact.within.before(look.today) if isinstance(fact.within, Duration) else None
    matching = tuple(
        said
        for said in look.said
        if said.topic == fact.topic
        and (not fact.replies or said.reply in fact.replies)
        and said.on <= look.today
        and (start is None or said.on >= start)
    )
    days = [said.on for said in matching]
    when = None
    if days and fact.give in (Give.EARLIEST, Give.LATEST):
        chosen = min(days) if fact.give is Give.EARLIEST else max(days)
        when = Span(chosen, chosen)
    return Finding(
        fact,
        yes_or_no(bool(matching)),
        number=(len(matching), len(matching)) if fact.give is Give.COUNT else None,
        day=when,
        said=matching,
        looked_at=len(look.said),
    )
