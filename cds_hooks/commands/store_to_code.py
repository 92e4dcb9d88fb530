"""``goodday store to-code``: what was said to be done already and has no code on the record."""

from datetime import datetime

from cds_hooks.clock import practice_day
from cds_hooks.commands import FINE, say
from cds_hooks.commands.noted import note
from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import Place, check_is_there
from rules.days import in_words


def to_code(place: Place, now: datetime) -> int:
    """List it, the oldest first, once each person on it is in the audit. Raises StoreError."""
    check_is_there(place)
    answers = Answers(place)
    try:
        items = answers.coding().items(practice_day(now))
    finally:
        answers.close()
    for person in dict.fromkeys(one.person for one in items):
        note(place, "to-code", person, "", now)
    for one in items:
        client, _, person = one.person.rpartition(":")
        of = f"{person} (at {client})" if client else person
        say.line(f"{of}   {one.rule}, said to be done on {in_words(one.on)}")
    if not items:
        say.line("Nothing is to be coded.")
    return FINE
