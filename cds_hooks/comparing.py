"""``goodday rules diff``: its arguments, and which file does what was asked for."""

import argparse
from pathlib import Path

from cds_hooks.populating import asking


def add(diff: argparse.ArgumentParser) -> None:
    """Two versions of a rule, or of a folder of them, and whom the difference is about."""
    diff.set_defaults(verb="rules diff")
    diff.add_argument("old", metavar="OLD", help="a rule file, a folder, or a git revision of NEW")
    diff.add_argument("new", type=Path, metavar="NEW", help="the rule file or folder as it is now")
    diff.add_argument(
        "source", type=Path, nargs="?", metavar="SOURCE", help="who is gained and lost on this list"
    )
    diff.add_argument("--all", dest="whole", action="store_true", help="a line for each rule")
    diff.add_argument("--lock", action="store_true", help="the locks of code lists alone")
    diff.add_argument(
        "--people", action="store_true", help="also whom, by their ids: for this screen alone"
    )
    diff.add_argument(
        "--to", type=Path, metavar="FILE", help="write whom there, for its owner alone"
    )
    diff.add_argument("--format", dest="output", choices=("text", "json"), default="text")
    diff.add_argument(
        "--inside", action="store_true", help="small numbers in JSON too, which stays in here"
    )
    diff.add_argument(
        "--reviewed-by", metavar="ROLE", help="write down beside the rule that it was reviewed"
    )
    asking(diff)


def run_verb(options: argparse.Namespace) -> int:
    """Do what was asked for."""
    if options.lock:
        from cds_hooks.commands.lock_diff import lock_diff  # noqa: PLC0415 - only what it needs

        return lock_diff(options.old, options.new, options.output, with_people=options.source)
    from cds_hooks.commands.rules_diff import Wanted, diff  # noqa: PLC0415 - only what it needs

    given = {key: value for key, value in vars(options).items() if key in Wanted._fields}
    return diff(Wanted(**given))
