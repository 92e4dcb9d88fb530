"""Directories as ALISS and Open Referral publish them: what is read, and what is set aside."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from cds_hooks.directory.aliss import write_aliss
from cds_hooks.directory.reading import read_directory
from cds_hooks.directory.referral import write_referral
from cds_hooks.directory.shapes import MOST_BYTES, NotADirectory, Page, Whose
from rules.answer import NO, YES, Answer
from rules.support import Cost, Credit, Join, Spot, Status
from tests.directories import TODAY, Json, walks

WHOSE = Whose()
BY = "https://creativecommons.org/licenses/by/4.0/"


def read(document: object, whose: Whose = WHOSE) -> Page:
    return read_directory(json.dumps(document).encode(), whose, TODAY)


def aliss(**members: object) -> Json:
    return {"id": "walks-1", "name": "Walks", "organisation": {"name": "Steps"}, **members}


def aliss_page(**members: object) -> Json:
    return {"data": [aliss(**members)]}


def referral(**members: object) -> Json:
    return {"id": "walks-1", "name": "Walks", "status": "active", **members}


def test_a_service_of_aliss_in_version_5_says_who_may_refer_and_when_it_was_reviewed() -> None:
    (one,) = read(
        {
            "meta": {"licence": BY, "attribution": [{"text": "From users", "url": "https://a.example"}]},
            "data": [
                aliss(
                    summary="Walks for all",
                    description="Longer",
                    referral_url="https://steps.example/refer",
                    phone="01475 123456",
                    categories=[{"name": "Peer Support Group", "slug": "peer-support-group"}],
                    community_groups=[{"name": "Carers", "slug": "carers"}],
                    accessibility_features=[
                        {"name": "Wheelchair access", "additional_info": "all"}
                    ],
                    last_reviewed="2026-10-31T23:30:00Z",
                    last_updated="2020-01-01T00:00:00Z",
                )
            ],
        }
    ).found  # fmt: skip
    entry = one.entry
    assert (entry.id, entry.licence) == ("aliss:walks-1", BY)
    assert entry.credits == (Credit("From users", "https://a.example"),)
    assert (entry.about, entry.run_by, entry.join) == ("Walks for all", "Steps", Join.EITHER)
    assert entry.themes == ("peer-support-group", "carers")
    assert entry.kinds == ("peers", "group")
    assert (entry.peers, entry.step_free) == (YES, YES)
    assert entry.last_checked == date(2026, 10, 31)


def test_a_service_of_open_referral_says_cost_ages_languages_and_days() -> None:
    (one,) = read(
        referral(
            minimum_age=18,
            languages=[{"id": "l", "code": "ur"}],
            cost_options=[{"id": "c", "option": "Each time", "amount": 0}],
            schedules=[
                {"id": "s", "byday": "TU,FR", "opens_at": "10:00:00", "closes_at": "12:00:00"}
            ],
            phones=[{"id": "p", "number": '"+44 1234 234567"'}],
            service_at_locations=[
                {
                    "id": "at",
                    "location": {
                        "id": "lo",
                        "location_type": "physical",
                        "name": "The hall",
                        "latitude": 55.8,
                        "longitude": -4.87,
                        "accessibility": [{"id": "ac", "description": "No wheelchair access."}],
                    },
                }
            ],
            attributes=[
                {"id": "t", "taxonomy_term": {"name": "Walking", "taxonomy": "Activities"}},
                {"id": "t", "taxonomy_term": {"name": "COPD", "taxonomy": "conditions"}},
            ],
            assured_date="2026-09-01",
        ),
        Whose("mycity", "OGL", ("From MyCity council",)),
    ).found
    entry = one.entry
    assert (entry.id, entry.licence) == ("mycity:walks-1", "OGL")
    assert entry.credits == (Credit("From MyCity council"),)
    assert (entry.cost, entry.youngest, entry.languages) == (Cost.FREE, 18, ("ur",))
    assert entry.days == "Tuesdays and Fridays 10:00 to 12:00"
    assert entry.phone == "+44 1234 234567"
    assert entry.spots == (Spot("The hall", "", 55.8, -4.87),)
    assert (entry.step_free, entry.online) == (NO, Answer.NO)
    assert (entry.themes, entry.conditions) == (("walking",), ("copd",))
    assert (entry.last_checked, entry.status) == (date(2026, 9, 1), Status.ACTIVE)


def test_a_long_text_is_cut_at_a_word_and_kept_whole_beside_it() -> None:
    (one,) = read(aliss_page(description="walk " * 200)).found
    assert one.entry.about == "walk " * 118 + "walk…"
    assert len(one.original["description"]) == 1_000
    (one,) = read(aliss_page(description="w" * 700)).found
    assert one.entry.about == "w" * 599 + "…"


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ("Free", Cost.FREE),
        ("No charge", Cost.FREE),
        ("£0", Cost.FREE),
        ("0.00", Cost.FREE),
        ("£0.50 a cup of tea", Cost.PAID),
        ("0.50", Cost.UNKNOWN),
        ("£3 a week", Cost.PAID),
        ("Free for members, otherwise £5", Cost.PAID),
        ("Please ask", Cost.UNKNOWN),
        ("", Cost.UNKNOWN),
    ],
)
def test_what_it_costs_is_said_only_where_the_words_say_so(said: str, cost: Cost) -> None:
    assert read(referral(fees_description=said)).found[0].entry.cost is cost


def test_how_long_people_wait_is_kept_in_the_words_of_its_directory_and_written_again() -> None:
    (one,) = read(referral(wait_time="2 to 3 weeks"), Whose(licence="OGL")).found
    assert one.entry.wait == "2 to 3 weeks"
    (out,) = write_referral([(one.entry, None)], TODAY)["contents"]
    assert out["wait_time"] == "2 to 3 weeks"
    (out,) = write_aliss([(one.entry, None)], TODAY)["data"]
    assert out["good_day"]["wait"] == "2 to 3 weeks"


@pytest.mark.parametrize(
    ("members", "claimed"),
    [
        ({"is_claimed": True}, YES),
        ({"is_claimed": False, "organisation": {"is_claimed": True}}, NO),
        ({"organisation": {"is_claimed": True}}, YES),
        ({}, Answer.CANNOT_TELL),
        ({"is_claimed": "yes"}, Answer.CANNOT_TELL),
    ],
)
def test_whether_whoever_runs_it_keeps_the_entry_is_read_and_written(
    members: Json, claimed: Answer
) -> None:
    (one,) = read(aliss_page(**members)).found
    assert one.entry.claimed is claimed
    (out,) = write_aliss([(one.entry, None)], TODAY)["data"]
    assert out.get("is_claimed") == {YES: True, NO: False}.get(claimed)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("active", Status.ACTIVE),
        ("inactive", Status.PAUSED),
        ("temporarily closed", Status.PAUSED),
        ("defunct", Status.GONE),
        ("who knows", Status.PAUSED),
    ],
)
def test_only_what_is_said_to_be_active_is(said: str, status: Status) -> None:
    assert read(referral(status=said)).found[0].entry.status is status


def test_a_service_at_several_places_is_one_with_them_all() -> None:
    def at(place: str) -> Json:
        location = {"id": place, "location_type": "physical", "name": place}
        return {"id": f"at {place}", "location": location, "service": referral()}

    page = read({"contents": [at("Hall"), at("Library")], "page_number": 1, "total_pages": 1})
    (one,) = page.found
    assert [spot.words for spot in one.entry.spots] == ["Hall", "Library"]


def test_a_page_says_which_comes_next_and_the_last_one_none() -> None:
    page = {"contents": [referral()], "page_number": 2, "total_pages": 3}
    assert (read(page).following, read(page).pages) == (3, 3)
    assert read({**page, "page_number": 3}).following is None
    assert read({**page, "contents": []}).following is None
    following = "https://api.aliss.example/v5/services?page=2"
    assert read({"data": [aliss()], "next": following}).following == following
    assert read({"data": [aliss()], "next": None}).following is None


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        pytest.param({"name": ""}, "It has no name.", id="no name"),
        pytest.param({"name": "x" * 201}, "Its name is longer than 200 characters.", id="long"),
        pytest.param({"name": ["x"]}, "It has no name.", id="a name that is no text"),
        pytest.param({"id": "a b"}, "Its id is not one that can stand in an address.", id="id"),
        pytest.param(
            {"good_day": {"cost": 7}}, 'Its member "good_day" is not as we write it.', id="ours"
        ),
        pytest.param(
            {"good_day": {"source": "<b>"}}, "Whose entry it is cannot be told.", id="whose"
        ),
    ],
)  # fmt: skip
def test_a_bad_entry_is_named_and_the_rest_is_kept(spoilt: Json, says: str) -> None:
    good = aliss(id="good")
    page = read({"data": [aliss(**spoilt), good, 7]})
    assert [one.entry.source_id for one in page.found] == ["good"]
    assert [aside.says for aside in page.asides] == [says, "It is no object."]
    assert page.asides[0].where.startswith("entry 1")
    assert page.asides[1].where == "entry 3"


def test_what_was_left_out_of_an_entry_is_said_and_the_entry_is_in() -> None:
    page = read({"data": [aliss(url="javascript:alert(1)", last_updated="2099-01-01T00:00:00Z")]})
    (one,) = page.found
    assert (one.entry.url, one.entry.last_checked) == ("", None)
    assert [(aside.where, aside.kept) for aside in page.asides] == [('entry 1 ("Walks")', True)] * 2
    assert "web address" in page.asides[0].says


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b"7",
        b'{"id": "x", "name": "a taxonomy", "description": "of terms"}',
        b"[" * 200 + b"]" * 200,
        b'{"data": [{"x": NaN}]}',
        b'{"data": [], "x": ' + b"7" * 5000 + b"}",
        b"\xff\xfe",
    ],
)
def test_what_is_no_directory_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotADirectory, match=r"^It is .*\.$"):
        read_directory(body, Whose(), TODAY)


def test_what_is_too_large_is_not_read() -> None:
    with pytest.raises(NotADirectory, match="20 MiB"):
        read_directory(b" " * (MOST_BYTES + 1), Whose(), TODAY)


# What follows reads the directories that others published, which are not part of the project.


@pytest.fixture(scope="module")
def published(shared_data: Path) -> Path:
    folder = shared_data / "directories"
    if not folder.is_dir():
        pytest.skip("the directories in the shared data folder are not here")
    return folder


def test_the_sample_of_aliss_comes_out_as_it_came_in(published: Path) -> None:
    sample = json.loads((published / "aliss" / "sample_services_v4.json").read_bytes())
    page = read(sample)
    assert page.asides == ()
    group, dogs = (one.entry for one in page.found)
    assert (group.name, group.spots[0].postcode) == ("Hill Walking Group", "KA30 8QL")
    assert (group.last_checked, dogs.areas) == (date(2018, 9, 17), ("City of Edinburgh",))
    assert (group.licence, len(group.credits)) == (BY, 4)
    assert write_aliss([(one.entry, one.original) for one in page.found], TODAY) == sample


@pytest.mark.parametrize(
    "name",
    [
        "oruk_v3/examples/service_full.json",
        "oruk_v3/examples/service_list.json",
        "oruk_v3/examples/service_at_location_full.json",
        "oruk_v3/examples/service_at_location_list.json",
        "hsds_v3/examples/service_full.json",
        "hsds_v3/examples/service_list.json",
    ],
)
def test_the_examples_of_open_referral_are_read_and_come_out_the_same(
    published: Path, name: str
) -> None:
    example = json.loads((published / name).read_bytes())
    page = read(example, Whose(licence="CC BY-SA 4.0"))
    assert page.asides == ()
    (one,) = page.found
    assert (one.entry.name, one.entry.last_checked) == ("Community Counselling", date(2005, 1, 1))
    (out,) = write_referral([(one.entry, one.original)], TODAY)["contents"]
    assert out.pop("good_day") == {"licence": "CC BY-SA 4.0"}
    assert out == (example["contents"][0] if "contents" in example else example)


def test_what_we_write_for_aliss_is_as_its_fields_are(published: Path) -> None:
    schema = json.loads((published / "aliss" / "v5_service_fields.schema.json").read_bytes())
    (service,) = write_aliss([(walks(), None)], TODAY)["data"]
    Draft202012Validator(schema).validate(service)  # pyright: ignore[reportUnknownMemberType] - jsonschema's


def test_what_we_write_for_open_referral_is_as_its_schemas_say(published: Path) -> None:
    folder = published / "hsds_v3" / "schema"
    schemas = {path.name: json.loads(path.read_bytes()) for path in folder.glob("*.json")}

    found = [(name, DRAFT202012.create_resource(schema)) for name, schema in schemas.items()]
    # What it says of its own parents we do not write, and the schemas here do not have.
    found += [(name, DRAFT202012.create_resource({})) for name in _of(schemas) - schemas.keys()]
    entry = walks(
        cost=Cost.PAID,
        phone="01475 123456",
        days="Saturdays at 9",
        languages=("gd",),
        access=("step-free",),
        conditions=("copd",),
        online=YES,
        areas=("North Ayrshire",),
        youngest=18,
    )
    (service,) = write_referral([(entry, None)], TODAY)["contents"]
    # Its schemas are JSON: nothing narrower is known of them.
    registry = Registry[Any]().with_resources(found)
    Draft202012Validator(schemas["service.json"], registry=registry).validate(service)  # pyright: ignore[reportUnknownMemberType] - jsonschema's


def _of(schemas: dict[str, Json]) -> set[str]:
    """Every schema that one of these names."""
    return set(re.findall(r'"\$ref": "([a-z_]+\.json)"', json.dumps(schemas)))


def test_what_we_wrote_into_an_entry_once_goes_when_it_is_not_so_any_more() -> None:
    closed = aliss(good_day={"status": "closed for now"})
    (before,) = read({"meta": {"licence": BY}, "data": [closed]}).found
    assert before.entry.status is Status.PAUSED
    opened = replace(before.entry, status=Status.ACTIVE)
    (again,) = read(write_aliss([(opened, before.original)], TODAY)).found
    assert again.entry == opened
