"""Changed rule files, taken without a restart: all of a set, or nothing of it.

A thread looks at the practice's folder. A set that has changed, and has been left alone since the
last look, is loaded, checked and told its own stories; their people are asked about through the
real door; then it is in force, for every call that comes after. Whatever is wrong anywhere keeps
the last good set, and is said once in the log and at ``/status``.
"""

import threading
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from cds_hooks import logs
from cds_hooks.canary import canaries
from cds_hooks.clock import Clock
from cds_hooks.live import InForce, Live, OutsideSubset, in_force
from prompts.stories import tell
from rules.catalogue import CODES
from rules.lints import LINTS
from rules.load import Loaded, load_library
from rules.problems import Problem

State = dict[str, tuple[int, int]]


class NotTaken(Exception):
    """A set that stays out. ``reason`` is one of our words; ``wrong`` a line for each slip."""

    def __init__(self, reason: str, *wrong: str) -> None:
        super().__init__(reason)
        self.reason, self.wrong = reason, wrong


class Reloading:
    """Looks at a folder every so many seconds, and at once when it is woken."""

    def __init__(self, folder: Path, live: Live, clock: Clock, every: float) -> None:
        """``every`` is in seconds; 0 looks only when woken."""
        self._folder, self._live, self._clock, self._every = folder, live, clock, every
        self._seen = _state(folder)
        self._settling: State = self._seen
        self._kept_out = ""
        self._woken, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._look_on, name="rules", daemon=True)

    def start(self) -> None:
        """Begin to look, in a thread of its own."""
        self._thread.start()

    def wake(self) -> None:
        """Look now, whatever the files' dates say. May be called from a signal handler."""
        self._woken.set()

    def stop(self) -> None:
        """Look no more; a set that is being looked at is not taken."""
        self._over.set()
        self._woken.set()

    def _look_on(self) -> None:
        while not self._over.is_set():
            woken = self._woken.wait(self._every or None)
            self._woken.clear()
            if not self._over.is_set():
                self._whatever_comes(at_once=woken)

    def _whatever_comes(self, *, at_once: bool) -> None:
        """A fault ends this look and not the watch: a folder may go away while it is read."""
        try:
            self.look(at_once=at_once)
        except Exception as error:
            logs.event("watching-fault", where="rules", kind=type(error).__name__)
            self._seen = {}  # what changed was not taken: once more

    def look(self, *, at_once: bool = False) -> None:
        """One look: what changed is taken once it has been the same for two looks in a row.

        ``at_once`` does not wait for the second, nor for a date to change.
        """
        state = _state(self._folder)
        if not at_once:
            if state == self._seen:
                return
            if state != self._settling:  # somebody is in the middle of saving
                self._settling = state
                return
        self._seen = self._settling = state
        self._changed()

    def _changed(self) -> None:
        """The files were touched: take them, or say why not."""
        found = fingerprint(self._folder)
        now = self._clock()
        if found == self._live.rules.fingerprint:
            if self._live.last is not None and self._live.last.wrong:
                self._live.keep(now)  # what was wrong has been taken back
            self._kept_out = ""
            return
        if found == self._kept_out:
            return  # it has been said
        came = _examined(self._folder, now, found)
        if fingerprint(self._folder) != found:
            self._seen = {}  # it changed while it was read: once more
        elif isinstance(came, NotTaken):
            self._kept_out = found
            self._live.keep(now, *came.wrong)
            logs.event("reload-failed", reason=came.reason, count=len(came.wrong))
        elif not self._over.is_set():
            self._kept_out = ""
            self._live.take(came)
            logs.event("reloaded", rules=len(came.library.rules))


def _examined(folder: Path, now: datetime, found: str) -> InForce | NotTaken:
    try:
        return examined(folder, now, found)
    except NotTaken as error:
        return error
    except Exception as error:  # whatever it is, the last good set has to stay in force
        return NotTaken("fault", f"Good Day could not read it ({type(error).__name__}).")


def examined(folder: Path, now: datetime, found: str) -> InForce:
    """The rules of a folder, after everything that may keep them out. Raises NotTaken."""
    loaded = load_library(folder)
    if loaded.stops:
        raise NotTaken("problems", *(_line(one, folder) for one in loaded.stops))
    return proven(loaded, now, found)


def proven(loaded: Loaded, now: datetime, found: str) -> InForce:
    """Rules without problems, once they have done what their stories say, here and through the
    real door. The one gate of a start and of a reload. Raises NotTaken.
    """
    wrong = list(_untrue(loaded))
    if wrong:
        raise NotTaken("stories", *wrong)
    try:
        rules = in_force(loaded.library, now, found, loaded.stories)
    except OutsideSubset as error:
        raise NotTaken("templates", str(error)) from None
    except ValueError:
        raise NotTaken("offers", "An offer cannot be written as a FHIR resource.") from None
    at_fault = canaries(rules, loaded.stories)
    if at_fault:
        raise NotTaken(
            "canaries", *(f"{name}: a call about its stories is not answered." for name in at_fault)
        )
    return rules


def _untrue(loaded: Loaded) -> Iterator[str]:
    """A line for every story of a rule to be asked that comes out otherwise."""
    for rule in loaded.library.asked().rules:
        for story in loaded.stories.get(rule.id, ()):
            if not tell(rule, story).right:
                yield f"{rule.id}, line {story.at.line}: a story comes out otherwise."


# The words of a problem quote the file, in which somebody may have pasted what nobody is to read.
def _line(problem: Problem, folder: Path) -> str:
    try:
        file = str(Path(problem.at.file).relative_to(folder))
    except ValueError:
        file = Path(problem.at.file).name
    lint = LINTS.get(problem.code)
    title = lint.title if lint else CODES.get(problem.code, ("Something to mend",))[0]
    return f"{file}, line {problem.at.line}: {title} ({problem.code})."


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".lock") and path.is_file():
            yield path


def _state(folder: Path) -> State:
    """Every file that rules may be read from, with the moment of its last change and its size."""
    found: State = {}
    for path in _files(folder):
        try:
            kept = path.stat()
        except OSError:
            continue  # it went away in this very moment
        found[str(path)] = kept.st_mtime_ns, kept.st_size
    return found


def fingerprint(folder: Path) -> str:
    """Sixty-four characters that are the same only for the same files with the same content."""
    whole = sha256()
    for path in _files(folder):
        try:
            content = path.read_bytes()
        except OSError:
            continue
        name = str(path.relative_to(folder))
        whole.update(f"{len(name)} {name} {len(content)} ".encode() + content)
    return whole.hexdigest()
