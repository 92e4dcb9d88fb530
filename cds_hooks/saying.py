"""Whoever looks says what a card was worth (PRODUCT 1.4): a thumb, words, or a wrong role.

It is for whoever manages the rules, and nobody is in it: not who pressed, not the person. A press
is no look, and in no audit and no log. What is kept: ``store/thumbs.py``.

The page says nothing of what was pressed before, and a press is answered the same whether there was
one: who looked at a card stands in the audit, and would be the one who said it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from cds_hooks.access import GOOD_FOR
from cds_hooks.clock import Clock, practice_day
from cds_hooks.live import Live
from cds_hooks.muting import Pressed
from cds_hooks.pages.why import Ask, Why
from cds_hooks.store.answers import Answers
from cds_hooks.store.thumbs import (
    DOWN,
    LONGEST,
    PRESSED_FOR,
    REPLY_WITHIN,
    SOME,
    UP,
    WRONG_ROLE,
)
from rules.lints.roles import CLINICAL_ROLES, ROLES
from rules.rule import Rule

SAYING = frozenset({UP, DOWN, WRONG_ROLE})
_NOTHING = "Nothing was kept"
_LONGEST_BOX = 2048
_TOO_OLD = Pressed(
    400, _NOTHING, "The page was open for more than half an hour. Open it again, from the card."
)
_NOT_ASKED = Pressed(409, _NOTHING, "The practice does not ask for it.")
_GONE = Pressed(404, _NOTHING, "That rule is not in force any more.")
_NO_CARD = Pressed(404, _NOTHING, "Nothing is kept about this card any more.")
_TOO_LONG = Pressed(
    400, _NOTHING, f"Your words are longer than {LONGEST} characters. Go back and take some away."
)
_NO_ROLE = Pressed(400, _NOTHING, "That is no role of the list.")
_THANKS = "Nobody is told that it was you. Pressing the other button changes it."
_ROLES = tuple(
    (role, "GP" if role == "gp" else role.replace("-", " "))
    for role in (*CLINICAL_ROLES, *sorted(ROLES.difference(CLINICAL_ROLES)))
)


class _Box(msgspec.Struct, array_like=True):
    """What a form is about. Nobody else can write one, so a rule in it was on its card."""

    card: str
    rule: str
    version: str


_BOX = msgspec.json.Decoder(_Box)


class Saying:
    """What the page of a card asks, and what is pressed there."""

    def __init__(self, answers: Answers, live: Live, clock: Clock) -> None:
        self._answers, self._live, self._clock = answers, live, clock
        self._box = answers.key.box_for("thumbs")

    def with_forms(self, why: Why, said: str) -> Why:
        """What is kept about a card, with what is asked of whoever looks.

        Nothing is, where the practice does not want it, and of a card that is a week old. ``said``
        is where it stands what was said about cards.
        """
        if not self._live.rules.library.practice.thumbs:
            return why
        now = self._clock()
        why = replace(why, said=said)
        if practice_day(now) - why.shown_on > PRESSED_FOR:
            return why
        here, at = self._rules(), int(now.timestamp())

        def ask(rule: str, version: str) -> Ask:
            return Ask(self._closed(_Box(why.card.lower(), rule, version), at), _ROLES)

        asked = tuple(
            replace(one, ask=ask(one.id, one.version)) if one.id in here else one
            for one in why.rules
        )
        return replace(why, rules=asked)

    def press(self, card: str, form: Mapping[str, str]) -> Pressed:
        """Keep what was pressed on the page of a card, whoever it was. It blocks; StoreError."""
        if not self._live.rules.library.practice.thumbs:
            return _NOT_ASKED
        box = self._opened(form.get("box", ""))
        if box is None or box.card != card.lower():
            return _TOO_OLD
        if box.rule not in self._rules():
            return _GONE
        said, words = form["press"], ""
        if said == WRONG_ROLE:
            role = form.get("role", "")
            if role and role not in ROLES:
                return _NO_ROLE
            said = f"{said}:{role}" if role else said
        else:
            words = tidy(form.get("words", ""))
            if len(words) > LONGEST:
                return _TOO_LONG
        today = practice_day(self._clock())
        kept = self._answers.said.press(card, box.rule, box.version, said, today, words=words)
        return Pressed(200, "Thank you", _says(form["press"])) if kept else _NO_CARD

    def state(self) -> Mapping[str, object]:
        """What whoever runs the service is to know of it: only where there is something.

        No words and no numbers are in it. It blocks; StoreError.
        """
        rules, today = self._rules(), practice_day(self._clock())
        late = self._answers.said.late(today)
        wrong = self._answers.said.wrong_role((r.id, str(r.version)) for r in rules.values())
        found: dict[str, object] = {
            "repliesDue": [{"rule": rule, "says": _DUE} for rule in sorted(late)],
            "wrongRole": [
                {"rule": rule, "says": suggested(rules[rule], roles)}
                for rule, roles in wrong.items()
            ],
        }
        return {name: value for name, value in found.items() if value}

    def _rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self._live.rules.library.rules}

    def _closed(self, box: _Box, at: int) -> str:
        return self._box.close(msgspec.json.encode(box), at)

    def _opened(self, closed: str) -> _Box | None:
        if len(closed) > _LONGEST_BOX:
            return None
        opened = self._box.open(closed, int(self._clock().timestamp()), GOOD_FOR)
        return None if opened is None else _BOX.decode(opened)


_DUE = f"Words about it have waited for more than {REPLY_WITHIN.days} days for a reply."


def _says(press: str) -> str:
    if press == WRONG_ROLE:
        return "It is kept that this card is not for your role. Nobody is told that it was you."
    kept = "It is kept that this card helped." if press == UP else (
        "It is kept that this card did not help."
    )  # fmt: skip
    return f"{kept} {_THANKS}"


def tidy(text: str) -> str:
    """Words as they were meant: what cannot be seen is left out, but for the ends of lines."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(c for c in plain if c == "\n" or c.isprintable() or c in _JOINERS).strip()


_JOINERS = "\u200d\ufe0f"  # of a face with a beard, say


def suggested(rule: Rule, roles: Sequence[str]) -> str:
    """What to write in a rule that some said is not for these roles; "" is one that nobody told."""
    told = [role for role in roles if role]
    says = [f"At least {SOME} times since version {rule.version} it was said:"]
    says += [f"not for my role, {role}." for role in told]
    if "" in roles:
        says.append("not for my role, without saying which.")
    listed = rule.show_to or CLINICAL_ROLES
    left = [role for role in listed if role not in told]
    if told and len(left) < len(listed) and left:
        says.append(f"In its file, leave out {_and(told)}. Type: show_to: [{', '.join(left)}]")
    elif told and len(left) == len(listed) and rule.show_to:
        says.append(f"Its show_to: leaves out {_and(told)} already.")
    elif told and left:
        says.append(f"In its file, say whom it is for. Type: show_to: [{', '.join(left)}]")
    else:
        says.append(
            "Ask in the team whose it is, and name their roles in its file under show_to:, such as"
            " show_to: [nurse, pharmacist]"
        )
    return " ".join(says)


def _and(names: list[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
