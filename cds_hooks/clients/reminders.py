"""Where the reminders of a night may be written: one FHIR server of a client, said by name.

That a server may be asked gives no leave to write to it: this has to stand there by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from fhir_adapters.allowed import Allowed, NotAServer


@dataclass(frozen=True, slots=True)
class Reminders:
    """The server, and where the token is. Times are seconds."""

    server: Allowed
    token_file: Path | None = field(default=None, repr=False)  # None: without a token
    within: int = 60
    settle: int = 30


class WrittenReminders(BaseModel):
    """``[client.reminders]``, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    server: str = Field(description='one of the "fhir_servers", written out in full')
    token_file: str | None = Field(default=None, description="a file with an access token in it")
    within: int = Field(
        default=60, ge=1, le=600, description="seconds a transaction may take, from 1 to 600"
    )
    settle: int = Field(
        default=30,
        ge=1,
        le=600,
        description="seconds the server may go on with one that was cut off, from 1 to 600",
    )


def reminders_of(
    written: WrittenReminders,
    allowed: Sequence[Allowed],
    folder: Path,
    *,
    local: bool,
    without_token: bool,
) -> Reminders | str:
    """Where reminders may go; or what is wrong, as the end of a sentence."""
    try:
        server = Allowed.parse(written.server, local=local)
    except NotAServer as error:
        return f'"server" of "reminders" cannot be used. {error}'
    if not any(known.allows(written.server) for known in allowed):
        return '"server" of "reminders" is none of its "fhir_servers".'
    if written.token_file is None and not without_token:
        return '"reminders" needs a "token_file"; only a client with without_token = true does not.'
    token_file = None if written.token_file is None else folder / written.token_file
    return Reminders(server, token_file, written.within, written.settle)
