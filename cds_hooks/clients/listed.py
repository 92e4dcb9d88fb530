"""``clients.toml``: who may call, read whole. Each thing that is wrong is said in one sentence."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal, cast
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from cds_hooks.clients.keys import Algorithm, Key, KeysError, keys_of, read_keys
from cds_hooks.clients.reminders import Reminders, WrittenReminders, reminders_of
from fhir_adapters.allowed import Allowed, NotAServer, may_be_asked, place

NullMeans = Literal["unknown", "empty"]
Word = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s*]+$")]
# A name stands in logs and before the ids of people: short, and no number in disguise.
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LONG_NUMBER = re.compile(r"\d{6}")
_ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def is_client_name(text: str) -> bool:
    """Whether a client can be called that."""
    return bool(_NAME.fullmatch(text)) and not _LONG_NUMBER.search(text)


class ClientsError(Exception):
    """A list of clients that cannot be used; one sentence for each thing that is wrong."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Client:
    """One client as it was registered, and the tenant for which it calls now."""

    name: str
    issuer: str = ""
    algorithms: tuple[Algorithm, ...] = ()
    keys: tuple[Key, ...] = ()
    jku: str = ""
    origins: tuple[str, ...] = ()
    fhir_servers: tuple[Allowed, ...] = ()
    local: bool = False
    without_token: bool = False
    tenants: tuple[str, ...] = ()
    null_means: NullMeans = "unknown"
    most_per_minute: int = 3000
    longest_minutes: int = 5
    reminders: Reminders | None = None  # None: nothing is ever written to its server
    tenant: str = ""

    def calling_for(self, tenant: str | None) -> "Client":
        """The client while it calls for one of its tenants, where it registered any."""
        return replace(self, tenant=tenant) if self.tenants and tenant else self

    @property
    def realm(self) -> str:
        """Whose people they are: two clients' patients with one id are two people."""
        return f"{self.name}/{self.tenant}" if self.tenant else self.name


@dataclass(frozen=True, slots=True)
class Listed:
    """Everything in a list: where we are for everybody, and who may call."""

    public_url: str
    clients: tuple[Client, ...]


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Client(_Written):
    name: str = Field(description="small letters, digits and hyphens, a letter first, 40 at most")
    issuer: Word = Field(description='the "iss" of its tokens')
    algorithms: list[Algorithm] = Field(min_length=1, description="of ES384 and RS384")
    keys: str | dict[str, object] | None = Field(
        default=None, description="a JWK Set, or the name of a file with one"
    )
    jku: str | None = Field(default=None, description="the https address of its JWK Set")
    origins: list[Origin] = Field(default=[], description="exact browser origins, none of them *")
    fhir_servers: list[str] = Field(
        default=[], description="https addresses of FHIR servers; /* at the end for all below"
    )
    local: bool = Field(default=False, description="true or false")
    without_token: bool = Field(default=False, description="true or false")
    tenants: list[Word] = Field(default=[], description='what "tenant" in a token may be')
    null_means: NullMeans = Field(default="unknown", description='"unknown" or "empty"')
    most_per_minute: int = Field(
        default=3000, ge=1, le=1_000_000, description="a whole number from 1 to 1000000"
    )
    longest_minutes: int = Field(
        default=5, ge=1, le=60, description="how long a token may live: 1 to 60 minutes"
    )
    reminders: WrittenReminders | None = Field(
        default=None, description="a table that says where reminders may be written, and how"
    )


class _File(_Written):
    public_url: str = Field(description="the https address that clients call us by")
    client: list[_Client] = Field(default=[], description="a [[client]] table for each client")


def read_list(path: Path) -> Listed:
    """The clients in a file. Raises ClientsError."""
    try:
        text = path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        raise ClientsError(
            (f"The file {path} cannot be read as text. Name another with --clients.",)
        ) from None
    try:
        written = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        where = re.search(r"\(at (line \d+)", str(error))
        raise ClientsError(
            (f"{path.name}{', ' + where[1] if where else ''}: this is not TOML.",)
        ) from None
    try:
        file = _File.model_validate(written)
    except ValidationError as error:
        raise ClientsError(
            tuple(f"{path.name}: {says}" for says in _sentences(error, written))
        ) from None
    return _Reading(path).whole(file)


class _Reading:
    """One file being read, and what is wrong with it so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._wrong: list[str] = []

    def whole(self, file: _File) -> Listed:
        found = place(file.public_url)
        public_url = replace(found, rest="").text if found else ""
        if not found or "?" in found.rest or not _is_address(public_url, local=True):
            self._wrong.append(
                '"public_url" needs to be an https address without a query; http does for'
                " this machine alone."
            )
        clients = tuple(self._client(one) for one in file.client)
        for member, said in (("name", "names"), ("issuer", "issuers")):
            values = [getattr(client, member) for client in clients]
            if len(set(values)) < len(values):
                self._wrong.append(
                    f"Two clients have the same {member}; {said} are each one's own."
                )
        if not clients:
            self._wrong.append("There is no [[client]] in it, so nobody could call.")
        if self._wrong:
            raise ClientsError(tuple(f"{self._path.name}: {says}" for says in self._wrong))
        return Listed(public_url, clients)

    def _client(self, one: _Client) -> Client:
        named = f'Client "{one.name}"'
        if not is_client_name(one.name):
            self._wrong.append(
                'A client\'s "name" is in small letters, digits and hyphens, begins with a letter,'
                " has 40 of them at most, and no long number."
            )
            named = "A client"
        if (one.keys is None) == (one.jku is None):
            self._wrong.append(f'{named} needs either "keys" or "jku", and not both.')
        if one.jku is not None and not _is_address(one.jku, local=one.local, query=True):
            self._wrong.append(f'{named}: "jku" {_NO_ADDRESS}')
        elif one.jku is not None and not may_be_asked(one.jku, local=one.local):
            self._wrong.append(f'{named}: "jku" needs to be at a public address, plainly written.')
        if not all(_is_address(origin, local=True) for origin in one.origins):
            self._wrong.append(
                f'{named}: each of the "origins" needs to be an https address; http does for this'
                " machine alone."
            )
        servers = self._fhir_servers(one, named)
        return Client(
            name=one.name,
            issuer=one.issuer,
            algorithms=tuple(one.algorithms),
            keys=self._keys(one, named),
            jku=one.jku or "",
            origins=tuple(one.origins),
            fhir_servers=servers,
            local=one.local,
            without_token=one.without_token,
            tenants=tuple(one.tenants),
            null_means=one.null_means,
            most_per_minute=one.most_per_minute,
            longest_minutes=one.longest_minutes,
            reminders=self._reminders(one, named, servers),
        )

    def _reminders(
        self, one: _Client, named: str, servers: tuple[Allowed, ...]
    ) -> Reminders | None:
        if one.reminders is None:
            return None
        found = reminders_of(
            one.reminders,
            servers,
            self._path.parent,
            local=one.local,
            without_token=one.without_token,
        )
        if isinstance(found, Reminders):
            return found
        self._wrong.append(f"{named}: {found}")
        return None

    def _fhir_servers(self, one: _Client, named: str) -> tuple[Allowed, ...]:
        servers: list[Allowed] = []
        for base in one.fhir_servers:
            own = base.removesuffix(_AND_BELOW)
            try:
                servers.append(Allowed.parse(own, exact=own == base, local=one.local))
            except NotAServer as error:
                self._wrong.append(f'{named}: one of the "fhir_servers" cannot be used. {error}')
        return tuple(servers)

    def _keys(self, one: _Client, named: str) -> tuple[Key, ...]:
        if one.keys is None:
            return ()
        try:
            if isinstance(one.keys, str):
                keys = read_keys((self._path.parent / one.keys).read_bytes())
            else:
                keys = keys_of(one.keys)
        except OSError:
            self._wrong.append(f'{named}: the file in "keys" cannot be read.')
            return ()
        except KeysError as error:
            self._wrong.append(f'{named}: the JWK Set in "keys" {error}.')
            return ()
        if not any(key.algorithm in one.algorithms for key in keys):
            self._wrong.append(f'{named} has no key for one of its "algorithms".')
        return keys


_AND_BELOW = "/*"  # at the end of a base: a path below it for each practice
_NO_ADDRESS = (
    "needs to be an https address without a user or a fragment; http does where the client is"
    " local = true, for this machine alone."
)


def _is_address(text: str, *, local: bool, query: bool = False) -> bool:
    if not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    fine = bool(host) and "@" not in parts.netloc and "#" not in text
    if "?" in text and not query:
        return False
    return fine and (
        parts.scheme == "https" or (parts.scheme == "http" and local and host in _ON_THIS_MACHINE)
    )


def _sentences(error: ValidationError, written: Mapping[str, object]) -> Iterator[str]:
    """What pydantic found, in our words; values are not repeated."""
    said: set[str] = set()
    for found in error.errors(include_url=False, include_input=False, include_context=False):
        says = _sentence(found["type"], found["loc"], written)
        if says not in said:
            said.add(says)
            yield says


def _sentence(sort: str, where: tuple[int | str, ...], written: Mapping[str, object]) -> str:
    of: type[BaseModel] = _File
    whose, name = "the file", str(where[0])
    if where[0] == "client" and len(where) > 2:
        of, whose, name = _Client, _named(int(where[1]), written), str(where[2])
    if of is _Client and name == "reminders" and len(where) > 3:
        of, whose, name = WrittenReminders, f'"reminders" of {whose}', str(where[3])
    if sort == "extra_forbidden":
        return f'"{name}" of {whose} is not known. Known: {", ".join(of.model_fields)}.'
    if sort == "missing":
        return f'"{name}" of {whose} is missing: {of.model_fields[name].description}.'
    return f'"{name}" of {whose} cannot be used: {of.model_fields[name].description}.'


def _named(number: int, written: Mapping[str, object]) -> str:
    """What a client is called, as far as it can be said before it was read."""
    tables = cast("list[object]", written["client"])  # pydantic counted them
    table = tables[number]
    if not isinstance(table, dict):
        return f"client {number + 1}"
    name = cast("Mapping[str, object]", table).get("name")  # a table has no other keys
    fine = isinstance(name, str) and is_client_name(name)
    return f'client "{name}"' if fine else f"client {number + 1}"
