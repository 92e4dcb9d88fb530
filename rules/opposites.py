"""Whether two names mean the opposite of each other, however alike they look.

"not_seen" is nearly "seen", letter by letter, and nothing is further from it. Who is told to type
the one for the other has a rule that is turned round and reads well.
"""

import re

_NOTS = frozenset({"not", "no", "non", "never", "without", "neither", "nor", "except", "unless"})
_PREFIXES = ("not", "non", "no", "un", "in", "im", "dis")
_PAIRS = (
    ("before", "after"), ("above", "below"), ("over", "under"), ("least", "most"),
    ("more", "less"), ("older", "newer"), ("older", "younger"), ("earliest", "latest"),
    ("first", "last"), ("highest", "lowest"), ("with", "without"), ("exclude", "include"),
    ("excluded", "included"), ("all", "any"), ("and", "or"), ("accepted", "declined"),
    ("on", "off"), ("start", "end"), ("started", "ended"), ("show", "hide"),
)  # fmt: skip
_OPPOSITE = frozenset(frozenset(pair) for pair in _PAIRS)
_SIGN = re.compile(r"\s*[!~\u00ac]+\s*")
_BETWEEN = re.compile(r"[\s_-]+")
_TURNED = re.compile(rf"(?:{'|'.join(sorted(_NOTS))})[\s_:-]+(\S.*)", re.IGNORECASE)
_JOINT = re.compile(
    r"(?:\s+(?=[a-z&|+]+\s)|\s*(?=,))(and|or|but|nor|unless|except|&&?|\|\|?|\+|,)\s+",
    re.IGNORECASE,
)


def parts_of_name(name: str) -> list[str]:
    """The words of a name, whatever joins them."""
    return _BETWEEN.split(name.lower())


def turned_round(word: str, name: str) -> bool:
    """Whether one has a "not" that the other has not, or one says before where the other after."""
    ours, theirs = _words(word), _words(name)
    if "".join(ours) == "".join(theirs):
        return False  # the same letters: only what joins them differs
    if (sum(w in _NOTS for w in ours) - sum(w in _NOTS for w in theirs)) % 2:
        return True
    if ours[1:] == theirs[1:] and (_prefixed(ours[0], theirs[0]) or _prefixed(theirs[0], ours[0])):
        return True  # "unseen_seen" and "seen_seen": the rest says nothing of the first
    only_ours = [each for each in ours if each not in theirs]
    only_theirs = [each for each in theirs if each not in ours]
    return any(
        frozenset((one, other)) in _OPPOSITE or _prefixed(one, other) or _prefixed(other, one)
        for one in only_ours
        for other in only_theirs
    )


def without_not(text: str) -> str | None:
    """What stands after a leading "not", "no" or "!"; None where no such word leads."""
    if found := _SIGN.match(text):
        return text[found.end() :].strip()
    found = _TURNED.fullmatch(text.strip())
    return found[1] if found else None


def joined(text: str) -> tuple[list[str], list[str]]:
    """What stands between "and", "or" and the like, and these words, in lower case."""
    pieces = _JOINT.split(text.strip())
    return pieces[::2], [word.lower() for word in pieces[1::2]]


def _words(name: str) -> list[str]:
    signed = _SIGN.match(name)
    rest = name[signed.end() :] if signed else name
    return [*(["not"] if signed else []), *parts_of_name(rest.strip(" :"))]


def _prefixed(longer: str, shorter: str) -> bool:
    return len(shorter) > 2 and any(longer == prefix + shorter for prefix in _PREFIXES)
