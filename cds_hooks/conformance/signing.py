"""Tokens as a client signs them: a good one, and any that is spoilt in one place."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
_CURVES = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_LIFE = timedelta(minutes=5)


class KeyProblem(Exception):
    """A key that cannot be used to sign. Its text is a sentence for people."""


class Signer:
    """Signs for one issuer with one key."""

    def __init__(self, key: Key, issuer: str, kid: str, clock: Callable[[], datetime]) -> None:
        self.key = key
        self.algorithm = _algorithm(key)
        self.issuer = issuer
        self.kid = kid
        self._clock = clock

    def claims(self, audience: str) -> dict[str, Any]:  # what a claim holds is of every sort
        """The claims of a good token for an address."""
        now = self._clock()
        return {
            "iss": self.issuer,
            "aud": audience,
            "exp": int((now + _LIFE).timestamp()),
            "iat": int(now.timestamp()),
            "jti": uuid4().hex + uuid4().hex,
        }

    def token(self, audience: str, **changes: object) -> str:
        """A token for an address; a claim that is changed to None is left out."""
        claims = self.claims(audience) | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.sign(kept, self.key, self.algorithm)

    # Any: PyJWT takes each sort of key as it comes.
    def sign(self, claims: dict[str, Any], key: Any, algorithm: str, **headers: object) -> str:
        """These claims, signed with any key."""
        named = {"typ": "JWT", "kid": self.kid, **headers}
        return jwt.encode(claims, key, algorithm=algorithm, headers=named)


def read_key(file: Path) -> tuple[Key, str]:
    """A private key from a JWK or a PEM file, and the kid that it names. Raises KeyProblem."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise KeyProblem(f"The key {file} cannot be read.") from None
    key, kid = _from_jwk(text, file) if text.lstrip().startswith("{") else (_from_pem(text), "")
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise KeyProblem(f"{file} holds no private key of the sorts EC or RSA, as JWK or PEM.")
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name not in _CURVES:
        raise KeyProblem(f"{file} has a curve that tokens are not signed with. Take P-384.")
    return key, kid


def _from_jwk(text: str, file: Path) -> tuple[object, str]:
    try:
        whole = json.loads(text)
        # A set of one key is what key makers often write.
        if isinstance(whole.get("keys"), list) and len(whole["keys"]) == 1:
            whole = whole["keys"][0]
        return jwt.PyJWK.from_dict(whole).key, str(whole.get("kid", ""))
    except (ValueError, AttributeError, TypeError, jwt.PyJWTError):
        raise KeyProblem(f"{file} is not one JWK, nor a PEM file.") from None


def _from_pem(text: str) -> object:
    try:
        return load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError):
        return None


def _algorithm(key: Key) -> str:
    return "RS384" if isinstance(key, rsa.RSAPrivateKey) else _CURVES[key.curve.name]
