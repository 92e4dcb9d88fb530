"""``goodday papers [PATH]``: how hard every letter, sheet and invitation is to read.

For each paper in each layout and language the age at which its words are easy to read, by two
formulas; with ``--each`` for every text by itself.
"""

from collections.abc import Iterator
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.pages.ages import OLDEST, Age, age_of
from cds_hooks.pages.shelf import shelf
from rules.load import load_library
from rules.papers import ENGLISH, Papers
from rules.rule import Practice
from rules.schema.papers import english

_HEADS = ("language", "layout", "words", "Flesch-Kincaid", "letters")


def papers(path: Path | None, *, each: bool) -> int:
    """Print the table; PROBLEMS where something is for older readers than eleven years."""
    if path is not None and not path.is_dir():
        say.sorry(f"There is no folder called {path}. Name the practice's folder.")
        return COULD_NOT_RUN
    loaded = load_library(path)
    if say.stopped(loaded):
        return PROBLEMS
    practice = loaded.library.practice
    rows = list(_papers(practice))
    say.table(("paper", *_HEADS), [(*names, *_figures(age)) for names, age in rows])
    if each:
        texts = list(_texts(practice))
        say.line()
        heads = ("text", "language", *_HEADS[2:])
        say.table(heads, [(*names, *_figures(age)) for names, age in texts])
        rows += texts
    hard = [names for names, age in rows if age.oldest > OLDEST]
    say.line()
    say.line(
        "In years: by the formula of Flesch and Kincaid (1975), and by letters, with the automated"
        " readability index (1967). Both are for English. A dash: too few words, or another"
        f" language. For everybody is {OLDEST} or below."
    )
    for names in hard:
        says = ", ".join(names)
        say.sorry(f"For readers older than {OLDEST}: {says}. Use shorter sentences and words.")
    return PROBLEMS if hard else FINE


def _papers(practice: Practice) -> Iterator[tuple[tuple[str, ...], Age]]:
    """Each paper whole, in every layout and language that there is."""
    for kind in shelf(practice):
        for one in kind.papers:
            yield (kind.title, one.language or english().called, one.layout), one.age


def _texts(practice: Practice) -> Iterator[tuple[tuple[str, ...], Age]]:
    """Every text by itself: those of a practice's own in place of ours."""
    own = practice.papers.get(ENGLISH, english())
    others = [one for tag, one in sorted(practice.papers.items()) if tag != ENGLISH]
    for one in (own, *others):
        yield from _each(one)


def _each(one: Papers) -> Iterator[tuple[tuple[str, ...], Age]]:
    for name, text in one.texts.items():
        yield (name, one.called), age_of([text], one.language)


def _figures(age: Age) -> tuple[str, str, str]:
    return str(age.words), str(age.by_syllables or "-"), str(age.by_letters or "-")
