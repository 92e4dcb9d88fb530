"""What differs from the last git commit, as far as rules are concerned; and how they were."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from rules.load import Loaded
from rules.rule import Rule


class NoGit(Exception):
    """Git cannot say what differs; one sentence."""


def changed_files(path: Path) -> frozenset[Path]:
    """The files that differ from the last commit, new ones among them. Raises NoGit."""
    folder = path if path.is_dir() else path.parent
    try:
        top = Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n"))
        new = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
        try:
            changed = _git(top, "diff", "--name-only", "--no-renames", "-z", "HEAD", "--")
        except subprocess.CalledProcessError:  # nothing was committed yet
            changed = _git(top, "ls-files", "-z")
    except FileNotFoundError:
        raise NoGit("Git is not installed here, so I cannot tell what changed.") from None
    except subprocess.CalledProcessError:
        raise NoGit(
            f"{path} is not in a git working tree, so I cannot tell what changed."
            " Leave out --changed to run every story."
        ) from None
    return frozenset((top / name).resolve() for name in (changed + new).split("\0") if name)


def as_it_was(revision: str, path: Path, practice: Path, into: Path) -> Path:
    """A file or folder as it was in a revision, among all that stood in the practice's folder.

    It is put under ``into``, a folder of ours: the working tree stays as it is. Raises NoGit.
    """
    try:
        top = Path(_git(practice, "rev-parse", "--show-toplevel").rstrip("\n")).resolve()
        commit = _git(
            top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        ).strip()
    except FileNotFoundError:
        raise NoGit(f"There is no {revision}, and git is not installed here.") from None
    except subprocess.CalledProcessError:
        raise NoGit(
            f"There is no file or folder called {revision}, and no such revision of {path}."
        ) from None
    inside = practice.resolve().relative_to(top)
    try:
        packed = subprocess.run(
            ["git", "-C", str(top), "archive", "--format=tar", commit, "--", str(inside)],
            capture_output=True,
            check=True,
        ).stdout
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            archive.extractall(into, filter="data")
    except (subprocess.CalledProcessError, tarfile.TarError):
        raise NoGit(f"{path} was not there yet in {revision}.") from None
    was = into / path.resolve().relative_to(top)
    if not was.exists():
        raise NoGit(f"{path} was not there yet in {revision}.")
    return was


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        check=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    return done.stdout


def rules_that_differ(loaded: Loaded, changed: frozenset[Path]) -> tuple[Rule, ...]:
    """The rules whose own file changed, or a code list or a shared file that they may use."""
    lists = {file.stem for file in changed if file.parent.name == "value-sets"}
    roots = {file.parent.parent for file in changed if file.parent.name == "shared"}
    codes = frozenset(
        code
        for name in lists & loaded.library.code_lists.keys()
        for code in loaded.library.code_lists[name].codes
    )

    def differs(rule: Rule) -> bool:
        file = Path(rule.at.file).resolve()
        if file in changed or any(root in file.parents for root in roots):
            return True
        facts = rule.looks_at
        used = {one.id for fact in facts for one in fact.lists}
        used |= {line.name for story in loaded.stories[rule.id] for line in story.person.lines}
        asked = rule.offer_codes | rule.quiet.declined_codes | rule.quiet.declined_beside
        asked |= {code for one in rule.elsewhere for code in one.codes}
        asked |= {code for fact in facts for code in fact.codes | fact.ended_by}
        return bool(lists & used) or not codes.isdisjoint(asked)

    return tuple(rule for rule in loaded.library.rules if differs(rule))
