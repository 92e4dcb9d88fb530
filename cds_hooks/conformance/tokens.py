"""Tokens that are spoilt in one place, and the good one (A1 to A12)."""

import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cds_hooks.conformance.asking import Asked, Asking
from cds_hooks.conformance.exchange import Answer
from cds_hooks.conformance.key_host import keys_served
from cds_hooks.conformance.shapes import Json
from cds_hooks.conformance.signing import Key, Signer

_ALL = tuple(f"A{number}" for number in (1, 2, 4, 5, 6, 8, 9, 10, 11, 12))
_WHY = re.compile(
    r"expire|signature|audience|issuer|\bjti\b|nonce|algorithm|replay|\bclaim|\bkid\b|\biss\b"
    r"|\baud\b|unknown key|decode|not yet|too (?:old|long)",
    re.IGNORECASE,
)
_HOUR = 3600


def all_tokens(asking: Asking, usual: Asked) -> None:
    """Every spoilt token, each with a whole call."""
    notes, signer = asking.notes, asking.caller.signer
    if signer is None:
        notes.not_tried("No key was given (--key, --issuer, --kid).", *_ALL)
        return
    without = _call(asking, usual, "")
    where = asking.where("a call without a token")
    if not notes.expect("A6", without.status == 401, without.came, where):
        notes.not_tried("A call is answered without any token, so no token is looked at.", *_ALL)
        return
    good = _call(asking, usual, signer.token(asking.caller.address(asking.path)))
    where = asking.where("a call with a good token")
    if not notes.expect("A10", good.status == 200, good.came, where):
        notes.not_tried("No token of this key is let in.", *_ALL)
        return
    told = [without]
    for which, what, token in _spoilt(signer, asking.caller.base, asking.path):
        answer = _call(asking, usual, token)
        told.append(answer)
        notes.expect(which, answer.status == 401, answer.came, asking.where(what))
    told.append(_own_keys(asking, usual, signer))
    _aud_as_a_list(asking, usual, signer)
    _elsewhere(asking, usual, signer, without_token=_feedback_without(asking))
    told.append(_again(asking, usual, signer))
    for answer in told:
        if answer.status == 401:
            said = answer.text + answer.headers.get("www-authenticate", "")
            notes.expect("A9", not _WHY.search(said), "tells why", asking.where("a 401"))


def _call(asking: Asking, usual: Asked, token: str) -> Answer:
    call = asking.call(usual.person.somebody_new())
    return asking.caller.post(asking.path, call, token=token)


def _spoilt(signer: Signer, base: str, path: str) -> Iterator[tuple[str, str, str]]:
    """Which requirement, what is wrong, and the token."""
    here = f"{base}/cds-services{path}"
    claims = signer.claims(here)
    now = int(claims["iat"])
    yield "A1", "an issuer that nobody knows", signer.token(here, iss="https://nobody.invalid")
    other = _another(signer.key)
    yield "A2", "no signature", _unsigned(signer, here)
    for what, secret in (("a word", b"secret"), ("nothing", b""), ("the public key", _pem(signer))):
        yield "A2", f"a signature with {what} as the secret", _shared(signer, here, secret)
    yield (
        "A11",
        "another key's signature",
        signer.sign(signer.claims(here), other, signer.algorithm),
    )
    unknown = signer.sign(signer.claims(here), other, signer.algorithm, kid="nobody")
    yield "A11", "a kid that nobody knows", unknown
    yield "A11", "a signature that was changed", _changed(signer.token(here))
    yield "A4", "an address of somebody else", signer.token("https://nobody.invalid/cds-services/x")
    yield "A4", "the base address", signer.token(base)
    yield "A4", "this address with a slash behind", signer.token(f"{here}/")
    yield "A4", "another service's address", signer.token(f"{here}-other")
    yield "A12", "an hour too late", signer.token(here, iat=now - 2 * _HOUR, exp=now - _HOUR)
    yield "A5", "a life of a day", signer.token(here, exp=now + 24 * _HOUR)
    yield "A12", "issued tomorrow", signer.token(here, iat=now + 24 * _HOUR, exp=now + 25 * _HOUR)
    for name in ("iss", "aud", "exp", "iat", "jti"):
        yield "A12", f"no {name}", signer.token(here, **{name: None})
    yield "A11", "a word that is no token", "conformance"


def _another(key: Key) -> Key:
    if isinstance(key, rsa.RSAPrivateKey):
        return rsa.generate_private_key(65537, key.key_size)
    return ec.generate_private_key(key.curve)


def _part(value: Json | bytes) -> str:
    whole = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(whole).rstrip(b"=").decode()


def _unsigned(signer: Signer, audience: str) -> str:
    head: Json = {"alg": "none", "typ": "JWT", "kid": signer.kid}
    return f"{_part(head)}.{_part(signer.claims(audience))}."


def _shared(signer: Signer, audience: str, secret: bytes) -> str:
    """HS256, by hand: a library would not sign with a public key, as whoever attacks does."""
    head: Json = {"alg": "HS256", "typ": "JWT", "kid": signer.kid}
    body = f"{_part(head)}.{_part(signer.claims(audience))}"
    return f"{body}.{_part(hmac.digest(secret, body.encode(), hashlib.sha256))}"


def _pem(signer: Signer) -> bytes:
    return signer.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _changed(token: str) -> str:
    body, _, signature = token.rpartition(".")
    return f"{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _aud_as_a_list(asking: Asking, usual: Asked, signer: Signer) -> None:
    here = asking.caller.address(asking.path)
    token = signer.token("", aud=[here, "https://nobody.invalid"])
    answer = _call(asking, usual, token)
    where = asking.where("a list with this address as the aud")
    asking.notes.expect("A4", answer.status == 200, answer.came, where)


def _again(asking: Asking, usual: Asked, signer: Signer) -> Answer:
    """One token twice; the second time it is nobody's."""
    token = signer.token(asking.caller.address(asking.path), jti=uuid4().hex)
    _call(asking, usual, token)
    answer = _call(asking, usual, token)
    where = asking.where("a token that was used before")
    asking.notes.expect("A8", answer.status == 401, answer.came, where)
    return answer


def _own_keys(asking: Asking, usual: Asked, signer: Signer) -> Answer:
    """A token that says where its key is: there it can be had, and nobody agreed on that."""
    kid, other = "conformance-nobody", _another(signer.key)
    with keys_served(other, kid, signer.algorithm) as served:
        here = asking.caller.address(asking.path)
        token = signer.sign(
            signer.claims(here), other, signer.algorithm, jku=served.address, kid=kid
        )
        answer = _call(asking, usual, token)
    where = asking.where("keys at an address that nobody knows")
    asking.notes.expect("A1", answer.status == 401, answer.came, where)
    asking.notes.expect("A1", not served.asked, "they were fetched", where)
    return answer


def _elsewhere(asking: Asking, usual: Asked, signer: Signer, *, without_token: Answer) -> None:
    """One jti at two addresses, each with a token of its own."""
    if without_token.status != 401:
        return  # nobody looks at tokens there
    jti, path = uuid4().hex, f"{asking.path}/feedback"
    first = _call(asking, usual, signer.token(asking.caller.address(asking.path), jti=jti))
    if first.status != 200:
        return
    token = signer.token(asking.caller.address(path), jti=jti)
    answer = asking.caller.post(path, {"feedback": []}, token=token)
    where = asking.where("a jti that was used at another address")
    asking.notes.expect("A8", answer.status in (401, 404), answer.came, where)


def _feedback_without(asking: Asking) -> Answer:
    answer = asking.caller.post(f"{asking.path}/feedback", {"feedback": []}, token="")
    where = asking.where("feedback without a token")
    asking.notes.expect("A6", answer.status in (401, 404), answer.came, where)
    return answer
