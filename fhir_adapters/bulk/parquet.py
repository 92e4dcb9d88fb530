"""A folder of Parquet files, one row for each person: what rules may read of everybody, kept.

The manifest names the files, and is put into its place last and at once: a folder without one broke
off, and one that is written anew holds what it held until then. It says which lists and codes were
kept, so that a rule which needs others is told to import again, and never finds them missing.
"""

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from re import compile as pattern
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from fhir_adapters.bulk.columns import AS_NUMBERS, MISSING, READ, REPEATED, Row, people, row, schema
from fhir_adapters.bulk.files import BulkError, arrow
from fhir_adapters.bulk.people import Ids, Part, SetAside, Someone
from fhir_adapters.decode import UNREADABLE
from fhir_adapters.needs import Needs, Wanted
from rules.record import Kind

FORMAT = 4
_WHAT = "Good Day, people as Parquet"
_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished-"
AGAIN = "run goodday population import again"
_OURS = pattern(r"([0-9]{5}|_[a-z]+)-[0-9a-f]{16}\.parquet")
# A group of rows is what is in memory at once, and what a process reads by itself.
_GROUP = 1_000  # people
_GROUP_BYTES = 32 * 1024 * 1024  # of their entries, packed
_PARTS_OF_A_FILE, _LEAST_FILES = 4, 16  # where there are so many parts


class Beside(msgspec.Struct, frozen=True):
    """A file, and how long it is."""

    name: str
    size: int  # bytes


class File(Beside, frozen=True):
    """One with people: how many are in it, in how many groups of rows."""

    people: int
    entries: int
    groups: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the folder. ``kinds`` and ``codes`` are what the rules could read that it is for;
    a code with a star is every code that begins so. ``ids`` are those of the source, and ``sum`` is
    of all the rest.
    """

    what: str = _WHAT
    format: int = FORMAT
    people: int
    entries: int
    files: tuple[File, ...]
    beside: tuple[Beside, ...]
    aside: SetAside
    ids: Ids
    kinds: tuple[Kind, ...]
    codes: tuple[str, ...]
    sum: str = ""

    def summed(self) -> str:
        """The beginning of the SHA-256 of what it says: files have theirs in their names."""
        told = _JSON.encode(msgspec.structs.replace(self, sum=""))
        return sha256(told).hexdigest()[:16]


class _Written(msgspec.Struct):
    """As much of any manifest as tells whose it is, and how to read it."""

    what: str = ""
    format: int = 0


_JSON = msgspec.json.Encoder(order="deterministic")


# ---- written -----------------------------------------------------------------------------------


class _Several(NamedTuple):
    """Parts that are read one after the other."""

    parts: Sequence[Part]

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        for part in self.parts:
            yield from part.people(told)


def gathered(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts that become a file each: of a long list some together, since to open a file costs
    as much however few are in it, and still as many as most machines have processors.
    """
    at_once = max(1, min(_PARTS_OF_A_FILE, len(parts) // _LEAST_FILES))
    return [_Several(parts[at : at + at_once]) for at in range(0, len(parts), at_once)]


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a process does with a part: it goes there as it is, and comes to one file."""

    folder: Path
    needs: Needs

    def __call__(self, part: Part) -> tuple[list[File], SetAside]:
        """The file that was written, if anybody is in the part; and what was set aside of it."""
        told: list[SetAside] = []
        found = _write(self.folder, part.people(told), self.needs)
        return found, sum(told, SetAside())


def _write(folder: Path, everybody: Iterator[Someone], needs: Needs) -> list[File]:
    columns = schema()
    pq = arrow("pyarrow.parquet", MISSING)
    path = folder / f"{os.getpid()}.parquet"
    path.touch(0o600)
    count = entries = groups = 0
    # LZ4 is twice as large as zstd and read in half the time: it is written once.
    told = {"compression": "lz4", "use_dictionary": list(REPEATED)}
    with pq.ParquetWriter(path, columns, **told) as file:
        for rows, inside in _grouped(everybody, needs):
            file.write_batch(_batch(rows, columns))
            count, entries, groups = count + len(rows), entries + inside, groups + 1
    if not count:
        path.unlink()
        return []
    name = f"{digest(path)}.parquet"
    path.rename(folder / name)
    return [File(name, (folder / name).stat().st_size, count, entries, groups)]


def _grouped(everybody: Iterator[Someone], needs: Needs) -> Iterator[tuple[list[Row], int]]:
    """Rows, so many that they are read together; and how many entries there are in them."""
    rows: list[Row] = []
    size = entries = 0
    for someone in everybody:
        one = row(someone, needs)
        packed: list[bytes] = one["entries"]
        rows.append(one)
        entries += len(packed)
        size += sum(map(len, packed))
        if len(rows) == _GROUP or size > _GROUP_BYTES:
            yield rows, entries
            rows, size, entries = [], 0, 0
    if rows:
        yield rows, entries


def _batch(rows: Sequence[Row], columns: Any) -> Any:  # Any: pyarrow is untyped
    return arrow("pyarrow", MISSING).RecordBatch.from_pylist(rows, schema=columns)


def digest(path: Path) -> str:
    """What a file's name ends with: the beginning of its SHA-256."""
    found = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()[:16]


@contextmanager
def unfinished(folder: Path) -> Generator[Path]:
    """Where files are written until all of them are. Raises BulkError where others' files are.

    What an import left there that was ended from outside is taken away first.
    """
    arrow("pyarrow.parquet", MISSING)  # before anything is read, and not after an hour
    folder.mkdir(0o700, parents=True, exist_ok=True)
    for one in folder.iterdir():
        if one.name.startswith(_UNFINISHED):
            for left in one.iterdir():
                left.unlink()
            one.rmdir()
        elif not _OURS.fullmatch(one.name) and one.name != _MANIFEST:
            raise BulkError(f"{folder} has other things in it; name a folder that is new or empty.")
    if (folder / _MANIFEST).exists() and not _is_ours(folder / _MANIFEST):
        raise BulkError(f"{folder} has other things in it; name a folder that is new or empty.")
    with TemporaryDirectory(prefix=_UNFINISHED, dir=folder) as inside:
        yield Path(inside)


def finish(
    folder: Path,
    inside: Path,
    files: Sequence[File],
    needs: Needs,
    aside: SetAside,
    ids: Ids,
    beside: Sequence[Path] = (),
) -> Manifest:
    """Put the files and their manifest in the place of what was there."""
    named: list[File] = []
    for number, file in enumerate(files, 1):
        name = f"{number:05}-{file.name}"
        (inside / file.name).replace(folder / name)
        named.append(msgspec.structs.replace(file, name=name))
    also = tuple(Beside(one.name, one.stat().st_size) for one in beside)
    for one in beside:
        one.replace(folder / one.name)
    manifest = Manifest(
        kinds=needs.kinds,
        codes=tuple(sorted(needs.codes)),
        people=sum(file.people for file in named),
        entries=sum(file.entries for file in named),
        files=tuple(named),
        beside=also,
        aside=aside,
        ids=ids,
    )
    manifest = msgspec.structs.replace(manifest, sum=manifest.summed())
    written = inside / _MANIFEST
    written.touch(0o600)
    with written.open("wb") as opened:
        opened.write(msgspec.json.format(_JSON.encode(manifest)) + b"\n")
        opened.flush()
        os.fsync(opened.fileno())
    written.replace(folder / _MANIFEST)
    held = {file.name for file in (*named, *also)}
    for one in folder.glob("*.parquet"):
        if one.name not in held and _OURS.fullmatch(one.name):
            one.unlink()
    return manifest


# ---- read --------------------------------------------------------------------------------------


def is_kept(folder: Path) -> bool:
    """Whether an import made this folder, or began to."""
    begun = any(
        _OURS.fullmatch(one.name) or one.name.startswith(_UNFINISHED) for one in folder.iterdir()
    )
    return begun or _is_ours(folder / _MANIFEST)


def _is_ours(manifest: Path) -> bool:
    try:
        return msgspec.json.decode(manifest.read_bytes(), type=_Written).what == _WHAT
    except (OSError, *UNREADABLE):
        return False


def manifest_of(folder: Path) -> Manifest:
    """What is in a folder. Raises BulkError where an import broke off, or something is damaged."""
    path = folder / _MANIFEST
    try:
        text = path.read_bytes()
        written = msgspec.json.decode(text, type=_Written)
        if written.format != FORMAT:
            raise BulkError(f"{folder} was written by another version of Good Day; {AGAIN}.")
        manifest = msgspec.json.decode(text, type=Manifest)
    except FileNotFoundError:
        raise BulkError(f"The import into {folder} was not finished; {AGAIN}.") from None
    except (OSError, *UNREADABLE):
        raise BulkError(f"{path} cannot be read; {AGAIN}.") from None
    if manifest.sum != manifest.summed():
        raise BulkError(f"{path} is damaged; {AGAIN}.")
    for file in (*manifest.files, *manifest.beside):
        at = folder / file.name
        if not at.is_file() or at.stat().st_size != file.size:
            raise BulkError(f"{at} is missing or damaged; {AGAIN}.")
    return manifest


def open_kept(folder: Path, needs: Needs) -> tuple[list["Group"], SetAside]:
    """The people in a folder, in parts, and what was set aside when they were imported.

    Raises BulkError where these rules may read more than was kept.
    """
    arrow("pyarrow.parquet", MISSING)
    manifest = manifest_of(folder)
    kept = Wanted(manifest.codes)
    lists = [kind for kind in needs.kinds if kind not in manifest.kinds]
    codes = sorted(code for code in needs.codes if code not in kept)
    if lists or codes:
        what = f"the list of {lists[0]} entries" if lists else f"the code {codes[0]}"
        raise BulkError(
            f"These rules read what was not kept in {folder}, {what} for one; {AGAIN} with them."
        )
    groups = [
        Group(folder / file.name, number)
        for file in manifest.files
        for number in range(file.groups)
    ]
    return groups, manifest.aside


class Group(NamedTuple):
    """Some rows of one file."""

    path: Path
    number: int

    def people(self, told: list[SetAside]) -> Iterator[Someone]:
        """Each of them, in the order of the file. Raises BulkError where it is damaged."""
        del told  # what was set aside is in the manifest, of all of them at once
        try:
            whole = _is_whole(self.path, self.path.stat().st_mtime_ns)
        except OSError:
            whole = False
        if not whole:
            raise BulkError(f"{self.path} is missing or damaged; {AGAIN}.")
        pq = arrow("pyarrow.parquet", MISSING)
        try:
            held = pq.read_metadata(self.path)
            if not held.schema.to_arrow_schema().equals(schema()):
                raise ValueError
            how = {"metadata": held, "read_dictionary": AS_NUMBERS, "pre_buffer": False}
            with pq.ParquetFile(self.path, **how) as file:
                table = file.read_row_group(self.number, columns=list(READ), use_threads=False)
        except (OSError, ValueError, IndexError):  # pyarrow's own are among these
            raise BulkError(f"{self.path} is not as Good Day writes it; {AGAIN}.") from None
        for batch in table.to_batches():
            yield from people(batch)


@lru_cache(maxsize=1_000)  # once for all groups of a file
def _is_whole(path: Path, changed: int) -> bool:
    """Whether a file is what it was written as, which its name says; ``changed`` is when it was.

    Parquet checks its pages, where it is asked to, and not what it says of them.
    """
    del changed  # it is there so that a file which was changed since is looked at again
    return path.name.endswith(f"-{digest(path)}.parquet")
