"""``goodday rules new NAME``: a first rule that is whole, checks clean and whose stories pass.

``goodday rules new list NAME`` makes a list of codes. Nothing is ever overwritten.
"""

import json
import re
from importlib.resources import files
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, say
from rules.load import SHARED_FILES

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
# Where the files of each sort are. A pattern holds in every folder below too, so that what is not
# a rule is taken out of the first by name.
_SCHEMAS = {
    "rule": [
        "*.yaml",
        "!practice.yaml",
        "!words.yaml",
        "!value-sets/*.yaml",
        "!shared/*.yaml",
        "!papers/*.yaml",
    ],
    "value-set": ["value-sets/*.yaml"],
    "practice": ["practice.yaml"],
    "words": ["words.yaml"],
    **{f"shared-{stem}": [f"shared/{stem}.yaml"] for stem in SHARED_FILES},
}


def new(words: list[str], folder: Path, *, editor: bool = False) -> int:
    """Make a rule (one word: its name) or a code list (two: ``list`` and its name)."""
    kind, name = ("list", words[1]) if len(words) == 2 and words[0] == "list" else ("rule", "")
    if kind == "rule":
        name = words[0]
        if len(words) != 1 or name == "list":
            say.sorry("Type: goodday rules new NAME, or: goodday rules new list NAME")
            return COULD_NOT_RUN
    if not _NAME.fullmatch(name):
        say.sorry(
            f'"{name}" cannot be a name. Use lower-case words joined by -, such as {_named(name)}.'
        )
        return COULD_NOT_RUN
    path = folder / "value-sets" / f"{name}.yaml" if kind == "list" else folder / f"{name}.yaml"
    made = [(path, _filled(kind, name))]
    if editor:
        made.append((folder / ".vscode" / "settings.json", _settings()))
    for each, _ in made:
        if each.exists() or each.is_symlink():
            say.sorry(f"{each} is already there, and nothing is overwritten.")
            return COULD_NOT_RUN
    for each, text in made:
        try:
            each.parent.mkdir(parents=True, exist_ok=True)
            with each.open("x", encoding="utf-8", newline="\n") as out:
                out.write(text)
        except OSError:
            say.sorry(f"{each} cannot be written.")
            return COULD_NOT_RUN
        say.line(f"Made {each}")
    say.line(
        f"Now read it, write your own words into it, and check it:  goodday rules check {path}"
    )
    if kind == "rule":
        say.line(f"Its stories:  goodday rules test {path}")
    return FINE


def _filled(kind: str, name: str) -> str:
    """The template with its name in it, and dates that begin today."""
    today = clock.practice_day(clock.now())
    text = files("rules").joinpath(f"templates/{kind}.txt").read_text(encoding="utf-8")
    words = name.replace("-", " ").capitalize()
    year = today.replace(year=today.year + 1, day=min(today.day, 28))
    return (
        text.replace("NAME", name)
        .replace("WORDS", words)
        .replace("NEXT-YEAR", year.isoformat())
        .replace("TODAY", today.isoformat())
    )


def _settings() -> str:
    """What Visual Studio Code needs to know which schema is for which file."""
    schemas = {f".goodday/{name}.schema.json": paths for name, paths in _SCHEMAS.items()}
    return json.dumps({"yaml.schemas": schemas, "editor.insertSpaces": True}, indent=2) + "\n"


def _named(name: str) -> str:
    """The nearest name to one that cannot be one."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    return "-".join(words).lstrip("0123456789-") or "breathing-support"
