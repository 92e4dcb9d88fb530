"""The one file that knows cel-python, which works out what has been checked (RULES 2.5).

Only its interpreter is used: its CompiledRunner keeps results in a global of its module, so two
threads get each other's answers (RULES 2.4). Nothing that it says leaves this file: the text of
its exceptions, and what it writes to its logs, quote everything that it was given.
"""

import math
import sys
from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from rules.answer import CANNOT_TELL, Answer, yes_or_no
from rules.cel.grammar import Before, Between, Name, Number, Tree, Words
from rules.cel.values import value
from rules.fact import Fact
from rules.finding import Finding, RuleFault

if TYPE_CHECKING:
    from celpy import Runner
    from celpy.celtypes import Value
    from celpy.evaluation import CELFunction, Result
    from lark import Token
    from lark import Tree as Grown

_ONE_AT_A_TIME = Lock()  # the library keeps one parser, and in it the text it is reading


def program(tree: Tree, facts: tuple[Fact, ...]) -> Callable[..., Answer]:
    """Build a checked expression once: from what was found for each fact, in order, an answer.

    The answer raises RuleFault where it cannot be worked out although everything is known.
    """
    # Names of our own: its functions and reserved words are names too, and a fact called "size"
    # that is not known would be the function of that name.
    names = {fact.name: f"f{number}" for number, fact in enumerate(facts)}
    words: dict[str, str] = {}
    with _ONE_AT_A_TIME:
        runner = _build(_text(tree, names, words))
    from celpy import celtypes  # noqa: PLC0415 - a third of a second, and few rules use cel

    fixed = {name: celtypes.StringType(text) for text, name in words.items()}

    def answer(*findings: Finding) -> Answer:
        known: dict[str, Value] = dict(fixed)
        for name, finding in zip(names.values(), findings, strict=True):
            match value(finding):
                case None:
                    continue  # left out: what needs it is an error, unless the rest decides
                case bool(yes):
                    known[name] = celtypes.BoolType(yes)
                case str(text):
                    known[name] = celtypes.StringType(text)
                case number:
                    known[name] = celtypes.DoubleType(number)
        result = _quietly(runner, known)
        if isinstance(result, celtypes.BoolType):
            return yes_or_no(bool(result))
        if len(known) < len(fixed) + len(names):
            return CANNOT_TELL
        raise RuleFault

    return answer


def _quietly(runner: "Runner", known: "Mapping[str, Value]") -> object:
    """The result, or None. What is raised holds the names and values of a person: it ends here."""
    try:
        return runner.evaluate(known)
    except Exception:  # whatever it is, nothing of it may be told
        return None


def _text(tree: Tree, names: Mapping[str, str], words: dict[str, str]) -> str:
    """The expression as cel-python gets it: every bracket there, every number a double."""
    match tree:
        case Name(name, _):
            return names.get(name, name)
        case Number(written, _):
            return f"{float(written):.6f}"
        case Words(text, _):
            return words.setdefault(text, f"w{len(words)}")
        case Before(sign, part, _):
            return f"{sign}({_text(part, names, words)})"
        case Between(left, sign, right, _):
            return f"({_text(left, names, words)} {sign} {_text(right, names, words)})"


def _build(text: str) -> "Runner":
    environment = _environment()
    grown = _without_single_file(environment.compile(text))
    runner: Runner = environment.program(grown, functions=_arithmetic())
    runner.logger.disabled = True
    return runner


# Steps of the grammar that only hand on what stands under them.
_STEPS = frozenset(
    {"expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication"}
    | {"unary", "member", "paren_expr"}
)


def _without_single_file(grown: "Grown[Token]") -> "Grown[Token]":
    """The same tree without its steps of one child: four times faster, and far less deep."""
    from lark import Tree as Branch  # noqa: PLC0415 - comes with cel-python

    only = grown.children[0] if len(grown.children) == 1 else None
    if isinstance(only, Branch) and (
        grown.data in _STEPS or (grown.data == "primary" and only.data == "paren_expr")
    ):
        return _without_single_file(only)
    grown.children = [
        _without_single_file(child) if isinstance(child, Branch) else child
        for child in grown.children
    ]
    return grown


@cache
def _environment() -> Any:  # its own types leave open what its trees are of
    from celpy import Environment, InterpretedRunner, celtypes, evaluation  # noqa: PLC0415 - as above

    its_environments = evaluation.logger.manager.getLogger(f"celpy.{Environment.__name__}")
    for one in (
        its_environments,
        evaluation.logger,
        celtypes.logger,
        evaluation.Evaluator.logger,
        evaluation.NameContainer.logger,
    ):
        one.disabled = True  # at debug level each line quotes what is known of a person
    limit = sys.getrecursionlimit()
    environment = Environment(runner_class=InterpretedRunner)
    sys.setrecursionlimit(limit)  # it raises the limit of the whole process
    environment.annotations.clear()  # names of protobuf types, copied for every answer
    return environment


@cache
def _arithmetic() -> "dict[str, CELFunction]":
    """Counting with doubles, where cel-python leaves its own types or makes numbers of nothing.

    Rounded to nine decimals, so that 0.1 + 0.2 is 0.3 as it is for whoever wrote the rule. What
    has no finite result has none.
    """
    from celpy.celtypes import DoubleType  # noqa: PLC0415 - as above
    from celpy.evaluation import CELEvalError  # noqa: PLC0415 - as above

    def counted(work: Callable[[float, float], float]) -> "CELFunction":
        def function(one: "Result", other: "Result") -> "Result":
            for part in (one, other):
                if isinstance(part, CELEvalError):
                    return part
            if not isinstance(one, DoubleType) or not isinstance(other, DoubleType):
                raise TypeError("not numbers")
            result = work(float(one), float(other))
            if not math.isfinite(result):
                raise ValueError("not finite")
            return DoubleType(round(result, 9))

        return function

    return {
        "_+_": counted(lambda one, other: one + other),
        "_-_": counted(lambda one, other: one - other),
        "_*_": counted(lambda one, other: one * other),
        "_/_": counted(lambda one, other: one / other),
    }
