"""A rule file whole: the headings in the order people talk."""

from collections.abc import Mapping
from typing import NamedTuple

from rules.fact import Fact, facts_of
from rules.people import Stories
from rules.problems import did_you_mean, nearest
from rules.reading import Reader
from rules.rule import Care, Evidence, Exclusion, Purpose, Rule, Status
from rules.schema.card import read_card, read_offers, read_quiet
from rules.schema.conditions import condition_under
from rules.schema.facts import read_facts
from rules.schema.names import Names
from rules.schema.stories import read_stories
from rules.text import Block, Node

HOOKS = ("patient-view", "appointment-book")
_HOOKS_LATER = frozenset({"encounter-start", "encounter-discharge", "order-select", "order-sign"})

KEYS = (
    "format", "id", "title", "version", "status", "purpose", "owner", "evidence", "not_for",
    "review_by", "hook", "facts", "when", "when_unknown", "exclude", "card", "offers", "quiet",
    "today", "people", "tests",
)  # fmt: skip
_LATER = frozenset({"co_produced_with", "pdsa", "safety", "replaces", "pilot", "show_to", "allow"})
_NEEDED = ("format", "id", "title", "owner", "hook", "when", "card", "quiet")


class RuleFile(NamedTuple):
    """A rule with the stories that prove it."""

    rule: Rule
    stories: Stories


def read_rule(reader: Reader, node: Node, stem: str, names: Names) -> RuleFile | None:
    """One rule; None if anything in it has to be fixed first."""
    block = reader.block(node, "A rule")
    if block is None:
        return None
    reader.keys(block, "a rule", KEYS, later=_LATER, needed=_NEEDED)
    _format(reader, block)
    rule_id = reader.get(block, "id", reader.name)
    if rule_id is not None and rule_id != stem:
        reader.stop(
            block.pairs["id"][1].at,
            "E15",
            f'The rule is called "{rule_id}" and its file "{stem}".',
            "Give both the same name.",
        )
    status = reader.get(
        block,
        "status",
        lambda n: reader.one_of(n, _STATUSES, "status", frozenset({"live", "shadow", "paused"})),
    )
    reader.get(
        block,
        "purpose",
        lambda n: reader.one_of(n, _PURPOSES, "purpose", frozenset({"information", "safety net"})),
    )
    known = names.with_facts({})  # what is faulty in this file is faulty in this file alone
    own = reader.get(block, "facts", lambda n: read_facts(reader, n, known)) or {}
    known = known.with_facts(own)
    hook = reader.get(block, "hook", lambda n: _hook(reader, n))
    when = condition_under(reader, block, "when", known)
    exclusions = reader.get(block, "exclude", lambda n: read_exclusions(reader, n, known)) or ()
    card = reader.get(block, "card", lambda n: read_card(reader, n, known))
    offers = reader.get(block, "offers", lambda n: read_offers(reader, n, known)) or ()
    quiet = reader.get(block, "quiet", lambda n: read_quiet(reader, n, known))
    title = reader.get(block, "title", reader.prose)
    if title is not None and len(title) > 100:
        reader.stop(
            block.pairs["title"][1].at,
            "L01",
            f"The title has {len(title)} characters; the most is 100.",
        )
    owner = reader.get(block, "owner", reader.prose)
    unknown = reader.get(
        block, "when_unknown", lambda n: reader.one_of(n, _WHEN_UNKNOWN, "when_unknown")
    )
    evidence = tuple(
        e for e in (_evidence(reader, i) for i in _list(reader, block, "evidence")) if e
    )
    not_for = tuple(t for t in (reader.prose(i) for i in _list(reader, block, "not_for")) if t)
    review_by = reader.get(block, "review_by", reader.day)
    version = reader.get(block, "version", reader.whole)
    stories = read_stories(reader, block, known)
    if any(p.stops for p in reader.problems):
        return None
    if not (rule_id and title and owner and hook and when and card and quiet):
        return None  # each has been reported as missing
    rule = Rule(
        rule_id, title, 1 if version is None else version, status or Status.DRAFT, Purpose.OFFER,
        owner, Care(evidence, (), not_for, review_by), (hook,), (), own, when, unknown == "prompt",
        exclusions, card, offers, quiet, block.at,
    )  # fmt: skip
    _lints(reader, block, rule)
    return RuleFile(rule, stories)


_STATUSES: Mapping[str, Status] = {str(s): s for s in Status if s is not Status.LIVE}
_PURPOSES: Mapping[str, str] = {"offer": "offer"}
_WHEN_UNKNOWN: Mapping[str, str] = {"stay quiet": "stay quiet", "prompt": "prompt"}


def _list(reader: Reader, block: Block, key: str) -> tuple[Node, ...]:
    return reader.items(block.pairs[key][1], f'"{key}"') if key in block.pairs else ()


def _format(reader: Reader, block: Block) -> None:
    value = reader.get(block, "format", reader.whole)
    if value is not None and value != 1:
        reader.stop(
            block.pairs["format"][1].at,
            "E10",
            f"Format {value} is newer than this Good Day.",
            "This one reads format: 1.",
        )


def _hook(reader: Reader, node: Node) -> str | None:
    hook = reader.text(node)
    if hook is None or hook in HOOKS:
        return hook
    if hook in _HOOKS_LATER:
        reader.not_yet(node.at, f'Hook "{hook}"')
    else:
        reader.stop(node.at, "E10", f'"{hook}" is not a moment I know.', did_you_mean(hook, HOOKS))
    return None


def _evidence(reader: Reader, node: Node) -> Evidence | None:
    block = reader.block(node, "Evidence")
    if block is None:
        return None
    reader.keys(
        block, "evidence", ("claim", "source", "strength", "link"), needed=("claim", "source")
    )
    claim = reader.get(block, "claim", reader.prose)
    source = reader.get(block, "source", reader.prose)
    strength = reader.get(block, "strength", reader.prose)
    link = reader.get(block, "link", reader.text)
    if link is not None and not link.startswith("https://"):
        reader.stop(block.pairs["link"][1].at, "E10", "A link starts with https://.")
    return Evidence(claim, source, strength or "", link or "") if claim and source else None


_IF_UNKNOWN: Mapping[str, str] = {"exclude": "exclude", "include": "include"}


def read_exclusions(reader: Reader, node: Node, names: Names) -> tuple[Exclusion, ...]:
    """Who a rule is not for, in order."""
    found = (_exclusion(reader, item, names) for item in reader.items(node, '"exclude"'))
    return tuple(exclusion for exclusion in found if exclusion is not None)


def _exclusion(reader: Reader, node: Node, names: Names) -> Exclusion | None:
    block = reader.block(node, "Each exclusion")
    if block is None:
        return None
    known = ("shared", "if", "because", "if_unknown")
    for word in tuple(block.pairs):
        if word not in known and nearest(word, known) == "shared":
            reader.misspelt(block, word, "an exclusion", known)
    if "shared" in block.pairs:
        reader.keys(block, "a shared exclusion", ("shared", "if_unknown"))
        name = reader.get(block, "shared", reader.text)
        shared = names.exclusions.get(name or "")
        if name is not None and shared is None and not names.is_faulty("exclusion", name):
            reader.stop(
                block.pairs["shared"][1].at,
                "E11",
                f'There is no shared exclusion called "{name}".',
                did_you_mean(name, names.exclusions),
            )
        if shared is None:
            return None
        return Exclusion(
            shared.name,
            shared.condition,
            shared.because,
            _excludes(reader, block, shared.if_unknown_exclude),
        )
    return read_own_exclusion(reader, block, names)


def read_own_exclusion(
    reader: Reader, block: Block, names: Names, name: str = ""
) -> Exclusion | None:
    """An exclusion with a condition of its own; it is called by its first fact where unnamed."""
    reader.keys(block, "an exclusion", ("if", "because", "if_unknown"), needed=("if", "because"))
    condition = condition_under(reader, block, "if", names)
    because = reader.get(block, "because", reader.prose)
    if condition is None or because is None:
        return None
    return Exclusion(
        name or facts_of(condition)[0].name, condition, because, _excludes(reader, block, True)
    )


def _excludes(reader: Reader, block: Block, default: bool) -> bool:
    word = reader.get(block, "if_unknown", lambda n: reader.one_of(n, _IF_UNKNOWN, "if_unknown"))
    return default if word is None else word == "exclude"


def _lints(reader: Reader, block: Block, rule: Rule) -> None:
    if not any(exclusion.name == "palliative" for exclusion in rule.exclusions):
        reader.think(
            block.at,
            "S01",
            "Nothing in this rule leaves people in palliative care alone.",
            "Under exclude, add - shared: palliative",
        )
    asked: set[Fact] = set(facts_of(rule.when))
    for exclusion in rule.exclusions:
        asked |= set(facts_of(exclusion.condition))
    for offer in rule.offers:
        asked |= set(facts_of(offer.condition)) if offer.condition else set()
        asked |= {offer.needs} if offer.needs else set()
        asked |= set(offer.label.facts)
    asked |= set(rule.card.facts)
    asked |= {f for fact in rule.looks_at for f in (fact.since, fact.before) if isinstance(f, Fact)}
    for fact in rule.facts.values():
        if fact not in asked:
            reader.think(
                fact.at,
                "E11",
                f'Nothing uses the fact "{fact.name}".',
                "Use it in when or exclude, or take it out.",
            )
