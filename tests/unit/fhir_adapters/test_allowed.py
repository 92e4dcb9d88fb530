"""Who may be asked: registered servers and no others, at numbers that were looked at."""

import asyncio
import ssl
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from fhir_adapters.allowed import Allowed, NotAServer, is_fit
from fhir_adapters.needs import PATIENT, needs_of
from fhir_adapters.server import Access, NoRoute, Servers
from tests.builders import a_patient
from tests.certificates import a_certificate
from tests.fhir_server import FhirServer, asking, running
from tests.unit.fhir_adapters.hostile_servers import hostile

QUERIES = needs_of({}).queries
NAMED = "https://ehr.example/fhir"


class Lookups:
    """Notes every name that is looked up; each leads to these numbers, the last for ever."""

    def __init__(self, *numbers: Sequence[str]) -> None:
        self.asked: list[str] = []
        self._numbers = list(numbers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self._numbers.pop(0) if len(self._numbers) > 1 else self._numbers[0]


def test_no_packet_leaves_for_any_of_three_hundred_hostile_values() -> None:
    server, lookups = FhirServer([a_patient()]), Lookups(["127.0.0.1"])

    async def all_of_them() -> int:
        async with asking(server, QUERIES, resolve=lookups) as asks:
            allowed = [Allowed.parse(server.base, local=True), Allowed.parse(NAMED)]
            values = hostile(server.host, server.port)
            for value in values:
                with pytest.raises(NoRoute) as told:
                    await asks.servers.fetch(Access(value, "t"), allowed, QUERIES, "test-person")
                assert str(told.value).endswith("not one that this client is registered with.")
            assert (server.connections, lookups.asked) == (0, [])
            await asks.fetch()
            assert server.connections == 1  # the listener does listen
            return len(values)

    assert asyncio.run(all_of_them()) >= 300


@pytest.mark.parametrize(
    "base",
    [
        NAMED,
        "https://ehr.example/fhir/",
        "HTTPS://EHR.Example/fhir",
        "https://ehr.example:443/fhir",
    ],
)
def test_a_registered_server_may_be_spelt_as_addresses_are(base: str) -> None:
    found = Allowed.parse(NAMED).allows(base)
    assert found is not None
    assert found.text == NAMED


def test_paths_below_are_allowed_only_where_the_registration_says_so() -> None:
    below = f"{NAMED}/practice-7"
    assert Allowed.parse(NAMED).allows(below) is None
    open_below = Allowed.parse(NAMED, exact=False)
    assert open_below.allows(below) is not None
    for other in ("https://ehr.example/fhir-2/x", "https://ehr.example/fhirx", f"{NAMED}/../x"):
        assert open_below.allows(other) is None


@given(
    at=st.integers(0, len(NAMED)),
    gone=st.integers(0, 3),
    new=st.text(st.characters(max_codepoint=0x2FFF) | st.sampled_from("/@:#?\\.%[]"), max_size=4),
)
def test_whatever_is_changed_in_an_address_only_the_same_server_is_allowed(
    at: int, gone: int, new: str
) -> None:
    changed = NAMED[:at] + new + NAMED[at + gone :]
    if Allowed.parse(NAMED).allows(changed) is not None:
        # What other readers of addresses make of it.
        for host, path in (
            (urlsplit(changed).hostname, urlsplit(changed).path),
            (URL(changed).host, URL(changed).raw_path),
        ):
            assert (host, path.removesuffix("/")) == ("ehr.example", "/fhir")
        assert urlsplit(changed).port in (None, 443)
        assert urlsplit(changed).username is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "written as"),
        ("ehr.example/fhir", "written as"),
        ("https://user@ehr.example/fhir", "written as"),
        ("https://ehr.example/fhir?x=1", "written as"),
        ("https://ehr.example/fhir#x", "written as"),
        ("https://ehr.example/a/../fhir", "written as"),
        ("https://ehr.example./fhir", "written as"),
        ("https://еhr.example/fhir", "written as"),
        ("https://2130706433/fhir", "written as"),
        ("https://0177.0.0.1/fhir", "written as"),
        ("https://0x7f.1/fhir", "written as"),
        ("http://ehr.example/fhir", "over https"),
        ("https://127.0.0.1/fhir", "no public address"),
        ("https://169.254.169.254/fhir", "no public address"),
        ("https://[::ffff:10.0.0.1]/fhir", "no public address"),
    ],
)
def test_what_cannot_be_registered_says_why_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(NotAServer, match=why) as told:
        Allowed.parse(text)
    assert str(told.value).count(".") == 1


@pytest.mark.parametrize("text", ["http://169.254.169.254/", "http://0.0.0.0/", "http://[::]/"])
def test_not_everything_is_near_that_says_so(text: str) -> None:
    with pytest.raises(NotAServer):
        Allowed.parse(text, local=True)


PUBLIC = ("8.8.8.8", "2a00:1450:4009:80b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808")
NEAR = (
    "127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "::1", "fd12::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
)  # fmt: skip
NOBODY = (
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1",
    "168.63.129.16", "::", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "2002:7f00:1::",
    "2001:0:7f00:1::1", "2001:db8::1", "100::1", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "4000::1", "not a number", "",
)  # fmt: skip


def test_a_public_number_is_fit_a_near_one_where_allowed_and_the_rest_never() -> None:
    assert [one for one in PUBLIC if not is_fit(one, local=False)] == []
    assert [one for one in NEAR if is_fit(one, local=False) or not is_fit(one, local=True)] == []
    assert [one for one in NOBODY if is_fit(one, local=False) or is_fit(one, local=True)] == []


@given(st.ip_addresses())
def test_no_number_is_fit_that_the_registries_call_special(number: object) -> None:
    told = ip_address(str(number))
    if is_fit(str(told), local=False) and getattr(told, "ipv4_mapped", None) is None:
        assert told.is_global or str(told).startswith("64:ff9b:")
        assert not told.is_multicast


@pytest.mark.parametrize(
    "numbers",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["::ffff:127.0.0.1"],
    ],
)
def test_a_public_name_that_leads_inside_is_not_connected_to(numbers: list[str]) -> None:
    server, lookups = FhirServer([a_patient()]), Lookups(numbers)

    async def once() -> None:
        async with running(server):
            servers = Servers(resolve=lookups)
            base = f"https://ehr.example:{server.port}/fhir"
            with pytest.raises(NoRoute):
                await servers.fetch(
                    Access(base, "t"), [Allowed.parse(base)], QUERIES, "test-person"
                )
            await servers.close()

    asyncio.run(once())
    assert (server.connections, lookups.asked) == (0, ["ehr.example"])


def test_a_name_is_looked_up_once_and_what_was_looked_at_is_connected_to() -> None:
    server, lookups = FhirServer([a_patient()]), Lookups(["127.0.0.1"], ["169.254.169.254"])
    server.host = "ehr.example"

    async def three_times() -> None:
        async with asking(server, QUERIES, resolve=lookups) as asks:
            for _ in range(3):
                assert (await asks.fetch())[PATIENT].doubt == ""

    asyncio.run(three_times())
    assert lookups.asked == ["ehr.example"]


# ---- certificates -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_certificate(tmp_path_factory.mktemp("tls"), "ehr.example")


@pytest.mark.parametrize(
    ("host", "is_trusted", "is_asked"),
    [
        pytest.param("ehr.example", True, True, id="its own name, and trusted"),
        pytest.param("ehr.example", False, False, id="not trusted"),
        pytest.param("other.example", True, False, id="another name"),
    ],
)
def test_only_a_server_that_proves_its_name_is_asked(
    certificate: Path, host: str, is_trusted: bool, is_asked: bool
) -> None:
    server = FhirServer([a_patient()])
    server.scheme, server.host = "https", host
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    trusted = ssl.create_default_context(cafile=str(certificate)) if is_trusted else None

    async def once() -> None:
        resolve = Lookups(["127.0.0.1"])
        async with asking(server, QUERIES, resolve=resolve, tls=own, trusted=trusted) as asks:
            if is_asked:
                assert (await asks.fetch())[PATIENT].doubt == ""
            else:
                with pytest.raises(NoRoute):
                    await asks.fetch()

    asyncio.run(once())
    assert bool(server.asked) == is_asked
