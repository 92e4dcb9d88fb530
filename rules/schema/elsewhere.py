"""What other systems leave on a record when they have asked, as practice.yaml and rules name it."""

from collections.abc import Iterable
from dataclasses import replace

from rules.codes import SNOMED, SYSTEMS, Code, snomed_problem
from rules.days import Duration
from rules.elsewhere import EVERY_TOPIC, FAMILY, FOUND_IN, SHORT_LISTS, Elsewhere
from rules.lints.lint import Named
from rules.problems import Place, Problem, did_you_mean
from rules.reading import Reader
from rules.record import Kind
from rules.rule import Purpose, Rule
from rules.schema.file_keys import ELSEWHERE, PRACTICE_ELSEWHERE
from rules.schema.key import check
from rules.schema.lists import read_codes, read_system
from rules.schema.names import Names
from rules.schema.wording import read_plain
from rules.text import Block, Node

KEY = "already_prompted_by"
_OF = "what another system leaves"
# Systems with a name here in which codes of one template begin alike. The numbers of the others
# mean nothing by how they begin.
_WITH_FAMILIES = frozenset({SYSTEMS["ctv3"], SYSTEMS["read-v2"], SYSTEMS["emis"]})
_SHORTEST = 3  # characters before the star: fewer would be half of what a supplier has


def read_elsewhere(
    reader: Reader, block: Block, names: Names, purpose: Purpose
) -> tuple[Elsewhere, ...]:
    """What a rule names for itself, besides what its practice has for every rule."""
    if KEY not in block.pairs:
        return ()
    key, node = block.pairs[KEY]
    if purpose is Purpose.SAFETY_NET:
        says = "A safety net waits for no other system: it never pauses by itself."
        reader.stop(key.at, "E30", says, f"Take {KEY} out.")
        return ()
    return tuple(_each(reader, node, names, of_practice=False))


def read_practice_elsewhere(reader: Reader, node: Node, names: Names) -> tuple[Elsewhere, ...]:
    """What a practice has for every rule that is about the topics that it names."""
    return tuple(_each(reader, node, names, of_practice=True))


def _each(reader: Reader, node: Node, names: Names, *, of_practice: bool) -> Iterable[Elsewhere]:
    for item in reader.items(node, f'"{KEY}"'):
        block = reader.block(item, "What another system leaves")
        found = None if block is None else _one(reader, block, names, of_practice=of_practice)
        if found is not None:
            yield found


def _one(reader: Reader, block: Block, names: Names, *, of_practice: bool) -> Elsewhere | None:
    before = len([problem for problem in reader.problems if problem.stops])
    check(reader, block, _OF, PRACTICE_ELSEWHERE if of_practice else ELSEWHERE)
    name = reader.get(block, "name", lambda n: read_plain(reader, n))
    lists = read_codes(reader, block, "codes", names)
    code = _code(reader, block)
    where = _found_in(reader, block, family=code is not None and code.code.endswith(FAMILY))
    lasting = reader.get(block, "for", lambda n: _lasting(reader, n))
    about: dict[str, Place] = {}
    if of_practice and "about" in block.pairs:
        for item in reader.listed(block.pairs["about"][1], '"about"'):
            if topic := reader.name(item):
                about[topic] = item.at
    stops = len([problem for problem in reader.problems if problem.stops])
    if stops > before or name is None or not where:
        return None
    whole, families = frozenset(each for one in lists for each in one.words), frozenset[Code]()
    if code is not None and code.code.endswith(FAMILY):
        families = frozenset({Code(code.system, code.code.removesuffix(FAMILY))})
    elif code is not None:
        whole = frozenset({code})
    return Elsewhere(
        name, where, whole, families, tuple(one.id for one in lists), lasting,
        frozenset(about) - {EVERY_TOPIC}, EVERY_TOPIC in about, block.at, about,
    )  # fmt: skip


def _code(reader: Reader, block: Block) -> Code | None:
    """A code with its system, or the beginning of a family of codes. Lists stand beside no code."""
    if "code" not in block.pairs:
        if "system" in block.pairs:
            says = "A system without a code says nothing."
            reader.stop(block.pairs["system"][0].at, "E10", says, "Add code:, or take system: out.")
        elif "codes" not in block.pairs:
            says = "This does not say which codes the other system leaves."
            hint = "Add codes: with a code list, or code: and system:."
            reader.stop(block.at, "E09", says, hint)
        return None
    key, node = block.pairs["code"]
    if "codes" in block.pairs:
        says = "Either codes: names code lists, or code: is one code."
        reader.stop(key.at, "E10", says, "Take out the one or the other.")
        return None
    if "system" not in block.pairs:
        says = "A code by itself may be anybody's: it needs its system."
        hint = "Add system: with a name, or with the address that records have."
        reader.stop(key.at, "E09", says, hint)
        return None
    system = reader.get(block, "system", lambda n: read_system(reader, n))
    value = reader.text(node)
    if system is None or value is None:
        return None
    if FAMILY in value:
        return _family(reader, node, system, value)
    if system == SNOMED and (flaw := snomed_problem(value)):
        reader.stop(node.at, *flaw)
        return None
    return Code(system, value)


def _family(reader: Reader, node: Node, system: str, value: str) -> Code | None:
    """A code that ends in a star, for every code that begins so."""
    begins = value.removesuffix(FAMILY)
    if system in SYSTEMS.values() and system not in _WITH_FAMILIES:
        name = next(name for name, address in SYSTEMS.items() if address == system)
        called = "SNOMED" if system == SNOMED else f'"{name}"'
        says = f"How a code of {called} begins means nothing, so {value} is no family of codes."
        hint = "Name a code list under codes: that has every code which is meant."
    elif FAMILY in begins:
        says = f"In {value} a star stands before the end."
        hint = "One star at the end stands for whatever follows: QOFBOX*"
    elif len(begins) < _SHORTEST:
        says = f"{value} is too short: it may be any code of that system."
        hint = f"Write {_SHORTEST} characters or more before the star."
    else:
        return Code(system, value)
    reader.stop(node.at, "E10", says, hint)
    return None


def _found_in(reader: Reader, block: Block, *, family: bool) -> tuple[Kind, ...]:
    """The lists in which it may stand; for a family only those that are asked for whole."""
    found: dict[Kind, None] = {}
    if "found_in" not in block.pairs:
        return ()  # it has been reported as missing
    for item in reader.listed(block.pairs["found_in"][1], '"found_in"'):
        kinds = reader.one_of(item, FOUND_IN, "found_in")
        word = None if kinds is None else reader.text(item)
        if word is not None and family and word not in SHORT_LISTS:
            says = f"A family of codes cannot be looked for among {_AMONG[word]}: a search finds"
            says += " whole codes, and all of these may be more than it brings."
            hint = f"It can in {', '.join(SHORT_LISTS)}. Here, name every code in a code list."
            reader.stop(item.at, "E10", says, hint)
        found |= dict.fromkeys(kinds or ())
    return tuple(found)


_AMONG = {
    "condition": "conditions",
    "observation": "observations",
    "procedure": "procedures",
    "referral": "referrals",
    "entry": "entries of every sort",
}


def _lasting(reader: Reader, node: Node) -> Duration | None:
    length = reader.duration(node)
    if length is not None and not length.count:
        says = "What counts for no time at all holds nothing."
        reader.stop(node.at, "E10", says, "Write a longer time, or take for: out.")
        return None
    return length


def unknown_topics(some: Iterable[Elsewhere], named: Named | None) -> Iterable[Problem]:
    """Topics that no rule has: nothing would ever be quiet because of them."""
    known = frozenset[str]() if named is None else named.topics
    for one in some if named is not None else ():
        for topic in sorted(one.topics - known):
            says = f'No rule has the topic "{topic}", so "{one.name}" keeps nothing quiet there.'
            hint = did_you_mean(topic, known) or "Use the name that its rule has."
            yield Problem(one.topics_at[topic], "C07", says, hint, stops=False)


def with_successors(some: Iterable[Elsewhere], rules: Iterable[Rule]) -> tuple[Elsewhere, ...]:
    """The same, each about the topics of rules besides that took over from what it is about."""
    by_id = {rule.id: rule for rule in rules}
    taken = [
        (rule.quiet.topics, by_id[name].quiet.topics)
        for rule in by_id.values()
        for name in rule.care.formerly
        if name in by_id
    ]
    return tuple(
        replace(one, topics=one.topics.union(*(now for now, was in taken if one.is_about(was))))
        for one in some
    )
