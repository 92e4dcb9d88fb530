"""Reads arguments: one verb, one function. Nothing heavy is imported until a verb needs it."""

import argparse
import gc
from collections.abc import Callable, Sequence
from pathlib import Path

from cds_hooks import arguments, comparing, populating


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
    demo.add_argument(
        "--port", type=arguments.port, default=8080, help="the port to listen on (8080)"
    )
    demo.add_argument(
        "--data", type=Path, default=Path("goodday-data/demo"), help="the folder to keep answers in"
    )

    serve = verbs.add_parser("serve", help="run the service for a practice")
    arguments.serving(serve)
    visits = verbs.add_parser("visits", help="who comes soon, and the letters that could go ahead")
    arguments.visiting(visits)
    arguments.papers(verbs.add_parser("papers", help="how hard each letter and sheet is to read"))

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
    check.add_argument(
        "--prefetch", action="store_true", help="also what record systems are asked for"
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
    test.add_argument("--watch", action="store_true", help="run again whenever a file changes")
    test.add_argument(
        "--changed", action="store_true", help="only rules that differ from the last git commit"
    )
    test.add_argument("--junit", type=Path, metavar="FILE", help="write the results as JUnit XML")
    test.add_argument("--markdown", type=Path, metavar="FILE", help="and as a page of tables")
    for verb, about in (
        ("mutate", "try one slip in a rule at a time: do its stories notice?"),
        ("coverage", "say what the stories of a rule have never shown"),
        ("suggest", "for each slip that no story noticed, somebody to ask about"),
    ):
        tried = rules.add_parser(verb, help=about)
        tried.set_defaults(verb=f"rules {verb}")
        tried.add_argument("path", type=Path, help="a rule file or a folder of them")
    patient = rules.add_parser(
        "check-patient", aliases=["explain"], help="why a rule prompts for one person, or why not"
    )
    patient.set_defaults(verb="rules check-patient")
    patient.add_argument("bundle", type=Path, help="a FHIR bundle of one person, .json or .json.gz")
    patient.add_argument(
        "--rules", type=Path, help="a rule file or a folder of them (the built-in library)"
    )
    patient.add_argument("--rule", help="one rule, by its id (all of them)")
    patient.add_argument(
        "--today", type=arguments.day, help="the day to ask on, year-month-day (today)"
    )
    patient.add_argument(
        "--data", type=Path, help="the folder in which the practice keeps its answers (none)"
    )
    patient.add_argument(
        "--format", dest="output", choices=("text", "json"), default="text", help="(text)"
    )
    arguments.releasing(
        rules.add_parser("release", help="move a rule on or back in its life, by its gates")
    )
    populating.trying(
        rules.add_parser("try", help="how many of a list it would prompt for, and why")
    )
    comparing.add(rules.add_parser("diff", help="what changed between two versions, and for whom"))
    lock = rules.add_parser("lock", help="write down which codes each list of a folder holds")
    lock.set_defaults(verb="rules lock")
    lock.add_argument(
        "path", type=Path, nargs="?", default=Path(), help="the practice's folder (this one)"
    )
    arguments.lists(verbs.add_parser("lists", help="import, show and check code lists"))
    arguments.conformance(verbs.add_parser("conformance", help="examine any CDS Hooks service"))
    _documents(rules.add_parser)
    arguments.clients(
        verbs.add_parser("client", help="keys and tokens for those who call the service")
    )
    pause = verbs.add_parser("pause", help="quiet a rule, or all, at once; alone: what is")
    arguments.pausing("pause", pause)
    arguments.pausing("resume", verbs.add_parser("resume", help="and take it back"))
    arguments.store(verbs.add_parser("store", help="keep the answers safe: back up, restore ..."))
    arguments.directory(
        verbs.add_parser("directory", help="local support: groups, courses, people")
    )
    populating.add(verbs.add_parser("population", help="the same rules, about a whole list"))
    return parser


def _documents(add: Callable[..., argparse.ArgumentParser]) -> None:
    """The verbs that write something from rules: pages, schemas, the reference."""
    docs = add("docs", help="write a page for every rule, for people to read")
    docs.set_defaults(verb="rules docs")
    docs.add_argument("path", type=Path, nargs="?", help="a file or folder (the built-in library)")
    docs.add_argument("--to", type=Path, required=True, help="the folder to write the pages in")
    docs.add_argument("--pdf", dest="as_pdf", action="store_true", help="papers as PDF too")
    docs.add_argument(
        "--today", type=arguments.day, help="the day that the pages say, year-month-day"
    )
    schema = add("schema", help="write JSON Schema, for an editor to help with")
    schema.set_defaults(verb="rules schema")
    schema.add_argument(
        "path", type=Path, nargs="?", help="a file or folder (the built-in library)"
    )
    schema.add_argument(
        "--to", type=Path, help="the folder to write them in (.goodday beside the rules)"
    )
    reference = add("reference", help="every heading of the language, as markdown")
    reference.set_defaults(verb="rules reference")
    reference.add_argument("--to", type=Path, help="the file to write it in (the terminal)")


def _demo(options: argparse.Namespace) -> int:
    from cds_hooks.commands.demo import demo  # noqa: PLC0415 - FastAPI only where it serves

    return demo(options.port, options.data)


def _serve(options: argparse.Namespace) -> int:
    # Whatever is made before the first call stays: to look through it is a fifth of a start.
    gc.disable()
    from cds_hooks.commands.serve import serve  # noqa: PLC0415 - FastAPI only where it serves

    names = ("practice", "data", "store", "host", "port", "clients", "open", "null_means", "reload")
    given = {name: getattr(options, name) for name in names}
    return serve(**given, origins=tuple(options.origins) if options.origins else None)


def _examine(options: argparse.Namespace) -> int:
    from cds_hooks.commands.conformance import Options, conformance  # noqa: PLC0415 - only what the verb needs

    given = {name: value for name, value in vars(options).items() if name != "verb"}
    return conformance(Options(**given))


def _check(options: argparse.Namespace) -> int:
    from cds_hooks.commands.check import check  # noqa: PLC0415 - only what the verb needs

    return check(options.path, options.format, searches=options.prefetch)


def _fix(options: argparse.Namespace) -> int:
    from cds_hooks.commands.fix import fix  # noqa: PLC0415 - only what the verb needs

    return fix(options.path, yes=options.yes)


def _new(options: argparse.Namespace) -> int:
    from cds_hooks.commands.new import new  # noqa: PLC0415 - only what the verb needs

    return new(options.words, options.to, editor=options.editor)


def _test(options: argparse.Namespace) -> int:
    from cds_hooks.commands.test import Options, test  # noqa: PLC0415 - only what the verb needs

    given = Options(options.watch, options.changed, options.junit, options.markdown)
    return test(options.path, given)


def _mutate(options: argparse.Namespace) -> int:
    from cds_hooks.commands.mutate import mutate  # noqa: PLC0415 - only what the verb needs

    return mutate(options.path)


def _coverage(options: argparse.Namespace) -> int:
    from cds_hooks.commands.coverage import coverage  # noqa: PLC0415 - only what the verb needs

    return coverage(options.path)


def _suggest(options: argparse.Namespace) -> int:
    from cds_hooks.commands.suggest import suggest  # noqa: PLC0415 - only what the verb needs

    return suggest(options.path)


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


def _release(options: argparse.Namespace) -> int:
    from cds_hooks.commands.asked import Named  # noqa: PLC0415 - only what the verb needs
    from cds_hooks.commands.release import release  # noqa: PLC0415 - only what the verb needs

    named = Named(options.data, options.store)
    return release(options.file, options.to, yes=options.yes, named=named)


def _lock(options: argparse.Namespace) -> int:
    from cds_hooks.commands.lock import lock  # noqa: PLC0415 - only what the verb needs

    return lock(options.path)


def _lists_import(options: argparse.Namespace) -> int:
    from cds_hooks.commands.lists_import import Wanted, import_list  # noqa: PLC0415 - only what the verb needs

    given = {name: value for name, value in vars(options).items() if name != "verb"}
    return import_list(Wanted(**given))


def _lists_show(options: argparse.Namespace) -> int:
    from cds_hooks.commands.lists import show  # noqa: PLC0415 - only what the verb needs

    return show(options.path)


def _lists_check(options: argparse.Namespace) -> int:
    from cds_hooks.commands.lists import check  # noqa: PLC0415 - only what the verb needs

    return check(options.path)


def _docs(options: argparse.Namespace) -> int:
    from cds_hooks.commands.docs import docs  # noqa: PLC0415 - only what the verb needs

    return docs(options.path, options.to, options.today, as_pdf=options.as_pdf)


def _schema(options: argparse.Namespace) -> int:
    from cds_hooks.commands.schema import schema  # noqa: PLC0415 - only what the verb needs

    return schema(options.path, options.to)


def _reference(options: argparse.Namespace) -> int:
    from cds_hooks.commands.reference import write_reference  # noqa: PLC0415 - only what it needs

    return write_reference(options.to)


def _client_keygen(options: argparse.Namespace) -> int:
    from cds_hooks.commands.client_keygen import keygen  # noqa: PLC0415 - only what the verb needs

    return keygen(options.name, options.to, options.alg)


def _client_token(options: argparse.Namespace) -> int:
    from cds_hooks.commands.client_token import token  # noqa: PLC0415 - only what the verb needs

    return token(options.key, options.issuer, options.address, options.minutes)


def _visits(options: argparse.Namespace) -> int:
    from cds_hooks.commands.asked import Named  # noqa: PLC0415 - only what the verb needs
    from cds_hooks.commands.visits import Wanted, visits  # noqa: PLC0415 - only what the verb needs

    given = {
        key: value
        for key, value in vars(options).items()
        if key in Wanted._fields and key != "store"
    }
    store = None if options.nobody_asked else Named(options.data, options.store)
    return visits(Wanted(**given)._replace(store=store))


def _papers(options: argparse.Namespace) -> int:
    from cds_hooks.commands.papers import papers  # noqa: PLC0415 - only what the verb needs

    return papers(options.path, each=options.each)


def _store(options: argparse.Namespace) -> int:
    from cds_hooks.commands.store import run_verb  # noqa: PLC0415 - SQL only where it is needed

    return run_verb(options)


def _pause(options: argparse.Namespace) -> int:
    from cds_hooks.commands.pause import run_verb  # noqa: PLC0415 - SQL only where it is needed

    return run_verb(options)


def _directory(options: argparse.Namespace) -> int:
    from cds_hooks.commands.directory import run_verb  # noqa: PLC0415 - SQL only where it is needed

    return run_verb(options)


_VERBS = {
    "demo": _demo,
    "serve": _serve,
    "rules check": _check,
    "rules fix": _fix,
    "rules new": _new,
    "rules test": _test,
    "rules mutate": _mutate,
    "rules coverage": _coverage,
    "rules suggest": _suggest,
    "rules check-patient": _check_patient,
    "rules docs": _docs,
    "rules schema": _schema,
    "rules reference": _reference,
    "rules release": _release,
    "rules try": populating.try_verb,
    "rules diff": comparing.run_verb,
    "rules lock": _lock,
    "conformance": _examine,
    "lists import": _lists_import,
    "lists show": _lists_show,
    "lists check": _lists_check,
    "client keygen": _client_keygen,
    "client token": _client_token,
    "visits": _visits,
    "papers": _papers,
    "store": _store,
    "pause": _pause,
    "directory": _directory,
    "population": populating.run_verb,
}
