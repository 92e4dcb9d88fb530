"""The key of a store: for its owner alone, never lost without a word, in no message."""

import base64
from pathlib import Path

import pytest

from cds_hooks.store.answers import Answers
from cds_hooks.store.keys import KEY_FILE, Key, read_key
from cds_hooks.store.opening import Place
from cds_hooks.store.tables import StoreError
from cds_hooks.store.tokens import UsedTokens

GIVEN = base64.b64encode(b"k" * 32).decode()


def test_a_key_is_made_once_and_for_its_owner_alone(place: Place) -> None:
    Answers(place).close()
    path = place.folder / KEY_FILE
    first = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    Answers(place).close()
    assert path.read_bytes() == first


def test_a_store_whose_key_is_gone_is_not_opened(place: Place) -> None:
    Answers(place).close()
    path = place.folder / KEY_FILE
    key = path.read_bytes()
    path.unlink()
    with pytest.raises(StoreError, match=r"store\.key, is not there .* Put it back"):
        Answers(place)
    assert not path.exists()
    path.write_bytes(key)
    Answers(place).close()


@pytest.mark.parametrize("other", [GIVEN.encode(), b"short", b"", b"\xff\xfe", b"*" * 44])
def test_a_store_with_another_key_is_not_opened(place: Place, other: bytes) -> None:
    Answers(place).close()
    (place.folder / KEY_FILE).write_bytes(other)
    with pytest.raises(StoreError) as refused:
        Answers(place)
    assert "Zebedee" not in str(refused.value)
    assert GIVEN not in str(refused.value)


def test_a_key_may_be_given_and_then_none_is_written(place: Place) -> None:
    given = Place(place.folder, place.url, GIVEN)
    Answers(given).close()
    assert not (place.folder / KEY_FILE).exists()
    with pytest.raises(StoreError):
        Answers(place)
    Answers(given).close()
    with pytest.raises(StoreError, match="32 bytes in base64"):
        Answers(Place(place.folder, place.url, "Zebedee"))


def test_what_is_sealed_is_opened_with_its_key_and_about_its_card_alone(tmp_path: Path) -> None:
    key, other = read_key(tmp_path, make=True), Key(b"o" * 32)
    sealed = key.sealed("words", "card")
    assert key.opened(sealed, "card") == "words"
    assert key.sealed("words", "card") != sealed
    for wrong in (
        key.opened(sealed, "another card"),
        other.opened(sealed, "card"),
        key.opened(sealed[:-4], "card"),
        key.opened("", "card"),
        key.opened("not base64 \u2014", "card"),
    ):
        assert wrong is None


def test_a_token_is_used_once_by_whichever_worker(place: Place) -> None:
    first, second = UsedTokens(place), UsedTokens(place)
    assert first.use(b"a", 2_000, 1_000)
    assert not second.use(b"a", 2_000, 1_001)
    assert second.use(b"b", 2_000, 1_002)
    assert first.use(b"c", 9_000, 8_000)  # and what ended long ago is cleared
    assert second.use(b"a", 9_000, 8_001)
    first.close()
    second.close()


# ---- databases that cannot be opened ---------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://goodday:Zebedee@127.0.0.1:1/goodday",
        "postgresql://goodday@127.0.0.1:1/goodday?password=Zebedee",
        "mysql://goodday:Zebedee@127.0.0.1/goodday",
        "sqlite:///Zebedee",
        "Zebedee",
        "postgresql://goodday:Zebedee@127.0.0.1:port/goodday",
        "postgresql://goodday:Zebedee@127.0.0.1:1/goodday?Zebedee=1",
    ],
)
def test_a_database_that_cannot_be_reached_gets_one_sentence_without_its_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(StoreError) as refused:
        Answers(Place(tmp_path, url))
    said = str(refused.value)
    assert "Zebedee" not in said
    assert said.endswith(".")
    assert refused.value.__context__ is None or refused.value.__suppress_context__
    with pytest.raises(StoreError):
        UsedTokens(Place(tmp_path, url))
