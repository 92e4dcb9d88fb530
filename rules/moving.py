"""Moving a rule on or back in its life, as edits of its text: comments and layout stay."""

from collections.abc import Iterable, Iterator
from datetime import date

from rules.mending import edited
from rules.problems import Edit
from rules.rule import Status
from rules.text import Block, Text, read_text


def moved(
    text: str,
    file: str,
    to: Status,
    version: int,
    fingerprint: str,
    on: date,
    offers: Iterable[str] = (),
) -> str | None:
    """A rule file with another status and version; None where its headings cannot be found.

    Under ``released`` it keeps what was released, the day ``on`` which it was, and what its
    ``offers`` are remembered as. Headings that are not written yet are put below ``id``, which
    every rule has.
    """
    node, _ = read_text(text.encode("utf-8"), file)
    if not isinstance(node, Block) or not isinstance(node.pairs.get("id", ("", ""))[1], Text):
        return None
    headings = {"status": str(to), "version": str(version)}
    release = {"version": str(version), "fingerprint": f'"{fingerprint}"', "on": f"{on}"}
    if marks := " ".join(offers):
        release["offers"] = f'"{marks}"'  # names and letters, without a quote
    return edited(text, [*_released(node, text, release), *_edits(node, text, headings, release)])


def _released(block: Block, text: str, release: dict[str, str]) -> Iterator[Edit]:
    """What stands under ``released`` already, and is another now; what is new is put beside it."""
    before = block.pairs["released"][1] if "released" in block.pairs else None
    for heading, word in release.items():
        if isinstance(before, Block) and heading in before.pairs:
            node = before.pairs[heading][1]
            yield Edit.of(node.at, node.at.width, word)
    if not isinstance(before, Block) or "fingerprint" not in before.pairs:
        return
    new = [f"{name}: {word}" for name, word in release.items() if name not in before.pairs]
    if new:
        at = before.pairs["fingerprint"][0].at
        lines = text.split("\n")
        beside = lines[before.at.line - 1][before.at.column - 1] == "{"
        between = ", " if beside else f"{_end(lines)}{' ' * (at.column - 1)}"
        yield Edit.of(at, 0, "".join(line + between for line in new))


def _end(lines: list[str]) -> str:
    """What ends the lines of a file, as its first line has it."""
    return "\r\n" if lines[0].endswith("\r") else "\n"


def _edits(
    block: Block, text: str, headings: dict[str, str], release: dict[str, str]
) -> Iterator[Edit]:
    pairs = ", ".join(f"{heading}: {word}" for heading, word in release.items())
    missing = [heading for heading in headings if heading not in block.pairs]
    wanted = {**headings, "released": f"{{{pairs}}}"}
    if "released" not in block.pairs:
        missing.append("released")
    for heading, word in headings.items():
        if heading in block.pairs:
            node = block.pairs[heading][1]
            yield Edit.of(node.at, node.at.width, word)
    if not missing:
        return
    key, value = block.pairs["id"]
    lines = text.split("\n")
    end = _end(lines)
    margin = " " * (key.at.column - 1)
    new = [f"{margin}{heading}: {wanted[heading]}" for heading in missing]
    at = value.at.line  # the lines are counted from 1, so this is the one below
    if at < len(lines):
        yield Edit(at + 1, 1, at + 1, 1, "".join(line + end for line in new))
    else:
        column = len(lines[-1]) + 1
        yield Edit(at, column, at, column, "".join(end + line for line in new))
