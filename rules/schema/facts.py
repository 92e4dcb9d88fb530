"""Facts as authors write them: ``name:`` and then a look-up."""

from datetime import date

from rules.answer import Answer, yes_or_no
from rules.days import Duration
from rules.fact import Fact, Give, Undated
from rules.facts.statuses import STATUSES
from rules.problems import did_you_mean, nearest
from rules.reading import Reader
from rules.record import ENTRY_KINDS, Kind, Reply
from rules.schema.expressions import read_expression
from rules.schema.keys import FACTS
from rules.schema.keys import names as key_names
from rules.schema.lists import read_codes
from rules.schema.names import BUILT_IN, BUILT_IN_LATER, Names
from rules.text import Block, Node, Text

# What each word after ``find:`` looks at.
FIND: dict[str, tuple[Kind, ...]] = {
    "condition": (Kind.CONDITION,),
    "entry": ENTRY_KINDS,
    "observation": (Kind.OBSERVATION,),
    "procedure": (Kind.PROCEDURE,),
    "referral": (Kind.REFERRAL,),
    "tag": (Kind.TAG,),
    "care_plan": (Kind.CARE_PLAN,),
    "message": (Kind.MESSAGE, Kind.DRAFT_MESSAGE),
    "appointment": (Kind.APPOINTMENT,),
    "this_appointment": (),
    "outcome": (),
}
FIND_LATER = frozenset({"medication", "task", "encounter", "questionnaire", "goal", "consent"})
_GIVE_LATER = frozenset(
    {
        "latest value",
        "earliest value",
        "highest value",
        "lowest value",
        "latest end date",
        "latest choice",
    }
)
_LATER = frozenset({"unit", "type", "gives"})

_CODED = (
    "find",
    "codes",
    "status",
    "within",
    "since",
    "before",
    "give",
    "ended_by",
    "if_undated",
    "label",
)
_KEYS = {
    "observation": (*_CODED, "filed"),
    "appointment": (
        "find",
        "codes",
        "status",
        "within",
        "since",
        "before",
        "in_next",
        "give",
        "if_undated",
        "label",
    ),
    "this_appointment": ("find", "codes", "give", "label"),
    "outcome": ("find", "topic", "outcome", "within", "give", "label"),
}
_GIVES = {
    "this_appointment": {"exists": Give.EXISTS, "date": Give.DATE},
    "appointment": {"exists": Give.EXISTS, "count": Give.COUNT, "date": Give.DATE},
}
_UNDATED = {str(word): word for word in Undated}
_GIVES_CODED = {str(g): g for g in (Give.EXISTS, Give.COUNT, Give.EARLIEST, Give.LATEST)}


def read_facts(reader: Reader, node: Node, names: Names) -> dict[str, Fact]:
    """All facts of a file, in order; a fact may refer to a date fact above it."""
    facts: dict[str, Fact] = {}
    block = reader.block(node, "The list of facts")
    for key, value in block.pairs.values() if block else ():
        name = reader.fact_name(key)
        if name is None:
            names.faulty.add(("fact", key.value))
            continue
        if name in BUILT_IN or name in BUILT_IN_LATER or name in names.facts:
            reader.stop(
                key.at,
                "E15",
                f'"{name}" is already the name of a shared or built-in fact.',
                "Give this one another name.",
            )
        fact = _fact(reader, name, key, value, names.with_facts(facts))
        if fact is not None:
            facts[name] = fact
        else:
            names.faulty.add(("fact", name))
    return facts


def _fact(reader: Reader, name: str, key: Text, node: Node, names: Names) -> Fact | None:
    block = reader.block(node, f'Fact "{name}"')
    if block is None:
        return None
    if "find" not in block.pairs:
        _misspelt_find(reader, name, block)
    if "find" not in block.pairs:
        later = _LATER & block.pairs.keys()
        if later:
            reader.not_yet(block.pairs[min(later)][0].at, f'"{min(later)}"')
        else:
            hint = "Type: find: cel" if "cel" in block.pairs else ""
            reader.stop(
                key.at, "E09", f'Fact "{name}" needs "find:", which says where to look.', hint
            )
        return None
    find_node = block.pairs["find"][1]
    find = reader.text(find_node)
    if find is None:
        return None
    if find == "cel":
        return _computed(reader, name, key, block, names)
    if find in FIND_LATER:
        reader.not_yet(find_node.at, f'find "{find}"')
        return None
    if find not in FIND:
        reader.stop(
            find_node.at,
            "E10",
            f'"{find}" is not one of the places to look.',
            did_you_mean(find, {*FIND, "cel"}),
        )
        return None
    needed = ("topic",) if find == "outcome" else () if find == "this_appointment" else ("codes",)
    reader.keys(block, f'fact "{name}"', _KEYS.get(find, _CODED), later=_LATER, needed=needed)
    return _filled(reader, name, key, find, block, names)


def _computed(reader: Reader, name: str, key: Text, block: Block, names: Names) -> Fact | None:
    """A fact that is worked out from those above it."""
    reader.keys(block, f'fact "{name}"', key_names(FACTS["cel"]), needed=("cel", "means"))
    expression = read_expression(reader, block, names)
    label = reader.get(block, "label", reader.prose) or name.replace("_", " ")
    if expression is None:
        return None
    return Fact(name, label, "cel", key.at, means=expression.means, expression=expression)


def _misspelt_find(reader: Reader, name: str, block: Block) -> None:
    known = {*_LATER, *(key for keys in (_CODED, *_KEYS.values()) for key in keys)}
    for key in tuple(block.pairs):
        if key not in known and nearest(key, known) == "find":
            reader.misspelt(block, key, f'fact "{name}"', known)


def _filled(
    reader: Reader, name: str, key: Text, find: str, block: Block, names: Names
) -> Fact | None:
    before = len(reader.problems)
    lists = read_codes(reader, block, "codes", names)
    ended = read_codes(reader, block, "ended_by", names)
    gives = _GIVES.get(find, _GIVES_CODED)
    give = reader.get(block, "give", lambda n: reader.one_of(n, gives, "give", _GIVE_LATER))
    undated = reader.get(block, "if_undated", lambda n: reader.one_of(n, _UNDATED, "if_undated"))
    fact = Fact(
        name=name,
        label=reader.get(block, "label", reader.prose) or name.replace("_", " "),
        find=find,
        at=key.at,
        kinds=FIND[find],
        lists=lists,
        codes=frozenset(code for code_list in lists for code in code_list.words),
        statuses=_statuses(reader, block, FIND[find]),
        within=reader.get(block, "within", reader.duration),
        since=_moment(reader, block, "since", names),
        before=_moment(reader, block, "before", names),
        in_next=reader.get(block, "in_next", reader.duration),
        ended_by=frozenset(code for code_list in ended for code in code_list.words),
        give=give or Give.EXISTS,
        if_undated=undated or Undated.CANNOT_TELL,
        filed=_filed(reader, block),
        topic=reader.get(block, "topic", reader.name) or "",
        replies=_replies(reader, block),
    )
    return fact if len([p for p in reader.problems[before:] if p.stops]) == 0 else None


def _filed(reader: Reader, block: Block) -> Answer | None:
    filed = reader.get(block, "filed", reader.yes_no)
    return None if filed is None else yes_or_no(filed)


def _statuses(reader: Reader, block: Block, kinds: tuple[Kind, ...]) -> frozenset[str] | None:
    if "status" not in block.pairs:
        return None
    known = {word for kind in kinds for side in STATUSES[kind] for word in side if word}
    given: set[str] = set()
    for item in reader.listed(block.pairs["status"][1], '"status"'):
        word = reader.text(item)
        if word == "any":
            given |= known | {""}
        elif word in known:
            given.add(word)
            # "status: active" on a condition is the default said aloud: recurrences are active too.
            if word == "active" and kinds == (Kind.CONDITION,):
                given |= STATUSES[Kind.CONDITION][0]
        elif word is not None:
            reader.stop(
                item.at,
                "E10",
                f'"{word}" is not a status that this list can have.',
                did_you_mean(word, known | {"any"}),
            )
    return frozenset(given)


def _moment(reader: Reader, block: Block, key: str, names: Names) -> date | Duration | Fact | None:
    if key not in block.pairs:
        return None
    node = block.pairs[key][1]
    if isinstance(node, Text) and node.value in names.facts:
        fact = names.facts[node.value]
        if fact.give in (Give.EARLIEST, Give.LATEST, Give.DATE):
            return fact
        reader.stop(
            node.at, "E10", f'"{fact.name}" does not give a date.', 'Add "give: latest date" to it.'
        )
        return None
    if isinstance(node, Text) and names.is_faulty("fact", node.value):
        return None
    return reader.day_or_ago(node)


_REPLIES = {str(reply).replace(" ", "_"): reply for reply in Reply}


def _replies(reader: Reader, block: Block) -> frozenset[Reply]:
    if "outcome" not in block.pairs:
        return frozenset()
    words = (
        reader.one_of(item, _REPLIES, "outcome")
        for item in reader.listed(block.pairs["outcome"][1], '"outcome"')
    )
    return frozenset(word for word in words if word is not None)
