"""Each import contract and each banned API is broken on purpose, and the break is reported."""

import re
from pathlib import Path

import pytest

from tests.architecture.project import ROOT, SETTINGS, add, banned, contracts, copy_to
from tests.lengths import first

DOORS = "Doors on top, rules at the bottom"
HTTP = "Only the doors know HTTP"
POPULATION = "The population run needs neither doors nor wording"
SQL = "Only the store knows SQL"
FHIR = "Only the adapters know a library of FHIR's types"
JSON = "Only the doors and the adapters know how JSON is decoded"
DEMO = "Only the demo, the conformance kit and the import of directories call over HTTP"
ASKED = "Only goodday directory import asks a directory"
KIT = "The conformance kit knows a service over HTTP and nothing else of ours"
BOX = "Only goodday demo knows the demo"
SERVERS = "Only fhir_adapters.server, fetching and sending ask FHIR servers"
PAGES = "Only cds_hooks.pages.html turns templates and markdown into HTML"
YAML = "Only rules.text knows YAML"
LOGGING = "Only cds_hooks.logs knows logging"
TOKENS = "Only the clients, the store's key and the conformance kit know tokens and keys"
FIGURES = "Only cds_hooks.metrics knows Prometheus"
SPANS = "Only cds_hooks.tracing knows OpenTelemetry"
ARROW = "Nobody imports pyarrow straight away"
SPARK = "Only the run on Spark knows Spark"
CEL = "Only rules.cel.run knows cel-python"

# (contract, file, line that breaks it)
BREAKS = {
    "rules know wording": (DOORS, "rules/outcome.py", "import prompts.words"),
    "rules know FHIR": (DOORS, "rules/record.py", "import fhir_adapters.systems"),
    "rules know a door": (DOORS, "rules/explain.py", "import cds_hooks.wire"),
    "wording knows FHIR": (DOORS, "prompts/words.py", "import fhir_adapters.systems"),
    "FHIR knows wording": (DOORS, "fhir_adapters/drafts.py", "import prompts.words"),
    "wording knows a door": (DOORS, "prompts/choose.py", "import cds_hooks.store.answers"),
    "rules know FastAPI": (HTTP, "rules/engine.py", "import fastapi"),
    "wording knows Starlette": (HTTP, "prompts/words.py", "import starlette.requests"),
    "FHIR knows uvicorn": (HTTP, "fhir_adapters/read.py", "import uvicorn"),
    "wording knows Jinja": (HTTP, "prompts/letter.py", "import jinja2"),
    "FHIR calls over HTTP": (HTTP, "fhir_adapters/prefetch.py", "import httpx2"),
    "a bulk run chooses prompts": (
        POPULATION, "fhir_adapters/bulk/ndjson.py", "import prompts.choose",
    ),
    "a bulk run opens a door": (POPULATION, "fhir_adapters/bulk/ndjson.py", "import cds_hooks.app"),
    "rules know SQL": (SQL, "rules/record.py", "import sqlalchemy"),
    "a door knows SQL": (SQL, "cds_hooks/invoke.py", "from sqlalchemy import select"),
    "a door opens SQLite itself": (SQL, "cds_hooks/app.py", "import sqlite3"),
    "a door asks PostgreSQL itself": (SQL, "cds_hooks/feedback.py", "import psycopg"),
    "a command changes tables": (SQL, "cds_hooks/commands/store.py", "import alembic.command"),
    "a door knows fhir.resources": (
        FHIR, "cds_hooks/cards.py", "from fhir.resources.R4B.flag import Flag",
    ),
    "rules know fhir.resources": (FHIR, "rules/record.py", "import fhir.resources"),
    "wording decodes JSON": (JSON, "prompts/words.py", "import msgspec"),
    "rules decode JSON": (JSON, "rules/text.py", "import json"),
    "the service calls over HTTP": (DEMO, "cds_hooks/app.py", "import httpx2"),
    "the service asks a directory": (
        ASKED, "cds_hooks/app.py", "import cds_hooks.directory.fetching",
    ),
    "a practice's service has a clock that can be moved": (
        BOX, "cds_hooks/commands/serve.py", "from cds_hooks.demo.days import Days",
    ),
    "a door asks a FHIR server": (SERVERS, "cds_hooks/invoke.py", "import fhirpy"),
    "reading asks a FHIR server": (SERVERS, "fhir_adapters/pages.py", "import aiohttp"),
    "a door makes an address its own way": (SERVERS, "cds_hooks/app.py", "from yarl import URL"),
    "a check calls over HTTP itself": (DEMO, "cds_hooks/conformance/cards.py", "import httpx2"),
    "the kit knows our service": (KIT, "cds_hooks/conformance/calls.py", "import cds_hooks.wire"),
    "the kit knows rules": (KIT, "cds_hooks/conformance/people.py", "import rules.days"),
    "the service makes pages": (PAGES, "cds_hooks/cards.py", "import jinja2"),
    "a card turns markdown into HTML": (PAGES, "cds_hooks/cards.py", "import markdown_it"),
    "a card cleans HTML": (PAGES, "cds_hooks/cards.py", "import nh3"),
    "the demo cleans HTML itself": (PAGES, "cds_hooks/demo/ehr.py", "import nh3"),
    "loading reads YAML itself": (YAML, "rules/load.py", "import yaml"),
    "a door reads YAML": (YAML, "cds_hooks/settings.py", "import yaml"),
    "a look-up asks cel-python itself": (CEL, "rules/facts/computed.py", "import celpy"),
    "a rule file is parsed by its parser": (CEL, "rules/schema/expressions.py", "import lark"),
    "the check asks it": (CEL, "rules/cel/check.py", "from celpy import celtypes"),
    "the second cel, which is for tests": (CEL, "rules/cel/run.py", "import cel"),
    "a door reads tokens itself": (TOKENS, "cds_hooks/invoke.py", "import jwt"),
    "a command makes keys itself": (
        TOKENS, "cds_hooks/commands/serve.py", "from cryptography.hazmat.primitives import hashes",
    ),
    "an answer is sealed by itself": (
        TOKENS, "cds_hooks/store/hearing.py", "from cryptography.fernet import Fernet",
    ),
    "a call counts by itself": (
        FIGURES, "cds_hooks/invoke.py", "from prometheus_client import Counter",
    ),
    "a call makes its own spans": (SPANS, "cds_hooks/invoke.py", "from opentelemetry import trace"),
    "a bulk run cannot do without pyarrow": (
        ARROW, "fhir_adapters/bulk/columns.py", "import pyarrow",
    ),
    "a worker knows Spark": (SPARK, "fhir_adapters/bulk/blocks.py", "import pyspark.sql"),
    "a command knows Spark": (SPARK, "cds_hooks/commands/population_run.py", "import pyspark"),
    "rules write to a log": (LOGGING, "rules/engine.py", "import logging"),
    "a door writes to a log": (LOGGING, "cds_hooks/invoke.py", "import logging"),
    "a record knows its rule": ("Inside rules", "rules/record.py", "import rules.rule"),
    "a look-up knows the engine": ("Inside rules", "rules/facts/coded.py", "import rules.engine"),
    "the engine reads files": ("Inside rules", "rules/engine.py", "import rules.schema.rule"),
    "an expression reads files": ("Inside rules", "rules/cel/check.py", "import rules.load"),
    "a finding builds expressions": ("Inside rules", "rules/finding.py", "import rules.cel"),
    "a new file in rules": ("Inside rules", "rules/newcomer.py", '"""Without a place."""'),
    "wording chooses": ("Inside prompts", "prompts/words.py", "import prompts.choose"),
    "a new file in prompts": ("Inside prompts", "prompts/newcomer.py", '"""Without a place."""'),
    "one door knows another": (
        "Inside fhir_adapters", "fhir_adapters/bundle.py", "import fhir_adapters.prefetch",
    ),
    "a new file in fhir_adapters": (
        "Inside fhir_adapters", "fhir_adapters/newcomer.py", '"""Without a place."""',
    ),
    "the service knows the demo": ("Inside cds_hooks", "cds_hooks/app.py", "import cds_hooks.demo"),
    "the store knows a card": (
        "Inside cds_hooks", "cds_hooks/store/tables.py", "import cds_hooks.cards",
    ),
    "counting hears": (
        "Inside the store", "cds_hooks/store/counting.py", "import cds_hooks.store.hearing",
    ),
    "a new file in the store": (
        "Inside the store", "cds_hooks/store/newcomer.py", '"""Without a place."""',
    ),
    "a command knows the command line": (
        "Inside cds_hooks", "cds_hooks/commands/say.py", "import cds_hooks.cli",
    ),
    "a new file in cds_hooks": (
        "Inside cds_hooks", "cds_hooks/newcomer.py", '"""Without a place."""',
    ),
}  # fmt: skip

ALL_CONTRACTS = [contract["name"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]]


def test_the_project_keeps_every_contract() -> None:
    said = contracts(ROOT)
    assert f"Contracts: {len(ALL_CONTRACTS)} kept, 0 broken." in said, said


def test_every_contract_is_broken_below() -> None:
    assert {contract for contract, _, _ in BREAKS.values()} == set(ALL_CONTRACTS)


def _rounds() -> list[dict[str, tuple[str, str, str]]]:
    """The breaks, a few at a time: none of a contract, and none in a file, that is in already."""
    rounds: list[dict[str, tuple[str, str, str]]] = []
    for name, (contract, file, line) in BREAKS.items():
        for together in rounds:
            if all(contract != c and file != f for c, f, _ in together.values()):
                together[name] = (contract, file, line)
                break
        else:
            rounds.append({name: (contract, file, line)})
    return rounds


@pytest.mark.parametrize("together", first(3, _rounds()), ids=lambda together: next(iter(together)))
def test_a_broken_contract_is_reported(
    tmp_path: Path, together: dict[str, tuple[str, str, str]]
) -> None:
    copy = copy_to(tmp_path)
    for _, file, line in together.values():
        assert (copy / file).exists() or "newcomer" in file
        add(copy / file, line)
    said = contracts(copy)
    for contract, file, _ in together.values():
        assert re.search(rf"^{re.escape(contract)} BROKEN", said, re.MULTILINE), said
        # Under the contract's own heading the file that broke it is named.
        why = re.search(rf"^{re.escape(contract)}\n-+\n(.*?)(?=^[^\n]+\n---|\Z)", said, re.M | re.S)
        assert why is not None, said
        module = file.removesuffix(".py").replace("/", ".")
        assert re.search(rf"\b{re.escape(module.rpartition('.')[2])}\b", why[1]), said


ALL_BANNED = SETTINGS["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
HOMES = {
    "cds_hooks/clock.py",
    "cds_hooks/commands/say.py",
    "cds_hooks/logs.py",
    "cds_hooks/settings.py",
    "rules/text.py",
}


def test_the_project_uses_no_banned_api_outside_its_home() -> None:
    assert banned(ROOT) == "All checks passed!\n"


def test_bans_are_lifted_for_their_homes_and_nowhere_else() -> None:
    lifted = SETTINGS["tool"]["ruff"]["lint"]["per-file-ignores"]
    assert {file for file, codes in lifted.items() if "TID251" in codes} == HOMES


@pytest.mark.parametrize("file", ["rules/engine.py", "cds_hooks/invoke.py"])
@pytest.mark.parametrize("api", ALL_BANNED)
def test_a_banned_api_is_reported(tmp_path: Path, api: str, file: str) -> None:
    copy = copy_to(tmp_path)
    add(copy / file, f"import {api.partition('.')[0]}\n\nused = {api}")
    assert re.search(rf"^{file}:.*TID251 `{re.escape(api)}` is banned", banned(copy, file), re.M)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("from datetime import date\n\ntoday = date.today()", id="today"),
        pytest.param("from datetime import datetime\n\nnow = datetime.now()", id="now"),
        pytest.param("from time import time\n\nnow = time()", id="seconds"),
        pytest.param("from os import environ\n\nhome = environ['HOME']", id="a variable"),
        pytest.param("from logging import getLogger", id="a logger"),
        pytest.param("import yaml as y", id="yaml under another name"),
        pytest.param("from rich.console import Console", id="part of rich"),
    ],
)
def test_a_banned_api_is_reported_however_it_is_imported(tmp_path: Path, line: str) -> None:
    copy = copy_to(tmp_path)
    add(copy / "prompts/choose.py", line)
    assert "TID251" in banned(copy, "prompts/choose.py")


def test_tests_are_told_what_day_it_is_too(tmp_path: Path) -> None:
    copy = copy_to(tmp_path)
    add(copy / "tests/.ruff.toml", (ROOT / "tests/.ruff.toml").read_text(encoding="utf-8"))
    add(copy / "tests/test_new.py", "from datetime import date\n\nTODAY = date.today()")
    assert "`datetime.date.today` is banned" in banned(copy, "tests")
