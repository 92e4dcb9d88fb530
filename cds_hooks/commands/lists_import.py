"""``goodday lists import FILE``: a code list from somebody else's file, checked code by code."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cds_hooks import clock
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS, say
from cds_hooks.commands.writing import CannotWrite, write_whole
from rules.codes import SNOMED, Code, CodeList
from rules.days import Duration, in_words
from rules.importing import Aside, Damage, Imported, NotImportable, read_codes
from rules.load import load_lists
from rules.problems import Place
from rules.reading import Reader
from rules.schema.lists import MOST_BYTES, ListFile, list_text, read_list
from rules.text import read_text

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line."""

    file: Path
    name: str | None = None
    to: Path = Path()
    title: str | None = None
    source: str | None = None
    refset: str | None = None
    local: bool = False
    replace: bool = False
    repair: bool = False


def import_list(wanted: Wanted) -> int:
    """Write value-sets/NAME.yaml and say what is in it, what is not, and why not.

    The exit code is 1 where a code was lost on the way, though the list is written: somebody has
    to look at it.
    """
    name = wanted.name or re.sub("[^a-z0-9]+", "-", wanted.file.stem.lower()).strip("-")
    if not _NAME.fullmatch(name):
        say.sorry(
            f'"{name}" cannot be the name of a list. Name it in lower-case words:'
            " --name copd-register"
        )
        return COULD_NOT_RUN
    folder = wanted.to.parent if wanted.to.name == "value-sets" else wanted.to
    target = folder / "value-sets" / f"{name}.yaml"
    if target.exists() and not wanted.replace:
        say.sorry(
            f"There is a list called {name} already: {target}. With --replace it is written anew;"
            " with --name this one gets another name."
        )
        return COULD_NOT_RUN
    theirs = load_lists(folder).lists[0].lists
    built_in = load_lists().lists[0].lists
    try:
        source = wanted.file.read_bytes()
        imported = read_codes(
            source, _known(built_in, theirs), refset=wanted.refset, repair=wanted.repair
        )
        made = _made(wanted, name, imported, theirs.get(name))
    except OSError:
        say.sorry(f"There is no file called {wanted.file} that can be opened.")
        return COULD_NOT_RUN
    except NotImportable as error:
        for fault in error.faults:
            say.line(f"{wanted.file}:{fault.line}  {fault.says}", "bold")
            say.line(f"   {fault.hint}")
        say.sorry("Nothing was written: the file has to be mended first.")
        return PROBLEMS
    if not imported.words:
        _say_what_is_missing(imported)
        say.sorry("No code could be taken from the file, so nothing was written.")
        return PROBLEMS
    done = _write(target, made, imported, theirs.get(name))
    if name in built_in and done != COULD_NOT_RUN and not made.local:
        say.line(
            f"There is a built-in list called {name} too: this one takes its place."
            " With local: yes (--local) its codes stand beside the built-in ones.",
            "bold",
        )
    return done


def _known(*folders: Mapping[str, ListFile]) -> dict[str, str]:
    """Every SNOMED code that stands in a list already, with its words."""
    return {
        code.code: words
        for lists in folders
        for file in lists.values()
        for code, words in file.codes.words.items()
        if code.system == SNOMED
    }


def _made(wanted: Wanted, name: str, imported: Imported, before: ListFile | None) -> ListFile:
    """The list as it will be written. Words that somebody made plain before are kept."""
    today = clock.practice_day(clock.now())
    saved = datetime.fromtimestamp(wanted.file.stat().st_mtime, UTC)
    source = f"{wanted.file.name}, saved on {in_words(clock.practice_day(saved))}"
    if wanted.refset:
        source += f", refset {wanted.refset}"
    if wanted.source:
        source = f"{wanted.source} ({source})"
    kept = before.codes.words if before else {}
    words = {Code(SNOMED, code): said for code, said in imported.words.items()}
    words = {code: kept.get(code, said) for code, said in words.items()}
    plain = name.replace("-", " ")
    title = wanted.title or (before.codes.title if before else plain[0].upper() + plain[1:])
    return ListFile(
        CodeList(name, title, words),
        Place(name),
        source,
        owner=before.owner if before else "",
        note=before.note if before else "",
        reviewed=today,
        review_by=Duration(1, "year").after(today),
        local=wanted.local or (before.local if before else False),
    )


def _write(target: Path, made: ListFile, imported: Imported, before: ListFile | None) -> int:
    text = list_text(made)
    node, problems = read_text(text.encode(), str(target), most=MOST_BYTES)
    if node is not None:
        read_list(Reader(problems), node, made.codes.id)
    if problems:  # what could not be read back is not written
        say.problems(problems)
        say.sorry("Nothing was written.")
        return PROBLEMS
    try:
        write_whole(target, text)
    except CannotWrite as error:
        say.sorry(str(error))
        return COULD_NOT_RUN
    say.line(f"{say.count(len(made.codes.words), 'code')} in {target}", "bold")
    say.line(f"   such as: {'; '.join(list(made.codes.words.values())[:5])}")
    if before is not None:
        _say_the_difference(before.codes, made.codes)
    for caution in imported.cautions:
        say.line(f"   To know: {caution}")
    if imported.wordless:
        say.line(f"   {say.count(imported.wordless, 'code')} came without words: write them in.")
    lost = _say_what_is_missing(imported)
    say.line("Read the words through: some official ones hurt, and people may see them.")
    say.line(f"Then lock the list: goodday rules lock {target.parent.parent}")
    return PROBLEMS if lost else FINE


def _say_the_difference(before: CodeList, after: CodeList) -> None:
    added = [code for code in after.words if code not in before.words]
    gone = [code for code in before.words if code not in after.words]
    say.line(f"   {say.count(len(added), 'code')} added, {len(gone)} taken away")
    _some([f"+ {code.code} {after.words[code]}" for code in added])
    _some([f"- {code.code} {before.words[code]}" for code in gone])


def _say_what_is_missing(imported: Imported) -> bool:
    """Print what was put right, what could be and what was set aside; whether a code was lost."""
    if imported.repaired:
        say.line(f"{say.count(len(imported.repaired), 'code')} put right:")
        _some([f"line {one.line}: {one.shown} is {one.repair}" for one in imported.repaired])
    if imported.damaged:
        say.line(f"{say.count(len(imported.damaged), 'code')} damaged by a spreadsheet, left out:")
        _some([_damage(one) for one in imported.damaged])
        if any(one.repair for one in imported.damaged):
            say.line("   Look at them. With --repair, those with one possible code are put right.")
    lost = [aside for aside in imported.asides if aside.matters]
    _say_asides("set aside", lost)
    _say_asides("not needed", [aside for aside in imported.asides if not aside.matters])
    return bool(lost or imported.damaged)


def _say_asides(what: str, asides: Sequence[Aside]) -> None:
    if asides:
        say.line(f"{say.count(len(asides), 'row')} {what}:")
        _some([f"line {aside.line}: {aside.says}" for aside in asides])


def _damage(one: Damage) -> str:
    fitting = " or ".join(one.candidates)
    return f"line {one.line}: {one.shown} {'is' if one.repair else 'may have been'} {fitting}"


def _some(lines: Sequence[str]) -> None:
    for line in lines[:_MOST_SHOWN]:
        say.line(f"   {line}")
    if len(lines) > _MOST_SHOWN:
        say.line(f"   and {len(lines) - _MOST_SHOWN} more")
