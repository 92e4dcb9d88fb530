"""The arguments of the verbs of integrators, of those who run it, and of who keeps a directory."""

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
    visits.add_argument("--days", type=days, default=14, help="so many days ahead (14)")
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
    which_store(visits)


def papers(parser: argparse.ArgumentParser) -> None:
    """How hard letters, sheets and invitations are to read."""
    parser.set_defaults(verb="papers")
    parser.add_argument(
        "path", type=Path, nargs="?", help="the practice's folder (the built-in papers)"
    )
    parser.add_argument("--each", action="store_true", help="also every text by itself")


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
    verbs.add_parser("to-code", help="what was said to be done already, and has no code yet")
    reply = verbs.add_parser("reply", help="reply to the words about a rule, for everybody")
    reply.add_argument("rule", help="the rule's id")
    reply.add_argument("--says", required=True, metavar="TEXT", help="up to 500 characters")
    backup.add_argument(
        "--keep",
        type=at_least_one,
        metavar="N",
        help="let older backups go but for the newest N (all)",
    )
    for one in (upgrade, backup):
        one.add_argument("--to", type=Path, help="the folder for backups (backups, in the data)")
    for one in (export, erase):
        one.add_argument("person", help="the id of the patient in the record system")
        one.add_argument("--client", default="", help="whose patient: its name in clients.toml")
    for name, one in verbs.choices.items():
        one.set_defaults(verb="store", store_verb=name)
        which_store(one)


def lists(parser: argparse.ArgumentParser) -> None:
    """Code lists: imported, shown, checked."""
    verbs = parser.add_subparsers(required=True, metavar="verb")
    take = verbs.add_parser(
        "import",
        help="a list from an OpenCodelists CSV, an NHS refset text file, or any table with codes",
    )
    take.set_defaults(verb="lists import")
    take.add_argument("file", type=Path, help="the file to read; it is not changed")
    take.add_argument("--name", help="what rules call the list (the file's name)")
    take.add_argument(
        "--to", type=Path, default=Path(), help="the practice's folder, with value-sets (this one)"
    )
    take.add_argument("--title", help="what it is a list of (its name)")
    take.add_argument("--source", help="where it comes from; the file's name and date are added")
    take.add_argument("--refset", help="which refset or cluster, where the file has several")
    take.add_argument(
        "--local",
        action="store_true",
        help="the practice's own codes, beside those of a built-in list of the same name",
    )
    take.add_argument(
        "--replace",
        action="store_true",
        help="write a list anew; the words of codes that stay are kept",
    )
    take.add_argument(
        "--repair",
        action="store_true",
        help="put codes right that a spreadsheet damaged, where they can only be one code",
    )
    show = verbs.add_parser("show", help="every list: its codes, its review, the rules that use it")
    show.set_defaults(verb="lists show")
    check = verbs.add_parser("check", help="what is wrong with code lists")
    check.set_defaults(verb="lists check")
    for verb in (show, check):
        verb.add_argument(
            "path", type=Path, nargs="?", help="the practice's folder (the built-in lists alone)"
        )


def pausing(name: str, one: argparse.ArgumentParser) -> None:
    """The switch that quiets rules at once, and the one that takes it back."""
    one.set_defaults(verb="pause", pausing=name, because=None)
    one.add_argument("rules", nargs="*", metavar="RULE", help="rules by their ids")
    one.add_argument("--practice", dest="practice_name", metavar="NAME", help="all of one practice")
    one.add_argument("--all", dest="everything", action="store_true", help="everything")
    if name == "pause":
        one.add_argument("--because", metavar="WHY", help="why, in a few words; people see it")
    which_store(one)


def releasing(release: argparse.ArgumentParser) -> None:
    """Moving a rule on or back in its life."""
    release.set_defaults(verb="rules release")
    release.add_argument("file", type=Path, help="the rule's file")
    states = ("draft", "shadow", "pilot", "live", "retired")
    release.add_argument("--to", choices=states, required=True, help="its new status")
    release.add_argument("--yes", action="store_true", help="without a question")
    which_store(release)


def directory(parser: argparse.ArgumentParser) -> None:
    """Local support: taken in, shown, exported, and published by two people."""
    verbs = parser.add_subparsers(required=True, metavar="verb")
    take = verbs.add_parser("import", help="take entries in, from a file or an address")
    take.add_argument(
        "source",
        metavar="SOURCE",
        help="a JSON file of ALISS or Open Referral UK 3, or its address",
    )
    take.add_argument("--name", help="what to call the directory here (aliss, or open-referral)")
    take.add_argument(
        "--licence", metavar="TEXT", help="under which licence, where it does not say"
    )
    take.add_argument(
        "--attribution", action="append", metavar="TEXT", help="a line to print with its entries"
    )
    take.add_argument(
        "--each",
        action="store_true",
        help="ask for each service by itself: lists of Open Referral leave out places and costs",
    )
    show = verbs.add_parser("show", help="what is in it, the last checked first")
    show.add_argument("words", nargs="*", metavar="WORD", help="only entries with these words")
    show.add_argument("--state", choices=_STATES, metavar="STATE", help=", ".join(_STATES))
    export = verbs.add_parser("export", help="what is published, as JSON that others read")
    export.add_argument("--to", type=Path, metavar="FILE", help="the file to write (the terminal)")
    export.add_argument(
        "--shape", choices=("aliss", "open-referral"), default="aliss", help="(aliss)"
    )
    export.add_argument("--all", action="store_true", help="also what nobody published")
    publish = verbs.add_parser("publish", help="approve of what waits; it takes two people")
    publish.add_argument("--by", required=True, metavar="NAME", help="who you are")
    publish.add_argument("--all", action="store_true", help="everything that waits")
    publish.add_argument(
        "--of", dest="source", metavar="SOURCE", help="with --all: of one directory"
    )
    publish.add_argument(
        "--checked", action="store_true", help="you rang or looked, and it is as it says"
    )
    publish.add_argument(
        "--theme", dest="themes", action="append", help="a theme to find it by; may be repeated"
    )
    check = verbs.add_parser("check", help="somebody rang or looked, and it is as it says")
    hide = verbs.add_parser("hide", help="show an entry to nobody, from now on")
    back = hide.add_mutually_exclusive_group()
    back.add_argument("--gone", action="store_true", help="it has stopped for good")
    back.add_argument("--back", action="store_true", help="take it back")
    full = verbs.add_parser("full", help="it has no room: rest the offers of it")
    room = full.add_mutually_exclusive_group()
    room.add_argument("--waiting", type=int, metavar="WEEKS", help="so many weeks to wait")
    room.add_argument("--open", action="store_true", help="it has room again")
    for one in (check, hide, full):
        one.add_argument("entries", nargs="+", metavar="ID", help="entries, as show names them")
    publish.add_argument("entries", nargs="*", metavar="ID", help="entries, as show names them")
    for name, one in verbs.choices.items():
        one.set_defaults(verb="directory", directory_verb=name)
        which_store(one)


_MOST_DAYS = 366
_STATES = ("suggested", "approved once", "published", "hidden", "gone", "full", "waiting")


def which_store(one: argparse.ArgumentParser) -> None:
    """Where what was said is kept."""
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


def days(text: str) -> int:
    """A number of days, a year of them at most."""
    if text.isascii() and text.isdigit() and 0 < int(text) <= _MOST_DAYS:
        return int(text)
    raise argparse.ArgumentTypeError(f"it is a whole number of days from 1 to {_MOST_DAYS}")


def at_least_one(text: str) -> int:
    """A whole number, 1 at least. Raises ArgumentTypeError."""
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError("it is a whole number, 1 at least, such as 30")
