"""One token: read strictly, and held against what its client registered, in a fixed order.

The order is that of CDS Hooks' best practice: issuer, address, times, tenant, key and signature.
Whatever is wrong, one signature is verified all the same, with a key that stands in where there is
no right one, so that how long a no takes says nothing about who is registered.
"""

import base64
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP384R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from cds_hooks.clients.keys import Key, Public
from cds_hooks.clients.listed import Client

# How far a client's clock may be from ours, in seconds.
SKEW = 60
MOST_CHARACTERS = 8192
_TOKEN = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_EC, _RSA = ECAlgorithm(ECAlgorithm.SHA384), RSAAlgorithm(RSAAlgorithm.SHA384)


class _Header(msgspec.Struct):
    """What names the key. Members by which a token would bring its own key are looked for."""

    alg: str
    kid: str
    typ: str
    jku: str | None = None
    jwk: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    x5u: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    x5c: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET

    @property
    def is_plain(self) -> bool:
        """Whether it brings no key along and asks for nothing that we would have to understand."""
        members = (self.jwk, self.x5u, self.x5c, self.crit)
        return self.typ.upper() == "JWT" and all(member is msgspec.UNSET for member in members)


class _Claims(msgspec.Struct):
    """Who calls what, from when until when. Times are seconds since 1970."""

    iss: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    jti: str
    tenant: str | None = None
    nbf: int | float | None = None


_HEADER = msgspec.json.Decoder(_Header)
_CLAIMS = msgspec.json.Decoder(_Claims)


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token in its parts, none of them believed yet. Never shown, logged or kept."""

    header: _Header
    claims: _Claims
    signed: bytes
    signature: bytes


def read_token(text: str) -> Token | None:
    """The token in a text, or None where it is not one in every letter."""
    found = _TOKEN.fullmatch(text) if len(text) <= MOST_CHARACTERS else None
    if found is None:
        return None
    try:
        signature = _bytes(found[3])
        # Two spellings of one signature would be two tokens: only the usual one is read.
        if base64.urlsafe_b64encode(signature).rstrip(b"=") != found[3].encode():
            return None
        header, claims = _HEADER.decode(_bytes(found[1])), _CLAIMS.decode(_bytes(found[2]))
    except (ValueError, RecursionError):  # msgspec's and base64's errors are ValueErrors
        return None
    return Token(header, claims, f"{found[1]}.{found[2]}".encode(), signature)


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def what_is_wrong(
    token: Token, client: Client | None, addresses: Collection[str], key: Key | None, now: float
) -> str:
    """Why a token is not believed, in one word for our own log; "" where it is."""
    wrong = _wrong_claim(token.claims, client, addresses, now)
    wrong = wrong or _wrong_header(token.header, client, key)
    believed = None if wrong or key is None else key
    good = verified(token, believed.public if believed else _stand_in(token.header.alg))
    return wrong or ("" if good and believed else "signature")


def _wrong_claim(
    claims: _Claims, client: Client | None, addresses: Collection[str], now: float
) -> str:
    if client is None:
        return "issuer"
    meant_for = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if not any(address in addresses for address in meant_for):
        return "audience"
    if not now < claims.exp + SKEW:
        return "expired"
    if not claims.iat <= now + SKEW or (claims.nbf is not None and not claims.nbf <= now + SKEW):
        return "not-yet"
    if not 0 < claims.exp - claims.iat <= client.longest_minutes * 60:
        return "lasts-too-long"
    if not claims.jti:
        return "no-jti"
    if client.tenants and claims.tenant not in client.tenants:
        return "tenant"
    return ""


def _wrong_header(header: _Header, client: Client | None, key: Key | None) -> str:
    if client is None or not header.is_plain:
        return "header"
    if header.alg not in client.algorithms:
        return "algorithm"
    if client.jku and header.jku not in (None, client.jku):
        return "jku"
    if key is None:
        return "key"
    return "" if key.algorithm == header.alg else "algorithm"


def verified(token: Token, public: Public) -> bool:
    """Whether a key's owner signed it. The key says how, and not the token."""
    if isinstance(public, EllipticCurvePublicKey):
        return _EC.verify(token.signed, public, token.signature)
    return _RSA.verify(token.signed, public, token.signature)


def _stand_in(alg: str) -> Public:
    """A key that nobody holds, as costly to ask as a real one; its answer is not listened to."""
    return _NOBODYS_RSA if alg == "RS384" else _NOBODYS_EC


_NOBODYS_EC = generate_private_key(SECP384R1()).public_key()
# To find primes takes long, and any odd number does where the answer does not matter.
_NOBODYS_RSA = RSAPublicNumbers(65_537, secrets.randbits(2048) | 1 << 2047 | 1).public_key()
