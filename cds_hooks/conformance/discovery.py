"""Discovery, looked at (D1 to D14, P1 to P6): what there is to call."""

import re
from urllib.parse import urlsplit

from cds_hooks.conformance import cards, errors, templates
from cds_hooks.conformance.asking import Listed
from cds_hooks.conformance.exchange import Answer, Caller, Unreachable
from cds_hooks.conformance.notes import Notes
from cds_hooks.conformance.shapes import Json, all_objects, is_object, is_text, objects

_SEMVER = re.compile(r"\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?")
_HOOK = re.compile(r"[A-Za-z0-9._:/-]{1,100}")
_ID = re.compile(r"[A-Za-z0-9._~-]+")
_KEY = re.compile(r"[a-z][a-z0-9-]*(\.[A-Za-z0-9_-]+)+")
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def discover(caller: Caller, notes: Notes) -> list[Listed]:
    """The services, after a look at how they are listed. Raises Unreachable."""
    answer = caller.get("")
    if answer.status == 0:
        raise Unreachable(f"Nothing answers at {caller.base}.")
    if answer.status in (401, 403):
        raise Unreachable(needs_a_token(caller, answer.status))
    _tls(caller, notes)
    if not notes.expect("D1", answer.status == 200, answer.came, "discovery"):
        errors.look(notes, answer, "discovery")
        return []
    return look(answer, notes)


def needs_a_token(caller: Caller, status: int) -> str:
    """What to do where nobody is let in."""
    if caller.signer is None:
        return (
            f"{caller.base} wants a token ({status} came). Give a key with --key, and the"
            " issuer and kid that this service knows with --issuer and --kid."
        )
    return (
        f"{caller.base} does not take this key's tokens: {status} came. Look at --key,"
        " --issuer and --kid, and whether this is the address that the service knows."
    )


def _tls(caller: Caller, notes: Notes) -> None:
    address = urlsplit(caller.base)
    if address.scheme == "https":
        notes.expect("A7", True, "", "discovery")
    elif address.hostname in _HERE:
        notes.not_tried("It was called on this machine.", "A7")
    else:
        notes.expect("A7", False, "was called without TLS", "discovery")


def look(answer: Answer, notes: Notes) -> list[Listed]:
    """The services that can be called, after a look at how they are listed."""
    value = cards.look_at_json(notes, answer, "discovery", shape="D2")
    if value is None:
        return []
    found = value.get("services")
    if not notes.expect("D2", all_objects(found), "services is no list of objects", "discovery"):
        return []
    listed: list[Listed] = []
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(objects(found)):
        name = one.get("id")
        known = isinstance(name, str) and _ID.fullmatch(name) is not None
        where = f"discovery, {name if known else f'service {number + 1}'}"
        notes.expect("D5", known, "has no id that can stand in an address", where)
        _describe(notes, one, where)
        hook = one.get("hook")
        if is_text(hook) and not _HOOK.fullmatch(hook):
            notes.aside("A hook has a name that no hook has; its service was not called.")
        elif known and is_text(hook):
            notes.expect("D13", (name, hook) not in seen, "is listed twice for its hook", where)
            if (name, hook) not in seen:
                listed.append(Listed(str(name), hook, _prefetch(notes, one, hook, where)))
            seen.add((str(name), hook))
    if not listed:
        notes.aside("Discovery lists no service that can be called.")
    return listed


def _describe(notes: Notes, one: Json, where: str) -> None:
    for which, name in (("D4", "hook"), ("D6", "description")):
        notes.expect(which, is_text(one.get(name)), f"has no {name}", where)
    fine = isinstance(one.get("title"), str)
    notes.expect("D7", fine, "has no title", where)
    for which, name in (("D9", "usageRequirements"), ("D11", "hookVersion")):
        if one.get(name) is not None:
            notes.expect(which, isinstance(one[name], str), f"{name} is no text", where)
    if one.get("version") is not None:
        fine = isinstance(one["version"], str) and bool(_SEMVER.fullmatch(one["version"]))
        notes.expect("D10", fine, "the version is not of the form 3.0.0", where)
    if one.get("extension") is not None:
        extension = one["extension"]
        fine = is_object(extension) and all(map(_KEY.fullmatch, extension))
        notes.expect("D12", fine, "the extension is no object with keys in reverse", where)


def _prefetch(notes: Notes, one: Json, hook: str, where: str) -> dict[str, str]:
    """The templates that can be filled, every one looked at."""
    given = one.get("prefetch")
    if given is None:
        return {}
    notes.expect("D8", is_object(given), "the prefetch is no object", where)
    if not is_object(given):
        return {}
    later = str(one.get("version", "")).startswith("3.")
    for key, template in given.items():
        name = key if re.fullmatch(r"[\w.-]{1,60}", key) else "one of its keys"
        templates.judge(notes, template, hook, f"{where}, {name}", later=later)
    return {key: value for key, value in given.items() if isinstance(value, str)}


def without_token(caller: Caller, notes: Notes) -> None:
    """D3: discovery may be open, or answered with 401."""
    if caller.signer is None:
        notes.not_tried("No key was given, so every call goes without a token.", "D3")
        return
    answer = caller.get("", token="")
    if answer.status == 200:
        notes.not_tried("Discovery is open to everybody, as it may be.", "D3")
        return
    notes.expect("D3", answer.status == 401, answer.came, "discovery without a token")
