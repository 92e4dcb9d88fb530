"""``goodday store said`` and ``reply``: what was said about our own cards, and what is replied."""

from datetime import datetime

from cds_hooks.clock import practice_day
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.noted import note_look
from cds_hooks.replying import replied, reply_of
from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import Place, check_is_there
from cds_hooks.store.thumbs import LONGEST, SOME, UP, Said, Words
from rules.days import in_words
from rules.problems import did_you_mean


def said(place: Place, now: datetime) -> int:
    """Print how often cards helped, the words and the replies, once it is in the audit. StoreError.

    Without a service nobody knows which rules are in force: all that anything was said of are told.
    """
    check_is_there(place)
    note_look(place, "words", "words about rules", now)
    answers = Answers(place)
    try:
        return _said(answers.said, now)
    finally:
        answers.close()


def _said(kept: Said, now: datetime) -> int:
    today = practice_day(now)
    counted, words, replies = kept.counted(today), kept.read(today), kept.replies()
    rules = sorted({*counted, *(one.rule for one in words), *(one.rule for one in replies)})
    if not rules:
        say.line("Nobody has said anything about a card, before today.")
    for rule in rules:
        found = counted.get(rule)
        say.line(rule)
        if found is not None and found.up + found.down >= SOME:
            say.line(f"  In 90 days: it helped {found.up}, it did not help {found.down}.")
        elif found is not None:
            say.line(f"  In 90 days: fewer than {SOME} answers.")
        for one in words:
            if one.rule == rule:
                _tell(one)
        for reply in replies:
            if reply.rule == rule:
                say.line(f"  Replied on {in_words(reply.on)}: {reply.says}")
    return FINE


def _tell(one: Words) -> None:
    waits = "waits for more than 14 days" if one.late else "waits for a reply"
    thumb = "It helped" if one.said == UP else "It did not help"
    say.line(f"  {thumb} ({waits if one.waits else 'replied to'}):")
    for line in one.text.split("\n"):
        say.line(f"    {line}")


def reply(place: Place, rule: str, says: str, now: datetime) -> int:
    """Reply to the words about a rule that were read. Raises StoreError."""
    says = reply_of(says)
    if not says or len(says) > LONGEST:
        say.sorry(f"A reply has 1 to {LONGEST} characters: everybody in the practice is shown it.")
        return COULD_NOT_RUN
    check_is_there(place)
    answers = Answers(place)
    try:
        known = answers.said.rules()
        if rule not in known:
            hint = did_you_mean(rule, known) or "goodday store said lists what was said."
            say.sorry(f"Nobody has said anything about a rule {rule}. {hint}")
            return PROBLEMS
        answered, unread = answers.said.reply(rule, says, practice_day(now))
    finally:
        answers.close()
    say.line(f"Everybody in the practice is shown it. {replied(answered, unread)}")
    if unread:
        say.line("goodday store said shows them.")
    return FINE
