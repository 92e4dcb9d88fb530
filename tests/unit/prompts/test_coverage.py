"""What the stories of a rule have shown of it, and what nobody has seen."""

from prompts.coverage import Coverage, coverage
from tests.builders import load_text, rule_text

OFFERS = """
- refer: {label: Refer to the tea group, service: tea-group}
- tag: {label: Add a reminder, code: a-reminder, words: A reminder, if: {not: tag_there}}
"""
FACTS = """
has_cough: {find: condition, codes: cough}
tag_there: {find: tag, codes: visit}
"""


def covered(tests: str, **headings: str | None) -> Coverage:
    found = load_text(rule_text(**{"facts": FACTS, "offers": OFFERS, **headings, "tests": tests}))
    assert not found.stops, found.stops
    (rule,) = found.library.rules
    return coverage(rule, found.stories[rule.id])


def missing(found: Coverage) -> dict[str, tuple[str, ...]]:
    return {point.says: point.missing for point in found.unseen}


ALONE = """
- name: Sam has a cough
  person: sam
  expect: prompt
"""
NO_COUGH = """
- name: No cough
  person: sam
  without: [condition cough]
  expect: no prompt
"""
UNREAD = """
- name: Nobody could look
  person: sam
  unavailable: [condition]
  expect: cannot tell
"""
TAGGED = """
- name: A reminder is there
  person: sam
  plus: [{tag: visit, date: 1 month ago}]
  expect: prompt
"""
PALLIATIVE = """
- name: Palliative care
  person: sam
  plus: [{entry: palliative-care, date: 1 month ago}]
  expect: excluded
"""
SAID_NO = """
- name: Said no
  person: sam
  plus: [{outcome: declined, topic: coughing, date: 1 month ago}]
  expect: quiet
"""


def test_one_story_shows_one_side_of_everything() -> None:
    found = missing(covered(ALONE))
    assert found["has_cough under when"] == ("no", "cannot tell")
    assert found['the exclusion "palliative"'] == ("applied",)
    assert found['the offer "tag"'] == ("left out",)
    assert found['tag_there in the offer "tag"'] == ("yes", "cannot tell")
    assert found['quiet after "declined"'] == ("reached",)
    assert 'the offer "refer"' not in found


def test_each_story_shows_what_it_is_about() -> None:
    found = missing(covered(ALONE + NO_COUGH + UNREAD + TAGGED + PALLIATIVE + SAID_NO))
    assert "has_cough under when" not in found
    assert 'the exclusion "palliative"' not in found
    assert 'the offer "tag"' not in found
    assert 'quiet after "declined"' not in found
    assert found['quiet after "not now"'] == ("reached",)


def test_an_exclusion_after_the_one_that_applied_was_not_reached() -> None:
    exclude = "\n- shared: palliative\n- if: tag_there\n  because: It is there"
    found = missing(covered(PALLIATIVE, exclude=exclude))
    assert found['the exclusion "tag_there"'] == ("applied", "did not apply")
    assert found['the exclusion "palliative"'] == ("did not apply",)


def test_somebody_to_whom_the_rule_does_not_apply_shows_nothing_of_its_exclusions() -> None:
    found = missing(covered(NO_COUGH))
    assert found['the exclusion "palliative"'] == ("applied", "did not apply")


def test_that_somebody_has_died_is_never_in_doubt_in_a_story() -> None:
    found = missing(covered(ALONE, exclude="\n- shared: deceased"))
    assert found['deceased in the exclusion "deceased"'] == ("yes",)


def test_what_was_seen_is_counted() -> None:
    found = covered(ALONE)
    seen, every = found.ways
    assert every - seen == sum(len(point.missing) for point in found.unseen)
    assert found.stories == 1
    assert covered(ALONE + NO_COUGH).ways == (seen + 1, every)


def test_a_point_has_the_place_of_its_fact_or_else_of_what_names_it() -> None:
    found = covered(ALONE)
    places = {point.says: point.at for point in found.points}
    assert places["has_cough under when"] == found.rule.facts["has_cough"].at
    (exclusion,) = found.rule.exclusions
    assert places['the exclusion "palliative"'] == exclusion.at
