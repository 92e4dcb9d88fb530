"""Code lists as others publish them: OpenCodelists CSV, NHS refset text, or any table with codes.

Bytes in, codes with their words out. Nothing is dropped silently: a row that cannot be used is set
aside with its line and the reason, and a file that cannot be trusted is not read at all.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import StringIO

from rules.codes import (
    CAUTIONS,
    KEPT_DIGITS,
    LONGEST_WORDS,
    before_a_spreadsheet,
    snomed_problem,
)

MOST_BYTES = 256 * 1024 * 1024  # a whole national release of reference sets fits
MOST_FAULTS = 20
_NO_WORDS = "Code {} (the file has no words for it)"
_LONGEST_CODE = 40  # more is not a code, and is not shown

# Headings that others use, without spaces and signs, the surest first.
_CODE = (
    "referencedcomponentid", "snomedconceptid", "snomedctconceptid", "snomedctcode", "snomedcode",
    "snomedctid", "snomedid", "snomedct", "snomed", "sctid", "conceptid", "conceptcode", "dmdid",
    "code",
)  # fmt: skip
_WORDS = (
    "snomedconceptdescription", "snomedctconceptdescription", "snomedctdescription",
    "snomeddescription", "preferredterm", "conceptdescription", "codedescription", "conceptname",
    "fullyspecifiedname", "fsn", "term", "words", "display", "description", "dmdname", "name",
)  # fmt: skip
_ACTIVE = ("active", "activeinrefset", "isactive")
_REFSET = ("refsetid", "pcdrefsetid", "clusterid", "cluster")
_NOT_ACTIVE = frozenset({"0", "no", "n", "false", "inactive"})

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_GUARDED = re.compile(r'="?([^"]*)"?|\'(.*)')  # how people keep a spreadsheet off a code
_FLOAT = re.compile(r"(\d{6,18})\.0+", re.ASCII)
_POWER = re.compile(r"(\d)(?:[.,](\d+))?[eE]\+?(\d{1,2})", re.ASCII)
# Sorts of entries that seldom belong with the others of a list (CONTENT 1.5, traps 4, 6 and 7).
_MIXED: Mapping[str, re.Pattern[str]] = {
    "say that something was declined or refused; a no is best kept in a list of its own":
        re.compile(r"\b(declin|refus)", re.IGNORECASE),
    "say that something is over (resolved, in remission, no longer)":
        re.compile(r"\b(resolved|remission|no longer)\b", re.IGNORECASE),
    "are about the family, not the person":
        re.compile(r"\b(family history|fh:)", re.IGNORECASE),
    "leave somebody out of an indicator":
        re.compile(r"\b(excepted from|exception report|excluded from)", re.IGNORECASE),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is not in the list. ``matters`` unless nothing is lost by it."""

    line: int
    says: str
    matters: bool = True


@dataclass(frozen=True, slots=True)
class Damage:
    """A code that has been through a spreadsheet, and the codes that it may have been."""

    line: int
    shown: str
    candidates: tuple[str, ...]
    sure: bool  # nothing but these, because all the digits that a spreadsheet keeps are there

    @property
    def repair(self) -> str | None:
        """The one code that it can have been; None where it could be another."""
        return self.candidates[0] if self.sure and len(self.candidates) == 1 else None


@dataclass(slots=True)
class Imported:
    """What a file held: codes with their words in the file's order, and what is not among them."""

    words: dict[str, str] = field(default_factory=dict[str, str])
    asides: list[Aside] = field(default_factory=list[Aside])
    damaged: list[Damage] = field(default_factory=list[Damage])
    repaired: list[Damage] = field(default_factory=list[Damage])
    wordless: int = 0  # codes whose words are neither in the file nor known here

    @property
    def cautions(self) -> list[str]:
        """What to know about the codes that were taken, one sentence each."""
        return cautions(self.words)


def cautions(words: Mapping[str, str]) -> list[str]:
    """What to know about SNOMED codes with these words that stand in one list together."""
    found = [f"{code} {CAUTIONS[code]}." for code in words if code in CAUTIONS]
    for says, pattern in _MIXED.items():
        count = sum(bool(pattern.search(each)) for each in words.values())
        if 0 < count < len(words):
            found.append(f"{count} of the {len(words)} {says}.")
    return found


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What keeps a file from being read."""

    line: int
    says: str
    hint: str


class NotImportable(Exception):
    """A file that cannot be trusted. ``faults`` has each with its line."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} things to mend in the file.")


def read_codes(
    source: bytes, known: Mapping[str, str], *, refset: str | None = None, repair: bool = False
) -> Imported:
    """The codes of a file. Raises NotImportable where it cannot be trusted.

    ``known`` are codes with words that stand in lists already: they show what a damaged code was,
    and lend words to a file that has none. ``refset`` chooses among several in one file; with
    ``repair``, damaged codes that can only have been one code are put right.
    """
    table = _Table(_text(source))
    imported = Imported()
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    for row in table.rows(refset):
        fault = _unusable_words(row) if row.active else None
        if fault is not None:
            faults.append(fault)
        elif row.active:
            _take(row, imported, lines, known, repair=repair)
        else:
            imported.asides.append(Aside(row.line, f"{row.code} is not active.", matters=False))
    if faults:
        raise NotImportable(*faults[:MOST_FAULTS])
    return imported


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    code: str
    words: str
    active: bool


def _take(
    row: _Row, imported: Imported, lines: dict[str, int], known: Mapping[str, str], *, repair: bool
) -> None:
    whole = _FLOAT.fullmatch(row.code)
    code = whole[1] if whole else row.code
    if not code:
        imported.asides.append(Aside(row.line, "There is no code on this line."))
        return
    words = row.words or known.get(code) or _NO_WORDS.format(code)
    flaw = snomed_problem(code, words)
    if flaw is not None and flaw.code == "E21":
        candidates, sure = _may_have_been(row.code, known)
        damage = Damage(row.line, row.code, candidates, sure)
        if candidates and not (repair and damage.repair):
            imported.damaged.append(damage)
            return
        if damage.repair:
            imported.repaired.append(damage)
            code = damage.repair
            words = row.words or known.get(code) or _NO_WORDS.format(code)
            flaw = snomed_problem(code, words)
    if flaw is not None:
        imported.asides.append(Aside(row.line, f"{flaw.says} {flaw.hint}"))
    elif code in lines:
        says = f"{code} is already on line {lines[code]}."
        imported.asides.append(Aside(row.line, says, matters=False))
    else:
        lines[code] = row.line
        imported.words[code] = words
        imported.wordless += words == _NO_WORDS.format(code)


def _may_have_been(shown: str, known: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
    """The codes that a spreadsheet could have shown like this, and whether there are no others."""
    whole = _FLOAT.fullmatch(shown)
    digits = whole[1] if whole else shown
    power = _POWER.fullmatch(shown)
    if power:
        significant = power[1] + (power[2] or "")
        length = int(power[3]) + 1
        digits = significant.ljust(length, "0")
        if len(digits) > 18 or len(significant) > length:
            return (), False
        if len(significant) == length <= KEPT_DIGITS:
            return ((digits,), True) if snomed_problem(digits) is None else ((), False)
        if len(significant) < KEPT_DIGITS:
            close = (code for code in known if _rounds_to(code, significant, length))
            return tuple(sorted(close)), False
    fitting = tuple(code for code in before_a_spreadsheet(digits) if snomed_problem(code) is None)
    return tuple(code for code in fitting if code in known) or fitting, True


def _rounds_to(code: str, significant: str, length: int) -> bool:
    """Whether a code of this length, with so many digits kept, is shown as these."""
    if len(code) != length:
        return False
    kept = len(significant)
    return f"{int(code):.{kept - 1}e}".partition("e")[0].replace(".", "") == significant


def _unusable_words(row: _Row) -> Fault | None:
    if len(row.words) > LONGEST_WORDS:
        says = f"The words are {len(row.words)} characters long; {LONGEST_WORDS} are the most."
        return Fault(row.line, says, "Say it in fewer words, or look for a missing quotation mark.")
    if not row.words.isprintable():
        says = "The words have an invisible character or a line break in them."
        return Fault(row.line, says, "Type the line again, or look for a missing quotation mark.")
    return None


def _text(source: bytes) -> str:
    if len(source) > MOST_BYTES:
        says = f"The file is larger than {MOST_BYTES // 1024 // 1024} MB."
        raise NotImportable(Fault(1, says, "Keep only the list that you need."))
    wide = source.startswith((b"\xff\xfe", b"\xfe\xff"))  # a spreadsheet's "Unicode text"
    try:
        text = source.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 if wide else source[: error.start].count(b"\n") + 1
        says = "This line has characters that are not UTF-8."
        raise NotImportable(Fault(line, says, 'Save the file as "CSV UTF-8".')) from None
    if control := _CONTROL.search(text):
        says = "This line has a control character, which no list of codes has."
        hint = "Export the list again as CSV UTF-8: this may be another sort of file."
        raise NotImportable(Fault(text.count("\n", 0, control.start()) + 1, says, hint))
    if not text.strip():
        raise NotImportable(Fault(1, "The file is empty.", "Export the list again."))
    return text


class _Table:
    """Rows under headings, whatever stands between the columns."""

    def __init__(self, text: str) -> None:
        stream = StringIO(text, newline="")
        start, self._skipped = 0, 0
        while not (first := stream.readline()).strip():
            start = stream.tell()
            self._skipped += 1
        stream.seek(start)
        self._separator = max(",;\t|", key=first.count)
        self._reader = csv.reader(
            stream,
            delimiter=self._separator,
            quoting=csv.QUOTE_NONE if self._separator == "\t" else csv.QUOTE_MINIMAL,
            strict=True,
        )
        _, headings = next(self._records(), (1, [""]))
        names = [re.sub(r"[^a-z0-9]", "", heading.lower()) for heading in headings]
        self._width = len(names)
        code = _column(names, _CODE)
        if code is None:
            raise NotImportable(_no_codes(self._skipped + 1, headings, names))
        self._code = code
        self._words = _column(names, _WORDS)
        self._active = _column(names, _ACTIVE)
        self._groups = [names.index(name) for name in _REFSET if name in names]

    def rows(self, refset: str | None) -> Iterator[_Row]:
        """The rows with a code in them, of one refset. Raises NotImportable."""
        refsets: dict[str, int] = {}
        found: list[_Row] = []
        for line, cells in self._records():
            groups = [self._cell(cells, column) for column in self._groups]
            if groups and any(groups):
                refsets.setdefault(groups[0], line)
            if refset is not None and groups and refset not in groups:
                continue
            if not any(cells):
                continue
            self._check_width(line, cells)
            code = self._cell(cells, self._code)
            guard = _GUARDED.fullmatch(code)
            code = (guard[1] or guard[2] or "").strip() if guard else code
            code = "".join(c if c.isprintable() else " " for c in code[:_LONGEST_CODE])
            active = self._cell(cells, self._active).lower() not in _NOT_ACTIVE
            found.append(_Row(line, code, self._cell(cells, self._words), active))
        self._check_refset(refset, refsets, found=bool(found))
        return iter(found)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record with the line that it begins on."""
        while True:
            line = self._skipped + self._reader.line_num + 1
            try:
                yield line, next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                huge = "limit" in str(error)
                says = (
                    "A column here has more characters than any code or its words."
                    if huge
                    else "A quotation mark that begins in this line is not closed as it should be."
                )
                hint = "Look for a missing quotation mark here."
                raise NotImportable(Fault(line, says, hint)) from None

    def _cell(self, cells: list[str], column: int | None) -> str:
        return _tidy(cells[column]) if column is not None and column < len(cells) else ""

    def _check_width(self, line: int, cells: list[str]) -> None:
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        if len(cells) > self._width:
            mark = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[self._separator]
            says = f"This line has {len(cells)} columns; the headings have {self._width}."
            hint = f"Words with a {mark} in them need quotation marks around them."
            raise NotImportable(Fault(line, says, hint))

    def _check_refset(self, refset: str | None, refsets: dict[str, int], *, found: bool) -> None:
        if not self._groups and refset is not None:
            says = "The file has no column that says which refset or cluster a code is in."
            raise NotImportable(Fault(1, says, "Leave --refset out."))
        names = sorted(refsets)
        few = ", ".join(name[:30] for name in names[:5]) + (", ..." if len(names) > 5 else "")
        if refset is not None and not found:
            says = f"There is no refset or cluster called {refset} in this file."
            raise NotImportable(Fault(1, says, f"There are: {few}." if few else "Leave it out."))
        if refset is None and len(names) > 1:
            says = f"The file has {len(names)} refsets or clusters, and a list is one of them."
            second = sorted(refsets.values())[1]
            raise NotImportable(Fault(second, says, f"Name one with --refset: {few}."))


def _column(names: list[str], known: tuple[str, ...]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)


def _no_codes(line: int, headings: list[str], names: list[str]) -> Fault:
    if any(name.isdigit() and len(name) >= 6 for name in names):
        says = "The first line has a code in it where the headings belong."
        return Fault(line, says, "Write code,term in a line above it.")
    shown = ", ".join(heading.strip()[:30] for heading in headings[:8] if heading.isprintable())
    says = f"No column here is called code. There are: {shown}."
    return Fault(line, says, "Give the column with the SNOMED codes the heading code.")


def _tidy(cell: str) -> str:
    """The text of a cell with ordinary single spaces."""
    if not cell.isascii():
        cell = "".join(" " if unicodedata.category(c) == "Zs" else c for c in cell)
    cell = cell.replace("\t", " ")
    return re.sub("  +", " ", cell).strip(" ")
