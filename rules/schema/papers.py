"""papers/<language>.yaml: what letters and sheets say in a language, by somebody who speaks it."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from rules.papers import ENGLISH, Papers, places
from rules.problems import did_you_mean
from rules.reading import Reader
from rules.schema.wording import plain_words
from rules.text import Block, Node, read_text

_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
_MOST_CHARACTERS = 400  # a translation may be longer than English, and a page has an end


@cache
def english() -> Papers:
    """What letters and sheets say in English, as it comes with Good Day."""
    file = files("rules").joinpath(f"papers/{ENGLISH}.yaml")
    node, problems = read_text(file.read_bytes(), str(file))
    found = read_papers(Reader(problems), node, ENGLISH, None) if node is not None else None
    if found is None or problems:
        raise ValueError(f"{file} is not as it came with Good Day: {problems[:1]}")
    return found


def read_papers(
    reader: Reader, node: Node, tag: str, english: Mapping[str, str] | None
) -> Papers | None:
    """The texts of one language; ``tag`` is the name of its file. ``english`` None: it is English.

    A text that is not translated is left out; a place that got lost, or a text that nothing says,
    is a problem.
    """
    block = reader.block(node, f"papers/{tag}.yaml")
    if block is None:
        return None
    if not _TAG.fullmatch(tag):
        says = f'"{tag}" is not the tag of a language.'
        reader.stop(node.at, "E10", says, "Name the file after its tag: papers/cy.yaml is Welsh.")
        return None
    ours = tag == ENGLISH
    needed = ("language", "texts") if ours else ("language", "texts", "translated_by")
    reader.keys(block, f"papers/{tag}.yaml", ("language", "texts", "translated_by", "checked_by"),
                needed=needed)  # fmt: skip
    called = reader.get(block, "language", reader.prose) or tag
    by = reader.get(block, "translated_by", reader.prose) or ""
    checked = reader.get(block, "checked_by", reader.prose) or ""
    texts = reader.get(block, "texts", lambda n: reader.block(n, '"texts"'))
    found = _texts(reader, texts, english) if texts else {}
    if not ours and by and not checked:
        says = f"Nobody is named who checked the {called} texts."
        reader.think(block.at, "G01", says, "Add checked_by: with somebody else who speaks it.")
    return Papers(tag, called, found, by, checked)


def _texts(reader: Reader, block: Block, english: Mapping[str, str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, node in block.pairs.values():
        name, text = key.value, reader.prose(node)
        if text is None:
            continue
        if english is not None and name not in english:
            says = f'There is no text called "{name}" in a letter or a sheet.'
            reader.stop(key.at, "E01", says, did_you_mean(name, english))
            continue
        wanted = places(english[name]) if english is not None else places(text)
        if places(text) != wanted:
            says = f'The text "{name}" has other places to fill than the English one.'
            listed = ", ".join(f"<{place}>" for place in sorted(wanted)) or "none"
            reader.stop(node.at, "E10", says, f"Its places are: {listed}.")
            continue
        if len(text) > _MOST_CHARACTERS:
            says = f'The text "{name}" has more than {_MOST_CHARACTERS} characters.'
            reader.stop(node.at, "E10", says, "Make it shorter, or a page does not hold it.")
            continue
        if plain_words(reader, node, re.sub(r"<[a-z]+>", "xx", text)):
            found[name] = text
    return found
