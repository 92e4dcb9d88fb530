"""Parts of rule files in a README: put into the rule that the README names, and checked there.

A part begins with ``# in my-practice/some-rule.yaml``. Its ``facts`` and ``people`` are added to
those of the rule; every other heading stands in place of the rule's own. It is tried in a draft,
whatever the practice pilots: a part shows one thing, and not all that a pilot needs. One that
begins with ``# into`` is there to stay, and its ``tests`` are added too.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from prompts.stories import tell
from rules.load import load_library

PART = re.compile(r"# in (\S+)\n")
INTO = re.compile(r"# into (\S+)\n")
_ADDED = ("facts", "people")
_HEADING = re.compile(r"^(?=[a-z_]+:)", re.MULTILINE)


def with_part(rule: str, part: str, added: Sequence[str] = _ADDED) -> str:
    """A rule file with a part of another one in it."""
    headings = _by_heading(rule)
    for heading, text in _by_heading(part).items():
        if heading in added and heading in headings:
            headings[heading] += text.split("\n", 1)[1]
        else:
            headings[heading] = text
    return "".join(headings.values())


def _by_heading(text: str) -> dict[str, str]:
    pieces = [piece for piece in _HEADING.split(text) if piece[:1].isalpha()]
    return {piece.split(":", 1)[0]: piece.rstrip("\n") + "\n" for piece in pieces}


def put_into(folder: Path, text: str) -> None:
    """Put a part into its rule, to stay there."""
    named = INTO.match(text)
    assert named, text
    changed = folder / named[1]
    rule = with_part(changed.read_text(encoding="utf-8"), text[named.end() :], (*_ADDED, "tests"))
    changed.write_text(rule, encoding="utf-8")


def check_part(folder: Path, text: str) -> None:
    """Nothing has to be fixed in the rule with the part in it; the part's own stories are right."""
    named = PART.match(text)
    assert named, text
    path, part = Path(named[1]), text[named.end() :]
    practice = folder / "with-a-part"
    shutil.rmtree(practice, ignore_errors=True)
    not_here = shutil.ignore_patterns("practice.yaml")
    shutil.copytree(folder / path.parts[0], practice, ignore=not_here)
    changed = practice.joinpath(*path.parts[1:])
    changed.write_text(with_part(changed.read_text(encoding="utf-8"), part), encoding="utf-8")
    loaded = load_library(practice)
    stops = [problem for problem in loaded.problems if problem.stops]
    assert not stops, (text, [(p.at.line, p.code, p.says, p.hint) for p in stops])
    assert path.stem in {rule.id for rule in loaded.library.rules}
    if "tests" not in _by_heading(part):
        return
    (rule,) = (rule for rule in loaded.library.rules if rule.id == path.stem)
    told = [tell(rule, story) for story in loaded.stories[rule.id]]
    assert told
    assert not [one.wrong for one in told if one.wrong], text
