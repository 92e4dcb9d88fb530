"""Somebody at a desk who makes the reminders of a night, looks through them, and sends them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cds_hooks.cli import run
from fhir_adapters.drafts import Json
from fhir_adapters.systems import REMINDER
from tests.callers import a_pair
from tests.fhir_servers.servers import FhirServer
from tests.tagging import Desk, a_cough, a_flag

SAM = "Sam Invented"


class Sender(Desk):
    """A desk with a FHIR server to which its nights go."""

    def __init__(
        self, folder: Path, capsys: pytest.CaptureFixture[str], server: FhirServer
    ) -> None:
        super().__init__(folder, capsys)
        self.server, self._printed = server, capsys
        self.clients = folder / "clients.toml"
        self.registers()

    def registers(self, token: str | None = None, **changed: object) -> None:
        """What stands in clients.toml; ``changed`` of the table that gives leave to write."""
        gate = self.server.gate
        token_file = self.folder / "token"
        token_file.write_text(gate.token("system/*.cruds") if token is None else token, "ascii")
        (self.folder / "keys.json").write_text(json.dumps(a_pair("ehr").public_set), "utf-8")
        table = {"server": gate.address, "token_file": "token", "settle": 1, "within": 20}
        lines = [f"{key} = {json.dumps(value)}" for key, value in {**table, **changed}.items()]
        text = f"""public_url = "https://good-day.example"
[[client]]
name = "ehr"
issuer = "https://ehr.example"
algorithms = ["ES384"]
keys = "keys.json"
fhir_servers = ["{gate.address}"]
local = true
[client.reminders]
"""
        self.clients.write_text(text + "\n".join(lines) + "\n", encoding="utf-8")

    def makes(self, add: Iterable[str], end: Sequence[str] = ()) -> str:
        """A night with a reminder to add for some, and one to end for others: its fingerprint."""
        self.server.put(a_flag(one, f"f-{one}", version="") for one in end)
        return self.makes_of_what_is_there(add, end)

    def makes_of_what_is_there(self, add: Iterable[str], end: Sequence[str]) -> str:
        """The same, of reminders that are at the server already."""
        on_record = [a_flag(one, f"f-{one}", self.version(f"f-{one}")) for one in end]
        some = list(add)
        self.has([*some, *end], *map(a_cough, some), *on_record)
        code, said = self.types("--client", "ehr")
        assert code == 0, said
        return self.mark()

    def mark(self) -> str:
        """The fingerprint that stands in the folder."""
        found = re.search(r"Fingerprint: ([0-9a-f]{12})", self.text("today.txt"))
        assert found is not None
        return found[1]

    def command(self, *more: str) -> list[str]:
        """What is typed to have the night looked at, or sent."""
        heard = () if {"--data", "--nobody-asked"} & set(more) else ("--nobody-asked",)
        data = () if "--data" in more else ("--data", str(self.data))
        return [
            "population", "tag", "--to", str(self.to), "--rules", str(self.folder / "practice"),
            "--today", "2026-11-21", "--clients", str(self.clients), *heard, *data, *more,
        ]  # fmt: skip

    def sends(self, *more: str, mark: str | None = None) -> tuple[int, str]:
        """The exit code, and all that was said."""
        code = run(self.command("--apply", mark or self.mark(), "--by", SAM, *more))
        out, err = self._printed.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    def looks(self, *more: str) -> tuple[int, str]:
        """The same without sending."""
        code = run(self.command(*more))
        out, err = self._printed.readouterr()
        return code, out + err

    def version(self, flag: str) -> str:
        """Which version of a Flag the server has."""
        version: str = self.at_server(f"/fhir/Flag/{flag}")["meta"]["versionId"]
        return version

    def at_server(self, target: str) -> Json:
        """What the server itself says, without the gate."""
        with closing(HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as connection:
            connection.request("GET", target, headers={"Cache-Control": "no-cache"})
            response = connection.getresponse()
            said: Json = json.loads(response.read())
            assert response.status == 200, said
            return said

    def takes_away(self, person: str) -> None:
        """Somebody deletes the reminders of a person at the server."""
        for one in self.all_flags():
            if one["subject"] == {"reference": f"Patient/{person}"}:
                with closing(HTTPConnection("127.0.0.1", self.server.port, timeout=60)) as to:
                    to.request("DELETE", f"/fhir/Flag/{one['id']}")
                    assert to.getresponse().status in (200, 204)

    def changes(self, person: str, **changed: object) -> None:
        """Somebody changes the reminder of a person at the server."""
        for one in self.all_flags():
            if one["subject"] == {"reference": f"Patient/{person}"}:
                self.server.put([{**one, **changed}])

    def all_flags(self) -> list[Json]:
        """Every Flag that is there."""
        found: list[Json] = []
        target = "/fhir/Flag?_count=100"
        while target:
            page = self.at_server(target)
            found += [one["resource"] for one in page.get("entry", [])]
            links = [one["url"] for one in page.get("link", []) if one["relation"] == "next"]
            # Of the next page the server's own address is left away.
            target = "/fhir" + str(links[0]).partition("/fhir")[2] if links else ""
        return found

    def reminders(self) -> Counter[str]:
        """How many reminders that we named each person has at the server."""
        return Counter(
            str(one["subject"]["reference"]).removeprefix("Patient/")
            for one in self.all_flags()
            if any(of.get("system") == REMINDER for of in one.get("identifier", []))
        )

    def over(self, people: Iterable[str]) -> set[str]:
        """Which of these people's earlier reminders are over at the server."""
        return {
            one for one in people if self.at_server(f"/fhir/Flag/f-{one}")["status"] == "inactive"
        }
