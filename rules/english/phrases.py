"""The fixed phrases of the controlled English, which writing and parsing share.

A condition on one line is the name of a fact, or that and what is asked of it. Everything else is
a heading that ends in a colon, with its parts as bullets below.
"""

import re

ALL = "all of these are so:"
ANY = "one or more of these are so:"
NONE = "none of these is so:"
SOME = "at least {} of these are so:"
NOT = "this is not so:"
MEANS = ", which means:"
WORKED_OUT = "worked out:"
WRITTEN = "written as"

# The words of a test before its number, length of time or day; see ``writing`` and ``parsing``.
COMPARISONS = {
    "above": "is above",
    "at_least": "is at least",
    "below": "is below",
    "at_most": "is at most",
    "equals": "is exactly",
}
BETWEEN = "is between"
WITHIN = "is in the last"
OLDER = "is more than"
BEFORE, AFTER = "is before", "is after"
KNOWN, NOT_KNOWN = "is known", "is not known"
CHOICES = {"is": "is", "is_not": "is not", "is_in": "is one of"}

_SOME = re.compile(r"at least (\d{1,6}) of these are so:(.*)", re.IGNORECASE | re.DOTALL)
# Where the name of a fact ends and what is asked of it begins.
ASKED = re.compile(
    r" (?=(?:is (?:above|at least|below|at most|exactly|between|in the last|more than|before|after"
    r'|known|not known)(?: |,|$))|is (?:not |one of )?")'
)
_PLAIN = re.compile(r"[^\W_](?:[^\"\\\s]| (?! ))*", re.DOTALL)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}
_PLAIN_AGAIN = {"n": "\n", "r": "\r"}
QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def some(text: str) -> "tuple[int, str] | None":
    """How many of the parts, and what follows the heading; None if it is not that heading."""
    found = _SOME.fullmatch(text)
    return (int(found[1]), found[2]) if found else None


def quoted(text: str) -> str:
    """Any text in double quotes, on one line."""
    return '"' + "".join(_ESCAPES.get(c, c) for c in text) + '"'


def unquoted(inside: str) -> str:
    """What stood between double quotes, as it was."""
    return re.sub(r"\\(.)", lambda found: _PLAIN_AGAIN.get(found[1], found[1]), inside)


def called(text: str) -> str:
    """A name as it stands in a sentence: bare, or quoted where it could be read as more."""
    return text if _stands_bare(text) else quoted(text)


def _stands_bare(text: str) -> bool:
    """Whether a name can be told from everything else that may stand on a line."""
    low = text.lower()
    return (
        _PLAIN.fullmatch(text) is not None
        and text.isprintable()
        and not text.endswith((":", " "))
        and not low.startswith((ALL, ANY, NONE, NOT, WORKED_OUT))
        and some(text) is None
        and ASKED.search(text + " ") is None
    )
