"""Somebody at a desk who types ``goodday population tag``, with an export in a folder."""

import csv
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.store.answers import Answers
from cds_hooks.store.kept import Button, Issued, Met
from fhir_adapters.drafts import Json
from fhir_adapters.read import TYPES
from rules.record import Reply
from tests.builders import (
    ENOUGH_TOLD,
    PILOTED,
    Resource,
    a_patient,
    a_resource,
    released_text,
    write_folder,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
OFFERS = """
- tag: {label: Add a reminder about tea, code: ask-tea, words: "Ask about the tea group"}
"""
RULE = {**PILOTED, "status": "pilot", "offers": OFFERS, "tests": ENOUGH_TOLD}


def a_flag(of: str, id: str = "f1", version: str = "3", **more: object) -> Resource:
    meta = {"meta": {"versionId": version}} if version else {}
    made = a_resource("Flag", "ask-tea", of=of, id=id, status="active", **meta)
    return {**made, "period": {"start": "2026-09-01"}, **more}


def a_cough(of: str) -> Resource:
    clinical = {"clinicalStatus": {"coding": [{"code": "active"}]}}
    return a_resource("Condition", "cough", of=of, onsetDateTime="2020-03-01", **clinical)


class Desk:
    """Somebody at the practice's desk, with an export in a folder, who types the verb."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capsys = folder, capsys
        self.source, self.to, self.data = folder / "export", folder / "night", folder / "data"
        self.source.mkdir()

    def practises(self, **changed: str) -> None:
        """The practice has one rule."""
        text = released_text(**{**RULE, **changed})
        files = {"coughing.yaml": text, "practice.yaml": "name: Example Surgery\ninvented: yes\n"}
        write_folder(self.folder / "practice", files)

    def has(self, people: Iterable[str], *resources: Resource) -> None:
        """The export: a file for each type, with these people and lines."""
        lines: dict[str, list[Resource]] = {kind: [] for kind in TYPES.values()}
        lines["Patient"] = [a_patient(one, born="1960-01-01") for one in people]
        for one in resources:
            lines[str(one["resourceType"])].append(one)
        for kind, found in lines.items():
            text = "".join(json.dumps(one) + "\n" for one in found)
            (self.source / f"{kind}.ndjson").write_text(text, encoding="utf-8")

    def types(self, *more: str) -> tuple[int, str]:
        """The exit code, and all that was said."""
        if not (self.folder / "practice").exists():
            self.practises()
        asked = more if {"--data", "--nobody-asked"} & set(more) else (*more, "--nobody-asked")
        to = () if "--to" in more else ("--to", str(self.to))
        code = run(
            ["population", "tag", str(self.source), "--rules", str(self.folder / "practice"),
             "--today", "2026-11-21", "--processes", "1", *to, *asked]
        )  # fmt: skip
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err, out + err
        return code, out + err

    def flags(self) -> list[Json]:
        return [json.loads(line) for line in self.text("flags.ndjson").splitlines()]

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(self.text(name).removeprefix("\ufeff").splitlines()))

    def text(self, name: str) -> str:
        return (self.to / name).read_text(encoding="utf-8")

    def entries(self) -> list[Json]:
        texts = (one.read_text(encoding="utf-8") for one in sorted(self.to.glob("transaction-*")))
        return [entry for text in texts for entry in json.loads(text)["entry"]]

    def store(self) -> Answers:
        return Answers(self.data)

    def heard(
        self,
        person: str,
        reply: Reply,
        topic: str = "coughing",
        at: datetime = NOW,
        offers: tuple[str, ...] = (),
    ) -> None:
        """Somebody answered a card, yesterday unless another moment is named."""
        store = self.store()
        card = Issued(
            card=f"card-{person}", person=person, service="s", hook_instance="h", shown_at=at,
            rules=("coughing|1",), topics=(topic,),
            buttons=(Button("no", reply, (topic,), offers, ("coughing",)),),
        )  # fmt: skip
        store.issue(card)
        then = at + timedelta(minutes=1)
        store.hear([Met(card.card, then, "no")], then, person.rpartition(":")[0])
        store.close()
