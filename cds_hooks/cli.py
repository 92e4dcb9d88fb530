"""Reads arguments: one verb, one function. Nothing heavy is imported until a verb needs it."""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path


def run(arguments: Sequence[str]) -> int:
    """Do what was asked for; the exit code is 0 fine, 1 problems found, 2 could not run."""
    options = _parser().parse_args(arguments)
    try:
        return _VERBS[options.verb](options)
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="goodday",
        description="An open question first, then offers that can be said yes or no to.",
    )
    verbs = parser.add_subparsers(required=True, metavar="verb")

    demo = verbs.add_parser("demo", help="try it: invented people, an EHR in a box, one address")
    demo.set_defaults(verb="demo")
    demo.add_argument("--port", type=_port, default=8080, help="the port to listen on (8080)")
    demo.add_argument(
        "--data", type=Path, default=Path("goodday-data/demo"), help="the folder to keep answers in"
    )

    serve = verbs.add_parser("serve", help="run the service for a practice")
    serve.set_defaults(verb="serve")
    serve.add_argument(
        "--practice", type=Path, help="the practice's folder, with practice.yaml in it"
    )
    serve.add_argument("--data", type=Path, help="the folder to keep answers in (goodday-data)")
    serve.add_argument("--host", help="the address to listen on (127.0.0.1)")
    serve.add_argument("--port", type=_port, help="the port to listen on (8080)")
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

    rules = verbs.add_parser("rules", help="write, check and test rules").add_subparsers(
        required=True, metavar="verb"
    )
    check = rules.add_parser("check", help="say everything that is wrong with rule files, at once")
    check.set_defaults(verb="rules check")
    check.add_argument("path", type=Path, help="a rule file or a folder of them")
    check.add_argument(
        "--format",
        choices=("text", "json", "sarif", "github"),
        default="text",
        help="for people, or for another program (text)",
    )
    fix = rules.add_parser("fix", help="mend what can be mended for certain, shown first")
    fix.set_defaults(verb="rules fix")
    fix.add_argument("path", type=Path, help="a rule file or a folder of them")
    fix.add_argument("--yes", action="store_true", help="without a question")
    new = rules.add_parser("new", help="make a first rule, or a list of codes")
    new.set_defaults(verb="rules new")
    new.add_argument(
        "words", nargs="+", metavar="NAME", help="the rule's name; or: list, and the list's name"
    )
    new.add_argument("--to", type=Path, default=Path(), help="the practice's folder (this one)")
    new.add_argument("--editor", action="store_true", help="also settings for Visual Studio Code")
    test = rules.add_parser("test", help="run the stories inside rule files")
    test.set_defaults(verb="rules test")
    test.add_argument("path", type=Path, help="a rule file or a folder of them")
    patient = rules.add_parser(
        "check-patient", help="why a rule prompts for one person, or why not"
    )
    patient.set_defaults(verb="rules check-patient")
    patient.add_argument("bundle", type=Path, help="a FHIR bundle of one person, .json or .json.gz")
    patient.add_argument(
        "--rules", type=Path, help="a rule file or a folder of them (the built-in library)"
    )
    patient.add_argument("--rule", help="one rule, by its id (all of them)")
    patient.add_argument("--today", type=_day, help="the day to ask on, year-month-day (today)")
    return parser


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= 65535:
        return int(text)
    raise argparse.ArgumentTypeError("a port is a whole number up to 65535")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write the day as year-month-day: 2026-11-21") from None


def _demo(options: argparse.Namespace) -> int:
    from cds_hooks.commands.demo import demo  # noqa: PLC0415 - FastAPI only where it serves

    return demo(options.port, options.data)


def _serve(options: argparse.Namespace) -> int:
    from cds_hooks.commands.serve import serve  # noqa: PLC0415 - FastAPI only where it serves

    given = {
        name: getattr(options, name) for name in ("practice", "data", "host", "port", "null_means")
    }
    return serve(**given, origins=tuple(options.origins) if options.origins else None)


def _check(options: argparse.Namespace) -> int:
    from cds_hooks.commands.check import check  # noqa: PLC0415 - only what the verb needs

    return check(options.path, options.format)


def _fix(options: argparse.Namespace) -> int:
    from cds_hooks.commands.fix import fix  # noqa: PLC0415 - only what the verb needs

    return fix(options.path, yes=options.yes)


def _new(options: argparse.Namespace) -> int:
    from cds_hooks.commands.new import new  # noqa: PLC0415 - only what the verb needs

    return new(options.words, options.to, editor=options.editor)


def _test(options: argparse.Namespace) -> int:
    from cds_hooks.commands.test import test  # noqa: PLC0415 - only what the verb needs

    return test(options.path)


def _check_patient(options: argparse.Namespace) -> int:
    from cds_hooks.commands.check_patient import check_patient  # noqa: PLC0415 - only what the verb needs

    return check_patient(options.bundle, options.rules, options.rule, options.today)


_VERBS = {
    "demo": _demo,
    "serve": _serve,
    "rules check": _check,
    "rules fix": _fix,
    "rules new": _new,
    "rules test": _test,
    "rules check-patient": _check_patient,
}
