"""practice.yaml: what a practice says of itself, and which starter rules it pilots."""

from rules.reading import Reader
from rules.rule import Practice, Status
from rules.schema.elsewhere import KEY, read_practice_elsewhere
from rules.schema.file_keys import PRACTICE
from rules.schema.key import check
from rules.schema.names import Names
from rules.schema.quiet import read_practice_quiet
from rules.schema.wording import read_plain
from rules.text import Block, Node

# PRODUCT 1.4: the value of each prompt is highest at one, and of all together at three.
MOST_CARDS = 3


def read_practice(
    reader: Reader, block: Block, names: Names
) -> tuple[Practice, tuple[str, ...], tuple[tuple[Node, Status], ...]]:
    """The practice, the hosts that its cards may link to, and the rules that it names, as written.

    With each the status that it has here: in pilot, or in shadow.
    """
    check(reader, block, "practice.yaml", PRACTICE)
    practice = Practice(
        reader.get(block, "name", lambda n: read_plain(reader, n)) or "This practice",
        reader.get(block, "invented", reader.yes_no) or False,
        reader.get(block, "phone", lambda n: read_plain(reader, n)) or "",
        reader.get(block, "site", reader.prose) or "",
        _sentences(reader, block, "people"),
        reader.get(block, "most_cards_at_once", lambda n: _most_cards(reader, n)) or 1,
        quiet=reader.get(block, "quiet", lambda n: read_practice_quiet(reader, n)) or {},
        elsewhere=reader.get(block, KEY, lambda n: read_practice_elsewhere(reader, n, names)) or (),
    )
    hosts = _sentences(reader, block, "link_hosts")
    named = tuple(
        (node, status)
        for key, status in (("pilots", Status.PILOT), ("in_shadow", Status.SHADOW))
        if key in block.pairs
        for node in reader.items(block.pairs[key][1], f'"{key}"')
    )
    return practice, hosts, named


def _most_cards(reader: Reader, node: Node) -> int | None:
    """One card, or two or three where a practice would rather have them apart."""
    most = reader.whole(node)
    if most is None or 1 <= most <= MOST_CARDS:
        return most
    reader.stop(
        node.at,
        "E10",
        f"{most} is not a number of cards from 1 to {MOST_CARDS}.",
        "With every further card fewer are read. Type: most_cards_at_once: 1",
    )
    return None


def _sentences(reader: Reader, block: Block, key: str) -> tuple[str, ...]:
    items = reader.items(block.pairs[key][1], f'"{key}"') if key in block.pairs else ()
    return tuple(text for item in items if (text := reader.prose(item)))
