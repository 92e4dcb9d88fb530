"""Every setting, typed and documented. An unknown one is refused, not ignored."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

_PREFIX = "GOODDAY_"
_SEVERAL = frozenset({"origins", "proxies"})
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
# Read elsewhere, by the tests.
_NOT_OURS = frozenset({"GOODDAY_REQUIRE"})


class Settings(BaseModel):
    """How a service runs. Each can be given as GOODDAY_<NAME> or as an option of ``serve``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    practice: Path | None = Field(
        default=None,
        description="the practice's folder: practice.yaml, its own rules and code lists",
    )
    data: Path = Field(
        default=Path("goodday-data"),
        description="the folder where answers are kept (SQLite), and the key of the store",
    )
    # Both are secret, or may hold what is: they are in no representation and no error.
    store: SecretStr | None = Field(
        default=None,
        description="the URL of a PostgreSQL database that keeps the answers, in place of the file",
    )
    store_key: SecretStr | None = Field(
        default=None,
        description="the key of the store, 32 bytes in base64, in place of store.key beside it",
    )
    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="the port to listen on")
    clients: Path | None = Field(
        default=None, description="the file that lists who may call (clients.toml)"
    )
    open: bool = Field(
        default=False, description="true lets whoever reaches the address call, without a token"
    )
    fd: int | None = Field(
        default=None,
        ge=3,
        description="the number of a socket that is open already, in place of host and port",
    )
    null_means: Literal["unknown", "empty"] = Field(
        default="unknown", description="what this client means by a prefetch key that is null"
    )
    # Exact origins only: "*" would let any page on the web ask about a patient.
    origins: tuple[Annotated[str, StringConstraints(pattern=r"^https?://[^/\s*]+$")], ...] = Field(
        default=(), description="browser origins that may call, separated by commas, none of them *"
    )

    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#@]+[^\s?#@/]$")] = Field(
        default="",
        description="the address at which browsers reach this service, for links on cards;"
        " with clients the one in their file is meant",
    )
    proxies: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F.:]+$")], ...] = Field(
        default=(),
        description="addresses of proxies that sign people in and are believed (commas between)",
    )
    user_header: Header = Field(
        default="x-goodday-user", description="the header in which such a proxy says who it is"
    )
    role_header: Header = Field(
        default="x-goodday-role",
        description="the header in which it says their roles: clinical, auditor, manager,"
        " directory",
    )
    reload: float = Field(
        default=5,
        ge=0,
        le=3600,
        description="look for changed rule files every so many seconds; 0 only at a SIGHUP",
    )
    settle: float = Field(
        default=1,
        ge=0,
        le=10,
        description="seconds between not being ready any more and taking no more calls, at a stop",
    )
    arrive_within: float = Field(
        default=5,
        gt=0,
        le=60,
        description="seconds in which the head of a request, and then its body, has to be here",
    )
    directory: Literal["auto", "yes", "no"] = Field(
        default="auto",
        description="whether cards and pages have local support from the directory (yes, no);"
        " auto where there is one when the service starts",
    )
    tracing: bool = Field(
        default=False, description="whether to send a span for each call (OpenTelemetry), yes or no"
    )


class SettingsError(Exception):
    """A setting that is unknown or cannot be used; one sentence for each."""


def read_settings(environment: Mapping[str, str], **given: object) -> Settings:
    """Settings from the environment, and over them what was given. Raises SettingsError."""
    known = Settings.model_fields
    values: dict[str, object] = {}
    for name, value in environment.items():
        if not name.startswith(_PREFIX) or name in _NOT_OURS:
            continue
        field = name.removeprefix(_PREFIX).lower()
        if field not in known:
            raise SettingsError(
                f"{name} is not a setting. Known: {', '.join(_PREFIX + k.upper() for k in known)}."
            )
        listed = tuple(part for part in (each.strip() for each in value.split(",")) if part)
        values[field] = listed if field in _SEVERAL else value
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise SettingsError(
            f"The setting {name} cannot be used: {known[name].description}."
        ) from None


def from_environment(**given: object) -> Settings:
    """Settings from this process's environment. Raises SettingsError."""
    return read_settings(os.environ, **given)
