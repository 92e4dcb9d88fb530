"""What a list says was searched for, in its self link, held against what was asked.

Two spellings of one search are the same search, and what a server adds of its own tells nothing.
"""

import re
from urllib.parse import parse_qsl

from fhir_adapters.needs import Query
from fhir_adapters.read import KINDS

NOT_THIS_PERSON = "the record system did not look for this person alone"
OTHER_CODES = "the record system looked for other codes"
LESS = "the record system looked for less than was asked"

# Parameters of FHIR R4 by which a search of the types that we ask for finds less, or less of each.
_NARROWING = frozenset({
    "date", "status", "category", "clinical-status", "verification-status", "code", "type",
    "class", "intent", "severity", "onset-date", "recorded-date", "abatement-date", "authored",
    "authoredon", "authored-on", "issued", "sent", "received", "period", "effective",
    "start-date", "lifecycle-status", "encounter", "context", "performer", "author", "requester",
    "identifier", "part-of", "based-on", "reason-code", "activity-code", "combo-code",
    "combo-value-concept", "value-concept", "component-code", "medication", "questionnaire",
    "service-type", "appointment-type", "_lastUpdated", "_id", "_tag", "_security", "_profile",
    "_filter", "_has", "_text", "_content", "_list", "_query", "_since", "_elements",
})  # fmt: skip
_OR = re.compile(r"(?<!\\),")


def literally(value: str) -> str:
    """A value in which nothing is read as a sign of FHIR's searches."""
    for sign in "\\,$|":
        value = value.replace(sign, f"\\{sign}")
    return value


def what_is_wrong(address: str, query: Query, patient_id: str) -> str:
    """Why a list that was sent with this self link may not be the one that discovery asks for.

    "" where it may be. A search without codes finds more than was asked, and so lacks nothing.
    """
    if looked_for_less(address, query):
        return LESS
    path, names, said = _read(address)
    if not names and path.rpartition("/")[2] != query.resource_type:
        return ""  # no search that we know
    if is_another_person(address, query, patient_id):
        return NOT_THIS_PERSON
    for name, value in said:
        if query.by and name.partition(":")[0] == query.by:
            found = {_plain(code) for code in _OR.split(value)}
            if name != query.by or not all(_covers(found, _plain(code)) for code in query.codes):
                return OTHER_CODES
    return ""


def looked_for_less(address: str, query: Query) -> bool:
    """Whether a search was for another type, or by something that nobody asked for."""
    path, names, said = _read(address)
    of = path.rpartition("/")[2]
    if of in KINDS and of != query.resource_type:
        return True
    in_part = any(name == "_summary" and value != "false" for name, value in said)
    return in_part or not _NARROWING.isdisjoint(names - {query.by})


def is_another_person(address: str, query: Query, patient_id: str) -> bool:
    """Whether a search with this self link was not for this person alone."""
    path, names, said = _read(address)
    if names and names.isdisjoint({"subject", *(name for name, _ in query.asked(patient_id))}):
        return False  # a name for a search that is kept there, which tells nothing
    own = {patient_id, literally(patient_id)}
    about = {
        value.rpartition("/")[2]
        for name, value in said
        if name.partition(":")[0] in ("patient", "subject")
    }
    return not (about and about <= own) and f"/Patient/{patient_id}/" not in path


def lacks_codes(address: str, query: Query) -> bool:
    """Whether a server that was asked for codes says that it looked for none."""
    _, names, _ = _read(address)
    known = not names.isdisjoint(name for name, _ in query.asked(""))
    return bool(query.by) and query.by not in names and (known or not names)


def _read(address: str) -> tuple[str, set[str], list[tuple[str, str]]]:
    """The path, the names of the parameters, and the parameters."""
    path, _, query = address.partition("#")[0].partition("?")
    said = parse_qsl(query.replace("&amp;", "&"))
    return path, {name.partition(":")[0] for name, _ in said}, said


def _plain(code: str) -> str:
    """A code as it is compared: a plus may have been read as a space, and signs stand escaped."""
    return code.strip().replace("\\", "").replace("+", " ")


def _covers(found: set[str], code: str) -> bool:
    """Whether a search for these finds a code: by itself, in any system, or with all of its own."""
    system, _, alone = code.partition("|")
    return not found.isdisjoint((code, alone, f"{system}|"))
