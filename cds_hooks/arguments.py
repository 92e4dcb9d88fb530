"""The arguments of the verbs that integrators use, and of those who run the service."""

import argparse
from datetime import date
from pathlib import Path


def serving(serve: argparse.ArgumentParser) -> None:
    """The service for a practice."""
    serve.set_defaults(verb="serve")
    serve.add_argument(
        "--practice", type=Path, help="the practice's folder, with practice.yaml in it"
    )
    serve.add_argument("--data", type=Path, help="the folder to keep answers in (goodday-data)")
    serve.add_argument("--store", metavar="URL", help="a PostgreSQL database that keeps them")
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=port, help="the port to listen on (8080)")
    serve.add_argument("--clients", type=Path, help="the file that lists who may call")
    serve.add_argument(
        "--open",
        action="store_true",
        default=None,
        help="let whoever reaches the address call, without a token",
    )
    serve.add_argument(
        "--null-means",
        choices=("unknown", "empty"),
        help="what a null prefetch key means (unknown)",
    )
    serve.add_argument(
        "--origin",
        dest="origins",
        action="append",
        help="a browser origin that may call; may be repeated",
    )
    serve.add_argument(
        "--reload", type=float, metavar="SECONDS", help="how often to look for changed rules (5)"
    )


def visiting(visits: argparse.ArgumentParser) -> None:
    """Who comes in the next days, and what could go ahead of each visit."""
    visits.set_defaults(verb="visits")
    visits.add_argument(
        "source", type=Path, help="a FHIR bundle of one person, or a folder of them"
    )
    visits.add_argument(
        "--practice", type=Path, help="the practice's folder (the built-in library)"
    )
    visits.add_argument("--days", type=_some, default=14, help="so many days ahead (14)")
    visits.add_argument("--today", type=day, help="the day to ask on, year-month-day (today)")
    visits.add_argument("--to", type=Path, metavar="FOLDER", help="write letters and sheets there")
    visits.add_argument(
        "--layout",
        choices=("letter", "large-print", "easy-read"),
        default="letter",
        help="(letter)",
    )
    visits.add_argument("--pdf", dest="as_pdf", action="store_true", help="as PDF, not as HTML")
    visits.add_argument(
        "--nobody-asked", action="store_true", help="there is no store: nobody was ever asked"
    )
    visits.add_argument("--client", default="", help="whose patients: its name in clients.toml")
    _which_store(visits)


def clients(parser: argparse.ArgumentParser) -> None:
    """Keys and tokens for those who call the service."""
    client = parser.add_subparsers(required=True, metavar="verb")
    keygen = client.add_parser("keygen", help="make a client's keys, and the lines to list it")
    keygen.set_defaults(verb="client keygen")
    keygen.add_argument("--name", required=True, help="what to call the client")
    keygen.add_argument("--to", type=Path, default=Path(), help="the folder for the keys (this)")
    keygen.add_argument("--alg", choices=("ES384", "RS384"), default="ES384", help="(ES384)")
    token = client.add_parser("token", help="print one token, for one call")
    token.set_defaults(verb="client token")
    token.add_argument("--key", type=Path, required=True, help="the private key from keygen")
    token.add_argument("--issuer", required=True, help='the "issuer" of the client as listed')
    token.add_argument("--for", dest="address", required=True, help="the address to be called")
    token.add_argument(
        "--minutes", type=int, choices=range(1, 61), default=5, metavar="N", help="its life (5)"
    )


def store(parser: argparse.ArgumentParser) -> None:
    """Keeping what was said: copies, checks, and what is owed to one person."""
    verbs = parser.add_subparsers(required=True, metavar="verb")
    upgrade = verbs.add_parser("upgrade", help="bring a store to this version; backs up first")
    backup = verbs.add_parser("backup", help="a copy of the store as it is, while it runs")
    restore = verbs.add_parser("restore", help="put a backup in the place of the store")
    restore.add_argument("backup", type=Path, help="the folder of the backup")
    restore.add_argument("--yes", action="store_true", help="without a question")
    verify = verbs.add_parser("verify", help="whether a backup, or the store, is whole")
    verify.add_argument("backup", type=Path, nargs="?", help="a backup's folder (the store itself)")
    export = verbs.add_parser("export", help="everything that is kept of one person, as JSON")
    export.add_argument("--to", type=Path, metavar="FILE", help="the file to write (the terminal)")
    export.add_argument(
        "--with-comments", action="store_true", help="also what clinicians wrote about them"
    )
    erase = verbs.add_parser("erase", help="let go of what is kept of one person, but for a no")
    erase.add_argument("--also-the-no", action="store_true", help="and that they said no")
    erase.add_argument("--yes", action="store_true", help="without a question")
    verbs.add_parser("said", help="what was said about cards: how often they helped, and words")
    reply = verbs.add_parser("reply", help="reply to the words about a rule, for everybody")
    reply.add_argument("rule", help="the rule's id")
    reply.add_argument("--says", required=True, metavar="TEXT", help="up to 500 characters")
    backup.add_argument(
        "--keep", type=_some, metavar="N", help="let older backups go but for the newest N (all)"
    )
    for one in (upgrade, backup):
        one.add_argument("--to", type=Path, help="the folder for backups (backups, in the data)")
    for one in (export, erase):
        one.add_argument("person", help="the id of the patient in the record system")
        one.add_argument("--client", default="", help="whose patient: its name in clients.toml")
    for name, one in verbs.choices.items():
        one.set_defaults(verb="store", store_verb=name)
        _which_store(one)


def pausing(name: str, one: argparse.ArgumentParser) -> None:
    """The switch that quiets rules at once, and the one that takes it back."""
    one.set_defaults(verb="pause", pausing=name, because=None)
    one.add_argument("rules", nargs="*", metavar="RULE", help="rules by their ids")
    one.add_argument("--practice", dest="practice_name", metavar="NAME", help="all of one practice")
    one.add_argument("--all", dest="everything", action="store_true", help="everything")
    if name == "pause":
        one.add_argument("--because", metavar="WHY", help="why, in a few words; people see it")
    _which_store(one)


def releasing(release: argparse.ArgumentParser) -> None:
    """Moving a rule on or back in its life."""
    release.set_defaults(verb="rules release")
    release.add_argument("file", type=Path, help="the rule's file")
    states = ("draft", "shadow", "pilot", "live", "retired")
    release.add_argument("--to", choices=states, required=True, help="its new status")
    release.add_argument("--yes", action="store_true", help="without a question")
    _which_store(release)


def _which_store(one: argparse.ArgumentParser) -> None:
    one.add_argument("--data", type=Path, help="the folder of the store (goodday-data)")
    one.add_argument("--store", metavar="URL", help="its PostgreSQL database, where it has one")


def conformance(kit: argparse.ArgumentParser) -> None:
    """Examining any CDS Hooks service."""
    kit.set_defaults(verb="conformance")
    kit.add_argument("url", metavar="URL", help="the base address, before /cds-services")
    kit.add_argument(
        "--format", dest="output", choices=("text", "json", "html"), default="text", help="(text)"
    )
    kit.add_argument("--to", type=Path, metavar="FILE", help="write the report to a file")
    kit.add_argument("--key", type=Path, metavar="FILE", help="sign tokens with it: JWK or PEM")
    kit.add_argument("--issuer", help="whom the tokens name as their issuer")
    kit.add_argument("--kid", help="the name of the key (the one in the key file)")
    kit.add_argument("--origin", help="a browser origin that may call")
    kit.add_argument(
        "--patient", type=Path, metavar="FILE", help="a FHIR bundle of somebody (invented people)"
    )
    kit.add_argument("--service", dest="only", metavar="ID", help="one service only (all)")
    kit.add_argument("--fhir-server", metavar="URL", help="a server that holds the --patient")
    kit.add_argument(
        "--within",
        type=_milliseconds,
        default=500,
        metavar="MS",
        help="the time in which an answer is to come, in milliseconds (500)",
    )
    kit.add_argument("--strict", action="store_true", help="a SHOULD that is not met counts too")


def port(text: str) -> int:
    """The number of a port. Raises ArgumentTypeError."""
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a whole number up to 65535")


def day(text: str) -> date:
    """A day as year-month-day. Raises ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write the day as year-month-day: 2026-11-21") from None


def _milliseconds(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("a time is a whole number of milliseconds, such as 500")


def _some(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("it is a whole number, 1 at least, such as 30")
