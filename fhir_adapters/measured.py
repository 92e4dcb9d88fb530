"""What was measured in an observation, part by part, under the codes of each part."""

from decimal import Decimal

from fhir_adapters.elements import Component, Concept, Quantity, Range, Resource
from rules.codes import Code
from rules.record import Measurement

Values = tuple[tuple[str, Measurement], ...]

_COMPARATORS = frozenset({"", "<", "<=", ">=", ">"})
_LONGEST_LABEL = 100


def values_of(observation: Resource) -> Values:
    """Its own value under its own codes, and the value of each part under that part's codes.

    Text is no value, even where it looks like a number; nor is what is said to be absent.
    """
    found = _value("", observation)
    for part in observation.component or ():
        found += _value(_name(part.code), part)
    return found


def _value(name: str, of: Resource | Component) -> Values:
    if of.dataAbsentReason is not None:
        return ()
    codes = _codes(of.code)
    usual = _usual(of.referenceRange) if of.referenceRange else ""
    if of.valueQuantity is not None:
        return ((name, _measured(of.valueQuantity, codes, usual)),)
    if of.valueInteger is not None:
        return ((name, Measurement(Decimal(of.valueInteger), "", codes=codes, usual=usual)),)
    return ()


def _usual(ranges: list[Range]) -> str:
    """What the laboratory says is usual, in its own figures: "20 to 41 mmol/mol".

    Of several, or of one for some people only, nobody here can tell which is meant: none is quoted.
    """
    if len(ranges) != 1:
        return ""
    (only,) = ranges
    kinds = {coding.code for coding in only.type.coding or ()} if only.type else {"normal"}
    if only.appliesTo or only.age is not None or kinds != {"normal"}:
        return ""
    if only.low is None and only.high is None:
        return _label(only.text or "")
    low, high = (_measured(one, frozenset()) if one else None for one in (only.low, only.high))
    ends = [one for one in (low, high) if one is not None]
    if any(one.number is None or one.comparator for one in ends):
        return ""
    if low is None or high is None:
        return f"from {low}" if low is not None else f"up to {high}"
    if low.unit == high.unit:
        low = low._replace(unit="", shown="")
    return f"{low} to {high}"


def _measured(quantity: Quantity, codes: frozenset[Code], usual: str = "") -> Measurement:
    """A number whose unit or comparator cannot be told is none: it may mean anything."""
    comparator = quantity.comparator or ""
    code, unit = _label(quantity.code or ""), _label(quantity.unit or "")
    unit_lost = not (code or unit) and bool(quantity.code or quantity.unit)
    unclear = unit_lost or comparator not in _COMPARATORS
    # From the shortest text of the float, which is what was sent, and not from its binary value.
    number = None if quantity.value is None or unclear else Decimal(str(quantity.value))
    shown = "" if unclear else comparator
    return Measurement(number, code or unit, shown, unit, codes, usual)


def _codes(concept: Concept | None) -> frozenset[Code]:
    coded = (concept.coding or ()) if concept is not None else ()
    return frozenset(Code(one.system, one.code) for one in coded if one.system and one.code)


def _name(concept: Concept | None) -> str:
    if concept is None:
        return ""
    displays = (coding.display for coding in concept.coding or () if coding.display)
    return _label(concept.text or next(displays, ""))


def _label(text: str) -> str:
    """A unit or the name of a part, which a letter will quote; "" where it could be more than that.

    Line ends, control characters and those that turn the writing round are no part of either.
    """
    return text if len(text) <= _LONGEST_LABEL and text.isprintable() else ""
