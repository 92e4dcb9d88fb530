"""practice.yaml: what a practice says of itself, and which starter rules it pilots."""

from rules.reading import Reader
from rules.rule import Practice
from rules.schema.file_keys import PRACTICE
from rules.schema.key import check
from rules.schema.wording import read_plain
from rules.text import Block, Node


def read_practice(
    reader: Reader, block: Block
) -> tuple[Practice, tuple[str, ...], tuple[Node, ...]]:
    """The practice, the hosts that its cards may link to, and its pilots as they are written."""
    check(reader, block, "practice.yaml", PRACTICE)
    practice = Practice(
        reader.get(block, "name", lambda n: read_plain(reader, n)) or "This practice",
        reader.get(block, "invented", reader.yes_no) or False,
        reader.get(block, "phone", lambda n: read_plain(reader, n)) or "",
        reader.get(block, "site", reader.prose) or "",
        _sentences(reader, block, "people"),
    )
    hosts = _sentences(reader, block, "link_hosts")
    pilots = reader.items(block.pairs["pilots"][1], '"pilots"') if "pilots" in block.pairs else ()
    return practice, hosts, pilots


def _sentences(reader: Reader, block: Block, key: str) -> tuple[str, ...]:
    items = reader.items(block.pairs[key][1], f'"{key}"') if key in block.pairs else ()
    return tuple(text for item in items if (text := reader.prose(item)))
