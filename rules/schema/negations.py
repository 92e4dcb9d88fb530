"""A "not", an "and" or an "or" inside what has to be one name: told, and never guessed away.

Nothing here names the bare name as what is meant: that would turn the rule round.
"""

from collections.abc import Mapping

from rules.fact import Fact, Give
from rules.opposites import joined, without_not
from rules.problems import Place, did_you_mean, surely
from rules.reading import Reader
from rules.schema.names import Names
from rules.text import Text

_JOINTS = {"and": "all", "but": "all", "&": "all", "&&": "all", "+": "all",
           "or": "any", "|": "any", "||": "any"}  # fmt: skip
_AS_A_LIST = 'Several conditions go as a list under "all:", or under "any:" where one is enough.'


def said_as_one(reader: Reader, node: Text, names: Names, *, heading: bool) -> bool:
    """Report a name that is more than a name; False where it is none of these."""
    return _several(reader, node, names) or _opposite(reader, node, names, heading=heading)


def _several(reader: Reader, node: Text, names: Names) -> bool:
    pieces, words = joined(node.value)
    if not words:
        return False
    parts = [_written(piece, names.facts) for piece in pieces]
    joints = {_JOINTS.get(word, "") for word in words}
    typed = ""
    # "not a or b" can be read in two ways.
    clear = joints == {"all"} or (joints == {"any"} and not any("{" in (p or "") for p in parts))
    if clear and all(parts):
        typed = f"{{{joints.pop()}: [{', '.join(part for part in parts if part)}]}}"
    reader.stop(
        node.at,
        "E11",
        f'"{words[0]}" cannot stand between names.',
        _AS_A_LIST,
        (f"Type: {typed}",) if typed else (),
        reader.instead(node, typed) if typed else (),
    )
    return True


def _opposite(reader: Reader, node: Text, names: Names, *, heading: bool) -> bool:
    meant = without_not(node.value)
    if meant is None:
        return False
    says = 'The opposite of a condition is written with "not:".'
    own = surely(node.value, names.facts)
    if own is not None:  # a fact that has the word in its name
        return False
    if heading:
        hint = (
            f'Put "not:" on a line of its own, and "{meant}:" on the next, two spaces further in.'
        )
        reader.stop(node.at, "E11", says, hint)
        return True
    typed = _written(node.value, names.facts)
    likely = surely(meant, names.facts)
    if typed:
        hint = f"Type: {typed}"
    elif meant in names.facts:
        hint = f"Put {meant} with its comparison under it."
    elif likely:
        hint = f"Did you mean {{not: {likely}}}?"
    else:
        hint = f"{did_you_mean('', names.facts)} Write: {{not: name}}".strip()
    reader.stop(node.at, "E11", says, hint, (), reader.instead(node, typed) if typed else ())
    return True


def _written(piece: str, facts: Mapping[str, Fact]) -> str | None:
    """A name, or the opposite of one, as it stands in a list; None unless it is a yes or no."""
    if piece in facts:
        return piece if facts[piece].give is Give.EXISTS else None
    meant = without_not(piece)
    if meant is None or meant not in facts or facts[meant].give is not Give.EXISTS:
        return None
    return f"{{not: {meant}}}"


def not_in_name(reader: Reader, at: Place, name: str) -> bool:
    """Report "shared: not palliative", which can be meant in two ways."""
    meant = without_not(name)
    if meant is None:
        return False
    reader.stop(
        at,
        "E11",
        "A shared exclusion cannot be turned round.",
        f"What stands here is left out: shared: {meant} leaves these people out."
        " Where they are the ones to ask, say so under when.",
    )
    return True
