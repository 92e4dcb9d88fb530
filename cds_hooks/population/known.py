"""What was known of people's answers when a night was made: so it can be told what was said since.

A no counts whenever it comes, and an answer may come days after it was given. So no day is
compared: what is remembered of a person now is the same as it was that night, or it is not. Of it a
night has a hash with the key of the store: it says nothing to anybody, and binds it to that store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from cds_hooks.store.answers import Answers
from cds_hooks.store.kept import kept_as
from rules.record import Said


@dataclass(frozen=True, slots=True)
class Known:
    """Whose people a night is about, by which store, and what that had of each with a change."""

    client: str = ""
    store: str = ""  # the fingerprint of its key; "": nobody had ever been asked anything
    heard: Mapping[str, str] | None = None  # by person


def known(answers: Answers | None, client: str, said: Mapping[str, Iterable[Said]]) -> Known:
    """What a night knew of the people with a change on it."""
    if answers is None:
        return Known(client)
    heard = {one: _hidden(answers, kept_as(one, client), of) for one, of in sorted(said.items())}
    return Known(client, answers.key.fingerprint, heard)


def said_since(answers: Answers | None, person: str, then: Known) -> bool:
    """Whether anything was said of or shown about a person since. Raises StoreError."""
    if answers is None:
        return False
    named = kept_as(person, then.client)
    said = answers.history(named).said
    if not then.store:
        return bool(said)
    return _hidden(answers, named, said) != (then.heard or {}).get(person)


def _hidden(answers: Answers, person: str, said: Iterable[Said]) -> str:
    lines = sorted(msgspec.json.encode(one).decode() for one in said)
    return answers.key.hidden_for("a night", "\n".join([person, *lines]))
