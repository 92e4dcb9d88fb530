"""What was measured in an observation, part by part, under the codes of each part."""

from decimal import Decimal

from fhir_adapters.elements import Component, Concept, Quantity, Resource
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
    if of.valueQuantity is not None:
        return ((name, _measured(of.valueQuantity, codes)),)
    if of.valueInteger is not None:
        return ((name, Measurement(Decimal(of.valueInteger), "", codes=codes)),)
    return ()


def _measured(quantity: Quantity, codes: frozenset[Code]) -> Measurement:
    """A number whose unit or comparator cannot be told is none: it may mean anything."""
    comparator = quantity.comparator or ""
    code, unit = _label(quantity.code or ""), _label(quantity.unit or "")
    unit_lost = not (code or unit) and bool(quantity.code or quantity.unit)
    unclear = unit_lost or comparator not in _COMPARATORS
    # From the shortest text of the float, which is what was sent, and not from its binary value.
    number = None if quantity.value is None or unclear else Decimal(str(quantity.value))
    return Measurement(number, code or unit, "" if unclear else comparator, unit, codes)


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
