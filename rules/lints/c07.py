"""C07: a topic, a rule or a role that there is none of.

Any name can be written, so that a topic may be named before its rule is there. A misspelt one
changes nothing that anybody sees: nothing is ever found, nothing is silenced.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rules.lints.lint import Found, Lint, Seen, own
from rules.lints.roles import ROLES
from rules.problems import Place, did_you_mean, surely
from rules.rule import OfferKind, Rule


class _Meant(NamedTuple):
    name: str
    at: Place
    so: str  # what comes of it where nothing has the name


def topics(rule: Rule) -> list[_Meant]:
    """The topics of other rules that a rule names, those of shared facts among them."""
    found = [
        _Meant(text.value, text.at, "so nothing that was said is ever found here.")
        for under, text in rule.written
        if under[:1] == ("facts",) and under[2:] == ("topic",)
    ]
    found += [
        _Meant(text.value, text.at, "so this silences nothing.")
        for under, text in rule.written
        if under == ("quiet", "also_quiet")
    ]
    for fact in rule.looks_at:
        if fact.topic and fact.name not in rule.facts:
            so = f'which the shared fact "{fact.name}" looks for: it finds nothing.'
            found.append(_Meant(fact.topic, own(rule, fact.at, "when", "exclude"), so))
    return found


def replaced(rule: Rule) -> list[_Meant]:
    """The rule that this one takes over from, if it names one."""
    so = "so nobody can tell whether its answers still count."
    return [_Meant(text.value, text.at, so) for under, text in rule.written if under == _REPLACES]


_REPLACES = ("replaces",)


def _roles(rule: Rule) -> list[_Meant]:
    task = ("offers", str(OfferKind.TASK), "for")
    shown = "and only the roles named here see the card."
    return [
        _Meant(text.value, text.at, shown if under == ("show_to",) else "so it is nobody's to do.")
        for under, text in rule.written
        if under in (("show_to",), task)
    ]


def _find(seen: Seen) -> Iterator[Found]:
    rule, named = seen.rule, seen.named
    if named is not None:
        for name, at, so in topics(rule):
            if name not in named.topics:
                says = f'No rule has the topic "{name}", {so}'
                yield Found(at, says, did_you_mean(name, named.topics) or _WRITE)
        for name, at, so in replaced(rule):
            if name not in named.rules:
                hint = did_you_mean(name, named.rules) or _WRITE
                yield Found(at, f'There is no rule called "{name}", {so}', hint)
    for name, at, so in _roles(rule):
        if name not in ROLES:
            likely = surely(name, ROLES)
            hint = f"Did you mean {likely}?" if likely else _role_hint()
            yield Found(at, f'"{name}" is not a role I know, {so}', hint)


_WRITE = "Use the name that its own file has."


def _role_hint() -> str:
    return f"Known are {', '.join(sorted(ROLES))}."


LINT = Lint(
    code="C07",
    title="a topic, a rule or a role that there is none of",
    not_like_this="""\
show_to: [nruse]
quiet:
  topic: coughing
  also_quiet: [caughing]
""",
    like_this="""\
show_to: [nurse]
quiet:
  topic: coughing
  also_quiet: [copd-help]
""",
    why="A misspelt name is like none at all: answers are not heard, and nobody is told.",
    stops_from=None,
    find=_find,
)
