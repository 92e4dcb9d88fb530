"""Facts of every sort, what may be found for them, and expressions over them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from rules.answer import CANNOT_TELL, YES, Answer
from rules.cel import Built, build
from rules.cel.values import Value, value
from rules.codes import OWN, Code
from rules.days import Span, on
from rules.fact import Fact, Give
from rules.finding import Finding
from rules.problems import Place

_AT = Place("coughing.yaml")
_SMOKING = {Code(OWN, word): word for word in ("smokes", "smoked", "never")}

# "size" is a function of cel too, and a fact may be called so.
FACTS: Mapping[str, Fact] = {
    name: Fact(name, name, "x", _AT, give=give, unit=unit, choices=choices)
    for name, give, unit, choices in (
        ("has_cough", Give.EXISTS, "", {}),
        ("has_wheeze", Give.EXISTS, "", {}),
        ("size", Give.EXISTS, "", {}),
        ("age", Give.AGE, "", {}),
        ("coughs", Give.COUNT, "", {}),
        ("last_cough", Give.LATEST, "", {}),
        ("last_seen", Give.EARLIEST, "", {}),
        ("smoking", Give.LATEST_CHOICE, "", _SMOKING),
        ("hba1c", Give.LATEST_VALUE, "mmol/mol", {}),
        ("first_hba1c", Give.EARLIEST_VALUE, "mmol/mol", {}),
        ("weight", Give.LATEST_VALUE, "kg", {}),
        ("pain", Give.LATEST_VALUE, "score", {}),
    )
}
# What may be found: an answer, a number or two, a day or a span of days, a choice; None: unknown.
Given = Answer | int | Decimal | tuple[int, int] | date | Span | str | None


def found(name: str, given: Given) -> Finding:
    """What was found for a fact."""
    fact = FACTS[name]
    match given:
        case None:
            return Finding(fact, CANNOT_TELL)
        case Answer():
            return Finding(fact, given)
        case str():
            return Finding(fact, YES, choices=frozenset({given}))
        case int() | Decimal():
            return Finding(fact, YES, number=(given, given))
        case date():
            return Finding(fact, YES, day=on(given))
        case Span():
            return Finding(fact, YES, day=given)
        case (low, high):
            return Finding(fact, YES, number=(low, high))


def built(text: str) -> Built:
    """An expression over these facts, checked and built."""
    return build(text, "what it means", FACTS, frozenset())


def asked(text: str, **given: Given) -> Answer:
    """The answer of an expression; a fact that is not mentioned cannot be told."""
    expression = built(text).expression
    assert expression is not None, built(text).slips
    return expression.answer(*(found(f.name, given.get(f.name)) for f in expression.facts))


def known(given: Mapping[str, Given]) -> dict[str, Value]:
    """The same as plain values, without what is unknown: what another cel takes."""
    values = {name: value(found(name, one)) for name, one in given.items()}
    return {name: one for name, one in values.items() if one is not None}


# ---- expressions ----------------------------------------------------------------------------

_COMPARE = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
_EQUAL = st.sampled_from(["==", "!="])
_DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))
# Halves are exact in a double, so that two ways of counting with them come to the same.
_HALVES = st.integers(0, 200).map(lambda count: f"{count / 2}")
_WHOLE = st.integers(0, 9).map(lambda count: f"{count}.0")


def _both(part: st.SearchStrategy[str], signs: list[str]) -> st.SearchStrategy[str]:
    """Two parts and a sign, with brackets around them or without."""
    joined = st.builds("{} {} {}".format, part, st.sampled_from(signs), part)
    return joined | joined.map("({})".format)


def _grown(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    scaled = st.builds(
        "({}) {}".format, part, st.one_of(_WHOLE.map("* {}".format), st.just("/ 2.0"))
    )
    return _both(part, ["+", "-"]) | scaled | part.map("-({})".format)


NUMBERS = st.recursive(st.sampled_from(["age", "coughs"]) | _HALVES, _grown, max_leaves=4)
_COMPARED = st.one_of(
    st.builds("{} {} {}".format, NUMBERS, _COMPARE, NUMBERS),
    st.builds("hba1c {} {}".format, _COMPARE, _HALVES),
    st.builds("first_hba1c * 2.0 {} hba1c".format, _COMPARE),
    st.builds('last_cough {} "{}"'.format, _COMPARE, _DAYS),
    st.builds('"{}" {} last_seen'.format, _DAYS, _COMPARE),
    st.builds("last_cough {} last_seen".format, _COMPARE),
    st.builds("smoking {} '{}'".format, _EQUAL, st.sampled_from(sorted(_SMOKING.values()))),
)
_YES_NO = st.sampled_from(["has_cough", "has_wheeze", "true", "false"])
EXPRESSIONS = st.recursive(
    _YES_NO | _COMPARED,
    lambda part: _both(part, ["&&", "||"]) | part.map("!({})".format),
    max_leaves=6,
).filter(lambda text: len(text) <= 300 and any(name in text for name in FACTS))

_ANSWERS = st.sampled_from(Answer)
_COUNTS = st.none() | st.integers(0, 120) | st.just((1, 5))
_MEASURED = st.none() | st.integers(0, 240).map(lambda count: Decimal(count) / 2)
_DATED = st.none() | _DAYS | st.just(Span(date(2024, 1, 1), date(2024, 12, 31)))
PEOPLE: st.SearchStrategy[dict[str, Given]] = st.fixed_dictionaries(
    {
        "has_cough": _ANSWERS,
        "has_wheeze": _ANSWERS,
        "age": _COUNTS,
        "coughs": _COUNTS,
        "last_cough": _DATED,
        "last_seen": _DATED,
        "smoking": st.none() | st.sampled_from(sorted(_SMOKING.values())),
        "hba1c": _MEASURED,
        "first_hba1c": _MEASURED,
    }
)
