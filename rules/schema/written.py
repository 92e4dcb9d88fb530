"""Every text of a rule file with the headings above it, so that what it says can be pointed at."""

from collections.abc import Iterator

from rules.rule import Written
from rules.text import Items, Node, Text


def written(node: Node, under: tuple[str, ...] = ()) -> Iterator[Written]:
    """The texts below a node, in the order of the file; items of a list add no heading."""
    if isinstance(node, Text):
        yield Written(under, node)
    elif isinstance(node, Items):
        for item in node.items:
            yield from written(item, under)
    else:
        for key, (_, value) in node.pairs.items():
            yield from written(value, (*under, key))
