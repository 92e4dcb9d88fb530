"""Files of an export, brought one by one: what broke off goes on where it was, or begins again.

It goes on only where the server has a name for this version of the file and still calls it that;
bytes of two versions are never put together.
"""

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

from fhir_adapters.fetching.calling import Answer, Calls, NotFetched, Trying
from fhir_adapters.fetching.state import Place, State, Wanted

NDJSON = "application/fhir+ndjson"
NOT_GIVEN = "the record system does not give the file"
ELSEWHERE = "the file is at a place that was not named (--files-at)"
TOO_FEW = "a file of it has another number of lines than the record system said"
PACKED = "the file is packed in a way that is not read"
# A page of words, as where somebody has to sign in, is no file of an export.
_WORDS = ("text/html", "application/xhtml+xml")
_FROM = re.compile(r"bytes ([0-9]{1,18})-[0-9]{1,18}/(?:[0-9]{1,18}|\*)")
_WHOLE = re.compile(r"bytes \*/([0-9]{1,18})")
PART = ".part"


class Gone(Exception):
    """The server has the files of this export no more: it has to be begun again."""


async def bring(
    calls: Calls, place: Place, state: State, file: Wanted, watch: Callable[[int], None]
) -> None:
    """One file, whole under its name, or why it will not come in ``lost``.

    ``watch`` is told of each piece how many bytes it had. Raises NotFetched where another try may
    bring it, Gone, and OSError.
    """
    if not calls.may_ask(file.url):
        file.lost = ELSEWHERE
        return
    path = place.inside / f"{file.name}{PART}"
    trying = Trying(calls)
    while True:
        token = ""
        if state.with_token and calls.is_own(file.url):
            token = await calls.current_token()
        held = path.stat().st_size if path.exists() and file.etag else 0
        try:
            async with calls.once("GET", file.url, _asked(file, held, token)) as answer:
                if await trying.is_over(answer, token) and await _taken(
                    answer, place, state, file, held, trying, watch
                ):
                    break
        except NotFetched as error:
            if not error.later:
                raise
            trying.broke_off()
        await trying.rest()
    if file.lost:
        path.unlink(missing_ok=True)
        return
    if file.count is not None:
        lines = lines_in(path, packed=file.packed)
        file.short = max(abs(file.count - lines), int(lines < 0))
    file.size = path.stat().st_size
    if file.packed and not file.name.endswith(".gz"):
        file.name += ".gz"
    path.replace(place.inside / file.name)


def _asked(file: Wanted, held: int, token: str) -> dict[str, str]:
    headers = {"Accept": NDJSON, "Accept-Encoding": "gzip"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if held:
        headers |= {"Range": f"bytes={held}-", "If-Range": file.etag}
        headers["Accept-Encoding"] = "gzip" if file.packed else "identity"
    return headers


async def _taken(
    answer: Answer,
    place: Place,
    state: State,
    file: Wanted,
    held: int,
    trying: Trying,
    watch: Callable[[int], None],
) -> bool:
    """Write down what comes; whether that was all. Raises NotFetched, Gone or OSError."""
    headers = answer.headers
    if answer.status == 416 and held:
        # Either it was all here already, or what is here is of no use.
        whole = _WHOLE.fullmatch(headers.get("Content-Range", ""))
        if whole is not None and int(whole[1]) == held and _etag(headers) == file.etag:
            return True
        file.etag = ""
        place.keep(state)
        return False
    if answer.status in (404, 410):
        raise Gone
    if answer.status not in (200, 206):
        file.lost = NOT_GIVEN
        return True
    if headers.get("Content-Type", "").partition(";")[0].strip().lower() in _WORDS:
        file.lost = NOT_GIVEN
        return True
    packed = headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip"):
        file.lost = PACKED
        return True
    is_packed = packed.endswith("gzip")
    begins = 0
    part = f"{file.name}{PART}"
    if answer.status == 206:
        found = _FROM.fullmatch(headers.get("Content-Range", ""))
        begins = int(found[1]) if found is not None else -1
        same = _etag(headers) in ("", file.etag) and is_packed == file.packed
        if begins != held or not held or not same:
            file.etag = ""  # a part that does not fit: from the beginning, and all of it
            place.keep(state)
            return False
    else:
        with place.file(part, at=0):
            pass  # emptied before it is called by another version's name
        file.etag, file.packed = _etag(headers), is_packed
        place.keep(state)
    with place.file(part, at=begins) as kept:
        await _poured(answer, kept, trying, watch)
    return True


async def _poured(
    answer: Answer, kept: BinaryIO, trying: Trying, watch: Callable[[int], None]
) -> None:
    async for piece in answer.pieces:
        kept.write(piece)
        trying.went_on()
        watch(len(piece))


def _etag(headers: Mapping[str, str]) -> str:
    """What a server calls this version, byte for byte; "" where it says so of no version."""
    tag = headers.get("ETag", "")
    return tag if re.fullmatch(r'"[!#-~]{1,256}"', tag) else ""


def lines_in(path: Path, *, packed: bool) -> int:
    """How many lines a file has that are not empty; -1 where it cannot be unpacked."""
    count, ended = 0, True
    try:
        with gzip.open(path) if packed else path.open("rb") as file:
            # Longer than any line is: what is longer is counted as several, and does not fit.
            while line := file.readline(1 << 26):
                if ended and line.strip():
                    count += 1
                ended = line.endswith(b"\n")
    except (OSError, EOFError, zlib.error):
        return -1
    return count
