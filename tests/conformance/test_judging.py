"""A clinician judges a rule before it goes live: whom they are shown, and what is kept of it."""

import re
from collections.abc import Generator, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_hooks.sampling import SILENT_STEPS, to_judge
from cds_hooks.store.cases import KEPT, LENGTH, Case, Cases, Drawn, Sample
from cds_hooks.store.opening import Place
from rules.rule import Library, Status
from tests.builders import a_patient
from tests.fhir_builders import COPD_RULE, RESULTS_RULE, copd, margaret
from tests.judging import PAGE, fields_of, in_status, judge, kept, look, many, press, see
from tests.muting import GP, OURS, SIGNED_IN, Practice, practice
from tests.served import piloting
from tests.stores import TODAY, fast_folder, place, postgresql

__all__ = ["fast_folder", "place", "postgresql"]

AUDITOR = {"x-goodday-user": "i.gov", "x-goodday-role": "auditor"}
NAMES = ("Margaret", "Sam", GP, "Practitioner")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return piloting(tmp_path_factory.mktemp("practice"), COPD_RULE)


@pytest.fixture
def here(place: Place, library: Library) -> Generator[Practice]:
    with practice(place, in_status(library, Status.SHADOW)) as found:
        yield found


def far(here: Practice) -> str:
    """How far the judging is, as the page of all rules says it."""
    page = look(here, "/judging").text
    return next(line.strip() for line in page.split("\n") if "Judged by a clinician" in line)


def test_a_rule_in_shadow_is_judged_case_by_case(here: Practice) -> None:
    see(here, "ann", "bea")
    see(here, "carl", would=False)
    assert "0 of 30 for whom it would be shown, and 0 of 30" in far(here)
    page = look(here)
    assert page.status == 200
    assert "It would have been shown. Was that right?" in page.text
    assert "Ask people with COPD what would help" in page.text
    assert "COPD on the record since" in page.text
    assert "http://snomed.info/sct 13645005" in page.text
    assert "1 March 2020" in page.text
    assert "<dt>age</dt><dd>known, and not kept</dd>" in page.text
    assert "What does a good day look like with your breathing?" in page.text
    said = press(here, "right", fields_of(page.text))
    assert (said.status, "Written down: right" in said.text) == (200, True)
    assert "1 of 30 for whom it would be shown, and 0 of 30" in said.text
    other = look(here)
    assert "It would not have been shown. Was that right?" in other.text
    assert "What it is for is not so of them" in other.text
    assert ">carl</dd>" in other.text.replace(" ", "")
    press(here, "wrong", fields_of(other.text))
    assert "Wrong: 0 and 1." in far(here)
    assert (
        "0 wrong of 1: the true share of wrong ones may still be up to about 95 in a hundred"
        in (look(here, "/judging").text)
    )


def test_the_page_names_the_person_as_the_record_system_does_and_says_nothing_else(
    here: Practice,
) -> None:
    see(here, "ann-of-ours")
    page = look(here).text
    assert "ann-of-ours" in page
    assert not [name for name in NAMES if name in page]
    listed = look(here, "/judging").text
    assert "ann-of-ours" not in listed


def test_why_it_would_not_have_been_shown_is_said(here: Practice) -> None:
    new = copd("new", onsetDateTime="2026-11-15")
    call = here.surgery.a_call([a_patient("new"), new], of="new")
    here.surgery.ask(call)
    here.tally.flush(here.answers)
    page = look(here).text
    assert "Left alone: This person has had COPD on their record for less than four weeks" in page
    assert "15 November 2026" in page


@pytest.mark.parametrize("step", sorted(SILENT_STEPS))
def test_of_every_step_that_would_have_held_it_the_page_says_why(
    here: Practice, library: Library, step: str
) -> None:
    ((rule, version),) = to_judge(in_status(library, Status.SHADOW).rules).items()
    case = Case(rule, version, "silent", "0" * LENGTH, "ann", TODAY, step)
    here.answers.cases().keep([case], [])
    said = re.search(r"would not have been shown</h3>\s*<p>(.*)</p>", look(here).text)
    assert said is not None
    assert said[1].endswith(".")


def test_what_cannot_be_told_is_no_case(here: Practice, place: Place) -> None:
    unread = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "x"}]}
    call = here.surgery.a_call(margaret("ann"), of="ann")
    for key in call["prefetch"]:
        if key != "patient":
            call["prefetch"][key] = unread
    assert here.surgery.ask(call).status == 200
    here.tally.flush(here.answers)
    assert kept(place) == []
    assert "Nobody waits to be looked at" in look(here).text


def test_every_look_at_a_case_is_in_the_audit_and_nothing_of_the_verdict(here: Practice) -> None:
    see(here, "ann")
    look(here, "/judging")
    assert here.looks() == []  # nobody is on it
    fields = fields_of(look(here).text)
    (entry,) = here.looks()
    about = here.answers.key.hidden("ann")
    assert (entry.who, entry.action, entry.what) == (GP, "case", f"{COPD_RULE} about {about}")
    assert entry.allowed
    press(here, "wrong", fields)
    assert here.looks() == [entry]
    look(here)  # nobody waits any more, so nobody was looked at
    assert here.looks() == [entry]
    page = look(here, "/audit", AUDITOR).text
    assert "Somebody by whom a rule is judged" in page


def test_without_an_audit_there_is_no_case(here: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    see(here, "zebedee")
    here.audit.close()
    (here.surgery.store / "audit.sqlite").unlink()
    assert look(here).status == 503
    assert "zebedee" not in look(here).text


@pytest.mark.parametrize("path", ["/judging", PAGE])
def test_it_is_for_clinicians_that_a_trusted_proxy_names(here: Practice, path: str) -> None:
    see(here, "ann")
    for who in ({}, AUDITOR, SIGNED_IN | {"x-goodday-role": "nobody"}):
        refused = look(here, path, who)
        assert refused.status == 403
        assert "ann" not in refused.text.replace("language", "")
    elsewhere = here.browser.get(path, headers=SIGNED_IN)
    assert elsewhere.status_code == 403
    assert all(not one.allowed and "about" not in one.what for one in here.looks())


def test_a_link_of_a_card_leads_to_no_case(place: Place, library: Library) -> None:
    with practice(place, library) as here:  # in pilot
        link = here.link()
        here.tally.flush(here.answers)
        token = link.rpartition("/")[2]
        for path in (f"/judging/{token}", f"{PAGE}?token={token}", f"{link}/judging"):
            assert here.browser.get(path).status_code in (403, 404)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_another_site_presses_no_button(
    here: Practice, place: Place, headers: dict[str, str]
) -> None:
    see(here, "ann")
    fields = fields_of(look(here).text)
    refused = press(here, "wrong", fields, who=SIGNED_IN | headers)
    assert refused.status == 403
    assert [row["verdict"] for row in kept(place)] == [""]


def test_nobody_but_a_clinician_presses_a_button(here: Practice, place: Place) -> None:
    see(here, "ann")
    fields = fields_of(look(here).text)
    for who in (OURS, AUDITOR | OURS):
        assert press(here, "right", fields, who=who).status == 403
    assert here.browser.post(PAGE, data=fields, headers=SIGNED_IN | OURS).status_code == 403
    assert [row["verdict"] for row in kept(place)] == [""]


def test_pages_are_kept_by_nobody_and_run_nothing(here: Practice) -> None:
    see(here, "ann")
    for page in (look(here), look(here, "/judging")):
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["referrer-policy"] == "same-origin"
        assert "<script" not in page.text


@given(
    fields=st.fixed_dictionaries(
        {},
        optional={
            "version": st.text(max_size=40), "sort": st.sampled_from(["shown", "silent", "x", ""]),
            "case": st.text(max_size=60) | st.text("0123456789abcdef", min_size=32, max_size=32),
            "press": st.sampled_from(["right", "wrong", "cannot tell", "take back", "", "RIGHT"]),
        },
    ),
    path=st.sampled_from([PAGE, "/judging/nothing", "/judging/%00", "/judging/'--", f"{PAGE}%2f"]),
)  # fmt: skip
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_form_that_we_did_not_make_changes_nothing(
    here: Practice, place: Place, fields: dict[str, str], path: str
) -> None:
    if not kept(place):
        see(here, "ann")
    client = here.surgery.client
    reply = client.post(path, data=fields, headers=SIGNED_IN | OURS)
    assert reply.status_code in (400, 404, 409)
    assert [row["verdict"] for row in kept(place)] == [""]


def test_a_form_that_is_too_large_or_no_form_is_not_read(here: Practice) -> None:
    client = here.surgery.client
    big = client.post(PAGE, content=b"press=" + b"x" * 2_000, headers=SIGNED_IN | OURS)
    assert big.status_code == 413
    odd = client.post(PAGE, content=b"press=\xff\xfe", headers=SIGNED_IN | OURS)
    assert odd.status_code == 400


def test_a_case_is_judged_once(here: Practice) -> None:
    see(here, "ann")
    fields = fields_of(look(here).text)
    press(here, "right", fields)
    again = press(here, "wrong", fields)
    assert (again.status, "Somebody judged this case already" in again.text) == (409, True)
    assert "Wrong" not in far(here)


def test_a_slip_is_taken_back_on_the_same_day(here: Practice) -> None:
    see(here, "ann")
    fields = fields_of(look(here).text)
    page = press(here, "wrong", fields).text
    assert fields_of(page) == fields
    assert "Taken back" in press(here, "take back", fields).text
    assert "Wrong" not in far(here)
    press(here, "right", fields_of(look(here).text))
    here.at(TODAY + timedelta(days=1))
    assert press(here, "take back", fields).status == 409
    assert "1 of 30 for whom it would be shown" in far(here)


def test_where_somebody_cannot_tell_another_takes_the_place(here: Practice) -> None:
    see(here, *many("ann", 80))
    before = fields_of(look(here).text)
    judge(here, ["cannot tell"])
    after = fields_of(look(here).text)
    assert after["case"] > before["case"]
    assert "0 of 30 for whom it would be shown" in far(here)
    judge(here, ["right", "cannot tell"] * 10 + ["right"] * 20)
    assert "30 of 30 for whom it would be shown, and 0 of 30" in far(here)
    assert "Nobody waits to be looked at" in look(here).text


def test_thirty_of_each_are_enough_and_nobody_more_is_kept(here: Practice, place: Place) -> None:
    see(here, *many("ann"))
    see(here, *many("bea"), would=False)
    assert len(kept(place)) == 2 * KEPT
    judge(here, ["right"] * 59 + ["wrong"])
    page = look(here, "/judging").text
    assert "That is enough." in page
    assert (
        "0 wrong of 30: the true share of wrong ones may still be up to about one in ten." in page
    )
    assert "1 wrong of 30" in page
    assert len(kept(place)) == 60
    see(here, *many("dora"))
    see(here, *many("ed"), would=False)
    assert len(kept(place)) == 60


def test_two_wrong_are_too_many(here: Practice) -> None:
    see(here, *many("ann", 5))
    judge(here, ["wrong", "wrong"])
    assert "More are wrong than may be" in look(here, "/judging").text


def test_a_rule_that_is_changed_is_judged_anew_and_as_it_was_when_put_back(
    place: Place, library: Library
) -> None:
    shadow = in_status(library, Status.SHADOW)
    (rule,) = shadow.rules
    other = replace(rule, purpose=rule.purpose, show_to=("gp",))
    with practice(place, shadow) as here:
        see(here, *many("ann", 10))
        judge(here, ["right"] * 4)
        fields = fields_of(look(here).text)
    with practice(place, replace(shadow, rules=(other,))) as here:
        assert "Where the rule's text is changed" in look(here, "/judging").text
        assert "0 of 30 for whom it would be shown" in far(here)
        old = press(here, "right", fields)
        assert (old.status, "The rule was changed since" in old.text) == (409, True)
        see(here, *many("ann", 10))
        assert fields_of(look(here).text)["version"] != fields["version"]
    with practice(place, shadow) as here:
        assert "4 of 30 for whom it would be shown" in far(here)


def test_the_judging_goes_on_from_shadow_to_pilot(place: Place, library: Library) -> None:
    with practice(place, in_status(library, Status.SHADOW)) as here:
        see(here, *many("ann", 3))
        judge(here, ["right"])
    with practice(place, library) as here:
        assert "1 of 30 for whom it would be shown" in far(here)
        see(here, *many("bea", 3))
        judge(here, ["right"] * 5)
    with practice(place, in_status(library, Status.LIVE)) as here:
        assert look(here).status == 404
        assert "nothing to judge" in look(here, "/judging").text
        before = len(kept(place))
        see(here, *many("carl", 3))
        assert len(kept(place)) == before


def test_somebody_who_changes_is_judged_once(here: Practice) -> None:
    see(here, "ann", would=False)
    see(here, "ann")
    judge(here, ["right"])
    assert "Nobody waits to be looked at" in look(here).text
    assert "1 of 30 for whom it would be shown, and 0 of 30" in far(here)


def test_of_one_held_by_its_manners_there_is_no_case(place: Place, library: Library) -> None:
    with practice(place, library) as here:
        see(here, "ann")  # is shown the card
        see(here, "ann")  # and left in peace
        assert [row["sort"] for row in kept(place)] == ["shown"]


def test_whose_record_is_opened_again_is_written_once(
    here: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    see(here, "ann")
    wrote: list[Case] = []
    real = Cases.keep

    def keep(
        cases: Cases, found: Iterable[Case], versions: Iterable[tuple[str, str]]
    ) -> Mapping[Drawn, Sample]:
        new = list(found)
        wrote.extend(new)
        return real(cases, new, versions)

    monkeypatch.setattr(Cases, "keep", keep)
    see(here, "ann", "ann")
    assert wrote == []
    see(here, "bea")
    assert [one.person for one in wrote] == ["bea"]


def test_a_rule_of_two_moments_is_one_rule(tmp_path_factory: pytest.TempPathFactory) -> None:
    library = piloting(tmp_path_factory.mktemp("practice"), COPD_RULE, RESULTS_RULE)
    folder = Place(tmp_path_factory.mktemp("store"))
    with practice(folder, in_status(library, Status.SHADOW)) as here:
        see(here, "ann")
        assert look(here, "/judging").text.count("Judged by a clinician") == 2


def test_with_several_clients_it_says_whose_person_it_is(here: Practice, library: Library) -> None:
    (version,) = to_judge(in_status(library, Status.SHADOW).rules).values()
    case = Case(COPD_RULE, version, "shown", "0" * 32, "north-road:ann", TODAY)
    here.answers.cases().keep([case], [])
    page = look(here).text
    assert '<dd>ann <span class="when">north-road</span></dd>' in page
    assert "north-road:ann" not in page
