"""A prefetch template, judged: its tokens and its query (P1 to P6)."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from cds_hooks.conformance.hooks import HOOKS
from cds_hooks.conformance.notes import Notes

TOKEN = re.compile(r"\{\{(.*?)\}\}")
USER_TOKENS = frozenset(
    {"userPractitionerId", "userPractitionerRoleId", "userPatientId", "userRelatedPersonId"}
)
_FIELD = re.compile(r"context\.([A-Za-z][A-Za-z0-9]*)")
_PATH = re.compile(r"context\.([A-Za-z][A-Za-z0-9]*)[.\[]")
_LATER = re.compile(r"today\(\)|ofType\(|resolve\(|[|%]|context\.\w+[.\[]")
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,40}")
_SERVER = re.compile(r"[a-z][a-z0-9+.-]*:|/", re.IGNORECASE)
# Results that clients widely support; every other parameter that begins so is outside the subset.
_RESULTS = frozenset({"_count", "_sort", "_maxresults", "_id"})


def judge(notes: Notes, template: object, hook: str, where: str, *, later: bool) -> None:
    """One template of a service. ``later``: the service says that it speaks CDS Hooks 3.0."""
    fine = isinstance(template, str) and template.strip() != "" and not _SERVER.match(template)
    if not notes.expect("P6", fine, "is not a FHIR address as a text, without a server", where):
        return
    assert isinstance(template, str)
    bare = TOKEN.sub("", template)
    notes.expect("P1", "{" not in bare and "}" not in bare, "has single braces", where)
    tokens = [found[1].strip() for found in TOKEN.finditer(template)]
    for token in tokens:
        _judge_token(notes, token, hook, where, later=later)
    problems = list(outside(template))
    notes.expect("P5", not problems, "; ".join(problems), where)


def _judge_token(notes: Notes, token: str, hook: str, where: str, *, later: bool) -> None:
    known = HOOKS.get(hook)
    path = _PATH.match(token)
    if path and known and path[1] not in known.tokens and not later:
        notes.expect("P3", False, f"{path[1]} is no token of the hook {hook}", where)
        return
    if _LATER.search(token):
        says = "has a token of CDS Hooks 3.0, and a client of 2.0.1 cannot fill it"
        notes.expect("P4", later, says, where)
        return
    field = _FIELD.fullmatch(token)
    says = "has a token that is neither a field of the context nor an id of the user"
    if not notes.expect("P2", field or token in USER_TOKENS, says, where) or field is None:
        return
    if known is None:
        notes.not_tried(f"The hook {hook} is none of the published ones.", "P3")
        return
    notes.expect(
        "P3", field[1] in known.tokens, f"{field[1]} is no token of the hook {hook}", where
    )


def outside(template: str) -> Iterator[str]:
    """What of a template is outside the queries that clients widely support."""
    path, asks, query = TOKEN.sub("x", template).partition("?")
    parts = path.split("/")
    if not _TYPE.fullmatch(parts[0]) or len(parts) > 2:
        yield "does not ask for one type of resource"
        return
    if len(parts) == 2 and asks:
        yield "asks for one resource by its id and searches as well"
    if len(parts) == 1 and not query:
        yield "asks for every resource of a type"
    for part in filter(None, query.split("&")):
        yield from _parameter(unquote(part.partition("=")[0]))


def _parameter(name: str) -> Iterator[str]:
    plain, _, modifier = name.partition(":")
    if "." in plain:
        yield f"{plain} is a chain"
    elif plain.startswith("_") and plain not in _RESULTS:
        yield f"{plain} is not widely supported"
    elif modifier and modifier != "in" and not _TYPE.fullmatch(modifier):
        yield f"the modifier :{modifier} is not widely supported"
