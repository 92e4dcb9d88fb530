"""A clinician judges a rule before it goes live: was it right about this person, or wrong?

For whom a trusted proxy names as clinical, and by no link of a card. A look at a case is in the
audit before its page is sent, as of every page about somebody; of what was pressed nothing is kept
but the verdict. Who is judged: ``store/cases.py``; how many have to be: ``prompts/judged.py``.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cds_hooks import logs
from cds_hooks.access import CLINICAL, Viewer
from cds_hooks.clock import Clock, practice_day
from cds_hooks.grounds import name_of
from cds_hooks.live import Live
from cds_hooks.looking import ELSEWHERE, NOT_YOUR_ROLE, Elsewhere, Looking
from cds_hooks.muting import form_of
from cds_hooks.pages.judging import (
    OneCase,
    Said,
    Saw,
    ToJudge,
    case_page,
    judging_page,
    said_page,
)
from cds_hooks.pages.sent import SIGNED_IN, sent
from cds_hooks.pages.told import about
from cds_hooks.pages.why import not_for_you_page
from cds_hooks.sampling import BY_EXCLUSION, to_judge
from cds_hooks.store.answers import Answers, Used
from cds_hooks.store.audit import Looked
from cds_hooks.store.cases import LENGTH, SORTS, Case, Verdict
from prompts.judged import Judged
from rules.days import in_words
from rules.fact import Fact, Sort
from rules.rule import Rule

_NOBODY = "Nobody has said who you are. Come through the practice's own sign-in."
_NO_RULE = "That rule is not in shadow or pilot, so it is not judged."
_WHO = re.compile(f"[0-9a-f]{{{LENGTH}}}")
_MOST_BYTES = 1024  # of a form with a case and a button, and no words
_TAKE_BACK = "take back"
_BECAUSE: Mapping[str, str] = {
    "conditions": "What it is for is not so of them, by what the rule saw.",
    "compassion": "The practice leaves people alone for whom this is so, whatever a rule says.",
    "consent": "They have said no.",
    "done": "What it offers is on the record as under way.",
    "elsewhere": "Another system asked about the same lately, by what it left on the record.",
}
_page = partial(sent, headers=SIGNED_IN)


class Judging:
    """What is shown and what is pressed. Calls block: keep them off the loop. StoreError."""

    def __init__(self, answers: Answers, live: Live, clock: Clock) -> None:
        self._answers, self._live, self._clock = answers, live, clock

    def every(self) -> bytes:
        """The page of all rules that are judged."""
        rules = self._rules()
        far = self._answers.cases().judged(to_judge(rules.values()))
        library = self._live.rules.library
        found = [
            ToJudge(rule.id, rule.title, str(rule.status), far[rule.id])
            for rule in library.rules
            if rule.id in far
        ]
        return judging_page(library.practice, found)

    def next(self, name: str) -> tuple[Rule, Judged, Case | None] | None:
        """The next case of a rule, and how far it is; None where that rule is not judged."""
        rule = self._rules().get(name)
        if rule is None:
            return None
        versions, cases = to_judge([rule]), self._answers.cases()
        return rule, cases.judged(versions)[name], cases.next(name, versions[name])

    def page(self, found: tuple[Rule, Judged, Case | None]) -> bytes:
        """The page of such a case."""
        rule, judged, case = found
        told = about(rule, (), self._today)
        one = _one(rule, case) if case is not None else None
        return case_page(self._live.rules.library.practice, told, judged, one)

    def press(self, name: str, form: Mapping[str, str]) -> Said:
        """Do what was pressed, and say what came of it."""
        rule, pressed = self._rules().get(name), form.get("press", "")
        sort, who = form.get("sort", ""), form.get("case", "")
        known = pressed == _TAKE_BACK or pressed in [*Verdict]
        if not known or sort not in SORTS or not _WHO.fullmatch(who):
            return Said(400, "Nothing was changed", "That is no button of this page.")
        if rule is None:
            return Said(404, "Nothing was changed", _NO_RULE)
        version = to_judge([rule])[name]
        if form.get("version", "") != version:
            says = "The rule was changed since that page was made: it is judged anew."
            return Said(409, "Nothing was changed", says, name, waits=True)
        cases, case = self._answers.cases(), (name, version, sort, who)
        if pressed == _TAKE_BACK:
            if cases.take_back(case, self._today):
                return Said(200, "Taken back", "It waits to be judged again.", name, waits=True)
            says = "Only what was judged today can be taken back."
            return Said(409, "Nothing was changed", says, name, waits=True)
        if not cases.judge(case, Verdict(pressed), self._today):
            says = "Somebody judged this case already, or it was let go of."
            return Said(409, "Nothing was changed", says, name, waits=True)
        judged = cases.judged({name: version})[name]
        says = judged.in_words()
        if judged.is_enough():
            says = f"{says} {judged.leaves_open()}"
        waits = bool(judged.shown.waiting or judged.silent.waiting)
        slip = (("version", version), ("sort", sort), ("case", who))
        return Said(200, f"Written down: {pressed}", says, name, slip, waits)

    def whom(self, case: Case) -> str:
        """The keyed hash of whoever a case is about, for the audit."""
        return self._answers.key.hidden(case.person)

    @property
    def _today(self) -> date:
        return practice_day(self._clock())

    def _rules(self) -> dict[str, Rule]:
        rules = self._live.rules.library.rules
        judged = to_judge(rules)
        return {rule.id: rule for rule in rules if rule.id in judged}


def _one(rule: Rule, case: Case) -> OneCase:
    facts = {name_of(fact): fact for fact in rule.looks_at}
    client, _, person = case.person.rpartition(":")
    return OneCase(
        version=case.version,
        sort=case.sort,
        who=case.who,
        is_shown=case.sort == "shown",
        day=in_words(case.day),
        person=person,
        client=client,
        because=_because(rule, case.step),
        saw=tuple(_saw(one, facts[one.fact]) for one in case.facts if one.fact in facts),
    )


def _because(rule: Rule, step: str) -> str:
    """Why it would not have been shown, in a sentence."""
    if step.startswith(BY_EXCLUSION):
        name = step.removeprefix(BY_EXCLUSION)
        whys = (one.because for one in rule.exclusions if one.name == name)
        return f"Left alone: {next(whys, name)}."
    return _BECAUSE.get(step, "")


def _saw(used: Used, fact: Fact) -> Saw:
    days = " and ".join(map(in_words, used.days))
    # Of an age, a result or a choice the value is not kept.
    there = "yes" if fact.give.sort in (Sort.YES_NO, Sort.DATE) else "known, and not kept"
    says = {"yes": days or there, "no": "not on the record"}.get(used.answer, "could not be told")
    return Saw(fact.label, says, tuple(code.replace("|", " ") for code in used.codes))


def judging_routes(
    live: Live,
    looking: Looking,
    judging: Judging,
    elsewhere: Elsewhere,
    clock: Clock,
    arrive_within: float,
) -> APIRouter:
    """The routes, to be put on an app. A form has to be here in ``arrive_within`` seconds."""
    routes = APIRouter()
    access, audit = looking.access, looking.audit

    @routes.get("/judging")
    async def every(request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None or CLINICAL not in viewer.roles:
            return _not_for(viewer)
        found: list[bytes] = []
        await elsewhere(lambda: found.append(judging.every()))
        return _page(found[0])

    @routes.get("/judging/{rule}")
    async def next_case(rule: str, request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None:
            return _not_for(viewer)
        if CLINICAL not in viewer.roles:
            await elsewhere(lambda: _keep(viewer, rule[:64], allowed=False))
            return _not_for(viewer)
        found: list[tuple[Rule, Judged, Case | None] | None] = []
        await elsewhere(lambda: found.append(judging.next(rule)))
        one = found[0]
        if one is None:
            return _page(_said(_NO_RULE), 404)
        case = one[2]
        if case is not None:
            what = f"{case.rule} about {judging.whom(case)}"
            await elsewhere(lambda: _keep(viewer, what, allowed=True))
            logs.event("looked", status=200, reason="case")
        return _page(judging.page(one))

    @routes.post("/judging/{rule}")
    async def press(rule: str, request: Request) -> Response:
        viewer = access.by_proxy(request)
        if viewer is None or CLINICAL not in viewer.roles:
            return _not_for(viewer)
        if not access.is_from_here(request, looking.address):
            logs.event("looked", status=403, reason="elsewhere")
            return _page(_said(ELSEWHERE), 403)
        form = await form_of(request, arrive_within, _MOST_BYTES)
        found: list[Said] = []
        await elsewhere(lambda: found.append(judging.press(rule, form)))
        return _page(said_page(live.rules.library.practice, found[0]), found[0].status)

    def _keep(viewer: Viewer, what: str, *, allowed: bool) -> None:
        said = ",".join(sorted(viewer.roles))
        audit.add(Looked(clock(), viewer.name, said, "case", what, allowed))

    def _not_for(viewer: Viewer | None) -> Response:
        reason, says = ("nobody", _NOBODY) if viewer is None else ("role", NOT_YOUR_ROLE)
        logs.event("looked", status=403, reason=reason)
        return _page(_said(says), 403)

    def _said(says: str) -> bytes:
        return not_for_you_page(live.rules.library.practice, says)

    return routes
