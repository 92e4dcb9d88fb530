"""The language of care in everything that people read and that is no rule.

What stands under shared/ (services, offers, messages, facts, exclusions, holds, people), the
letters and sheets in English, what a practice calls itself, and the words of code lists. A
translation is somebody else's language, and is left to whoever checked it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from rules.lints.l07 import HINT, RAW, TURNED_ROUND
from rules.lints.words import Said, WordLists, texts
from rules.papers import ENGLISH
from rules.problems import Place, Problem
from rules.rule import Rule
from rules.text import Block, Items, Node, Text


class Heard(NamedTuple):
    """The headings whose texts somebody reads; ``spoken`` where they are said or sent to people."""

    under: frozenset[str]
    spoken: bool = False


_SHARED: Mapping[str, Heard] = {
    "services.yaml": Heard(frozenset({"name", "about"}), spoken=True),
    "offers.yaml": Heard(frozenset({"name"})),
    "messages.yaml": Heard(frozenset({"name", "text"}), spoken=True),
    "facts.yaml": Heard(frozenset({"label", "means"})),
    "exclusions.yaml": Heard(frozenset({"because", "label"})),
    "holds.yaml": Heard(frozenset({"because", "label"})),
    "people.yaml": Heard(frozenset({"about"})),
}
_PAPERS = Heard(frozenset(), spoken=True)  # under texts, whatever a text is called
_PRACTICE = Heard(frozenset({"name"}))


def around(
    files: Iterable[tuple[str, Node]],
    lists: Iterable[tuple[Place, Iterable[str]]],
    words: WordLists,
    rules: Iterable[Rule],
    shown: str,
) -> Iterator[Problem]:
    """What to think about in the files of one folder (``shown``), rules apart.

    What a rule that was read says is told there.
    """
    told = {one.says.strip() for rule in rules for one in texts(rule)}
    for file, node in files:
        heard = _heard(file, shown)
        if heard is None:
            continue
        for text in _texts(node, heard.under):
            if text.value.strip() not in told:
                yield from _said(Said(text.at, text.value, text=text), words, heard.spoken)
    for at, display in lists:
        if _is_in(at.file, shown):
            yield from _terms(at, list(display), words)


def _heard(file: str, shown: str) -> Heard | None:
    path = PurePosixPath(file)
    if not _is_in(file, shown):
        return None
    if path.parent.name == "shared":
        return _SHARED.get(path.name)
    if path.parent.name == "papers":
        return _PAPERS if path.stem == ENGLISH else None
    return _PRACTICE if file == f"{shown}/practice.yaml" else None


def _is_in(file: str, shown: str) -> bool:
    return file.startswith(f"{shown}/")


def _texts(node: Node, under: frozenset[str], heading: str = "") -> Iterator[Text]:
    """The texts under these headings, at any depth; with none, all that stand under texts."""
    match node:
        case Text():
            if heading in under or (not under and heading == "texts"):
                yield node
        case Items():
            for item in node.items:
                yield from _texts(item, under, heading)
        case Block():
            for key, value in node.pairs.values():
                inside = heading if not under and heading == "texts" else key.value
                yield from _texts(value, under, inside)


def _said(text: Said, words: WordLists, spoken: bool) -> Iterator[Problem]:
    for word, kinder in words.blaming.items():
        if at := text.find(word):
            yield _think(at, "L03", f'"{word}" blames or labels people.', kinder.hint("Kinder"))
    for at, term in text.spans(RAW):
        yield _think(at, "L07", f'"{term}" is how a code system says it.', HINT)
    if not spoken:
        return
    for word, plain in words.jargon.items():
        if at := text.find(word):
            says = f'Not everybody knows what "{word}" means.'
            yield _think(at, "L04", says, plain.hint("Plainer"))
    for word, instead in words.promises.items():
        if at := text.find(word):
            says = f'"{word}" promises something that may not happen.'
            yield _think(at, "L06", says, instead.hint("Rather"))


def _terms(at: Place, display: Sequence[str], words: WordLists) -> Iterator[Problem]:
    """One message for the words of a whole list: a national list has thousands."""
    raw = [one for one in display if RAW.search(one) or TURNED_ROUND.fullmatch(one)]
    if raw:
        says = f'{_count(len(raw))} of this list are terms of a code system: "{raw[0]}".'
        yield _think(at, "L07", says, HINT)
    for word, kinder in words.blaming.items():
        found = [one for one in display if Said(at, one).find(word)]
        if found:
            says = f'{_count(len(found))} of this list have "{word}" in them: "{found[0]}".'
            yield _think(at, "L03", says, kinder.hint("Kinder"))


def _count(number: int) -> str:
    return "The words of 1 code" if number == 1 else f"The words of {number} codes"


def _think(at: Place, code: str, says: str, hint: str) -> Problem:
    return Problem(at, code, says, hint, stops=False)
