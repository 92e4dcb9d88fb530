"""Who may call: tokens, looked at in the order of the best practices, with a switch per slip."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.types import Options

ISSUER = "https://ehr.example"
_CLAIMS = ["iss", "aud", "exp", "iat", "jti"]
_LONGEST = 3600
_LACK = "takes what lacks a claim"


class Doorkeeper:
    """Lets in whom it knows."""

    def __init__(self, keys: dict[str, Any], slip: str) -> None:  # keys of every sort, by kid
        self._keys = keys
        self._slip = slip
        self._seen: set[str] = set()

    def why_not(self, token: str, address: str) -> str:
        """Why a token is not let in; "" where it is."""
        if self._slip == "wants no token" and not token:
            return ""
        try:
            return self._why_not(token, address)
        except jwt.PyJWTError as error:
            if self._slip == "falls over words" and token and "." not in token:
                return "fell"
            return str(error) or "It cannot be decoded."

    def _why_not(self, token: str, address: str) -> str:
        head = jwt.get_unverified_header(token)
        algorithm = head.get("alg")
        if algorithm == "none" and self._slip == "takes no signature":
            return ""
        key = self._keys.get(head.get("kid", ""))
        if key is None and self._slip == "fetches any keys" and "jku" in head:
            found = httpx2.get(head["jku"], timeout=1, trust_env=False).json()
            key = jwt.PyJWKSet.from_dict(found)[head["kid"]].key
        if key is None:
            return "" if self._slip == "takes any signature" else "An unknown kid."
        if algorithm == "HS256" and self._slip == "takes shared secrets":
            return self._shared(token, key)
        slip = self._slip
        # What is checked by hand below is not left to the library.
        checked: Options = {
            "verify_signature": slip != "takes any signature",
            "verify_aud": False,
            "verify_exp": slip != "takes what has passed",
            "verify_iat": slip != "takes what is to come",
            "require": [] if slip == _LACK else _CLAIMS,
        }
        if algorithm not in ("ES384", "RS384"):
            return "Not that algorithm."
        claims = jwt.decode(token, key, algorithms=["ES384", "RS384"], options=checked)
        if claims.get("iss", self._unless_lacking(ISSUER)) != ISSUER and slip != "takes any issuer":
            return "An unknown issuer."
        if not self._is_for(claims.get("aud", self._unless_lacking(address)), address):
            return "Another audience."
        if claims.get("exp", 0) - claims.get("iat", 0) > _LONGEST and slip != "takes a long life":
            return "It lasts too long."
        used = str(claims.get("jti", ""))
        if slip == "takes a jti at each address":
            used += address
        if used in self._seen and slip != "takes it twice":
            return "That jti was used."
        self._seen.add(used)
        return ""

    def _unless_lacking(self, right: str) -> str:
        return right if self._slip == _LACK else ""

    def _is_for(self, audience: object, address: str) -> bool:
        if self._slip == "takes any audience":
            return isinstance(audience, str | list)
        if self._slip == "takes a base as audience" and isinstance(audience, str):
            return address.startswith(audience)
        if self._slip == "takes a slash behind" and isinstance(audience, str):
            return audience.removesuffix("/") == address
        if isinstance(audience, list) and self._slip != "takes no list of audiences":
            return address in audience
        return audience == address

    def _shared(self, token: str, key: Any) -> str:  # a key of any sort
        secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        body, _, signature = token.rpartition(".")
        right = urlsafe_b64encode(hmac.digest(secret, body.encode(), hashlib.sha256)).rstrip(b"=")
        return "" if signature == right.decode() else "A wrong signature."
