"""Words and signs to a tree: comparisons, && || !, and counting with numbers. Nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from rules.cel.words import Kind, Slip, Token

DEEPEST = 20
MOST_PARTS = 100

AND, OR, NOT, MINUS = "&&", "||", "!", "-"
COMPARES = frozenset({"==", "!=", "<", "<=", ">", ">="})
COUNTS = frozenset({"+", "-", "*", "/"})


@dataclass(frozen=True, slots=True)
class Name:
    """A fact, by its name; or true or false."""

    name: str
    start: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number, as it was written."""

    written: str
    start: int


@dataclass(frozen=True, slots=True)
class Words:
    """A text in quotes."""

    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Before:
    """! or - and what follows it."""

    sign: str
    part: "Tree"
    start: int


@dataclass(frozen=True, slots=True)
class Between:
    """Two parts and the sign between them. ``start`` is where the sign is."""

    left: "Tree"
    sign: str
    right: "Tree"
    start: int


Tree = Name | Number | Words | Before | Between


def first(tree: Tree) -> int:
    """Where a part of an expression begins."""
    while isinstance(tree, Between):
        tree = tree.left
    return tree.start


def parse(tokens: tuple[Token, ...]) -> Tree | Slip:
    """The tree of an expression, or the first thing in it that does not fit together."""
    try:
        return _Parser(tokens).whole()
    except _Stop as stop:
        return stop.slip


class _Stop(Exception):
    def __init__(self, slip: Slip) -> None:
        self.slip = slip
        super().__init__(slip.code)


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._parts = 0
        self._depth = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    def whole(self) -> Tree:
        tree = self._either()
        if self._now.kind is not Kind.END:
            if self._now.value == ")" and self._now.kind is Kind.SIGN:
                self._stop(self._now, "A bracket is closed that was not opened.", "Take it out.")
            before = self._tokens[self._at - 1].written
            says = f"There is nothing between {before} and {self._now.written}."
            self._stop(self._now, says, "Join them with && or ||.")
        return tree

    def _either(self) -> Tree:
        return self._joined(frozenset({OR}), self._both)

    def _both(self) -> Tree:
        return self._joined(frozenset({AND}), self._comparison)

    def _comparison(self) -> Tree:
        left = self._sum()
        sign = self._take(COMPARES)
        if sign is None:
            return left
        tree = self._counted(Between(left, sign.value, self._sum(), sign.start))
        again = self._now
        if again.kind is Kind.SIGN and again.value in COMPARES:
            says = "cel compares two things at a time."
            hint = "Write it twice: 5 < x && x < 10. Or in words: x: {between: [6, 9]}."
            raise _Stop(Slip(again.start, "E32", says, hint))
        return tree

    def _sum(self) -> Tree:
        return self._joined(frozenset({"+", "-"}), self._product)

    def _product(self) -> Tree:
        return self._joined(frozenset({"*", "/"}), self._single)

    def _joined(self, signs: frozenset[str], part: "Callable[[], Tree]") -> Tree:
        tree = part()
        while (sign := self._take(signs)) is not None:
            tree = self._counted(Between(tree, sign.value, part(), sign.start))
        return tree

    def _single(self) -> Tree:
        sign = self._take(frozenset({NOT, MINUS}))
        if sign is not None:
            self._deeper(sign)
            tree: Tree = Before(sign.value, self._single(), sign.start)
            self._depth -= 1
            return self._counted(tree)
        token = self._now
        self._at += 1
        match token.kind:
            case Kind.NAME:
                return self._counted(Name(token.value, token.start))
            case Kind.NUMBER:
                return self._counted(Number(token.value, token.start))
            case Kind.TEXT:
                return self._counted(Words(token.value, token.start))
            case Kind.SIGN if token.value == "(":
                self._deeper(token)
                tree = self._either()
                if self._take(frozenset({")"})) is None:
                    says = "A bracket is opened here and not closed."
                    self._stop(token, says, "Close it with ).")
                self._depth -= 1
                return tree
            case _:
                return self._nothing(token)

    def _nothing(self, token: Token) -> "NoReturn":
        before = self._tokens[self._at - 2].written if self._at > 1 else ""
        if before:
            self._stop(token, f"Something is missing after {before}.")
        self._stop(token, f"Something is missing before {token.written or 'the end'}.")

    def _take(self, signs: frozenset[str]) -> Token | None:
        token = self._now
        if token.kind is not Kind.SIGN or token.value not in signs:
            return None
        self._at += 1
        return token

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            says = f"This expression is more than {DEEPEST} steps deep."
            hint = "Give its parts names of their own, under facts."
            raise _Stop(Slip(token.start, "E35", says, hint))

    def _counted(self, tree: Tree) -> Tree:
        self._parts += 1
        if self._parts > MOST_PARTS:
            says = f"This expression has more than {MOST_PARTS} parts."
            hint = "Give its parts names of their own, under facts."
            raise _Stop(Slip(0, "E35", says, hint))
        return tree

    def _stop(self, token: Token, says: str, hint: str = "") -> "NoReturn":
        raise _Stop(Slip(token.start, "E34", says, hint))
