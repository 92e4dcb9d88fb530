"""The whole examination, in its order. Start reading here.

First what there is to call, then who gets a card, then everything that may be wrong with a call.
Tokens, browsers and the time are asked about once; everything else of every service.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from cds_hooks.conformance import (
    browsers,
    calls,
    discovery,
    feedback,
    servers,
    speed,
    states,
    tokens,
)
from cds_hooks.conformance.asking import Asked, Asking, Listed
from cds_hooks.conformance.discovery import needs_a_token
from cds_hooks.conformance.exchange import Caller, Unreachable
from cds_hooks.conformance.hooks import HOOKS
from cds_hooks.conformance.notes import Notes, Result, Status
from cds_hooks.conformance.people import Person, invented
from cds_hooks.conformance.signing import Signer


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to examine, and what that takes. ``within`` is the time for an answer, in seconds."""

    url: str
    clock: Callable[[], datetime]
    signer: Signer | None = None
    origin: str = ""
    person: Person | None = None
    only: str = ""
    fhir_server: str = ""
    within: float = 0.5
    # A call may take this much longer than it ought to before it is given up, in seconds.
    patience: float = 10.0


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of it. ``took`` is in seconds."""

    address: str
    at: datetime
    took: float
    asked: tuple[Listed, ...]
    results: tuple[Result, ...]
    asides: tuple[str, ...] = ()
    answered: bool = True

    def of(self, status: Status, *levels: str) -> list[Result]:
        """The results of one status, of some levels or of all."""
        return [
            one
            for one in self.results
            if one.status is status and (not levels or one.requirement.level in levels)
        ]


class NothingToAsk(Exception):
    """There is no service of the name that was asked for. Its text is a sentence for people."""


def examine(wanted: Wanted) -> Examined:
    """Ask a service everything. Raises Unreachable, or NothingToAsk."""
    began = perf_counter()
    notes = Notes()
    caller = Caller(wanted.url, wanted.signer, wanted.patience)
    try:
        listed = discovery.discover(caller, notes)
        discovery.without_token(caller, notes)
        if wanted.only and wanted.only not in {one.id for one in listed}:
            raise NothingToAsk(f"{caller.base} lists no service called {wanted.only}.")
        chosen = [one for one in listed if wanted.only in ("", one.id)]
        answered = _examine_services(wanted, caller, chosen, notes)
    finally:
        caller.close()
    _never_seen_from_outside(notes)
    return Examined(
        caller.base,
        wanted.clock(),
        perf_counter() - began,
        tuple(chosen),
        notes.results(),
        notes.asides,
        answered,
    )


def _examine_services(wanted: Wanted, caller: Caller, chosen: list[Listed], notes: Notes) -> bool:
    """Every service; whether one of them answered a whole call."""
    today = wanted.clock().date()
    everybody = (wanted.person,) if wanted.person else invented(today)
    best: tuple[Asking, Asked] | None = None
    for one in chosen:
        asking = Asking(caller, one, today, notes)
        usual = _examine_service(wanted, asking, everybody)
        if usual and (best is None or (usual.answer.cards and not best[1].answer.cards)):
            best = asking, usual
    if best is None:
        notes.not_tried("No service answered a whole call with 200.", *_AFTER_AN_ANSWER)
        return False
    asking, usual = best
    calls.nobody_home(asking)
    browsers.all_questions(asking, usual, wanted.origin)
    tokens.all_tokens(asking, usual)
    speed.in_time(asking, usual, wanted.within)
    if caller.hurried:
        notes.aside("The service said 429, too many requests, and was asked again later.")
    return True


_AFTER_AN_ANSWER = (
    *("Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8", "Q9", "Q10"),
    *("R1", "R2", "R3", "R4", "R6", "R8", "R9"),
    *("E1", "E2", "E5", "E6", "E7", "E8", "E9", "F1", "F5", "L1"),
    *("O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8"),
    *("A1", "A2", "A4", "A5", "A6", "A8", "A9", "A10", "A11", "A12"),
)


def _examine_service(wanted: Wanted, asking: Asking, everybody: tuple[Person, ...]) -> Asked | None:
    """One service; the call that shows most of it, or None where none was answered."""
    notes = asking.notes
    hook = asking.listed.hook
    if hook not in HOOKS:
        notes.aside(f"The hook {hook} is none of the published ones; its context is only guessed.")
    asked = [asking.ask(person, person.about) for person in everybody]
    answered = [one for one in asked if one.answer.status == 200]
    if not answered:
        _not_answered(asking, asked[0])
        return None
    usual = next((one for one in answered if one.answer.cards), answered[0])
    nothing = usual.person.without_record()
    empty = asking.ask(nothing, nothing.about)
    if not usual.answer.cards and empty.answer.cards:
        usual, empty = empty, usual
    if not usual.answer.cards:
        notes.aside(f"{asking.listed.id}: nobody got a card, so no card was looked at.")
    if empty.answer.status == 200 and not empty.answer.cards:
        notes.expect("S2", True, "", "")
    _examine_prefetch(asking, usual, empty, answered)
    calls.what_must_not_be_answered(asking, usual)
    calls.what_must_be_tolerated(asking, usual)
    calls.bodies_that_are_no_call(asking, usual)
    calls.members_named_twice(asking, usual)
    feedback.all_forms(asking, usual, wanted.clock())
    servers.fetched(asking, wanted.person, wanted.fhir_server)
    servers.strange_server(asking, usual)
    calls.as_before(asking, usual)
    return usual


def _not_answered(asking: Asking, asked: Asked) -> None:
    if asked.answer.status in (401, 403):
        raise Unreachable(needs_a_token(asking.caller, asked.answer.status))
    known = asking.listed.hook in HOOKS
    says = f"a whole call was answered with an error: {asked.answer.came}"
    if known and asked.answer.status != 412:
        asking.notes.expect("S1", False, says, asking.where(asked.person.about))
    else:
        asking.notes.aside(f"{asking.listed.id}: {says}.")


def _examine_prefetch(asking: Asking, usual: Asked, empty: Asked, answered: list[Asked]) -> None:
    notes = asking.notes
    if not asking.listed.prefetch:
        notes.not_tried("No service asks for prefetch.", *(f"R{n}" for n in (1, 2, 3, 4, 6, 8, 9)))
        return
    states.nothing_sent(asking, usual, empty)
    states.nulls(asking, usual)
    found = states.silencers(asking, answered)
    if not found:
        notes.not_tried("No list was found that keeps a card from coming.", "R2", "R4", "R8")
    states.not_readable(asking, usual, found)
    if usual.answer.cards:
        states.somebody_else(asking, usual)
    else:
        notes.not_tried("Nobody got a card.", "R6")


def _never_seen_from_outside(notes: Notes) -> None:
    servers.not_seen_from_outside(notes)
    feedback.not_seen_from_outside(notes)
    notes.not_tried("It is a permission, nothing to keep.", "S4")
    notes.not_tried("It is judged as J2 and J3.", "J4")
    notes.not_tried("Where it is written down cannot be told from outside.", "D14")
    notes.not_tried("Whether a user may see all data is known to the client only.", "R5")
    notes.not_tried("What a client means by null is agreed beforehand.", "R7")
    notes.not_tried("Which keys are kept cannot be seen from outside; A2 and A11 are tried.", "A3")
