"""``goodday population fetch``: everybody from a FHIR server, whichever way it lets one ask."""

import json
from pathlib import Path

import pytest

from cds_hooks.cli import run
from cds_hooks.clients.making import Pair, new_pair
from cds_hooks.commands import COULD_NOT_RUN, FINE, PROBLEMS
from tests.builders import Resource
from tests.bulk_server import CLIENT, Bulk
from tests.crowd.inventing import invent
from tests.crowd.page import TODAY
from tests.crowd.writing import resources, write_ndjson
from tests.fhir_server import Answer, Asked, FhirServer, answer, up

pytestmark = pytest.mark.long

PEOPLE = 12
PAIR = new_pair("ES384")


def invented(people: int = PEOPLE) -> list[Resource]:
    """Everything on the records of invented people, each entry with an id."""
    found = [one for number in range(people) for one in resources(invent(1, number, TODAY))]
    return [{"id": f"entry-{number}", **one} for number, one in enumerate(found)]


class Desk:
    """Somebody at a practice's desk who fetches, and asks about what came."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.to, self._capsys = folder, folder / "fetched", capsys

    def fetches(self, server: FhirServer, *more: object, to: Path | None = None) -> tuple[int, str]:
        """The exit code, and everything that was said."""
        asked = ["population", "fetch", server.base, "--local", "--to", str(to or self.to)]
        code = run([*asked, *map(str, more)])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    def rows(self, source: Path) -> tuple[int, list[str]]:
        """What ``population run`` ends with, and what it says of each person."""
        rows = self.folder / "rows.ndjson"
        asked = ["population", "run", str(source), "--today", TODAY.isoformat()]
        code = run([*asked, "--processes", "1", "--to", str(rows)])
        self.said = "".join(self._capsys.readouterr())
        return code, sorted(rows.read_text("utf-8").splitlines()) if rows.exists() else []

    def signs(self, pair: Pair = PAIR) -> tuple[object, ...]:
        """What to type for a server that asks who we are."""
        key = self.folder / "key.json"
        key.write_text(json.dumps(pair.private), encoding="utf-8")
        return "--client-id", CLIENT, "--key", key


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def test_by_export_by_searches_and_from_a_folder_the_rows_are_the_same(desk: Desk) -> None:
    straight = desk.folder / "straight"
    write_ndjson(straight, (invent(1, number, TODAY) for number in range(PEOPLE)))
    expected = desk.rows(straight)
    remark = {"severity": "information", "code": "informational"}
    bulk = Bulk(
        invented(),
        errors=({"resourceType": "OperationOutcome", "issue": [remark]},),
        deleted=({"resourceType": "Bundle", "entry": []},),
    )
    with up(bulk.server()) as server:
        assert desk.fetches(server, to=desk.folder / "exported")[0] == FINE
    bulk = Bulk(invented(), exports=False)
    with up(bulk.server()) as server:
        code, said = desk.fetches(server, to=desk.folder / "searched")
    assert code == FINE, said
    assert "by searches" in said
    assert len(expected[1]) == PEOPLE
    assert desk.rows(desk.folder / "exported") == expected
    assert desk.rows(desk.folder / "searched") == expected


def test_what_comes_is_for_its_owner_alone_and_the_job_is_ended(desk: Desk) -> None:
    bulk = Bulk(invented(3), lines=5, keys=PAIR.public_set, token_for=5)
    with up(bulk.server()) as server:
        code, said = desk.fetches(server, *desk.signs())
    assert (code, bulk.said) == (FINE, []), said
    assert bulk.ended == ["job-0"]
    assert {path.stat().st_mode & 0o777 for path in desk.to.iterdir()} == {0o600}
    assert desk.to.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in desk.folder.iterdir()) == ["fetched", "key.json"]
    assert sum(one.path == "/fhir/token" for one in server.asked) > 2  # renewed as they ended


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_a_token_is_asked_for_with_either_algorithm(desk: Desk, algorithm: str) -> None:
    pair = new_pair("ES384" if algorithm == "ES384" else "RS384")
    bulk = Bulk(invented(1), keys=pair.public_set)
    with up(bulk.server()) as server:
        assert desk.fetches(server, *desk.signs(pair))[0] == FINE
    assert bulk.said == []


def test_a_key_that_the_server_does_not_know_gets_nothing(desk: Desk) -> None:
    bulk = Bulk(invented(1), keys=new_pair("ES384").public_set)
    with up(bulk.server()) as server:
        code, said = desk.fetches(server, *desk.signs())
    assert code == COULD_NOT_RUN
    assert "does not know the client" in said
    assert bulk.began == []


def test_without_a_key_it_says_what_to_give(desk: Desk) -> None:
    bulk = Bulk(invented(1), keys=PAIR.public_set)
    with up(bulk.server()) as server:
        code, said = desk.fetches(server)
    assert code == COULD_NOT_RUN
    assert "--client-id" in said


def test_only_types_that_rules_read_are_asked_for(desk: Desk) -> None:
    bulk = Bulk([*invented(1), {"resourceType": "Claim", "id": "bill"}])
    with up(bulk.server()) as server:
        desk.fetches(server)
    assert "Claim" not in bulk.began[0]
    assert "Condition" in bulk.began[0]


def test_a_group_is_exported_by_its_name(desk: Desk) -> None:
    bulk = Bulk(invented(1))
    with up(bulk.server()) as server:
        assert desk.fetches(server, "--group", "asthma-1")[0] == FINE
    assert bulk.began[0].startswith("/fhir/Group/asthma-1/$export?")


def test_a_group_by_searches_is_who_is_in_it(desk: Desk) -> None:
    group: Resource = {"resourceType": "Group", "id": "g", "member": [
        {"entity": {"reference": "Patient/crowd-0"}},
        {"entity": {"reference": "Patient/crowd-1"}, "inactive": True},
        {"entity": {"reference": "Patient/crowd-nobody"}},
    ]}  # fmt: skip
    bulk = Bulk([*invented(3), group], exports=False)
    with up(bulk.server()) as server:
        code, said = desk.fetches(server, "--group", "g", "--by", "search")
    assert code == PROBLEMS
    assert "1 person could not be fetched at all" in said
    code, rows = desk.rows(desk.to)
    assert code == PROBLEMS
    assert [json.loads(row)["person"] for row in rows] == ["crowd-0"]


def test_a_type_without_a_file_is_empty_where_the_server_has_that_type(desk: Desk) -> None:
    bulk = Bulk([one for one in invented(2) if one["resourceType"] != "Flag"])
    with up(bulk.server()) as server:
        assert desk.fetches(server)[0] == FINE
    assert (desk.to / "Flag.ndjson").read_bytes() == b""
    assert desk.rows(desk.to)[0] == FINE


def test_a_type_that_the_server_does_not_have_is_unknown(desk: Desk) -> None:
    everything = invented(2)
    types = {str(one["resourceType"]) for one in everything} - {"Condition"}
    with up(Bulk(everything, types=tuple(types)).server()) as server:
        code, said = desk.fetches(server)
    assert code == PROBLEMS
    assert "The list of condition entries is unknown for everybody" in said
    code, rows = desk.rows(desk.to)
    assert code == PROBLEMS
    assert "cannot tell" in "".join(rows)


def test_what_the_token_does_not_reach_is_unknown(desk: Desk) -> None:
    bulk = Bulk(invented(2), keys=PAIR.public_set, granted="system/Patient.rs system/Condition.rs")
    with up(bulk.server()) as server:
        code, said = desk.fetches(server, *desk.signs())
    assert code == PROBLEMS
    assert "observation entries is unknown for everybody: the access token does not reach" in said
    assert "condition entries" not in said


@pytest.mark.parametrize(
    ("words", "unknown"),
    [("Observation/5 could not be read", 1), ("something went wrong", 5)],
    ids=["one list is named", "no list is named"],
)
def test_an_error_makes_what_it_names_unknown(desk: Desk, words: str, unknown: int) -> None:
    issue = {"severity": "error", "code": "exception", "diagnostics": words}
    remark = {"severity": "information", "code": "informational"}
    bulk = Bulk(
        invented(2), errors=({"resourceType": "OperationOutcome", "issue": [issue, remark]},)
    )
    with up(bulk.server()) as server:
        code, said = desk.fetches(server)
    assert code == PROBLEMS
    assert said.count("is unknown for everybody") >= unknown
    assert (said.count("is unknown for everybody") == 1) == (unknown == 1)
    assert "1 error and 1 remark" in said
    assert words not in said


def test_what_was_deleted_is_counted(desk: Desk) -> None:
    entry = [{"request": {"method": "DELETE", "url": f"Flag/{number}"}} for number in range(3)]
    bulk = Bulk(invented(1), deleted=({"resourceType": "Bundle", "entry": entry},))
    with up(bulk.server()) as server:
        code, said = desk.fetches(server)
    assert code == FINE
    assert "3 entries were deleted there" in said


def test_a_file_at_another_place_is_not_fetched_and_its_list_is_unknown(desk: Desk) -> None:
    with up(Bulk(invented(1)).server()) as other:
        bulk = Bulk(invented(), keys=PAIR.public_set)

        def moved(made: Resource) -> Resource:
            text = json.dumps(made).replace(f"{server.base}/files/Cond", f"{other.base}/files/Cond")
            changed: Resource = json.loads(text)
            return changed

        bulk.manifest = moved
        with up(bulk.server()) as server:
            code, said = desk.fetches(server, *desk.signs())
            assert other.asked == []
            assert code == PROBLEMS
            assert "condition entries is unknown for everybody" in said
            assert "--files-at" in said
            desk.fetches(server, *desk.signs(), "--files-at", other.base)
        assert other.asked
        assert all("authorization" not in one.headers for one in other.asked)


def test_a_server_that_asks_to_wait_is_asked_again(desk: Desk) -> None:
    seen: set[str] = set()

    def busy(asked: Asked) -> Answer | None:
        if asked.path in seen or "files" not in asked.path:
            return None
        seen.add(asked.path)
        return answer({}, 429, Retry_After="0")

    bulk = Bulk(invented(2), spoilt=busy)
    with up(bulk.server()) as server:
        assert desk.fetches(server)[0] == FINE
    assert seen


def test_lists_that_could_not_be_searched_are_unknown_of_those_people(desk: Desk) -> None:
    def closed(asked: Asked) -> Answer | None:
        told = asked.parameters.get("patient", "")
        return answer({}, 403) if told == "crowd-1" and "/Condition" in asked.path else None

    bulk = Bulk(invented(3), exports=False, spoilt=closed)
    with up(bulk.server()) as server:
        code, said = desk.fetches(server)
    assert code == PROBLEMS
    assert "1 list of a person could not be read whole" in said
    code, rows = desk.rows(desk.to)
    assert code == PROBLEMS
    assert [json.loads(row)["person"] for row in rows if "cannot tell" in row] == ["crowd-1"]


def test_a_folder_with_a_file_missing_does_not_pass_for_whole(desk: Desk) -> None:
    with up(Bulk(invented(), lines=1).server()) as server:
        desk.fetches(server)
    sorted(desk.to.glob("Condition.*"))[1].unlink()
    code, _ = desk.rows(desk.to)
    assert code == PROBLEMS
    assert "The list of condition entries is unknown for everybody" in desk.said


def test_a_server_as_a_source_is_told_how(desk: Desk) -> None:
    assert desk.rows(Path("https://ehr.example/fhir"))[0] == COULD_NOT_RUN
    assert "goodday population fetch" in desk.said


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/fhir", "https://10.0.0.1/fhir", "ftp://x", "https://u@x/fhir"]
)
def test_an_address_that_may_not_be_asked_is_told(desk: Desk, address: str) -> None:
    code = run(["population", "fetch", address, "--to", str(desk.to)])
    assert code == COULD_NOT_RUN
    assert not desk.to.exists()
