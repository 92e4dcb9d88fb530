"""What a browser is told: whether a page of an origin may call and read (O1 to O8)."""

from cds_hooks.conformance.asking import Asked, Asking
from cds_hooks.conformance.exchange import Answer

_STRANGER = "https://conformance-stranger.example"
_ALL = ("O1", "O2", "O3", "O4", "O5", "O6")


def all_questions(asking: Asking, usual: Asked, origin: str) -> None:
    """Everything that a browser asks and reads. ``origin`` may call, if one was named."""
    _stranger(asking, usual)
    if not origin:
        asking.notes.not_tried("No origin that may call was named (--origin).", *_ALL)
        return
    _may_ask(asking, origin)
    _may_read(asking, usual, origin)


def _allows(answer: Answer) -> str:
    return answer.headers.get("access-control-allow-origin", "")


def _stranger(asking: Asking, usual: Asked) -> None:
    path, caller = asking.path, asking.caller
    call = asking.call(usual.person.somebody_new())
    answers = {
        "discovery": caller.get("", origin=_STRANGER),
        "a call": caller.post(path, call, origin=_STRANGER),
        "a question about a call": _question(asking, path, "POST", _STRANGER),
    }
    for what, answer in answers.items():
        where = f"{what}, from an origin that nobody knows"
        let_in = _allows(answer) in ("*", _STRANGER)
        credentials = answer.headers.get("access-control-allow-credentials", "").lower() == "true"
        says = "every origin is let in, with credentials"
        asking.notes.expect("O7", not (let_in and credentials), says, where)
        if what != "discovery":
            asking.notes.expect("O8", not let_in, "is let in", where)


def _question(asking: Asking, path: str, method: str, origin: str) -> Answer:
    headers = "authorization" if method == "GET" else "authorization,content-type"
    return asking.caller.send(
        "OPTIONS",
        path,
        token="",
        origin=origin,
        access_control_request_method=method,
        access_control_request_headers=headers,
    )


def _may_ask(asking: Asking, origin: str) -> None:
    for which, path, method, what in (
        ("O1", "", "GET", "discovery"),
        ("O2", asking.path, "POST", "a call"),
        ("O3", f"{asking.path}/feedback", "POST", "feedback"),
    ):
        answer = _question(asking, path, method, origin)
        where = f"a question about {what}"
        notes = asking.notes
        if not notes.expect("O4", answer.status not in (401, 403), answer.came, where):
            continue
        fine = 200 <= answer.status < 300 and _allows(answer) in ("*", origin)
        if not notes.expect(which, fine, "the origin is not let in", where):
            continue
        listed = answer.headers.get("access-control-allow-headers", "").lower()
        allowed = {name.strip() for name in listed.split(",")}
        # A star stands for every header but authorization.
        wanted = {"authorization"} | ({"content-type"} - ({"*"} & allowed and {"content-type"}))
        missing = sorted((wanted if method == "POST" else {"authorization"}) - allowed)
        notes.expect(which, not missing, f"not let in: {', '.join(missing)}", where)


def _may_read(asking: Asking, usual: Asked, origin: str) -> None:
    caller, path = asking.caller, asking.path
    call = asking.call(usual.person.somebody_new())
    for which, what, answer in (
        ("O5", "discovery", caller.get("", origin=origin)),
        ("O5", "a call", caller.post(path, call, origin=origin)),
        ("O6", "half a body", caller.post(path, b"{", origin=origin)),
        ("O6", "a service that is not there", caller.post("/conformance-none", {}, origin=origin)),
    ):
        let_in = _allows(answer) in ("*", origin)
        asking.notes.expect(which, let_in, f"cannot be read: {answer.came}", what)
    if caller.signer is not None:
        answer = caller.post(path, call, token="", origin=origin)
        if answer.status == 401:
            let_in = _allows(answer) in ("*", origin)
            asking.notes.expect("O6", let_in, "cannot be read: 401 came", "a call without a token")
