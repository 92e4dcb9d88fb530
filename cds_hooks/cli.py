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
    test = rules.add_parser("test", help="run the stories inside rule files")
    test.set_defaults(verb="rules test")
    test.add_argument("path", type=Path, help="a rule file or a folder of them")
    test.add_argument("--watch", action="store_true", help="run again whenever a file changes")
    test.add_argument(
        "--changed", action="store_true", help="only rules that differ from the last git commit"
    )
    test.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    test.add_argument("--markdown", type=Path, metavar="FILE", help="and as a page of tables")
    patient = rules.add_parser(
        "check-patient", aliases=["explain"], help="why a rule prompts for one person, or why not"
    )
    patient.set_defaults(verb="rules check-patient")
    patient.add_argument("bundle", type=Path, help="a FHIR bundle of one person, .json or .json.gz")
    patient.add_argument(
        "--rules", type=Path, help="a rule file or a folder of them (the built-in library)"
    )
    patient.add_argument("--rule", help="one rule, by its id (all of them)")
    patient.add_argument("--today", type=_day, help="the day to ask on, year-month-day (today)")
    patient.add_argument(
        "--data", type=Path, help="the folder in which the practice keeps its answers (none)"
    )
    patient.add_argument(
        "--format", dest="output", choices=("text", "json"), default="text", help="(text)"
    )
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

    return check(options.path)


def _test(options: argparse.Namespace) -> int:
    from cds_hooks.commands.test import Options, test  # noqa: PLC0415 - only what the verb needs

    given = Options(options.watch, options.changed, options.junit, options.markdown)
    return test(options.path, given)


def _check_patient(options: argparse.Namespace) -> int:
    from cds_hooks.commands.check_patient import check_patient  # noqa: PLC0415 - only what the verb needs

    return check_patient(
        options.bundle,
        options.rules,
        options.rule,
        options.today,
        options.data,
        options.output,
    )


_VERBS = {
    "demo": _demo,
    "serve": _serve,
    "rules check": _check,
    "rules test": _test,
    "rules check-patient": _check_patient,
}
