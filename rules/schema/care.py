"""What people decided about a rule: evidence, who helped, reviews, cycles, sign-off."""

import re

from rules.care import Care, Cycle, Evidence, PilotGroup, Released, SignOff
from rules.reading import Reader
from rules.schema.key import check
from rules.schema.keys import EVIDENCE, PDSA, PILOT, RELEASED, SAFETY
from rules.schema.words import DECISIONS, STRENGTHS
from rules.text import Block, Node

_SHARE = re.compile(r"([1-9]\d{0,2}) in ([1-9]\d{0,2})", re.ASCII)
_FINGERPRINT = re.compile("[0-9a-f]{16}")
_STRENGTHS = {word: word for word in STRENGTHS}
_DECISIONS = {word: word for word in DECISIONS}


def read_care(reader: Reader, block: Block, lints: frozenset[str]) -> Care:
    """Everything in a rule file that changes no answer; ``lints`` are those that can be allowed."""
    items = _items(reader, block, "evidence")
    return Care(
        evidence=tuple(e for e in (_evidence(reader, item) for item in items) if e),
        co_produced_with=_sentences(reader, block, "co_produced_with"),
        not_for=_sentences(reader, block, "not_for"),
        review_by=reader.get(block, "review_by", reader.day),
        pdsa=reader.get(block, "pdsa", lambda n: _cycle(reader, n)),
        safety=reader.get(block, "safety", lambda n: _sign_off(reader, n)),
        released=reader.get(block, "released", lambda n: _released(reader, n)),
        replaces=reader.get(block, "replaces", reader.name) or "",
        pilot=reader.get(block, "pilot", lambda n: _group(reader, n)),
        allow=reader.get(block, "allow", lambda n: _allowed(reader, n, lints)) or {},
    )


def _items(reader: Reader, block: Block, key: str) -> tuple[Node, ...]:
    return reader.items(block.pairs[key][1], f'"{key}"') if key in block.pairs else ()


def _sentences(reader: Reader, block: Block, key: str) -> tuple[str, ...]:
    return tuple(t for t in (reader.prose(item) for item in _items(reader, block, key)) if t)


def _evidence(reader: Reader, node: Node) -> Evidence | None:
    block = reader.block(node, "Evidence")
    if block is None:
        return None
    check(reader, block, "evidence", EVIDENCE)
    claim = reader.get(block, "claim", reader.prose)
    source = reader.get(block, "source", reader.prose)
    strength = reader.get(block, "strength", lambda n: reader.one_of(n, _STRENGTHS, "strength"))
    link = reader.get(block, "link", reader.text)
    if link is not None and not link.startswith("https://"):
        reader.stop(block.pairs["link"][1].at, "E10", "A link starts with https://.")
    return Evidence(claim, source, strength or "", link or "") if claim and source else None


def _cycle(reader: Reader, node: Node) -> Cycle | None:
    block = reader.block(node, '"pdsa"')
    if block is None:
        return None
    check(reader, block, '"pdsa"', PDSA)
    cycle = reader.get(block, "cycle", reader.whole)
    aim = reader.get(block, "aim", reader.prose)
    measure = reader.get(block, "measure", reader.prose)
    started = reader.get(block, "started", reader.day)
    rest = (
        reader.get(block, "prediction", reader.prose) or "",
        reader.get(block, "result", reader.prose) or "",
        reader.get(block, "decision", lambda n: reader.one_of(n, _DECISIONS, "decision")) or "",
    )
    if cycle is None or aim is None or measure is None or started is None:
        return None
    return Cycle(cycle, aim, measure, started, *rest)


def _sign_off(reader: Reader, node: Node) -> SignOff | None:
    block = reader.block(node, '"safety"')
    if block is None:
        return None
    check(reader, block, '"safety"', SAFETY)
    by = reader.get(block, "signed_off_by", reader.prose)
    on = reader.get(block, "signed_off_on", reader.day)
    version = reader.get(block, "for_version", reader.whole)
    hazards = _sentences(reader, block, "hazards")
    if by is None or on is None or version is None:
        return None
    return SignOff(by, on, version, hazards)


def _released(reader: Reader, node: Node) -> Released | None:
    block = reader.block(node, '"released"')
    if block is None:
        return None
    check(reader, block, '"released"', RELEASED)
    version = reader.get(block, "version", reader.whole)
    fingerprint = reader.get(block, "fingerprint", reader.text)
    if fingerprint is not None and not _FINGERPRINT.fullmatch(fingerprint):
        says = "This is not a fingerprint: those have 16 of the characters 0 to 9 and a to f."
        hint = "It is written by goodday rules release. Take released: out, and release the rule."
        reader.stop(block.pairs["fingerprint"][1].at, "E10", says, hint)
    on = reader.get(block, "on", reader.day)
    offers = (reader.get(block, "offers", reader.text) or "").split()
    if version is None or fingerprint is None:
        return None
    return Released(version, fingerprint, on, tuple(offers))


def _group(reader: Reader, node: Node) -> PilotGroup | None:
    block = reader.block(node, '"pilot"')
    if block is None:
        return None
    check(reader, block, '"pilot"', PILOT)
    share = reader.get(block, "share", lambda n: _share(reader, n))
    clinicians = _sentences(reader, block, "clinicians")
    if 0 < len(set(clinicians)) < FEWEST_CLINICIANS:
        says = "So few clinicians are no group: what is counted of the rule would be what they did."
        hint = f"Name {FEWEST_CLINICIANS} or more, or try the rule by sites: or share: instead."
        reader.stop(block.pairs["clinicians"][1].at, "E10", says, hint)
    return PilotGroup(_sentences(reader, block, "sites"), clinicians, share)


# Of a rule that one or two see, whoever knows who they are would know whose its counts are.
FEWEST_CLINICIANS = 3


def _share(reader: Reader, node: Node) -> tuple[int, int] | None:
    value = reader.text(node)
    found = None if value is None else _SHARE.fullmatch(value)
    if found is not None and int(found[1]) <= int(found[2]):
        return int(found[1]), int(found[2])
    if value is not None:
        reader.stop(node.at, "E10", f'"{value}" is not a share of people.', "Type: share: 1 in 5")
    return None


def _allowed(reader: Reader, node: Node, lints: frozenset[str]) -> dict[str, str] | None:
    """The warnings that were answered, each with its reason."""
    block = reader.block(node, '"allow"')
    answered: dict[str, str] = {}
    for name, (key, value) in (block.pairs if block else {}).items():
        if name not in lints:
            reader.stop(
                key.at,
                "E01",
                f'"{name}" is not a warning that can be answered.',
                f"Those that can: {', '.join(sorted(lints))}.",
            )
        elif (reason := reader.prose(value)) is not None:
            answered[name] = reason
    return answered
