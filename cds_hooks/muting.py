"""A clinician mutes a rule for themselves (PRODUCT 1.4), on the page that says why it was shown.

It is for whoever presses, for 30 days at most, and in no audit and no log: it is no look at
anybody, and the page that answers says nothing of the card. What is kept: ``store/mutes.py``.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from starlette.requests import Request

from cds_hooks.access import Viewer
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.pages.why import Mute, Why
from cds_hooks.refusals import BadRequest, TooLarge, TooSlow
from cds_hooks.store.answers import Answers, kept_as
from cds_hooks.store.tables import StoreError
from prompts.ceilings import MUTED_FOR
from prompts.trying import one_reference
from rules.days import in_words
from rules.rule import Purpose, Rule

MOST_BYTES = 8 * 1024  # of a form: its buttons, and 500 characters of words as browsers write them
_FIELDS = 4


@dataclass(frozen=True, slots=True)
class Pressed:
    """What the page says that answers a button, and its status."""

    status: int
    heading: str
    says: str


_NO_BUTTON = Pressed(400, "Nothing was changed", "That is no button of this page.")
_GONE = Pressed(404, "Nothing was changed", "That rule is not in force, so nobody is shown it.")
_BY_PROXY = " That holds where the record system has the name for you that you signed in with."
_NET = Pressed(
    409, "Nothing was changed", "This rule is about somebody's safety. It cannot be muted."
)
_NOBODY = Pressed(
    409,
    "Nothing was changed",
    "It cannot be told what the record system calls you, so nothing can be kept of what you see.",
)


class Muting:
    """What whoever looks has muted, and what they press. Calls block: keep them off the loop."""

    def __init__(self, answers: Answers, live: Live, clock: Clock) -> None:
        self._answers, self._live, self._clock = answers, live, clock

    def with_buttons(self, why: Why, viewer: Viewer) -> Why:
        """What is kept about a card, with what whoever looks can press. Raises StoreError."""
        who = self._who(viewer, why.card)
        if not who:
            return why
        rules, today = self._rules(), practice_day(self._clock())
        here = [rules[one.id] for one in why.rules if one.id in rules]
        muted: dict[str, str] | None
        try:
            found = self._answers.mutes().of(who, {n for rule in here for n in rule.names}, today)
            muted = {name: in_words(until) for name, until in found}
        except StoreError:
            muted = None
        would_end = in_words(today + MUTED_FOR)
        mutes = {rule.id: _mute(rule, muted, would_end) for rule in here}
        asked = tuple(replace(one, mute=mutes.get(one.id)) for one in why.rules)
        return replace(why, rules=asked, signed_in=viewer.looks is None)

    def press(self, card: str, viewer: Viewer, form: Mapping[str, str]) -> Pressed:
        """Do what was pressed. Raises StoreError.

        Which rules are on the card is not looked at, and so not told to whoever is in no audit.
        """
        what, rule = form.get("press", ""), self._rules().get(form.get("rule", ""))
        if what not in ("mute", "show"):
            return _NO_BUTTON
        if rule is None:
            return _GONE
        if rule.purpose is Purpose.SAFETY_NET:
            return _NET
        who = self._who(viewer, card)
        if not who:
            return _NOBODY
        if what == "show":
            self._answers.mutes().show(who, rule.names)
            return Pressed(200, "Shown to you again", f"You see this rule again: {rule.title}.")
        until = self._answers.mutes().mute(who, rule.names, practice_day(self._clock()))
        says = f"You are not shown this rule until {in_words(until)}: {rule.title}."
        says += " Others still see it." + (_BY_PROXY if viewer.looks is None else "")
        return Pressed(200, "Not shown to you for now", says)

    def by_some(self) -> frozenset[str]:
        """The rules in force that some people have muted now. Raises StoreError."""
        rules, today = self._rules(), practice_day(self._clock())
        return self._answers.mutes().by_some([rule.names for rule in rules.values()], today)

    def _rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self._live.rules.library.rules}

    def _who(self, viewer: Viewer, card: str) -> str:
        """Whoever looks, as calls know them; "" where that cannot be told.

        A proxy's name for somebody is taken for the one that the client of the card has for them.
        """
        if viewer.looks is not None:
            return viewer.looks
        kept = self._answers.issued(card)
        called = one_reference(viewer.name)
        return kept_as(called, kept.person.rpartition(":")[0]) if kept and called else ""


def _mute(rule: Rule, muted: Mapping[str, str] | None, would_end: str) -> Mute:
    if rule.purpose is Purpose.SAFETY_NET:
        return Mute(never=True)
    if muted is None:
        return Mute(unread=True)
    until = next((muted[name] for name in rule.names if name in muted), "")
    return Mute(until=until, would_end=would_end)


async def form_of(
    request: Request, within: float, most_bytes: int = MOST_BYTES, fields: int = _FIELDS
) -> Mapping[str, str]:
    """A small form, here in so many seconds. Raises BadRequest, TooLarge or TooSlow."""
    body = b""
    try:
        async with asyncio.timeout(within):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise TooLarge("The form is larger than a page of ours sends.")
    except TimeoutError:
        raise TooSlow(f"The whole form was not here within {within:g} s.") from None
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=fields))
    except ValueError:
        raise BadRequest("That is no form of ours.") from None
