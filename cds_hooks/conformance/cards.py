"""An answer, looked at: its shape, its cards and all that hangs on them (S, J, C)."""

import re
from collections.abc import Iterator

from cds_hooks.conformance import actions
from cds_hooks.conformance.exchange import Answer
from cds_hooks.conformance.notes import Notes
from cds_hooks.conformance.shapes import (
    NO_JSON,
    Json,
    all_objects,
    is_list,
    is_object,
    is_text,
    objects,
    within,
)

_ADDRESS = re.compile(r"https?://[^\s/]\S*")
_HTML = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^>]*)?/?>|\bjavascript:", re.IGNORECASE)
_MAY_BE_EMPTY = ("cards", "services", "systemActions")  # the last is looked at by itself
_CARD = frozenset(
    {
        "uuid", "summary", "detail", "indicator", "source", "suggestions", "selectionBehavior",
        "overrideReasons", "links", "extension",
    }
)  # fmt: skip
_SUGGESTION = frozenset(
    {"label", "uuid", "isRecommended", "actions", "actionSelectionBehavior", "extension"}
)
_LINK = frozenset({"label", "url", "type", "appContext", "autolaunchable", "extension"})
_SOURCE = frozenset({"label", "url", "icon", "topic", "extension"})


def look(notes: Notes, answer: Answer, where: str, patient: str) -> None:
    """Judge an answer of 200. ``patient`` is whom the call was about, if anybody."""
    value = look_at_json(notes, answer, where)
    if value is None or not notes.expect(
        "S1", is_list(value.get("cards")), "has no list of cards", where
    ):
        return
    found = value["cards"]
    if not found:
        notes.expect("S2", True, "", where)
    if "systemActions" in value:
        listed = value["systemActions"]
        fine = bool(listed) and all_objects(listed)
        notes.expect("S3", fine, "systemActions is no list with actions in it", where)
        for action in objects(listed):
            actions.look(notes, action, f"{where}, systemActions", patient)
    if "extension" in value:
        fine = is_object(value["extension"])
        notes.expect("S6", fine, "has an extension that is no object", where)
    notes.expect("S1", all_objects(found), "has a card that is no object", where)
    uuids = [card["uuid"] for card in objects(found) if isinstance(card.get("uuid"), str)]
    if uuids:
        notes.expect("C6", len(set(uuids)) == len(uuids), "two cards have the same uuid", where)
    for number, card in enumerate(objects(found)):
        _card(notes, card, f"{where}, card {number + 1}", patient)


def look_at_json(notes: Notes, answer: Answer, where: str, shape: str = "S1") -> Json | None:
    """J1 to J3 for any body of 200; the object, where it is one as ``shape`` requires."""
    value = answer.value
    fine = answer.is_json and value is not NO_JSON
    notes.expect("J1", fine, "is not JSON, or does not say so", where)
    if value is NO_JSON or not notes.expect(shape, is_object(value), "is no JSON object", where):
        return None
    nothing = list(_without_value(value, top=True))
    for which, what in (("J2", "null"), ("J3", "empty")):
        places = [place for kind, place in nothing if kind == what]
        notes.expect(which, not places, f"{what}: {', '.join(sorted(set(places))[:5])}", where)
    assert is_object(value)
    return value


def _without_value(
    value: object, name: str = "", *, top: bool = False
) -> Iterator[tuple[str, str]]:
    if value is None:
        yield "null", name
    elif is_object(value):
        if not value and name:
            yield "empty", name
        for key, under in value.items():
            if (key == "resource" and is_object(under)) or (
                top and key in _MAY_BE_EMPTY and under == []
            ):
                continue
            yield from _without_value(under, _name(name, key))
    elif is_list(value):
        if not value:
            yield "empty", name
        for number, under in enumerate(value):
            yield from _without_value(under, f"{name}[{number}]")
    elif value == "":
        yield "empty", name


def _name(above: str, key: object) -> str:
    """The path of a member; a name that the service made up itself may be of any sort."""
    word = key if isinstance(key, str) and re.fullmatch(r"[\w.-]{1,40}", key) else "a member"
    return f"{above}.{word}" if above else word


def _card(notes: Notes, card: Json, where: str, patient: str) -> None:
    summary = card.get("summary")
    says = (
        f"the summary has {len(summary)} characters" if isinstance(summary, str) else "no summary"
    )
    notes.expect("C1", isinstance(summary, str) and 0 < len(summary) < 140, says, where)
    known = card.get("indicator") in ("info", "warning", "critical")
    notes.expect("C2", known, "the indicator is none of the three", where)
    notes.expect("C6", is_text(card.get("uuid")), "has no uuid", where)
    _names(notes, card, _CARD, where)
    if card.get("detail") is not None and notes.expect(
        "C7", isinstance(card["detail"], str), "the detail is no text", where
    ):
        notes.expect("C23", not _HTML.search(card["detail"]), "the detail holds HTML", where)
    _source(notes, card.get("source"), where)
    _suggestions(notes, card, where, patient)
    for reason in _listed(notes, card, "overrideReasons", where):
        fine = all(is_text(reason.get(name)) for name in ("code", "system", "display"))
        notes.expect("C10", fine, "an override reason lacks code, system or display", where)
    for link in _listed(notes, card, "links", where):
        _link(notes, link, where)


def _names(notes: Notes, value: Json, known: frozenset[str], where: str) -> None:
    others = sorted(_name("", name) for name in value if name not in known)
    notes.expect("C22", not others, f"not in the standard: {', '.join(others[:5])}", where)


def _listed(notes: Notes, card: Json, name: str, where: str) -> list[Json]:
    """A list of objects on a card; one that is null or empty is told of as such already."""
    if card.get(name) is None:
        return []
    found = card[name]
    notes.expect("C20", all_objects(found), f"{name} is no list of objects", where)
    return objects(found)


def _source(notes: Notes, source: object, where: str) -> None:
    labelled = is_text(within(source, "label"))
    notes.expect("C3", labelled, "has no source with a label", where)
    if not is_object(source):
        return
    _names(notes, source, _SOURCE, where)
    for name in ("url", "icon"):
        if source.get(name) is not None:
            fine = isinstance(source[name], str) and bool(_ADDRESS.fullmatch(source[name]))
            notes.expect("C4", fine, f"the {name} of its source is no whole address", where)
    if source.get("topic") is not None:
        topic = source["topic"]
        fine = is_text(within(topic, "code")) and is_text(within(topic, "system"))
        notes.expect("C5", fine, "the topic lacks its code or system", where)


def _suggestions(notes: Notes, card: Json, where: str, patient: str) -> None:
    found = _listed(notes, card, "suggestions", where)
    behaviour = card.get("selectionBehavior")
    if found:
        notes.expect("C8", behaviour is not None, "has no selectionBehavior", where)
    if behaviour is not None:
        known = behaviour in ("at-most-one", "any")
        notes.expect("C9", known, "the selectionBehavior is none of the two", where)
    if behaviour == "at-most-one":
        recommended = sum(one.get("isRecommended") is True for one in found)
        notes.expect("C19", recommended <= 1, f"{recommended} are recommended", where)
    uuids = [one.get("uuid") for one in found]
    if found:
        notes.expect("C17", all(map(is_text, uuids)), "a suggestion has no uuid", where)
        named = [uuid for uuid in uuids if is_text(uuid)]
        twice = "two suggestions have the same uuid"
        notes.expect("C17", len(set(map(str, named))) == len(named), twice, where)
    for suggestion in found:
        _suggestion(notes, suggestion, where, patient)


def _suggestion(notes: Notes, suggestion: Json, where: str, patient: str) -> None:
    notes.expect("C16", is_text(suggestion.get("label")), "a suggestion has no label", where)
    _names(notes, suggestion, _SUGGESTION, where)
    if suggestion.get("isRecommended") is not None:
        fine = isinstance(suggestion["isRecommended"], bool)
        notes.expect("C18", fine, "isRecommended is neither true nor false", where)
    if suggestion.get("actionSelectionBehavior") is not None:
        fine = suggestion["actionSelectionBehavior"] in ("all", "any", "at-most-one")
        notes.expect("C21", fine, "the actionSelectionBehavior is none of the three", where)
    for action in _listed(notes, suggestion, "actions", where):
        actions.look(notes, action, where, patient)


def _link(notes: Notes, link: Json, where: str) -> None:
    notes.expect("C11", is_text(link.get("label")), "a link has no label", where)
    url = link.get("url")
    whole = isinstance(url, str) and bool(_ADDRESS.fullmatch(url))
    notes.expect("C12", whole, "the address of a link is not whole", where)
    known = link.get("type") in ("absolute", "smart")
    notes.expect("C13", known, "the type of a link is none of the two", where)
    _names(notes, link, _LINK, where)
    if link.get("appContext") is not None:
        fine = isinstance(link["appContext"], str) and link.get("type") == "smart"
        notes.expect("C14", fine, "an appContext is no text, or stands on no smart link", where)
    if link.get("autolaunchable") is not None:
        fine = isinstance(link["autolaunchable"], bool)
        notes.expect("C15", fine, "autolaunchable is neither true nor false", where)
