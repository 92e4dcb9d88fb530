"""What changed in meaning between two versions of a rule, in the words of its author.

Comments, layout and the order of headings are no change. What decides or is said and is not told
here one by one is told as a whole, so that no change goes without a line.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from rules.codes import CodeList
from rules.days import Duration
from rules.fact import Condition, behind, facts_of
from rules.fingerprint import fingerprint, meaning
from rules.remembered import offer_key, offer_keys
from rules.rule import Exclusion, Offer, Quiet, Rule, Words
from rules.schema.lock import lists_of
from rules.side_by_side import fields, lines, text


class Part(StrEnum):
    """Which part of a rule changed, in the order in which people talk."""

    WHEN_ASKED = "when it is asked"
    LOOKED_UP = "what is looked up"
    WHO_FOR = "who it is for"
    WHO_NOT_FOR = "who it is not for"
    WORDING = "wording"
    OFFERS = "offers"
    QUIET = "when people are left alone"
    CODES = "code lists"
    OTHER = "besides"


class Difference(NamedTuple):
    """One thing that changed. ``line`` is in the new file, or in the old one of what was removed.

    ``weaker`` is what left somebody alone and may not any more, or for less long.
    """

    part: Part
    says: str
    line: int = 0
    removed: bool = False
    weaker: bool = False


class Look(NamedTuple):
    """Somebody who needs to look, and why."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Version:
    """A rule, and the code lists that it was read with."""

    rule: Rule
    lists: Mapping[str, CodeList]


def differences(old: Version, new: Version) -> tuple[Difference, ...]:
    """Everything that changed in what a rule decides and says; nothing where nothing did."""
    was, now = old.rule, new.rule
    found = [
        *_when_asked(was, now),
        *_looked_up(was, now),
        *_conditions(Part.WHO_FOR, was.when, now.when, was, now),
        *_when_unknown(was, now),
        *_exclusions(was, now),
        *_wording(was, now),
        *_offers(was, now),
        *_quiet(was.quiet, now),
        *_codes(old, new),
    ]
    if not found and fingerprint(was) != fingerprint(now):
        found.append(Difference(Part.OTHER, "something else changed: compare the two files"))
    return tuple(found)


def who_needs_to_look(found: Iterable[Difference], rule: Rule) -> tuple[Look, ...]:
    """Who is asked before the new version is used; nobody where nothing changed."""
    every = tuple(found)
    if not every:
        return ()
    looks: list[Look] = []
    exclusions = [one for one in every if one.part is Part.WHO_NOT_FOR]
    if any(one.removed and one.weaker for one in exclusions):
        looks.append(Look("clinical safety", "an exclusion was removed"))
    elif any(one.weaker for one in every):
        looks.append(Look("clinical safety", "somebody may be left alone less"))
    elif exclusions:
        looks.append(Look("clinical safety", "an exclusion changed"))
    if any(one.part is Part.WORDING for one in every):
        looks.append(Look("people it is for", "the wording changed"))
    if any(one.part is Part.CODES for one in every):
        looks.append(Look("whoever keeps the code lists", "codes came or went"))
    return (*looks, Look("owner", rule.owner))


def _when_asked(old: Rule, new: Rule) -> Iterator[Difference]:
    headings = {"hook": "hooks", "show_to": "show_to", "purpose": "purpose"}
    headings["already_prompted_by"] = "elsewhere"
    for heading, name in headings.items():
        was, now = getattr(old, name), getattr(new, name)
        if meaning(was) != meaning(now):
            yield Difference(
                Part.WHEN_ASKED,
                f"{heading}: {text(was)} -> {text(now)}",
                new.place(heading).line,
                weaker=name == "elsewhere" and len(was) > len(now),
            )


_FACT = {
    "label": "label", "find": "find", "lists": "codes", "statuses": "status", "within": "within",
    "since": "since", "before": "before", "in_next": "in_next", "ended_by_lists": "ended_by",
    "give": "give", "if_undated": "if_undated", "filed": "filed", "topic": "topic",
    "replies": "replies", "unit": "unit", "states": "states", "means": "means",
    "expression": "cel",
}  # fmt: skip


def _looked_up(old: Rule, new: Rule) -> Iterator[Difference]:
    """Facts under the same name that ask otherwise; those that came or went stand in conditions."""
    known = {fact.name: fact for fact in old.looks_at if fact.name}
    guards = behind(fact for one in old.exclusions for fact in facts_of(one.condition))
    for fact in new.looks_at:
        was = known.get(fact.name)
        if was is None or meaning(was) == meaning(fact):
            continue
        at = fact.at.line if fact.at.file == new.at.file else 0
        for says in tuple(fields(was, fact, _FACT)) or ("it changed",):
            weaker = was in guards and not says.startswith(("label:", "means:"))
            yield Difference(Part.LOOKED_UP, f"{fact.name}: {says}", at, weaker=weaker)


def _conditions(
    part: Part, was: Condition | None, now: Condition | None, old: Rule, new: Rule, of: str = ""
) -> Iterator[Difference]:
    """The lines of a condition in words that went, and those that came."""
    before, after = lines(was, old), lines(now, new)
    for tag, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for line in before[i:j]:
            yield Difference(part, f"{of}- {line}", removed=True)
        for line in after[k:m]:
            yield Difference(part, f"{of}+ {line}")


def _when_unknown(old: Rule, new: Rule) -> Iterator[Difference]:
    if old.prompt_when_unknown is not new.prompt_when_unknown:
        says = "where that cannot be told, it " + (
            "prompts now" if new.prompt_when_unknown else "does not prompt any more"
        )
        at = new.place("when_unknown", "when").line
        yield Difference(Part.WHO_FOR, says, at, weaker=new.prompt_when_unknown)


def _exclusions(old: Rule, new: Rule) -> Iterator[Difference]:
    part = Part.WHO_NOT_FOR
    before, after = _by_name(old.exclusions), _by_name(new.exclusions)
    for name, gone in before.items():
        if name not in after:
            line, because = gone[0].at.line, gone[0].because
            yield Difference(part, f'{name} was removed: "{because}"', line, True, True)
    for name, came in after.items():
        was = before.get(name)
        one, line = came[0], came[0].at.line
        if was is None:
            yield Difference(part, f'{name} is new: "{one.because}"', line)
        elif meaning(tuple(was)) != meaning(tuple(came)):
            yield from _exclusion(was[0], one, old, new)
            if len(was) != len(came):
                says = f"{name} stands there {len(came)} times, and {len(was)} before"
                yield Difference(part, says, line, weaker=len(was) > len(came))
    if tuple(before) != tuple(after) and set(before) == set(after):
        yield Difference(part, "the order changed: the first that applies is the one that is told")


def _exclusion(was: Exclusion, now: Exclusion, old: Rule, new: Rule) -> Iterator[Difference]:
    part, name, line = Part.WHO_NOT_FOR, now.name, now.at.line
    came = tuple(_conditions(part, was.condition, now.condition, old, new, f"{name}: "))
    yield from (one._replace(line=line, removed=False, weaker=True) for one in came)
    if was.if_unknown_exclude is not now.if_unknown_exclude:
        to = "excludes" if now.if_unknown_exclude else "does not exclude any more"
        says = f"{name}: where that cannot be told, it {to}"
        yield Difference(part, says, line, weaker=was.if_unknown_exclude)
    if was.because != now.because:
        says = f'{name}: because: "{was.because}" -> "{now.because}"'
        yield Difference(Part.WORDING, says, line)
    asks = meaning(was.condition) != meaning(now.condition)
    if asks and not came:
        yield Difference(part, f"{name}: what it looks up changed", line, weaker=True)


def _by_name(exclusions: Iterable[Exclusion]) -> dict[str, list[Exclusion]]:
    found: dict[str, list[Exclusion]] = {}
    for one in exclusions:
        found.setdefault(one.name, []).append(one)
    return found


TEXTS = ("summary", "question", "detail")


def same_texts(old: Rule, new: Rule) -> tuple[str, ...]:
    """Which of the texts of a card are as they were."""
    was, now = old.card.words, new.card.words
    return tuple(name for name in TEXTS if _said(was, name) == _said(now, name))


def _said(words: Words, name: str) -> str:
    return meaning(getattr(words, name))


def _wording(old: Rule, new: Rule) -> Iterator[Difference]:
    same = same_texts(old, new)
    for name in TEXTS:
        if name not in same:
            was, now = getattr(old.card.words, name), getattr(new.card.words, name)
            at = new.place(f"card.{name}", "card").line
            yield Difference(Part.WORDING, f"{name}: {text(was)} -> {text(now)}", at)
    at = new.place("card").line
    card = {"source": "source", "indicator": "indicator", "links": "links", "choose_one": "choose"}
    for says in fields(old.card, new.card, card):
        yield Difference(Part.WORDING, says, at)
    if meaning(old.card.variants) != meaning(new.card.variants):
        before, after = len(old.card.variants), len(new.card.variants)
        says = f"other words for some people changed ({before} before, {after} now)"
        yield Difference(Part.WORDING, says, at)


_OFFER = {
    "label": "label", "condition": "if", "if_unknown_show": "if_unknown", "needs": "needs",
    "recommended": "recommended", "service": "service", "code": "code", "words": "words",
    "ends_after": "ends_after", "results": "results", "lead_time": "lead_time",
    "layout": "layout", "template": "message", "channel": "channel", "form": "form",
    "role": "role", "due": "due", "text": "text", "priority": "priority", "reason": "reason",
    "also_known_as": "also_known_as",
}  # fmt: skip


def _offers(old: Rule, new: Rule) -> Iterator[Difference]:
    part, left = Part.OFFERS, list(old.offers)
    for offer in new.offers:
        keys = offer_keys(offer)
        was = next((one for one in left if offer_key(one) in keys), None)
        if was is None:
            yield Difference(part, f"{_named(offer)} is new", offer.at.line)
            continue
        left.remove(was)
        if meaning(was) != meaning(offer):
            for says in tuple(fields(was, offer, _OFFER)) or ("it changed",):
                yield Difference(part, f"{_named(offer)}: {says}", offer.at.line)
    for gone in left:
        yield Difference(part, f"{_named(gone)} was removed", gone.at.line, removed=True)


def _named(offer: Offer) -> str:
    return f'{str(offer.kind).replace("_", " ")} "{offer.label.plain}"'


_QUIET = {
    "also_known_as": "also_known_as", "also_quiet": "also_quiet", "no_thanks_hidden": "no_thanks",
    "declined_lists": "declined_codes", "not_done_lists": "not_done_codes",
}  # fmt: skip


def _quiet(was: Quiet, new: Rule) -> Iterator[Difference]:
    part, now, line = Part.QUIET, new.quiet, new.place("quiet").line
    if was.topic != now.topic:
        forgets = was.topic not in now.topics
        says = f"topic: {was.topic} -> {now.topic}"
        says += ", so that no answer to it is heard any more" if forgets else ""
        yield Difference(part, says, new.place("quiet.topic", "quiet").line, weaker=forgets)
    for reply in dict.fromkeys((*was.periods, *now.periods)):
        before, after = was.periods.get(reply), now.periods.get(reply)
        if before != after:
            says = f"after {reply}: {text(before)} -> {text(after)}"
            yield Difference(part, says, line, weaker=_shorter(before, after))
    if was.most != now.most:
        yield Difference(part, f"most: {_most(was)} -> {_most(now)}", line, weaker=True)
    for name, heading in _QUIET.items():
        a, b = getattr(was, name), getattr(now, name)
        if meaning(a) != meaning(b):
            weaker = bool(b) if name == "no_thanks_hidden" else any(one not in b for one in a)
            if name == "also_known_as":
                weaker = not was.topics <= now.topics
            yield Difference(part, f"{heading}: {text(a)} -> {text(b)}", line, weaker=weaker)


def _shorter(before: Duration | None, after: Duration | None) -> bool:
    return before is not None and (after is None or after.is_shorter_than(before))


def _most(quiet: Quiet) -> str:
    return "any number" if quiet.most is None else f"{quiet.most[0]} in {quiet.most[1]}"


def _codes(old: Version, new: Version) -> Iterator[Difference]:
    """Codes that came to lists of the rule and went, with the words that stand beside them."""
    names = lists_of(old.rule, old.lists.values()) | lists_of(new.rule, new.lists.values())
    for name in sorted(names & old.lists.keys() & new.lists.keys()):
        was, now = old.lists[name].words, new.lists[name].words
        for code in sorted(now.keys() - was.keys()):
            yield Difference(Part.CODES, f"{name}: + {code.code} {now[code]}".rstrip())
        for code in sorted(was.keys() - now.keys()):
            says = f"{name}: - {code.code} {was[code]}".rstrip()
            yield Difference(Part.CODES, says, removed=True, weaker=name in _guards(old.rule))


def _guards(rule: Rule) -> frozenset[str]:
    """The lists whose codes leave somebody alone: fewer codes leave fewer people alone."""
    facts = behind(fact for one in rule.exclusions for fact in facts_of(one.condition))
    names = {one.id for fact in facts for one in fact.lists}
    return frozenset({*names, *rule.quiet.declined_lists, *rule.quiet.not_done_lists})
