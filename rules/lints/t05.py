"""T05: what looks like the NHS number of somebody real. Names cannot be told from invented ones."""

import re
from collections.abc import Iterator

from rules.lints.lint import Found, Lint
from rules.problems import Place
from rules.rule import Status

# Ten digits, written together or as on letters: 3, 3 and 4. An ISBN is checked the same way.
_TEN = re.compile(r"(?<!\d)(?<!\d[ -])(\d{3})([ -]?)(\d{3})\2(\d{4})(?!\d)(?![ -]\d)", re.ASCII)
_BOOK = re.compile(r"ISBN(?:-10)?:? ?$", re.IGNORECASE)
_INVENTED = "999"  # no real person has a number that begins like this


def numbers(text: str, file: str) -> Iterator[Found]:
    """Where what may be a real NHS number stands in a file, its comments too. It is not repeated.

    Codes do not stand in rule files, so ten digits with the right check digit are hardly a code.
    """
    for line, words in enumerate(text.split("\n"), start=1):
        for found in _real(words):
            yield Found(
                Place(file, line, found.start() + 1, len(found[0])),
                "This looks like the NHS number of somebody real.",
                "Take it out; numbers of invented people begin with 999.",
            )


def hidden(line: str) -> str:
    """A line of a file as it may be shown: without digits of what may be a real NHS number."""
    for found in _real(line):
        stars = "*" * len(found[0])
        line = line[: found.start()] + stars + line[found.end() :]
    return line


def _real(line: str) -> Iterator[re.Match[str]]:
    for found in _TEN.finditer(line):
        digits = found[1] + found[3] + found[4]
        # Modulus 11, as the NHS Data Dictionary has it: weights 10 to 2, then the check digit.
        total = sum(
            weight * int(digit) for weight, digit in zip(range(10, 0, -1), digits, strict=True)
        )
        if total % 11 == 0 and found[1] != _INVENTED and not _BOOK.search(line[: found.start()]):
            yield found


LINT = Lint(
    code="T05",
    title="what looks like the NHS number of somebody real",
    not_like_this="""\
about: NHS number 943 476 5919
""",
    like_this="""\
about: 68, COPD for six years
""",
    why="Rule files are read by many people; only invented people belong in them.",
    stops_from=Status.DRAFT,
    find=None,
)
