"""Calling: one request, one answer, how long it took; a token on each where there is a key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter, sleep

import httpx2

from cds_hooks.conformance.shapes import NO_JSON, Json, depth, is_object, objects
from cds_hooks.conformance.signing import Signer

# Whoever says 429 is asked again so often, and not before this many seconds at the most.
_AGAIN = 3
_LONGEST = 10.0
# Deeper than any FHIR resource.
_DEEPEST = 100
# A token of the kit's own making, for the address that is called.
OWN = "own"


class Unreachable(Exception):
    """Nothing answers at the address. Its text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. ``status`` is 0 where the connection ended without an answer."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float

    @property
    def value(self) -> object:
        """The JSON of the body, or NO_JSON; what is nested without end is none that can be read."""
        try:
            value = json.loads(self.text)
        except (ValueError, RecursionError):
            return NO_JSON
        return value if depth(value) <= _DEEPEST else NO_JSON

    @property
    def body(self) -> Json:
        """The body where it is an object; an empty one where it is anything else."""
        value = self.value
        return value if is_object(value) else {}

    @property
    def cards(self) -> list[Json]:
        """The cards of an answer, as far as they are objects."""
        cards = self.body.get("cards") if self.status == 200 else None
        return objects(cards)

    @property
    def is_json(self) -> bool:
        """Whether it says that it is JSON."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind == "application/json" or kind.endswith("+json")

    @property
    def refuses(self) -> bool:
        """Whether it says that the fault is the caller's."""
        return 400 <= self.status < 500

    @property
    def came(self) -> str:
        """What came, in words that hold nothing of the body."""
        return f"{self.status} came" if self.status else "the connection ended without an answer"


class Caller:
    """A client of one base address."""

    def __init__(self, base: str, signer: Signer | None, seconds: float = 10.0) -> None:
        """``seconds`` is how long one answer may take before it is no answer."""
        self.base = base.rstrip("/").removesuffix("/cds-services")
        self.signer = signer
        self.taken: list[float] = []
        self.hurried = False  # whether it was ever told to wait
        # Certificates are read where they are looked at, which takes a tenth of a second.
        secure = self.base.startswith("https:")
        self._client = httpx2.Client(
            timeout=seconds, trust_env=False, follow_redirects=False, verify=secure
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def address(self, path: str) -> str:
        """The whole address of a path below the base."""
        return f"{self.base}/cds-services{path}"

    def get(self, path: str, *, token: str = OWN, **headers: str) -> Answer:
        """GET a path below /cds-services."""
        return self.send("GET", path, body=b"", token=token, **headers)

    def post(self, path: str, value: object, *, token: str = OWN, **headers: str) -> Answer:
        """POST a JSON value, or bytes just as they are."""
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        headers.setdefault("content_type", "application/json")
        return self.send("POST", path, body=body, token=token, **headers)

    def send(
        self, method: str, path: str, *, body: bytes = b"", token: str = OWN, **headers: str
    ) -> Answer:
        """One request. ``token`` is OWN, "" for none, or another; a name's _ is sent as -."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("accept", "application/json")
        answer = self._once(method, path, body, sent | self._authorization(path, token))
        for _ in range(_AGAIN):
            if answer.status != 429:
                break
            self.hurried = True
            sleep(_asked_to_wait(answer))
            answer = self._once(method, path, body, sent | self._authorization(path, token))
        return answer

    def _authorization(self, path: str, token: str) -> dict[str, str]:
        """The header with a token; one of the kit's own is new each time."""
        if token == OWN:
            token = self.signer.token(self.address(path)) if self.signer else ""
        return {"authorization": f"Bearer {token}"} if token else {}

    def _once(self, method: str, path: str, body: bytes, sent: Mapping[str, str]) -> Answer:
        began = perf_counter()
        try:
            got = self._client.request(method, self.address(path), content=body, headers=sent)
        except httpx2.HTTPError:
            return Answer(0, {}, "", perf_counter() - began)
        except (httpx2.InvalidURL, UnicodeError):
            raise Unreachable(f"{self.base} is no web address.") from None
        took = perf_counter() - began
        names = {name.lower(): value for name, value in got.headers.items()}
        return Answer(got.status_code, names, got.content.decode(errors="replace"), took)


def _asked_to_wait(answer: Answer) -> float:
    """The seconds that a busy service asks for, within reason."""
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), _LONGEST) if asked.isascii() and asked.isdigit() else 1.0
