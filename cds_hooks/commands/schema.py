"""``goodday rules schema``: JSON Schema for an editor, with the names that are known here."""

import json
from pathlib import Path

from cds_hooks.commands import COULD_NOT_RUN, FINE, say
from rules.json_schema import Workspace, schemas
from rules.load import Loaded, load_library


def schema(path: Path | None, to: Path | None) -> int:
    """Write a schema for each sort of file. Files with problems in them give what they can."""
    if path is not None and not path.exists():
        say.sorry(f"There is no file or folder called {path}.")
        return COULD_NOT_RUN
    loaded = load_library(path)
    if to is None:  # where the first line of a rule file looks for it
        beside = Path() if path is None else path if path.is_dir() else path.parent
        to = beside / ".goodday"
    try:
        to.mkdir(parents=True, exist_ok=True)
        for name, made in schemas(workspace(loaded)).items():
            text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
            to.joinpath(name).write_text(text, encoding="utf-8", newline="\n")
            say.line(f"Written: {to / name}")
    except OSError:
        say.sorry(f"The folder {to} cannot be written to. Name another with --to.")
        return COULD_NOT_RUN
    if loaded.stops:
        say.line("Some files have things to fix, and their names may be missing: rules check.")
    return FINE


def workspace(loaded: Loaded) -> Workspace:
    """The names that files here may use."""
    names, rules = loaded.names, loaded.library.rules
    own = {name for rule in rules for name in rule.facts}
    return Workspace(
        lists=tuple(sorted(names.lists)),
        facts=tuple(sorted({*names.facts, *own})),
        services=tuple(sorted(names.services)),
        exclusions=tuple(sorted(names.exclusions)),
        offer_sets=tuple(sorted(names.offer_sets)),
        messages=tuple(sorted(names.messages)),
        people=tuple(sorted(names.people)),
        topics=tuple(sorted({topic for rule in rules for topic in rule.quiet.topics})),
        rules=tuple(rule.id for rule in rules),
    )
