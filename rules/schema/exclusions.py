"""Who a rule is not for, as authors write it."""

from collections.abc import Mapping

from rules.fact import facts_of
from rules.problems import did_you_mean, nearest
from rules.reading import Reader
from rules.rule import Exclusion
from rules.schema.conditions import condition_under
from rules.schema.key import names as key_names
from rules.schema.keys import EXCLUSION
from rules.schema.names import Names
from rules.schema.negations import not_in_name
from rules.schema.wording import read_plain
from rules.text import Block, Node

_IF_UNKNOWN: Mapping[str, str] = {"exclude": "exclude", "include": "include"}


def read_exclusions(reader: Reader, node: Node, names: Names) -> tuple[Exclusion, ...]:
    """Who a rule is not for, in order."""
    found = (_exclusion(reader, item, names) for item in reader.items(node, '"exclude"'))
    return tuple(exclusion for exclusion in found if exclusion is not None)


def _exclusion(reader: Reader, node: Node, names: Names) -> Exclusion | None:
    block = reader.block(node, "Each exclusion")
    if block is None:
        return None
    known = key_names(EXCLUSION)
    for word in tuple(block.pairs):
        if word not in known and nearest(word, known) == "shared":
            reader.misspelt(block, word, "an exclusion", known)
    if "shared" in block.pairs:
        reader.keys(block, "a shared exclusion", ("shared", "if_unknown"))
        name = reader.get(block, "shared", reader.text)
        shared = names.exclusions.get(name or "")
        if name is not None and shared is None and not names.is_faulty("exclusion", name):
            at = block.pairs["shared"][1].at
            if not not_in_name(reader, at, name):
                says = f'There is no shared exclusion called "{name}".'
                reader.stop(at, "E11", says, did_you_mean(name, names.exclusions))
        if shared is None:
            return None
        return Exclusion(
            shared.name,
            shared.condition,
            shared.because,
            _excludes(reader, block, shared.if_unknown_exclude),
            "if_unknown" in block.pairs,
            block.pairs["shared"][0].at,
        )
    return read_own_exclusion(reader, block, names)


def read_own_exclusion(
    reader: Reader, block: Block, names: Names, name: str = ""
) -> Exclusion | None:
    """An exclusion with a condition of its own; it is called by its first fact where unnamed."""
    reader.keys(block, "an exclusion", ("if", "because", "if_unknown"), needed=("if", "because"))
    condition = condition_under(reader, block, "if", names)
    because = reader.get(block, "because", lambda n: read_plain(reader, n))
    if condition is None or because is None:
        return None
    return Exclusion(
        name or facts_of(condition)[0].name,
        condition,
        because,
        _excludes(reader, block, True),
        "if_unknown" in block.pairs,
        block.pairs["if"][0].at,
    )


def _excludes(reader: Reader, block: Block, default: bool) -> bool:
    word = reader.get(block, "if_unknown", lambda n: reader.one_of(n, _IF_UNKNOWN, "if_unknown"))
    return default if word is None else word == "exclude"
