"""A FHIR server that exports as the Bulk Data Access IG has it, honest unless it is told otherwise.

It stands in front of the server of ``fhir_server`` and answers for it what has to do with exports:
tokens for who signs as SMART backend services do, a job to begin, to ask about and to end, and
files, of which parts are sent on request.
"""

import gzip
import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs

import jwt

from cds_hooks.clients.making import Jwk
from tests.builders import Resource
from tests.fhir_server import Answer, Asked, FhirServer, answer

NDJSON = "application/fhir+ndjson"
CLIENT = "good-day-at-night"
Spoilt = Callable[[Asked], Answer | None]


@dataclass
class Bulk:
    """What it does beyond searches. Files are cut into so many lines each."""

    resources: list[Resource]
    lines: int = 50
    polls: int = 2  # before the files are there
    exports: bool = True
    ranges: bool = True
    packs: bool = False
    counts: bool = True
    cuts: int = 0  # how often each file breaks off
    cut_at: int = 100  # bytes
    slow: float = 0.0  # seconds, before anything is sent
    keys: Jwk | None = None  # the public keys of the one client; None: no token is needed
    token_for: int = 1_000_000  # requests
    token_lasts: int = 300  # seconds, as it says
    granted: str | None = None
    types: tuple[str, ...] | None = None
    errors: tuple[Resource, ...] = ()
    deleted: tuple[Resource, ...] = ()
    manifest: Callable[[Resource], object] = lambda one: one
    spoilt: Spoilt = lambda _: None
    said: list[str] = field(default_factory=list[str])  # what it had against those who asked
    ended: list[str] = field(default_factory=list[str])
    began: list[str] = field(default_factory=list[str])
    asked: list[Asked] = field(default_factory=list[Asked])
    _cut: dict[str, int] = field(default_factory=dict[str, int])
    _left: dict[str, int] = field(default_factory=dict[str, int])
    _jobs: dict[str, int] = field(default_factory=dict[str, int])
    _seen: set[str] = field(default_factory=set[str])

    def server(self, **more: int) -> FhirServer:
        """Itself, before it is put on a port."""
        return FhirServer(self.resources, fault=self, **more)

    def __call__(self, server: FhirServer, asked: Asked) -> Answer | None:
        """An answer, or None for what any FHIR server answers."""
        self.asked.append(asked)
        spoilt = self.spoilt(asked)
        if spoilt is not None:
            return spoilt
        path = asked.path.removeprefix("/fhir")
        if path == "/metadata":
            return answer(self._capabilities())
        if path == "/.well-known/smart-configuration":
            found = {"token_endpoint": f"{server.base}/token", "capabilities": ["permission-v2"]}
            return answer(found) if self.keys else answer({}, 404)
        if path == "/token":
            return self._token(server, asked)
        if self.keys is not None and not self._lets_in(asked):
            return answer({"resourceType": "OperationOutcome"}, 401)
        if path.endswith("/$export"):
            return self._kick_off(server, asked) if self.exports else answer({}, 404)
        if path.startswith("/jobs/"):
            return self._job(server, asked, path)
        if path.startswith("/files/"):
            name = path.rpartition("/")[2]
            told = self._file(asked, name)
            self._cut[name] = self._cut.get(name, 0) + 1
            cut = self.cut_at if self._cut[name] <= self.cuts else None
            return replace(told, cut=cut, after=self.slow)
        return replace(server.honest(asked), after=self.slow) if self.slow else None

    def _capabilities(self) -> Resource:
        types = self.types or sorted({str(one["resourceType"]) for one in self.resources} | _USUAL)
        operations = [{"name": "export"}] if self.exports else []
        resource = [{"type": one} for one in types]
        rest = [{"mode": "server", "resource": resource, "operation": operations}]
        return {"resourceType": "CapabilityStatement", "rest": rest}

    def _token(self, server: FhirServer, asked: Asked) -> Answer:
        form = {name: each[0] for name, each in parse_qs(asked.body.decode()).items()}
        wrong = self._wrong(server, form)
        if wrong:
            self.said.append(wrong)
            return answer({"error": "invalid_client"}, 400)
        token = secrets.token_urlsafe(16)
        self._left[token] = self.token_for
        granted = {"access_token": token, "token_type": "bearer", "expires_in": self.token_lasts}
        return answer({**granted, "scope": self.granted or form["scope"]})

    def _wrong(self, server: FhirServer, form: Mapping[str, str]) -> str:
        """What is wrong with an assertion, by the rules of SMART backend services."""
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        if form.get("grant_type") != "client_credentials" or not form.get("scope"):
            return "grant"
        if form.get("client_assertion_type") != kind:
            return "type"
        try:
            sent = form["client_assertion"]
            header = jwt.get_unverified_header(sent)
            listed = jwt.PyJWKSet.from_dict(self.keys or {})
            key = listed[header["kid"]]
            claims = jwt.decode(
                sent,
                key.key,
                algorithms=["ES384", "RS384"],
                audience=f"{server.base}/token",
                options={"require": ["exp", "iat", "iss", "sub", "aud", "jti"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            return f"assertion: {type(error).__name__}"
        if claims["iss"] != CLIENT or claims["sub"] != CLIENT or claims["jti"] in self._seen:
            return "claims"
        if claims["exp"] - claims["iat"] > 300:
            return "lasts"
        self._seen.add(claims["jti"])
        return ""

    def _lets_in(self, asked: Asked) -> bool:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        left = self._left.get(token, 0)
        self._left[token] = left - 1
        return left > 0

    def _kick_off(self, server: FhirServer, asked: Asked) -> Answer:
        if asked.headers.get("prefer") != "respond-async":
            self.said.append("prefer")
        if asked.headers.get("accept") != "application/fhir+json":
            self.said.append("accept")
        self.began.append(asked.line.split(" ")[1])
        job = f"job-{len(self._jobs)}"
        self._jobs[job] = self.polls
        where = f"{server.base}/jobs/{job}?_type={asked.parameters.get('_type', '')}"
        return Answer(status=202, headers={"Content-Location": where})

    def _job(self, server: FhirServer, asked: Asked, path: str) -> Answer:
        job = path.rpartition("/")[2]
        if asked.method == "DELETE":
            self.ended.append(job)
            return Answer(status=202 if self._jobs.pop(job, None) is not None else 404)
        if job not in self._jobs:
            return answer({}, 404)
        if self._jobs[job]:
            self._jobs[job] -= 1
            return Answer(status=202, headers={"Retry-After": "0", "X-Progress": "50% done"})
        types = asked.parameters["_type"].split(",")
        output = [
            {
                "type": name.partition(".")[0],
                "url": f"{server.base}/files/{name}",
                **({"count": body.count(b"\n")} if self.counts else {}),
            }
            for name, body in self.files().items()
            if name.partition(".")[0] in types
        ]
        made: Resource = {
            "transactionTime": "2026-11-20T02:00:00Z",
            "request": self.began[-1],
            "requiresAccessToken": self.keys is not None,
            "output": output,
            "error": [{"type": "OperationOutcome", "url": f"{server.base}/files/errors"}]
            if self.errors
            else [],
            "deleted": [{"type": "Bundle", "url": f"{server.base}/files/deleted"}]
            if self.deleted
            else [],
        }
        return answer(self.manifest(made))

    def files(self) -> dict[str, bytes]:
        """Every file by its name."""
        by_type: dict[str, list[Resource]] = {}
        for one in self.resources:
            by_type.setdefault(str(one["resourceType"]), []).append(one)
        return {
            f"{kind}.{number}": _text(found[start : start + self.lines])
            for kind, found in sorted(by_type.items())
            for number, start in enumerate(range(0, len(found), self.lines))
        }

    def _file(self, asked: Asked, name: str) -> Answer:
        made = {**self.files(), "errors": _text(self.errors), "deleted": _text(self.deleted)}
        body, headers = made[name], {"Content-Type": NDJSON}
        if self.packs and "gzip" in asked.headers.get("accept-encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        if not self.ranges:
            return Answer(body, 200, headers)
        tag = headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        wanted = asked.headers.get("range", "")
        if not wanted or asked.headers.get("if-range") != tag:
            return Answer(body, 200, headers)
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if start >= len(body):
            return Answer(b"", 416, {**headers, "Content-Range": f"bytes */{len(body)}"})
        headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        return Answer(body[start:], 206, headers)


# What nearly every server has, whether or not there is anything of it.
_USUAL = {
    "Patient", "Condition", "Observation", "Procedure", "ServiceRequest", "Flag", "Task",
    "CarePlan", "Communication", "CommunicationRequest", "DocumentReference", "DiagnosticReport",
    "Appointment", "MedicationRequest", "MedicationStatement", "Encounter",
    "QuestionnaireResponse", "Goal", "Consent",
}  # fmt: skip


def _text(resources: Iterable[Resource]) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in resources)
