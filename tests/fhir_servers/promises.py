"""What has to hold whichever FHIR server it is: asked or told, the decisions are the same."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from fhir_adapters.bulk.chunk import Row
from fhir_adapters.bundle import record_from_bundle
from fhir_adapters.fetching.fetch import Brought
from fhir_adapters.needs import Needs, needs
from fhir_adapters.read import TYPES
from rules.engine import evaluate
from rules.load import load_library
from rules.outcome import Decision, Outcome
from rules.record import Kind, PatientRecord
from rules.rule import Rule
from tests.fhir_servers.asking import record_from_server
from tests.fhir_servers.fetching import fetched, rows, written
from tests.fhir_servers.people import TWELVE, Somebody
from tests.fhir_servers.served import SYNTHEA, asking
from tests.fhir_servers.servers import FhirServer
from tests.lengths import first

NAMED = pytest.mark.parametrize("name", first(3, TWELVE))


@dataclass(frozen=True)
class Decided:
    """What a rule came to, without what was looked at on the way."""

    rule: str
    decision: Decision
    because: str
    offers: tuple[str, ...]


def decided(record: PatientRecord, somebody: Somebody, rules: tuple[Rule, ...]) -> list[Decided]:
    """Every rule, asked about one person on the day of their set."""
    return [_decided(outcome) for outcome in evaluate(rules, record, (), somebody.set.day)]


def _decided(outcome: Outcome) -> Decided:
    offers = tuple(str(offer) for offer in outcome.offers)
    return Decided(outcome.rule.id, outcome.decision, outcome.because, offers)


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules that we ship, and those that were written for the shared data."""
    return (*load_library().usable().rules, *load_library(SYNTHEA).usable().rules)


def synthea_rules() -> set[str]:
    """The names of those that were written for the shared data."""
    return {rule.id for rule in load_library(SYNTHEA).usable().rules}


def asked_and_told(
    server: FhirServer, somebody: Somebody, shared_data: Path
) -> tuple[list[Decided], list[Decided]]:
    """What is decided about somebody from a server, and from their stored bundle."""
    gate = server.gate
    asked = record_from_server(gate.address, gate.token(), somebody.id, all_needs())
    told = record_from_bundle(somebody.bundle(shared_data))
    assert asked.unread.keys() == set(Kind) - set(all_needs().kinds)
    return decided(asked, somebody, all_rules()), decided(told, somebody, all_rules())


def careful_rules() -> tuple[Rule, ...]:
    """Those of them that say nothing when they cannot tell: all but the safety nets."""
    return tuple(rule for rule in all_rules() if not rule.prompt_when_unknown)


@cache
def all_needs() -> Needs:
    """What those rules read."""
    return needs(all_rules())


def straight(shared_data: Path, tmp_path: Path, brought: Brought) -> list[Row]:
    """The rows of the twelve from a folder of what is in their stored bundles."""
    everybody = [one for who in TWELVE.values() for one in who.resources(shared_data)]
    found = rows(written(everybody, tmp_path / "straight", brought.came.told.types))
    assert len(found) == len(TWELVE)
    return found


class OfAnyServer:
    """The promises; a file for each server gives the fixture ``server``, with the twelve on it."""

    @NAMED
    def test_what_is_asked_for_is_decided_as_what_is_sent(
        self, server: FhirServer, shared_data: Path, name: str
    ) -> None:
        asked, told = asked_and_told(server, TWELVE[name], shared_data)
        assert asked == told

    def test_the_twelve_are_prompted_about_and_not(self, shared_data: Path) -> None:
        found = [
            one.decision
            for somebody in TWELVE.values()
            for one in decided(
                record_from_bundle(somebody.bundle(shared_data)), somebody, all_rules()
            )
        ]
        assert found.count(Decision.PROMPT) >= 10
        assert found.count(Decision.NO_PROMPT) >= 10

    def test_a_long_list_comes_in_pages(self, server: FhirServer) -> None:
        somebody = TWELVE["a long record, the plan revoked"]
        before = len(server.gate.asked)
        record_from_server(server.gate.address, server.gate.token(), somebody.id, all_needs())
        assert len(server.gate.asked) - before > len(all_needs().queries)

    @pytest.mark.parametrize("left", first(2, [0, 3, 1, 2, 5, 8, 13]))
    def test_where_a_token_expires_on_the_way_nothing_is_decided_that_is_not_so(
        self, server: FhirServer, shared_data: Path, left: int
    ) -> None:
        somebody = TWELVE["a long record, the plan revoked"]
        token = server.gate.token(good_for=left)
        asked = record_from_server(server.gate.address, token, somebody.id, all_needs())
        told = record_from_bundle(somebody.bundle(shared_data))
        assert asked.unread.keys() > set(Kind) - set(all_needs().kinds)
        part = decided(asked, somebody, careful_rules())
        whole = decided(told, somebody, careful_rules())
        assert [
            (one, other)
            for one, other in zip(part, whole, strict=True)
            if one.decision is not Decision.CANNOT_TELL and one != other
        ] == []

    def test_without_a_token_nobody_is_prompted_about(self, server: FhirServer) -> None:
        somebody = TWELVE["a long record, the plan revoked"]
        asked = record_from_server(server.gate.address, "no-token", somebody.id, all_needs())
        assert asked.unread.keys() == set(Kind)
        found = {one.decision for one in decided(asked, somebody, careful_rules())}
        assert Decision.CANNOT_TELL in found
        assert Decision.PROMPT not in found

    @pytest.mark.parametrize("kind", [Kind.CARE_PLAN, Kind.CONDITION])
    def test_a_scope_that_lacks_one_list_leaves_that_list_unknown(
        self, server: FhirServer, kind: Kind
    ) -> None:
        somebody = TWELVE["a plan entered in error"]
        others = {TYPES[other] for other in all_needs().kinds if other is not kind}
        scope = " ".join(f"patient/{name}.rs" for name in sorted(others | {"Patient"}))
        token = server.gate.token(scope)
        asked = record_from_server(server.gate.address, token, somebody.id, all_needs())
        assert asked.unread.keys() - (set(Kind) - set(all_needs().kinds)) == {kind}
        decisions = {one.rule: one.decision for one in decided(asked, somebody, all_rules())}
        assert decisions["asthma-without-plan"] is Decision.CANNOT_TELL

    @pytest.mark.parametrize(
        "scope", first(1, ["patient/*.rs", "user/*.read", "user/*.cruds", "system/*.*"])
    )
    def test_scopes_of_both_versions_are_good(self, server: FhirServer, scope: str) -> None:
        somebody = TWELVE["nothing that a rule asks for"]
        token = server.gate.token(scope)
        asked = record_from_server(server.gate.address, token, somebody.id, all_needs())
        assert asked.unread.keys() == set(Kind) - set(all_needs().kinds)

    def test_everybody_by_searches_comes_to_the_rows_of_a_folder(
        self, server: FhirServer, shared_data: Path, tmp_path: Path
    ) -> None:
        brought = fetched(server, tmp_path / "searched", "search")
        told = brought.came.told
        assert (told.people, told.unread_of_people) == (0, 0)
        assert rows(tmp_path / "searched") == straight(shared_data, tmp_path, brought)

    @NAMED
    def test_the_service_asks_and_prompts_about_nobody_wrongly(
        self, server: FhirServer, shared_data: Path, tmp_path: Path, name: str
    ) -> None:
        somebody = TWELVE[name]
        told = record_from_bundle(somebody.bundle(shared_data))
        whole = {one.rule: one.decision for one in decided(told, somebody, all_rules())}
        prompting = {rule for rule, decision in whole.items() if decision is Decision.PROMPT}
        with asking(tmp_path, server) as service:
            replies = service.until_it_came_in_time(somebody, server.gate.token())
        assert {reply.status for reply in replies} == {200}
        assert replies[-1].held_back == {}
        assert replies[-1].prompted == prompting & synthea_rules()
        assert all(reply.prompted <= prompting for reply in replies)

    def test_with_an_expired_token_the_service_says_that_it_cannot_tell(
        self, server: FhirServer, tmp_path: Path
    ) -> None:
        token = server.gate.token(good_for=0)
        with asking(tmp_path, server) as service:
            reply = service.once_reached(TWELVE["a plan entered in error"], token)
        assert reply.decided("asthma-without-plan") == "cannot-tell"
        assert reply.cards == []
        assert token not in reply.text

    def test_with_a_scope_that_is_too_small_the_service_says_that_it_cannot_tell(
        self, server: FhirServer, tmp_path: Path
    ) -> None:
        scope = "patient/Patient.rs patient/Condition.rs patient/Procedure.rs"
        token = server.gate.token(scope)
        with asking(tmp_path, server) as service:
            reply = service.once_reached(TWELVE["a plan entered in error"], token)
        assert reply.decided("asthma-without-plan") == "cannot-tell"
        assert reply.cards == []
