"""An expression as words and signs: what cel spells otherwise, and what is not for rules."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from rules.fact import Fact, Sort

LONGEST = 300


@dataclass(frozen=True, slots=True, order=True)
class Slip:
    """One thing to fix: where in the expression it begins, its code, and what to type instead."""

    start: int
    code: str
    says: str
    hint: str = ""


class Kind(Enum):
    """What a piece of an expression is."""

    NAME = auto()
    NUMBER = auto()
    TEXT = auto()  # its value stands without the quotes
    SIGN = auto()
    ODD = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of an expression, and where it begins."""

    kind: Kind
    value: str
    start: int
    written: str = ""


_PIECES = re.compile(
    r"""
      (?P<gap>\s+)
    | (?P<number>\.?[0-9][\w.]*)
    | (?P<name>[A-Za-z_]\w*)
    | "(?P<double>[^"\\\n]*)" | '(?P<single>[^'\\\n]*)'
    | (?P<pair><>|=>|=<|//)
    | (?P<sign>&&|\|\||==|!=|<=|>=|[<>!+*/()-])
    | (?P<odd>.)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_PLAIN_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)

# What people write elsewhere, what they call it, and how cel spells it.
_WORDS = {
    "and": ("and", "&&"),
    "or": ("or", "||"),
    "not": ("not", "!"),
    "is": ("is", "=="),
    "equals": ("equals", "=="),
}
_SIGNS = {
    "=": ("equal", "=="),
    "<>": ("not equal", "!="),
    "≠": ("not equal", "!="),
    "=>": ("at least", ">="),
    "≥": ("at least", ">="),
    "=<": ("at most", "<="),
    "≤": ("at most", "<="),
    "&": ("and", "&&"),
    "|": ("or", "||"),
    "−": ("minus", "-"),
    "–": ("minus", "-"),
    "×": ("times", "*"),
    "÷": ("divided by", "/"),
}
_CURLY = frozenset("“”„‟‘’‚‛«»`´")
_EASIER = "or use conditions in words, which are easier to read: all, any, not"

_LISTS = (
    "A fact gives one answer, so there are no lists here.",
    ('Use "give: count" in the fact, or is_in: [..] in a condition in words.'),
)
_INSIDE = (
    "A fact has nothing inside it, so no dot follows it.",
    ("cel sees facts and never the record; look up what you need under facts."),
)
_ODD = {
    "?": ("There is no ? and : here.", "Use && and ||, or a condition in words for each case."),
    ":": ("There is no ? and : here.", "Use && and ||, or a condition in words for each case."),
    "[": _LISTS,
    "]": _LISTS,
    "{": _LISTS,
    "}": _LISTS,
    ",": _LISTS,
    ".": _INSIDE,
    "//": ("There are no remarks inside an expression.", 'Say it in "means:".'),
    "\\": ("There is no backslash in an expression.", "Write the text as it is."),
    '"': ("A quotation mark is opened and not closed.", 'Type it as "text".'),
    "'": ("A quotation mark is opened and not closed.", 'Type it as "text".'),
}
_REMAINDER = (
    "There is no remainder (%) here.",
    "Use + - * and /, or a condition in words: above, between.",
)
_MACROS = frozenset({"all", "exists", "exists_one", "filter", "map", "reduce", "min"})
_CALLS = {
    "has": "To ask whether something is known, use is_known: yes in a condition in words.",
    "matches": "Codes are looked up under facts, through code lists.",
    "contains": "Codes are looked up under facts, through code lists.",
    "timestamp": 'A date is written as a text: "2026-03-01".',
    "size": 'Use "give: count" in the fact.',
}
_RESERVED = {
    "in": ("There are no lists here.", "Use is_in: [..] in a condition in words."),
    "null": ("Nothing is null here.", "Use is_known: no in a condition in words."),
}
_UNITS_OF_TIME = {"m": "minute", "h": "hour", "s": "second", "ms": "millisecond"}


def read(text: str, facts: Mapping[str, Fact]) -> tuple[tuple[Token, ...], tuple[Slip, ...]]:
    """The pieces of an expression, and what in them is not how, or not what, cel says here."""
    if len(text) > LONGEST:
        says = f"This expression has {len(text)} characters; the most is {LONGEST}."
        return (), (Slip(0, "E35", says, "Give its parts names of their own, under facts."),)
    tokens = tuple(_tokens(text))
    return tokens, tuple(sorted((*_everyday(text, tokens, facts), *_forbidden(tokens, facts))))


def _tokens(text: str) -> Iterator[Token]:
    for found in _PIECES.finditer(text):
        group, value = found.lastgroup or "", found[0]
        match group:
            case "gap":
                continue
            case "double" | "single":
                yield Token(Kind.TEXT, found[group], found.start(), value)
            case "pair":
                yield Token(Kind.ODD, value, found.start(), value)
            case _:
                yield Token(Kind[group.upper()], value, found.start(), value)
    yield Token(Kind.END, "", len(text))


def _everyday(text: str, tokens: tuple[Token, ...], facts: Mapping[str, Fact]) -> Iterator[Slip]:
    """One message for all words and signs that cel spells otherwise, with the text put right."""
    said: dict[str, str] = {}
    places: list[int] = []
    right = text
    curly = next((token for token in tokens if token.value in _CURLY and token.value), None)
    if curly is not None:
        straight = "".join('"' if letter in _CURLY else letter for letter in text)
        says = "These are curly quotation marks from a document; cel takes straight ones."
        yield Slip(curly.start, "E32", says, f"Type: {straight}")
        return
    for token in reversed(tokens):
        spelt = _SIGNS.get(token.value) if token.kind is Kind.ODD else None
        if token.kind is Kind.NAME and token.value not in facts:
            spelt = _WORDS.get(token.value.lower())
        if spelt is None:
            continue
        said = {spelt[0]: spelt[1], **{k: v for k, v in said.items() if k != spelt[0]}}
        places.append(token.start)
        right = right[: token.start] + spelt[1] + right[token.start + len(token.written) :]
    if places:
        spellings = " and ".join(f'"{word}" as {sign}' for word, sign in said.items())
        yield Slip(min(places), "E32", f"cel spells {spellings}.", f"Type: {right} ({_EASIER})")


def _forbidden(tokens: tuple[Token, ...], facts: Mapping[str, Fact]) -> Iterator[Slip]:
    """The first thing that cel has and rules do not, or that nobody can read."""
    for before, token, after in zip((None, *tokens), tokens, tokens[1:], strict=False):
        found = None
        if token.kind is Kind.NUMBER and not _PLAIN_NUMBER.fullmatch(token.value):
            found = (
                "Numbers are written plainly here, with up to nine digits and six decimals.",
                "For example 58 or 7.5.",
            )
        elif token.kind is Kind.ODD and token.value not in _SIGNS and token.value not in _CURLY:
            found = _odd(token, after)
        elif token.kind is Kind.NAME and token.value not in facts:
            found = _RESERVED.get(token.value)
        called = token.kind is Kind.NAME and after.value == "(" and after.kind is Kind.SIGN
        if found is None and called and token.value.lower() not in _WORDS:
            found = _call(token, tokens, facts)
        if (
            found is None
            and before is not None
            and token.kind is Kind.TEXT
            and before.kind is Kind.NAME
            and before.start + len(before.value) == token.start
        ):
            found = "A text is only its words in quotes.", f"Type: {token.written}"
        if found is not None:
            yield Slip(token.start, "E34", *found)
            return


def _odd(token: Token, after: Token) -> tuple[str, str]:
    if token.value == "." and after.value in _MACROS:
        return f"Facts give no lists, so .{after.value}() has nothing to go through.", _LISTS[1]
    if token.value == "%":
        counted = after.kind in (Kind.NAME, Kind.NUMBER) and after.value.lower() not in _WORDS
        if counted or (after.kind is Kind.SIGN and after.value == "("):
            return _REMAINDER
        return "There are no units in an expression.", "Write the number without the %."
    if token.value in _ODD:
        return _ODD[token.value]
    if token.value.isprintable():
        return f"{token.value} means nothing in an expression.", "Take it out."
    return "Here is an invisible or unusual character.", "Type this part again."


def _call(token: Token, tokens: tuple[Token, ...], facts: Mapping[str, Fact]) -> tuple[str, str]:
    if token.value == "duration":
        return _duration(tokens[tokens.index(token) + 2], tokens, facts)
    hint = _CALLS.get(token.value, "Give what you need a name under facts, and use the name.")
    return f"Nothing is called here, so {token.value}(..) cannot be used.", hint


def _duration(
    length: Token, tokens: tuple[Token, ...], facts: Mapping[str, Fact]
) -> tuple[str, str]:
    named = (facts[token.value] for token in tokens if token.value in facts)
    fact = next((f.name for f in named if f.give.sort is Sort.DATE and f.name != "today"), "a_date")
    found = re.fullmatch(r"(\d{1,9})(ms|[mhs])", length.value, re.ASCII)
    count = found[1] if found and len(found[1]) < 4 else "12"
    hint = f"Use a condition in words instead: {fact}: {{older_than: {count} months}}"
    if found is None:
        return "cel knows no days, weeks, months or years.", hint
    unit = _UNITS_OF_TIME[found[2]] + ("" if found[1] == "1" else "s")
    return f'In cel, "{length.value}" means {found[1]} {unit}.', hint
