"""Whatever bytes a list comes as: it is answered with everything told, or refused in one sentence.

One person's lines are spoilt, by hypothesis and at random. Whoever they are not about has the very
entries they had, and every rule comes to what it came to, unless a list of theirs is unknown now.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from gzip import GzipFile
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds_hooks.commands import PROBLEMS
from fhir_adapters.bulk.files import BulkError
from fhir_adapters.bulk.people import MOST_NAMED, SetAside
from fhir_adapters.needs import needs_of
from fhir_adapters.read import TYPES
from rules.engine import evaluate
from rules.outcome import Decision
from rules.record import Kind, PatientRecord
from tests.builders import TODAY, Resource, a_patient, a_resource, code
from tests.generative.test_doors_agree import LIBRARY, NEEDS
from tests.lengths import only
from tests.lists import ndjson, records, zstd
from tests.strategies import DATED_BY

# Names of which none becomes another by a slip of a few bytes.
ANN, OTHERS = "ann-0d1f", ("bea-93c7", "cem-b6e2", "dan-58aa")
KINDS = ("Condition", "Observation", "Procedure", "ServiceRequest", "DiagnosticReport")
CODES = ("cough", "wheeze", "blow-test", "tea-group")


def lines_of(who: str) -> dict[str, list[bytes]]:
    """Somebody who has had everything, on a different day each."""
    found: dict[str, list[bytes]] = {"Patient": [ndjson([a_patient(who, born="1966-05-01")])]}
    for number, (kind, name) in enumerate((k, n) for k in KINDS for n in CODES):
        made: Resource = a_resource(kind, name, of=who, id=f"{who}-{number}", status="final")
        made[DATED_BY[kind]] = f"2026-{number % 11 + 1:02}-11"
        found.setdefault(kind, []).append(ndjson([made]))
    return found


def write(folder: Path, spoilt: Mapping[str, Sequence[bytes]]) -> None:
    """Everybody's lines, those of Ann as they are given, in the middle of the others'."""
    others = [lines_of(who) for who in OTHERS]
    for kind in ("Patient", *TYPES.values()):
        theirs = [line for each in others for line in each.get(kind, ())]
        theirs[1:1] = spoilt.get(kind, ())
        (folder / f"{kind}.ndjson").write_bytes(b"".join(theirs))


def entries(record: PatientRecord) -> list[str]:
    return sorted(repr(entry) for found in record.by_code.values() for entry in found)


def decisions(record: PatientRecord) -> Mapping[str, Decision]:
    return {one.rule.id: one.decision for one in evaluate(LIBRARY.rules, record, (), TODAY)}


def read(spoilt: Mapping[str, Sequence[bytes]]) -> tuple[dict[str, PatientRecord], SetAside]:
    with TemporaryDirectory() as folder:
        write(Path(folder), spoilt)
        found, aside = records(Path(folder), NEEDS)
        for record in found.values():  # entries are made when they are asked for
            entries(record)
        return found, aside


CLEAN, _ = read(lines_of(ANN))


def holds(spoilt: Mapping[str, Sequence[bytes]]) -> SetAside:
    """The law, for Ann's lines as they are now."""
    found, aside = read(spoilt)
    for who in OTHERS:
        clean, record = CLEAN[who], found[who]
        assert entries(record) == entries(clean)
        before, after = decisions(clean), decisions(record)
        if record.unread == clean.unread:
            assert after == before
        for rule, decision in after.items():
            doubted = decision is Decision.CANNOT_TELL
            assert doubted or decision is before[rule] or Decision.PROMPT not in (
                decision, before[rule],
            )  # fmt: skip
    assert len(aside.first) == min(aside.count, MOST_NAMED)
    assert all(".ndjson:" in fault.place for fault in aside.first)
    for kind, lines in spoilt.items():
        lost = [line for line in b"".join(lines).split(b"\n") if is_no_json(line)]
        assert aside.count >= len(lost)
        listed = next((one for one in NEEDS.kinds if TYPES[one] == kind), None)
        # Also where her name is broken too: then nobody can tell whose the line was.
        if lost and listed is not None and ANN in found:
            assert listed in found[ANN].unread
    return aside


def is_no_json(line: bytes) -> bool:
    """Whether a line has something in it that is no JSON at all."""
    if not line.strip():
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False


NASTY = (
    b"\x00", b"\n", b"\r", b"\xff", b"\xc3", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\",
    b"null", b"true", b"1e999", b"9" * 400, b"[" * 5_000, b'{"a":' * 5_000, b"\\ud800", b"NaN",
    b'"subject":{"reference":"Patient/', b"\xef\xbb\xbf", b"/* */", b"\xe2\x80\xa8",
)  # fmt: skip


@st.composite
def slips(draw: st.DrawFn) -> Mapping[str, Sequence[bytes]]:
    """Ann's lines, some of them spoilt in a few places."""
    found = lines_of(ANN)
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["Patient", *KINDS]))
        place = draw(st.integers(0, len(found[kind]) - 1))
        line = found[kind][place]
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, len(line)))
            cut = draw(st.sampled_from([0, 0, 1, 1, 5, 60, 5_000]))
            line = (
                line[:at] + draw(st.sampled_from(NASTY) | st.binary(max_size=4)) + line[at + cut :]
            )
        found[kind][place] = line if line.endswith(b"\n") else line + b"\n"
    return found


@given(spoilt=slips())
def test_nobody_else_is_touched_by_lines_that_are_spoilt(
    spoilt: Mapping[str, Sequence[bytes]],
) -> None:
    holds(spoilt)


@given(noise=st.binary(max_size=200), kind=st.sampled_from(["Patient", *KINDS]))
def test_nobody_else_is_touched_by_any_bytes(noise: bytes, kind: str) -> None:
    found = lines_of(ANN)
    found[kind].append(noise + b"\n")
    holds(found)


def test_ten_thousand_hostile_lines_are_each_read_or_told() -> None:
    """A thousand on most days: bytes changed, lost and put in, lines cut off and run together."""
    rng, found = Random(11), lines_of(ANN)
    of = {kind: list(found[kind]) for kind in KINDS}
    for _ in range(only(1_000, 10_000)):
        kind = rng.choice(KINDS)
        line = bytearray(rng.choice(of[kind]))
        for _ in range(rng.choice([1, 1, 2, 9])):
            at = rng.randrange(len(line))
            match rng.randrange(4):
                case 0:
                    line[at] = rng.randrange(256)
                case 1:
                    line[at:at] = rng.choice(NASTY)
                case 2:
                    del line[at : at + rng.randrange(1, 90)]
                case _:
                    line[at:] = rng.choice(of[kind])[at:]
            line = line or bytearray(b"x")
        found[kind].append(bytes(line) + b"\n")
    aside = holds(found)
    assert aside.count > only(300, 3_000)


def a_table(folder: Path, name: str, system: str, person: str) -> None:
    """Where a table of conditions with codes of a system has its columns, and who is on the list.

    The table itself is not there yet.
    """
    mapping = {
        "people": {"file": "people.csv", "id": "ID", "born": "Born"},
        "files": [
            {"file": name, "holds": ["condition"], "person": "ID", "date": "Date",
             "codes": [{"column": "Code", "system": system}]},
        ],
    }  # fmt: skip
    (folder / "mapping.yaml").write_text(json.dumps(mapping))
    (folder / "people.csv").write_text(f"ID,Born\n{person},1966\n")


@given(noise=st.binary(max_size=300))
def test_any_bytes_in_the_place_of_a_table_or_a_manifest_come_to_a_sentence_or_are_told(
    noise: bytes,
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        a_table(folder, "coded.csv", "good-day", "bea")
        clean = b"ID,Code,Date\nbea,cough,03/03/2020\n"
        (folder / "coded.csv").write_bytes(clean + noise + b"\nbea,wheeze,04/03/2020\n")
        wanted = needs_of({Kind.CONDITION: [code("cough"), code("wheeze")]})
        found, aside = records(folder, wanted)
        assert code("cough") in found["bea"].by_code
        told = aside.count and Kind.CONDITION in found["bea"].unread
        assert code("wheeze") in found["bea"].by_code or told
        for file in ("coded.csv", "people.csv", "mapping.yaml"):
            (folder / file).write_bytes(noise)
            with pytest.raises(BulkError) as error:
                records(folder, wanted)
            assert "Traceback" not in str(error.value)
        (folder / "mapping.yaml").unlink()
        (folder / "manifest.json").write_bytes(noise)
        found, aside = records(folder, wanted)  # as what may be a bundle
        assert (found, aside.count) == ({}, 1)


# ---- memory -----------------------------------------------------------------------------------

MOST = 300  # MB, of one process
_ASK = """
import sys
from pathlib import Path
from cds_hooks.cli import run
code = run(["population", "run", sys.argv[1], "--processes", "1", "--rejects", sys.argv[2]])
status = Path("/proc/self/status").read_text()  # what it had itself, and none of who began it
print(int(status.split("VmHWM:")[1].split()[0]) // 1024, code)
"""


def a_condition(number: int, of: str) -> bytes:
    made = a_resource("Condition", "13645005", of=of, id=str(number), onsetDateTime="2020")
    return ndjson([made])


def one_long_line(file: GzipFile) -> None:
    file.write(b'{"resourceType":"Condition","x":"' + b"a" * 100_000_000 + b'"}\n')


def the_same_line(file: GzipFile) -> None:
    some = a_condition(1, "ann") * 2_000
    for _ in range(100):
        file.write(some)


def one_person_without_end(file: GzipFile) -> None:
    for number in range(150_000):
        file.write(a_condition(number, "ann"))


def nothing_at_all(file: GzipFile) -> None:
    for _ in range(300):
        file.write(b"\x00" * 1_000_000)


def zstd_frame(window: int, megabytes: int) -> bytes:
    """So many MB of NULs as zstd has them, in a frame that asks for a window of 2 to the ``window``
    bytes; four bytes for each 128 KB.
    """
    block = (128 * 1024 << 3 | 0b010).to_bytes(3, "little") + b"\0"  # one byte, so many times
    last = (1 << 3 | 0b011).to_bytes(3, "little") + b"\0"
    return b"\x28\xb5\x2f\xfd\x00" + bytes([window - 10 << 3]) + block * 8 * megabytes + last


ZSTD: Mapping[str, Callable[[], bytes]] = {
    "3 GB in 100 KB": lambda: zstd_frame(20, 3_000),
    "a window of 128 MB": lambda: zstd_frame(27, 400),
    "a window of 2 GB": lambda: zstd_frame(31, 3_000),
    "a frame for each line": lambda: zstd(a_condition(1, "ann")) * 30_000,
    "frames with nothing in them": lambda: zstd(b"") * 1_000_000 + zstd(b"{\n"),
}


def asked(folder: Path) -> tuple[int, int, str]:
    """What asking about a list took in MB, how it ended, and what it told."""
    line = [sys.executable, "-c", _ASK, str(folder), str(folder.parent / "rejects")]
    told = subprocess.run(line, capture_output=True, text=True, check=True)
    used, ended = map(int, told.stdout.splitlines()[-1].split())
    assert "Traceback" not in told.stderr
    return used, ended, told.stderr


def an_export(folder: Path) -> Path:
    for kind in TYPES.values():
        (folder / f"{kind}.ndjson").write_bytes(b"")
    (folder / "Patient.ndjson").write_bytes(ndjson(map(a_patient, ("ann", "bea"))))
    return folder


@pytest.mark.long
@pytest.mark.parametrize(
    "bomb", [one_long_line, the_same_line, one_person_without_end, nothing_at_all]
)
def test_memory_is_flat_whatever_a_packed_file_comes_to(
    tmp_path: Path, bomb: Callable[[GzipFile], None]
) -> None:
    with GzipFile(an_export(tmp_path) / "Condition.2.ndjson.gz", "wb", 1) as file:
        bomb(file)
    used, ended, told = asked(tmp_path)
    assert used < MOST
    assert ended == (0 if bomb is the_same_line else PROBLEMS)
    assert ("Condition.2.ndjson.gz:" in told) is (ended == PROBLEMS)


@pytest.mark.long
@pytest.mark.parametrize("bomb", ZSTD)
def test_memory_is_flat_whatever_a_file_packed_with_zstd_comes_to(
    tmp_path: Path, bomb: str
) -> None:
    (an_export(tmp_path) / "Condition.2.ndjson.zst").write_bytes(ZSTD[bomb]())
    used, ended, told = asked(tmp_path)
    assert used < MOST
    assert ended == (0 if bomb == "a frame for each line" else PROBLEMS)
    assert ("Condition.2.ndjson.zst:" in told) is (ended == PROBLEMS)


@pytest.mark.each
@pytest.mark.parametrize("window", [27, 31])
def test_what_is_packed_so_that_it_takes_gigabytes_to_unpack_costs_its_list(
    tmp_path: Path, window: int
) -> None:
    """As zstd --long=31 packs it; a window of 128 MB is what we give it."""
    (an_export(tmp_path) / "Condition.2.ndjson.zst").write_bytes(zstd_frame(window, 1))
    found, aside = records(tmp_path, NEEDS)
    assert all(Kind.CONDITION in record.unread for record in found.values())
    assert ("unpacked" in aside.first[0].why) is (window == 31)


TABLE = b"ID,Code,Date\nann,13645005,2020\n"
TABLES: Mapping[str, Callable[[], bytes]] = {
    "one cell": lambda: TABLE + b"ann,13645005," + b"a" * 100_000_000,
    "a cell in quotation marks": lambda: TABLE + b'ann,13645005,"' + b"a" * 100_000_000 + b'"\n',
    "quotation marks without an end": lambda: TABLE + b'ann,"13645005,2020\n' * 100_000,
    "one that never ends": lambda: TABLE + b'ann,"13645005\n' + b"x" * 70_000_000,
    "columns": lambda: TABLE + b"ann" + b"," * 20_000_000 + b"\n",
    "NULs": lambda: TABLE + b"\0" * 100_000_000,
    "carriage returns": lambda: TABLE + TABLE.replace(b"\n", b"\r") * 700_000,
}


@pytest.mark.long
@pytest.mark.parametrize("bomb", TABLES)
def test_memory_is_flat_whatever_a_table_comes_to(tmp_path: Path, bomb: str) -> None:
    a_table(tmp_path, "coded.csv.gz", "snomed", "ann")
    with GzipFile(tmp_path / "coded.csv.gz", "wb", 1) as file:
        file.write(TABLES[bomb]())
    used, ended, told = asked(tmp_path)
    assert used < MOST
    assert ended == PROBLEMS
    assert "list of condition entries is unknown for everybody" in told
    assert "coded.csv.gz:" in told
