"""Words that check warns of, as a file has them: what comes with Good Day, and a practice's own."""

from rules.lints.words import Instead, WordLists
from rules.reading import Reader
from rules.text import Block, Node, Text

_SORTS = ("blaming", "jargon", "promises")


def read_words(reader: Reader, node: Node) -> WordLists:
    """Three lists of words, each with what to say instead; ``because`` is the reason."""
    block = reader.block(node, "words.yaml")
    if block is None:
        return WordLists()
    reader.keys(block, "words.yaml", _SORTS)
    return WordLists(*(_list(reader, block, sort) for sort in _SORTS))


def _list(reader: Reader, of: Block, sort: str) -> dict[str, Instead]:
    block = reader.get(of, sort, lambda node: reader.block(node, f'"{sort}"'))
    found: dict[str, Instead] = {}
    for key, value in block.pairs.values() if block else ():
        instead = _instead(reader, value, key.value)
        if instead is not None and key.value.strip():
            found[key.value.strip()] = instead
    return found


def _instead(reader: Reader, node: Node, word: str) -> Instead | None:
    """A text alone, or ``instead`` with ``because``."""
    if isinstance(node, Text):
        words = reader.prose(node)
        return Instead(words) if words else None
    block = reader.block(node, f'"{word}"')
    if not isinstance(block, Block):
        return None
    reader.keys(block, f'the word "{word}"', ("instead", "because"), needed=("instead",))
    words = reader.get(block, "instead", reader.prose)
    because = reader.get(block, "because", reader.prose)
    return Instead(words, because or "") if words else None
