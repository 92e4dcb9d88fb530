"""Facts as authors write them: ``name:`` and then a look-up."""

import re
from datetime import date

from rules.answer import Answer, yes_or_no
from rules.codes import Code, CodeList
from rules.days import Duration
from rules.fact import Fact, Give, Sort, Undated
from rules.facts.statuses import STATUSES
from rules.problems import did_you_mean, nearest, surely
from rules.reading import Reader
from rules.record import ENTRY_KINDS, Kind, Reply
from rules.schema.expressions import read_expression
from rules.schema.fact_keys import FACTS
from rules.schema.key import check, words_of
from rules.schema.key import names as key_names
from rules.schema.lists import read_codes
from rules.schema.names import BUILT_IN, Names
from rules.schema.size import MOST_FLOORS, more_than
from rules.schema.values import read_unit
from rules.schema.wording import read_plain
from rules.schema.words import STATES
from rules.text import Block, Node, Text

# What each word after ``find:`` looks at.
FIND: dict[str, tuple[Kind, ...]] = {
    "condition": (Kind.CONDITION,),
    "entry": ENTRY_KINDS,
    "observation": (Kind.OBSERVATION,),
    "medication": (Kind.MEDICATION, Kind.STATEMENT),
    "procedure": (Kind.PROCEDURE,),
    "referral": (Kind.REFERRAL,),
    "tag": (Kind.TAG,),
    "message": (Kind.MESSAGE, Kind.DRAFT_MESSAGE),
    "task": (Kind.TASK,),
    "encounter": (Kind.ENCOUNTER,),
    "report": (Kind.REPORT,),
    "questionnaire": (Kind.QUESTIONNAIRE,),
    "goal": (Kind.GOAL,),
    "care_plan": (Kind.CARE_PLAN,),
    "consent": (Kind.CONSENT,),
    "appointment": (Kind.APPOINTMENT,),
    "this_appointment": (),
    "outcome": (),
    "offer": ENTRY_KINDS,
    "cel": (),
}
_WINDOWS = frozenset({"within", "since", "before", "in_next"})
_GIVES = {str(give): give for give in Give}
_UNDATED = {str(word): word for word in Undated}
_STATES = {state: state for state in STATES}


def read_facts(reader: Reader, node: Node, names: Names) -> dict[str, Fact]:
    """All facts of a file, in order; a fact may refer to a date fact above it."""
    facts: dict[str, Fact] = {}
    block = reader.block(node, "The list of facts")
    below = dict.fromkeys(block.pairs if block else ())
    for key, value in block.pairs.values() if block else ():
        name = reader.fact_name(key)
        below.pop(key.value, None)
        if name is None:
            names.faulty.add(("fact", key.value))
            continue
        if name in BUILT_IN or name in names.facts:
            reader.stop(
                key.at,
                "E15",
                f'"{name}" is already the name of a shared or built-in fact.',
                "Give this one another name.",
            )
        fact = _fact(reader, name, key, value, names.with_facts(facts, frozenset(below)))
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
        hint = "Type: find: cel" if "cel" in block.pairs else ""
        says = f'Fact "{name}" needs "find:", which says where to look.'
        reader.stop(key.at, "E09", says, hint)
        return None
    find_node = block.pairs["find"][1]
    find = reader.text(find_node)
    if find is None:
        return None
    if find == "cel":
        return _computed(reader, name, key, block, names)
    if find not in FIND:
        reader.stop(
            find_node.at,
            "E10",
            f'"{find}" is not one of the places to look.',
            did_you_mean(find, FIND),
        )
        return None
    check(reader, block, f'fact "{name}"', FACTS[find])
    for strange in block.pairs.keys() - set(key_names(FACTS[find])):
        del block.pairs[strange]  # told by now, and what stands under it is told no more
    return _filled(reader, name, key, find, block, names)


def _computed(reader: Reader, name: str, key: Text, block: Block, names: Names) -> Fact | None:
    """A fact that is worked out from those above it."""
    check(reader, block, f'fact "{name}"', FACTS["cel"])
    expression = read_expression(reader, block, names)
    label = reader.get(block, "label", lambda n: read_plain(reader, n)) or name.replace("_", " ")
    if expression is None:
        return None
    return Fact(name, label, "cel", key.at, means=expression.means, expression=expression)


def _misspelt_find(reader: Reader, name: str, block: Block) -> None:
    known = {key.name for table in FACTS.values() for key in table}
    for key in tuple(block.pairs):
        if key not in known and nearest(key, known) == "find":
            reader.misspelt(block, key, f'fact "{name}"', known)


def _filled(
    reader: Reader, name: str, key: Text, find: str, block: Block, names: Names
) -> Fact | None:
    before = len(reader.problems)
    states, lists, choices = _looked_for(reader, find, block, names)
    ended = read_codes(reader, block, "ended_by", names)
    words = () if find == "cel" else words_of(FACTS[find], "give")
    gives = {word: _GIVES[word] for word in words}
    give = reader.get(block, "give", lambda n: reader.one_of(n, gives, "give")) or Give.EXISTS
    undated = reader.get(block, "if_undated", lambda n: reader.one_of(n, _UNDATED, "if_undated"))
    if undated is not None and block.pairs.keys().isdisjoint(_WINDOWS):
        reader.stop(
            block.pairs["if_undated"][0].at,
            "E10",
            "This fact has no window, so an entry counts with a date or without.",
            "Add within:, since: or before:, or take this line out.",
        )
    fact = Fact(
        name=name,
        label=reader.get(block, "label", lambda n: read_plain(reader, n)) or name.replace("_", " "),
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
        ended_by_lists=tuple(code_list.id for code_list in ended),
        give=give,
        if_undated=undated or Undated.CANNOT_TELL,
        filed=_filed(reader, block),
        topic=reader.get(block, "topic", reader.name) or "",
        replies=_replies(reader, block),
        unit=_unit(reader, block, give),
        choices=choices,
        states=states,
    )
    return fact if len([p for p in reader.problems[before:] if p.stops]) == 0 else None


def _looked_for(
    reader: Reader, find: str, block: Block, names: Names
) -> tuple[tuple[str, ...], tuple[CodeList, ...], dict[Code, str]]:
    """The states asked for, the lists that stand for them, and what each code is called."""
    if find != "offer":
        lists = read_codes(reader, block, "codes", names)
        return (), lists, {code: one.id for one in reversed(lists) for code in one.words}
    name = reader.get(block, "of", reader.text)
    if name is None:
        return (), (), {}
    if name not in names.offer_sets:
        if not names.is_faulty("offer", name):
            reader.stop(
                block.pairs["of"][1].at,
                "E11",
                f'There is no offer called "{name}" in shared/offers.yaml.',
                did_you_mean(name, names.offer_sets),
            )
        return (), (), {}
    held = names.offer_sets[name]
    states = tuple(held.codes)
    if "state" in block.pairs:
        given = reader.listed(block.pairs["state"][1], '"state"')
        words = ((item, reader.one_of(item, _STATES, "state")) for item in given)
        states = ()
        for item, state in words:
            if state is not None and state not in held.codes:
                reader.stop(
                    item.at,
                    "E12",
                    f'Nothing in shared/offers.yaml says how "{state}" is recorded for "{name}".',
                    f"Recorded for it: {', '.join(held.codes)}.",
                )
            elif state is not None:
                states += (state,)
    lists = tuple(one for state in states for one in held.codes[state])
    choices = {
        code: state for state in reversed(states) for one in held.codes[state] for code in one.words
    }
    return states, lists, choices


def _unit(reader: Reader, block: Block, give: Give) -> str:
    """The unit of a measured value: needed where one is asked for, and nowhere else."""
    if give.sort is not Sort.QUANTITY:
        if "unit" in block.pairs:
            says = f'A unit goes with a measured value, and "give: {give}" is none.'
            reader.stop(block.pairs["unit"][0].at, "E10", says, "Add give: latest value.")
        return ""
    if "unit" not in block.pairs:
        says = "A measured value needs its unit."
        reader.stop(block.at, "S04", says, "For example unit: mmol/mol.")
        return ""
    return reader.get(block, "unit", lambda node: read_unit(reader, node)) or ""


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
        elif word == "active" and kinds in _ACTIVE:
            given |= _ACTIVE[kinds]
        elif word in known:
            given.add(word)
        elif word is not None:
            reader.stop(
                item.at,
                "E10",
                f'"{word}" is not a status that this list can have.',
                did_you_mean(word, known | {"any"}),
            )
    return frozenset(given)


# What "active" says of lists in which it is more than one of FHIR's words: recurrences are active
# too, and so is a task that somebody was asked to do.
_ACTIVE: dict[tuple[Kind, ...], frozenset[str]] = {
    (Kind.CONDITION,): STATUSES[Kind.CONDITION][0],
    (Kind.TASK,): STATUSES[Kind.TASK][0] - {"completed"},
}


def _moment(reader: Reader, block: Block, key: str, names: Names) -> date | Duration | Fact | None:
    if key not in block.pairs:
        return None
    node = block.pairs[key][1]
    if isinstance(node, Text) and node.value in names.facts:
        fact = names.facts[node.value]
        if fact.give.sort is Sort.DATE and not more_than(MOST_FLOORS - 1, fact):
            return fact
        if fact.give.sort is Sort.DATE:
            says = f"This stands on more than {MOST_FLOORS} facts, each starting at another's date."
            reader.stop(node.at, "E36", says, "Start at a date, or at a fact that has its own.")
            return None
        reader.stop(
            node.at, "E10", f'"{fact.name}" does not give a date.', 'Add "give: latest date" to it.'
        )
        return None
    if isinstance(node, Text) and names.is_faulty("fact", node.value):
        return None
    if isinstance(node, Text) and _like_a_fact(node.value):
        _no_such_date(reader, node, key, names)
        return None
    return reader.day_or_ago(node)


def _like_a_fact(value: str) -> bool:
    """Whether somebody meant a name: a word, and nothing of a date or a length of time."""
    word = re.fullmatch(r"[A-Za-z]\w*(?:[ -][A-Za-z]+)*", value, re.ASCII)
    return word is not None and ("_" in value or not re.search(r"\d| ago$", value))


def _no_such_date(reader: Reader, node: Text, key: str, names: Names) -> None:
    name = node.value
    if name in names.below:
        says = f'"{name}" stands further down, and "{key}:" looks only at facts above it.'
        reader.stop(node.at, "E11", says, f"Move {name} up, above this fact.")
        return
    dates = [fact.name for fact in names.facts.values() if fact.give.sort is Sort.DATE]
    likely = surely(name, [*dates, *names.below])
    if likely in names.below:
        hint = f"Did you mean {likely}? Then move it up, above this fact."
    else:
        hint = did_you_mean(name, dates)
    says = f'No fact above this one is called "{name}".'
    reader.stop(node.at, "E11", says, f"{hint} Or write a day: 2027-02-28, or 4 months ago.")


_REPLIES = {str(reply).replace(" ", "_"): reply for reply in Reply}


def _replies(reader: Reader, block: Block) -> frozenset[Reply]:
    if "outcome" not in block.pairs:
        return frozenset()
    words = (
        reader.one_of(item, _REPLIES, "outcome")
        for item in reader.listed(block.pairs["outcome"][1], '"outcome"')
    )
    return frozenset(word for word in words if word is not None)
