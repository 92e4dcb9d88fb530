"""The verbs about a whole list of people: their arguments, and which file does each."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cds_hooks.arguments import at_least_one, day, days, which_store

if TYPE_CHECKING:
    from cds_hooks.commands.asked import Named


def add(population: argparse.ArgumentParser) -> None:
    """``goodday population``."""
    verbs = population.add_subparsers(required=True, metavar="verb")
    run = verbs.add_parser("run", help="ask every rule about everybody on a list")
    run.set_defaults(verb="population", doing="run")
    _source(run)
    _asked(run)
    run.add_argument("--to", type=Path, metavar="FILE", help="write a line for each person there")
    run.add_argument(
        "--engine",
        choices=["embedded", "spark"],
        default="embedded",
        help="this machine, or Spark (embedded)",
    )
    run.add_argument("--master", metavar="URL", help="with spark: where it is (this machine)")
    tag = verbs.add_parser("tag", help="reminders to add and to end, for a whole list, at night")
    tag.set_defaults(verb="population", doing="tag")
    _source(tag, nargs="?")
    _asked(tag)
    tag.add_argument(
        "--to", type=Path, metavar="FOLDER", required=True, help="write the files there"
    )
    _sent(tag)
    tag.add_argument("--days", type=days, default=14, help="visits so many days ahead (14)")
    tag.add_argument(
        "--nobody-asked", action="store_true", help="there is no store: nobody was ever asked"
    )
    tag.add_argument("--client", default="", help="whose people: its name in clients.toml")
    which_store(tag)
    brought = verbs.add_parser(
        "fetch", help="bring everybody from a FHIR server into a folder, by $export or by searches"
    )
    brought.set_defaults(verb="population", doing="fetch")
    _fetched(brought)
    kept = verbs.add_parser(
        "import", help="keep what rules may read, to be asked again and again in less time"
    )
    kept.set_defaults(verb="population", doing="import")
    _source(kept)
    kept.add_argument(
        "--to", type=Path, metavar="FOLDER", required=True, help="write Parquet files there"
    )


def _fetched(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("server", help="the base address of the FHIR server, https://...")
    verb.add_argument(
        "--to", type=Path, metavar="FOLDER", required=True, help="write NDJSON files there"
    )
    whom = verb.add_mutually_exclusive_group()
    whom.add_argument("--group", metavar="ID", default="", help="only who is in this Group")
    whom.add_argument("--system", action="store_true", help="by the export of the whole system")
    verb.add_argument(
        "--by", choices=("export", "search"), default="", help="(export where there is one)"
    )
    verb.add_argument("--rules", type=Path, help="the practice's folder (the built-in library)")
    verb.add_argument("--client-id", default="", help="who we are at that server")
    verb.add_argument("--key", type=Path, metavar="FILE", help="the private key to sign that with")
    verb.add_argument("--scope", default="", help="what to ask leave for (to read these types)")
    verb.add_argument(
        "--token-at", default="", metavar="ADDRESS", help="where tokens come from, if elsewhere"
    )
    verb.add_argument(
        "--files-at", action="append", default=[], metavar="ADDRESS", help="where files may be too"
    )
    verb.add_argument(
        "--local", action="store_true", help="it is on this machine or network; http is taken"
    )
    verb.add_argument(
        "--wait",
        type=at_least_one,
        default=720,
        metavar="MINUTES",
        help="how long the server may take to make its files (720)",
    )


def trying(verb: argparse.ArgumentParser) -> None:
    """``goodday rules try``."""
    verb.set_defaults(verb="rules try")
    verb.add_argument("rule", help="the file of a rule, or its id")
    _source(verb)
    _asked(verb)
    verb.add_argument(
        "--to", type=Path, metavar="FILE", help="write the report: .json, .csv or .html"
    )
    verb.add_argument(
        "--inside", action="store_true", help="with true counts, to stay inside the practice"
    )
    verb.add_argument(
        "--no-keep", dest="keep", action="store_false", help="leave no report beside the rule"
    )


def _sent(tag: argparse.ArgumentParser) -> None:
    """How a night that somebody looked through is sent to a FHIR server."""
    tag.add_argument(
        "--apply",
        default="",
        metavar="FINGERPRINT",
        help="without SOURCE: send the night in the folder, which a person looked through",
    )
    tag.add_argument("--by", default="", metavar="NAME", help="who sends it")
    tag.add_argument("--clients", type=Path, help="the file that says to which server")


def _source(verb: argparse.ArgumentParser, nargs: Literal["?"] | None = None) -> None:
    """What every verb takes: whom it is about, and by which rules."""
    verb.add_argument(
        "source",
        type=Path,
        nargs=nargs,
        help="a folder: an export (NDJSON), bundles, CSV, or an import of them",
    )
    verb.add_argument("--rules", type=Path, help="the practice's folder (the built-in library)")
    _gone_through(verb)


def asking(verb: argparse.ArgumentParser) -> None:
    """How a list is gone through, on which day, by whichever rules."""
    _asked(verb)
    _gone_through(verb)


def _gone_through(verb: argparse.ArgumentParser) -> None:
    """How a list is gone through."""
    verb.add_argument(
        "--mapping", type=Path, metavar="FILE", help="what the columns of CSV files mean"
    )
    verb.add_argument(
        "--processes", type=at_least_one, metavar="N", help="how many (one a processor)"
    )
    verb.add_argument(
        "--scratch", type=Path, metavar="FOLDER", help="where to sort what is long (a new folder)"
    )
    verb.add_argument(
        "--rejects", type=Path, metavar="FILE", help="keep the lines that could not be read there"
    )


def _asked(verb: argparse.ArgumentParser) -> None:
    """What every verb takes that asks rules."""
    verb.add_argument("--today", type=day, help="the day to ask on, year-month-day (today)")


def run_verb(options: argparse.Namespace) -> int:
    """Do what was asked for."""
    return _VERBS[options.doing](options)


def _run(options: argparse.Namespace) -> int:
    from cds_hooks.commands.population_run import Wanted, run  # noqa: PLC0415 - only what it needs

    given = {key: value for key, value in vars(options).items() if key in Wanted._fields}
    return run(Wanted(**given))


def _tag(options: argparse.Namespace) -> int:
    from cds_hooks.commands.asked import Named  # noqa: PLC0415 - only what it needs
    from cds_hooks.commands.population_tag import Wanted, tag  # noqa: PLC0415 - only what it needs

    store = None if options.nobody_asked else Named(options.data, options.store)
    if options.source is None:
        return _apply(options, store)
    if options.apply:
        return _say_apart()
    given = {key: value for key, value in vars(options).items() if key in Wanted._fields}
    return tag(Wanted(**given)._replace(store=store))


def _apply(options: argparse.Namespace, store: "Named | None") -> int:
    from cds_hooks.commands.population_apply import Wanted, apply  # noqa: PLC0415 - only what it needs

    given = {key: value for key, value in vars(options).items() if key in Wanted._fields}
    return apply(Wanted(**given)._replace(store=store))


def _say_apart() -> int:
    from cds_hooks.commands import COULD_NOT_RUN, say  # noqa: PLC0415 - only what it needs

    say.sorry(
        "A night is made first, and sent once a person has looked through it: leave SOURCE away"
        " with --apply."
    )
    return COULD_NOT_RUN


def try_verb(options: argparse.Namespace) -> int:
    """Try a rule on a list."""
    from cds_hooks.commands.rules_try import Wanted, run  # noqa: PLC0415 - only what it needs

    given = {key: value for key, value in vars(options).items() if key in Wanted._fields}
    return run(Wanted(**given))


def _import(options: argparse.Namespace) -> int:
    from cds_hooks.commands.population_import import Wanted, keep  # noqa: PLC0415 - only what it needs

    return keep(Wanted(**{key: getattr(options, key) for key in Wanted._fields}))


def _fetch(options: argparse.Namespace) -> int:
    from cds_hooks.commands.population_fetch import Wanted, run  # noqa: PLC0415 - only what it needs

    return run(Wanted(**{key: getattr(options, key) for key in Wanted._fields}))


_VERBS = {"fetch": _fetch, "import": _import, "run": _run, "tag": _tag}
