"""What people said before, for verbs that leave alone whoever is left alone by the service."""

from dataclasses import replace

from cds_hooks.commands.asked import Named
from cds_hooks.commands.place import place_of
from cds_hooks.settings import from_environment
from cds_hooks.store.answers import Answers
from cds_hooks.store.opening import check_is_there
from rules.rule import Library


def answers_of(store: Named | None) -> Answers | None:
    """The store that is named. Raises SettingsError or StoreError; to open one would make it."""
    if store is None:
        return None
    place = place_of(from_environment(data=store.data, store=store.store))
    check_is_there(place)
    return Answers(place)


def with_pauses(library: Library, answers: Answers | None) -> Library:
    """The rules, with what is paused now. Raises StoreError."""
    if answers is None:
        return library
    paused = {one.what: one.because for one in answers.pauses()}
    return replace(library, practice=replace(library.practice, paused=paused))


def of_others(answers: Answers | None, client: str) -> str:
    """What to say where nobody of this client's is in the store, and people of others are.

    Every no in it would be somebody else's, and forgotten. "" where all is well. Raises StoreError.
    """
    clients = frozenset[str]() if answers is None else answers.clients()
    if not clients or client in clients:
        return ""
    others = ", ".join(one or "no client" for one in sorted(clients))
    return (
        f"What was said is kept here of the people of {others}, and of nobody of"
        f' "{client}": say whose people these are with --client, or --nobody-asked'
        " where nobody of theirs was ever asked."
    )
