"""Settings: typed, documented, and refused when they are unknown."""

from pathlib import Path

import pytest

from cds_hooks.settings import Settings, SettingsError, read_settings


def test_without_anything_given_the_service_stays_on_this_machine() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert settings.host == "127.0.0.1"
    assert settings.null_means == "unknown"
    assert settings.origins == ()
    assert (settings.clients, settings.open) == (None, False)


def test_every_setting_can_come_from_the_environment() -> None:
    settings = read_settings(
        {
            "GOODDAY_PRACTICE": "/p",
            "GOODDAY_DATA": "/d",
            "GOODDAY_HOST": "::1",
            "GOODDAY_PORT": "0",
            "GOODDAY_CLIENTS": "/c.toml",
            "GOODDAY_OPEN": "yes",
            "GOODDAY_NULL_MEANS": "empty",
            "GOODDAY_ORIGINS": "https://a.example, https://b.example",
            "PATH": "/bin",
        }
    )
    assert settings.practice == Path("/p")
    assert settings.data == Path("/d")
    assert (settings.clients, settings.open) == (Path("/c.toml"), True)
    assert (settings.host, settings.port, settings.null_means) == ("::1", 0, "empty")
    assert settings.origins == ("https://a.example", "https://b.example")


def test_no_origins_are_none_at_all() -> None:
    assert read_settings({"GOODDAY_ORIGINS": ""}).origins == ()
    assert read_settings({"GOODDAY_ORIGINS": "https://a.example,"}).origins == (
        "https://a.example",
    )


def test_what_is_given_stands_over_the_environment() -> None:
    assert read_settings({"GOODDAY_PORT": "1"}, port=2, host=None).port == 2


@pytest.mark.parametrize("name", ["GOODDAY_PROT", "GOODDAY_", "GOODDAY_NULLMEANS"])
def test_a_setting_that_is_unknown_is_named_beside_those_that_are(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({name: "1"})
    assert name in str(refused.value)
    assert "GOODDAY_PORT" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("GOODDAY_PORT", "high", "the port to listen on"),
        ("GOODDAY_PORT", "65536", "the port to listen on"),
        ("GOODDAY_PORT", "-1", "the port to listen on"),
        ("GOODDAY_NULL_MEANS", "nothing", "what this client means"),
    ],
)
def test_a_value_that_cannot_be_used_is_said_without_repeating_it(
    name: str, value: str, says: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({name: value})
    assert says in str(refused.value)
    assert "pydantic" not in str(refused.value).lower()


def test_every_setting_says_what_it_is_for() -> None:
    assert all(field.description for field in Settings.model_fields.values())


@pytest.mark.parametrize("origin", ["*", "https://*.example", "ehr.example", "https://a.example/"])
def test_an_origin_is_one_address_and_never_everybody(origin: str) -> None:
    with pytest.raises(SettingsError, match="The setting origins cannot be used"):
        read_settings({"GOODDAY_ORIGINS": origin})
