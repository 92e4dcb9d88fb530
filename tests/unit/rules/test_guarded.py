"""Who is left alone, asked and not read: S01 and S06 by what exclusions do, not by their names."""

import pytest

from rules.problems import Problem
from tests.builders import list_text, load_files, rule_text

ALONE = "- shared: palliative"
OWN = "- {{if: {}, because: End of life care}}"
FACTS = """
has_cough: {find: condition, codes: cough}
on_the_register: {find: entry, codes: palliative-care}
as_a_condition: {find: condition, codes: palliative-care}
as_a_procedure: {find: procedure, codes: palliative-care}
as_an_observation: {find: observation, codes: palliative-care}
as_a_referral: {find: referral, codes: palliative-care}
tired: {find: entry, codes: wheeze}
"""


def said(code: str, files: dict[str, str | bytes] | None = None, **headings: str) -> list[Problem]:
    text = rule_text(**headings)
    problems = load_files({**(files or {}), "coughing.yaml": text}).problems
    return [problem for problem in problems if problem.code == code]


def about_the_dying(exclude: str, shared: str = "") -> str:
    """What S01 says, or nothing."""
    files: dict[str, str | bytes] = {"shared/exclusions.yaml": shared} if shared else {}
    found = said("S01", files, facts=FACTS, exclude=f"\n{exclude}" if exclude else "[]")
    assert len(found) <= 1
    return found[0].says if found else ""


NOBODY = "Nothing in this rule leaves people in palliative care alone."
SOME = "This exclusion does not leave everybody in palliative care alone."
UNREAD = "Where the record cannot be read, this rule speaks to people in palliative care."


@pytest.mark.parametrize(
    ("exclude", "says"),
    [
        pytest.param(ALONE, "", id="the shared exclusion"),
        pytest.param(OWN.format("on_the_register"), "", id="one of its own that does the same"),
        pytest.param(
            OWN.format("{any: [on_the_register, tired]}"), "", id="one that does more than that"
        ),
        pytest.param(
            "\n".join(
                OWN.format(f"as_{name}")
                for name in ("a_condition", "a_procedure", "an_observation", "a_referral")
            ),
            "",
            id="several that come to the same",
        ),
        pytest.param("", NOBODY, id="no exclusion"),
        pytest.param(OWN.format("tired"), NOBODY, id="one about something else"),
        pytest.param(OWN.format("{not: on_the_register}"), NOBODY, id="one turned round"),
        pytest.param(OWN.format("as_a_condition"), SOME, id="conditions alone"),
        pytest.param(
            OWN.format("{all: [on_the_register, {age: {at_least: 65}}]}"), SOME, id="older people"
        ),
        pytest.param(
            OWN.format("{any: [{all: [on_the_register, tired]}]}"), NOBODY, id="with more besides"
        ),
        pytest.param(f"{ALONE}\n  if_unknown: include", UNREAD, id="not where nobody can tell"),
    ],
)
def test_people_in_palliative_care_are_left_alone_by_what_an_exclusion_does(
    exclude: str, says: str
) -> None:
    assert about_the_dying(exclude) == says


@pytest.mark.parametrize(
    ("shared", "says"),
    [
        ("palliative: {if: {age: {below: 0}}, because: x}", SOME),
        ("palliative: {if: receiving_palliative_care, because: x, if_unknown: include}", UNREAD),
        ("palliative: {if: receiving_palliative_care, because: Our own words}", ""),
    ],
)
def test_an_exclusion_of_a_practice_under_the_name_of_ours_is_asked_too(
    shared: str, says: str
) -> None:
    assert about_the_dying(ALONE, shared) == says


def test_taking_the_place_of_an_exclusion_of_ours_is_said() -> None:
    text = "tired: {if: {age: {above: 90}}, because: x}\n"
    text += "palliative: {if: {age: {below: 0}}, because: x}\n"
    problems = load_files({"shared/exclusions.yaml": text}).problems
    (problem,) = [each for each in problems if each.at.file.endswith("exclusions.yaml")]
    assert (problem.at.line, problem.stops) == (2, False)
    assert '"palliative" that comes with Good Day' in problem.says


SENT = "\n- results_ahead: {label: Draft a letter, include: blow-test, within: 42 days}"
ANY = "[registered, preliminary, partial, final, amended, corrected]"
NOBODY_FILED = "leaves nobody out"
SOME_FILED = "some that no clinician has filed keep nobody out"


@pytest.mark.parametrize(
    ("fact", "exclusion", "says"),
    [
        (f"codes: blow-test, filed: no, status: {ANY}", "if: waits", ""),
        (f"codes: [wheeze, blow-test], filed: no, status: {ANY}", "if: waits", ""),
        (f"codes: blow-test, filed: no, status: {ANY}, within: 42 days", "if: waits", ""),
        (f"codes: blow-test, filed: no, status: {ANY}", "if: {not: waits}", NOBODY_FILED),
        (f"codes: wheeze, filed: no, status: {ANY}", "if: waits", NOBODY_FILED),
        (f"codes: blow-test, filed: yes, status: {ANY}", "if: waits", NOBODY_FILED),
        ("codes: blow-test, filed: no", "if: waits", SOME_FILED),
        ("codes: blow-test, status: preliminary", "if: waits", SOME_FILED),
        (f"codes: blow-test, filed: no, status: {ANY}, within: 7 days", "if: waits", SOME_FILED),
        (
            f"codes: blow-test, filed: no, status: {ANY}",
            "if: waits, if_unknown: include",
            "Where results cannot be read",
        ),
    ],
)
def test_a_letter_waits_for_a_clinician_by_what_an_exclusion_does(
    fact: str, exclusion: str, says: str
) -> None:
    facts = f"\nhas_cough: {{find: condition, codes: cough}}\nwaits: {{find: observation, {fact}}}"
    exclude = f"\n{ALONE}\n- {{{exclusion}, because: Not filed yet}}"
    found = said("S06", facts=facts, exclude=exclude, offers=SENT)
    assert bool(found) is bool(says)
    assert all(says in problem.says for problem in found)


def test_every_code_that_a_letter_sends_is_looked_at() -> None:
    files: dict[str, str | bytes] = {
        "value-sets/tests.yaml": list_text("tests", ["blow-test", "another-test"])
    }
    facts = "\nhas_cough: {find: condition, codes: cough}\nwaits: "
    facts += f"{{find: observation, codes: blow-test, filed: no, status: {ANY}}}"
    exclude = f"\n{ALONE}\n- {{if: waits, because: Not filed yet}}"
    offers = SENT.replace("blow-test", "tests")
    (problem,) = said("S06", files, facts=facts, exclude=exclude, offers=offers)
    assert SOME_FILED in problem.says
