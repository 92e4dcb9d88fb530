"""Files that are sealed: whole and in order, or known not to be."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_hooks.store.sealing import seal, unseal

SECRET, ANOTHER = b"s" * 32, b"t" * 32
MIB = 1 << 20
HEAD = 8 + 32


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_is_sealed_is_opened_as_it_was(tmp_path: Path, size: int) -> None:
    plain, sealed, again = tmp_path / "plain", tmp_path / "sealed", tmp_path / "again"
    plain.write_bytes(bytes(each % 251 for each in range(size)))
    seal(plain, sealed, SECRET)
    unseal(sealed, again, SECRET)
    assert again.read_bytes() == plain.read_bytes()
    assert sealed.stat().st_mode & 0o077 == again.stat().st_mode & 0o077 == 0
    (tmp_path / "second").unlink(missing_ok=True)
    seal(plain, tmp_path / "second", SECRET)
    assert (tmp_path / "second").read_bytes() != sealed.read_bytes(), "nobody sees that it is alike"


def pieces(sealed: bytes) -> list[bytes]:
    whole = sealed[HEAD:]
    return [whole[at : at + MIB + 16] for at in range(0, len(whole), MIB + 16)]


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A sealed file of three pieces, the last of them short."""
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "plain").write_bytes(b"a" * MIB + b"b" * MIB + b"c" * 100)
    seal(folder / "plain", folder / "sealed", SECRET)
    return (folder / "sealed").read_bytes()


def cannot_be_opened(folder: Path, sealed: bytes, secret: bytes = SECRET) -> None:
    (folder / "spoilt").write_bytes(sealed)
    with pytest.raises(ValueError, match=r"changed|not a file"):
        unseal(folder / "spoilt", folder / "opened", secret)
    assert not (folder / "opened").exists()


def test_pieces_that_were_moved_left_out_or_said_twice_are_noticed(
    tmp_path: Path, three: bytes
) -> None:
    head, (first, second, last) = three[:HEAD], pieces(three)
    for wrong in (
        [second, first, last],
        [first, second],
        [first],
        [],
        [first, last],
        [first, first, second, last],
        [first, second, last, last],
    ):
        cannot_be_opened(tmp_path, head + b"".join(wrong))


def test_another_key_opens_nothing_and_so_does_the_head_of_another_file(
    tmp_path: Path, three: bytes
) -> None:
    cannot_be_opened(tmp_path, three, ANOTHER)
    seal(tmp_path / "spoilt", tmp_path / "other", SECRET)
    other = (tmp_path / "other").read_bytes()
    cannot_be_opened(tmp_path, other[:HEAD] + three[HEAD:])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_bit_that_flips_or_an_end_that_is_cut_off_is_noticed(
    tmp_path: Path, three: bytes, data: st.DataObject
) -> None:
    bit = data.draw(st.integers(0, len(three) * 8 - 1))
    spoilt = bytearray(three)
    spoilt[bit // 8] ^= 1 << bit % 8
    cannot_be_opened(tmp_path, bytes(spoilt))
    cannot_be_opened(tmp_path, three[: data.draw(st.integers(0, len(three) - 1))])
