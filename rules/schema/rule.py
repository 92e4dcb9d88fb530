"""A rule file whole: the headings in the order people talk."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from rules.lints import ANSWERABLE
from rules.people import Stories
from rules.problems import Place, did_you_mean
from rules.reading import Reader
from rules.rule import Purpose, Rule, Status
from rules.schema.card import read_card
from rules.schema.care import read_care
from rules.schema.conditions import condition_under
from rules.schema.elsewhere import read_elsewhere
from rules.schema.exclusions import read_exclusions
from rules.schema.facts import read_facts
from rules.schema.key import check
from rules.schema.keys import RULE
from rules.schema.names import Names
from rules.schema.offers import read_offers
from rules.schema.quiet import read_quiet
from rules.schema.size import check_size
from rules.schema.stories import read_stories
from rules.schema.wording import read_plain
from rules.schema.words import HOOKS, OWN_HOOK, OWN_HOOK_MOST, THEMES
from rules.schema.written import written
from rules.text import Block, Node


class RuleFile(NamedTuple):
    """A rule with the stories that prove it."""

    rule: Rule
    stories: Stories


def read_rule(reader: Reader, node: Node, stem: str, names: Names) -> RuleFile | None:
    """One rule; None if anything in it has to be fixed first."""
    block = reader.block(node, "A rule")
    if block is None:
        return None
    check(reader, block, "a rule", RULE)
    _format(reader, block)
    rule_id = _id(reader, block, stem)
    status = reader.get(block, "status", lambda n: reader.one_of(n, _STATUSES, "status"))
    purpose = reader.get(block, "purpose", lambda n: reader.one_of(n, _PURPOSES, "purpose"))
    purpose = purpose or Purpose.OFFER
    theme = reader.get(block, "theme", lambda n: reader.one_of(n, _THEMES, "theme"))
    known = names.with_facts({})  # what is faulty in this file is faulty in this file alone
    own = reader.get(block, "facts", lambda n: read_facts(reader, n, known)) or {}
    known = known.with_facts(own)
    hooks = reader.get(block, "hook", lambda n: _hooks(reader, n))
    when = condition_under(reader, block, "when", known)
    exclusions = reader.get(block, "exclude", lambda n: read_exclusions(reader, n, known)) or ()
    card = reader.get(block, "card", lambda n: read_card(reader, n, known, purpose))
    offers = reader.get(block, "offers", lambda n: read_offers(reader, n, known)) or ()
    quiet = reader.get(block, "quiet", lambda n: read_quiet(reader, n, known, purpose))
    elsewhere = read_elsewhere(reader, block, known, purpose)
    title = _title(reader, block)
    owner = reader.get(block, "owner", reader.prose)
    unknown = reader.get(
        block, "when_unknown", lambda n: reader.one_of(n, _WHEN_UNKNOWN, "when_unknown")
    )
    show_to = reader.get(block, "show_to", lambda n: _roles(reader, n)) or ()
    version = reader.get(block, "version", reader.whole)
    care = read_care(reader, block, ANSWERABLE)
    stories = read_stories(reader, block, known, exclusions)
    if any(p.stops for p in reader.problems):
        return None
    if not (rule_id and title and owner and hooks and when and card and quiet):
        return None  # each has been reported as missing
    rule = Rule(
        rule_id, title, 1 if version is None else version, status or Status.DRAFT, purpose, owner,
        care, hooks, show_to, own, when, unknown == "prompt", exclusions, card, offers, quiet,
        block.at, "when_unknown" in block.pairs, dict(_places(block)), tuple(written(block)),
        elsewhere, theme or "",
    )  # fmt: skip
    return RuleFile(rule, stories) if check_size(reader, rule) else None


_STATUSES: Mapping[str, Status] = {str(status): status for status in Status}
_PURPOSES: Mapping[str, Purpose] = {str(purpose): purpose for purpose in Purpose}
_THEMES: Mapping[str, str] = {theme: theme for theme in THEMES}
_WHEN_UNKNOWN: Mapping[str, str] = {"stay quiet": "stay quiet", "prompt": "prompt"}


def _places(block: Block) -> Iterator[tuple[str, Place]]:
    """Where each heading stands, and each one right below it."""
    for heading, (key, value) in block.pairs.items():
        yield heading, key.at
        for below, (inner, _) in value.pairs.items() if isinstance(value, Block) else ():
            yield f"{heading}.{below}", inner.at


def _format(reader: Reader, block: Block) -> None:
    value = reader.get(block, "format", reader.whole)
    if value is not None and value != 1:
        reader.stop(
            block.pairs["format"][1].at,
            "E10",
            f"Format {value} is newer than this Good Day.",
            "This one reads format: 1.",
        )


def _id(reader: Reader, block: Block, stem: str) -> str | None:
    rule_id = reader.get(block, "id", reader.name)
    if rule_id is not None and rule_id != stem:
        reader.stop(
            block.pairs["id"][1].at,
            "E15",
            f'The rule is called "{rule_id}" and its file "{stem}".',
            "Give both the same name.",
        )
    return rule_id


def _title(reader: Reader, block: Block) -> str | None:
    title = reader.get(block, "title", lambda n: read_plain(reader, n))
    if title is not None and len(title) > 100:
        reader.stop(
            block.pairs["title"][1].at,
            "L01",
            f"The title has {len(title)} characters; the most is 100.",
        )
    return title


def _hooks(reader: Reader, node: Node) -> tuple[str, ...] | None:
    """One moment or several."""
    found: list[str] = []
    for item in reader.listed(node, '"hook"'):
        hook = reader.text(item)
        if hook is None:
            continue
        if hook in HOOKS or (len(hook) <= OWN_HOOK_MOST and re.fullmatch(OWN_HOOK, hook)):
            found.append(hook)
        elif len(hook) > OWN_HOOK_MOST:
            says = f"A moment's name has at most {OWN_HOOK_MOST} characters; this has {len(hook)}."
            reader.stop(item.at, "E10", says, "Write a shorter one, such as uk.nhs.review-due.")
        elif re.search("[0-9]{6}", hook):
            says = "A moment's name has no six digits in a row: it could be somebody's number."
            reader.stop(item.at, "E10", says, "Write one without, such as uk.nhs.review-due.")
        else:
            hint = did_you_mean(hook, HOOKS)
            hint += " A moment of your record system's own has its name, such as uk.nhs.review-due."
            reader.stop(item.at, "E10", f'"{hook}" is not a moment I know.', hint.strip())
    return tuple(dict.fromkeys(found)) or None


def _roles(reader: Reader, node: Node) -> tuple[str, ...]:
    return tuple(name for item in reader.listed(node, '"show_to"') if (name := reader.name(item)))
