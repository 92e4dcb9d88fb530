"""Where the reminders of a night may be written: one FHIR server of a client, said by name.

That a server may be asked gives no leave to write to it: this has to stand there by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from cds_hooks.clients.signing_in import Signing
from fhir_adapters.allowed import Allowed, NotAServer


@dataclass(frozen=True, slots=True)
class Reminders:
    """The server, and how we sign in there: a token in a file, or a key. Times are seconds."""

    server: Allowed
    sign_in: Signing | Path | None = field(default=None, repr=False)  # None: without a token
    within: int = 60
    settle: int = 30


class WrittenReminders(BaseModel):
    """``[client.reminders]``, as it is written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    server: str = Field(description='one of the "fhir_servers", written out in full')
    token_file: str | None = Field(default=None, description="a file with an access token in it")
    client_id: str | None = Field(default=None, min_length=1, description="who we are there")
    key: str | None = Field(default=None, description="a file with the private key to sign that")
    scope: str = Field(default="", description="what to ask leave for, where that is not Flags")
    token_at: str = Field(default="", description="the address that tokens come from, if another")
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
    sign_in = _sign_in(written, folder, local=local)
    if isinstance(sign_in, str):
        return sign_in
    if sign_in is None and not without_token:
        return (
            '"reminders" needs a "token_file", or a "client_id" with its "key"; only a client with'
            " without_token = true does not."
        )
    return Reminders(server, sign_in, written.within, written.settle)


def _sign_in(
    written: WrittenReminders, folder: Path, *, local: bool
) -> Signing | Path | str | None:
    """How we sign in; or what is wrong, as the end of a sentence."""
    named, key = written.client_id, written.key
    if named is None or key is None:
        if named is not None or key is not None or written.scope or written.token_at:
            return '"client_id" and "key" of "reminders" go together: who we are, and its proof.'
        return None if written.token_file is None else folder / written.token_file
    if written.token_file is not None:
        return '"reminders" has a "token_file" or a "client_id" with its "key", and not both.'
    try:
        if written.token_at:
            Allowed.parse(written.token_at, local=local)
    except NotAServer as error:
        return f'"token_at" of "reminders" cannot be used. {error}'
    return Signing(named, folder / key, written.scope, written.token_at)
