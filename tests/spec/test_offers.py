"""``offers:``: what can be said yes or no to, and when each is on the card."""

import pytest

from prompts.prompt import Prompt
from rules.answer import Answer
from rules.codes import OWN, Code
from rules.days import Duration
from rules.fingerprint import fingerprint
from rules.record import Entry, Kind, Reply
from rules.remembered import offer_key, offer_keys, same_offer
from rules.rule import Offer, OfferKind
from tests.builders import a_record, a_rule, card, entry, list_text, load_files, rule_text
from tests.spec.table import refusals

COUGH = entry(Kind.CONDITION, "cough", date="2020-03-01")
FACTS = """
has_cough: {find: condition, codes: cough}
has_wheeze: {find: observation, codes: wheeze}
coughs: {find: condition, codes: cough, give: count}
"""
REFER = "refer: {label: Refer, service: tea-group}"
RECORD = "record_offer: {label: Record, codes: tea-group}"
TAG = "tag: {label: Remind, code: ask-about-tea, words: Ask about tea}"
RESULTS = "results_ahead: {label: Letter, include: blow-test, within: 42 days}"


def offered(*lines: Entry, offers: str, unread: tuple[Kind, ...] = ()) -> Prompt:
    rule = a_rule(facts=FACTS, offers=offers, exclude=None)
    prompt = card(rule, a_record(COUGH, *lines, unread=unread)).prompt
    assert prompt is not None
    return prompt


def labels(prompt: Prompt) -> list[str]:
    return [proposal.label for proposal in prompt.proposals if proposal.offer is not None]


@pytest.mark.parametrize(
    ("offer", "kind", "counts_as"),
    [
        pytest.param(REFER, OfferKind.REFER, Reply.ACCEPTED, id="a referral is an offer taken up"),
        pytest.param(RECORD, OfferKind.RECORD, Reply.ACCEPTED, id="so is an offer recorded"),
        pytest.param(TAG, OfferKind.TAG, Reply.SHOWN, id="a tag is a reminder, not an offer"),
    ],
)
def test_what_each_kind_counts_as_when_it_is_taken(
    offer: str, kind: OfferKind, counts_as: Reply
) -> None:
    (first, *_) = offered(offers=f"\n- {offer}").proposals
    assert first.offer is not None
    assert (first.offer.kind, first.counts_as) == (kind, counts_as)


def test_a_letter_taken_is_only_a_card_shown() -> None:
    filed = entry(Kind.OBSERVATION, "blow-test", date="1 week ago", filed=Answer.YES)
    (first, *_) = offered(filed, offers=f"\n- {RESULTS}").proposals
    assert first.counts_as is Reply.SHOWN
    assert first.results == (filed,)


@pytest.mark.parametrize(
    ("date", "filed", "there"),
    [
        pytest.param("1 week ago", Answer.YES, True, id="filed"),
        pytest.param("1 week ago", Answer.NO, False, id="not filed"),
        pytest.param("1 week ago", Answer.CANNOT_TELL, False, id="no sign of filing"),
        pytest.param("2 months ago", Answer.YES, False, id="filed, but too old"),
    ],
)
def test_a_letter_is_offered_only_about_filed_results(
    date: str, filed: Answer, there: bool
) -> None:
    result = entry(Kind.OBSERVATION, "blow-test", date=date, filed=filed)
    assert ("Letter" in labels(offered(result, offers=f"\n- {RESULTS}"))) is there


def test_not_now_and_no_thank_you_are_always_there() -> None:
    for offers in ("[]", f"\n- {REFER}"):
        last = offered(offers=offers).proposals[-2:]
        assert [(p.label, p.counts_as) for p in last] == [
            ("Not now", Reply.NOT_NOW),
            ("No, thank you", Reply.DECLINED),
        ]


WHEEZE = entry(Kind.OBSERVATION, "wheeze")


@pytest.mark.parametrize(
    ("condition", "there", "absent", "unknown"),
    [
        pytest.param("if: has_wheeze", True, False, False, id="if; unknown is hidden"),
        pytest.param("if: has_wheeze, if_unknown: hide", True, False, False, id="hide"),
        pytest.param("if: has_wheeze, if_unknown: show", True, False, True, id="show"),
        pytest.param("if: {not: has_wheeze}", False, True, False, id="not; unknown is hidden"),
        pytest.param("needs: has_wheeze", True, False, False, id="needs must be yes"),
        pytest.param(
            "if: has_cough, needs: has_wheeze, if_unknown: show",
            True,
            False,
            False,
            id="needs is never unknown",
        ),
    ],
)
def test_if_and_needs_say_when_an_offer_is_on_the_card(
    condition: str, there: bool, absent: bool, unknown: bool
) -> None:
    offers = f"\n- refer: {{label: Refer, service: tea-group, {condition}}}"
    assert bool(labels(offered(WHEEZE, offers=offers))) is there
    assert bool(labels(offered(offers=offers))) is absent
    assert bool(labels(offered(offers=offers, unread=(Kind.OBSERVATION,)))) is unknown


def test_what_to_do_where_nobody_is_asked_anything_is_a_slip() -> None:
    offers = "\n- refer: {label: Refer, service: tea-group, needs: has_cough, if_unknown: show}"
    assert refusals(offers=offers) == [
        '"if_unknown" is about what "if" asks, and this offer has no "if".'
    ]


def test_a_tag_ends_within_twelve_months_and_so_it_does_where_the_rule_says_nothing() -> None:
    (first, *_) = offered(offers=f"\n- {TAG}").proposals
    assert first.offer is not None
    assert first.offer.ends_after == Duration(12, "month")
    assert first.offer.code == Code(OWN, "ask-about-tea")


@pytest.mark.parametrize("length", ["1 day", "12 months", "1 year", "52 weeks", "365 days"])
def test_a_tag_may_end_sooner(length: str) -> None:
    tag = f"\n- tag: {{label: Remind, code: ask, words: Ask, for: {length}}}"
    assert refusals(offers=tag) == []


@pytest.mark.parametrize("length", ["13 months", "2 years", "53 weeks", "366 days"])
def test_a_tag_may_not_last_longer(length: str) -> None:
    tag = f"\n- tag: {{label: Remind, code: ask, words: Ask, for: {length}}}"
    assert refusals(offers=tag) == ["A tag ends within 12 months."]


def test_the_label_is_filled_like_a_summary() -> None:
    offers = "\n- refer: {label: <first_name> may like tea, service: tea-group}"
    assert labels(offered(offers=offers)) == ["Sam may like tea"]


@pytest.mark.parametrize(
    ("offers", "says"),
    [
        pytest.param(
            "\n- refer: {service: tea-group}", 'A refer offer needs "label:".', id="no label"
        ),
        pytest.param("\n- refer: {label: x}", 'A refer offer needs "service:".', id="no service"),
        pytest.param(
            "\n- record_offer: {label: x}", 'A record_offer offer needs "codes:".', id="no codes"
        ),
        pytest.param("\n- tag: {label: x, words: y}", 'A tag offer needs "code:".', id="no code"),
        pytest.param("\n- tag: {label: x, code: y}", 'A tag offer needs "words:".', id="no words"),
        pytest.param(
            "\n- results_ahead: {label: x, include: blow-test}",
            'A results_ahead offer needs "within:".',
            id="no window",
        ),
        pytest.param(
            "\n- results_ahead: {label: x, within: 1 month, include: []}",
            'There is nothing listed under "include" yet.',
            id="nothing included",
        ),
        pytest.param(
            "\n- refer: {label: x, service: te-group}",
            'There is no service called "te-group" in shared/services.yaml.',
            id="a service that does not exist",
        ),
        pytest.param("\n- refr: {label: x, service: tea-group}", '"refr" is not a kind of offer.'),
        pytest.param(
            "\n- {refer: {label: x, service: tea-group}, tag: {label: x}}",
            "Each offer is one kind with its headings under it.",
            id="two kinds in one",
        ),
        pytest.param(
            "\n- refer: tea-group",
            "The refer offer needs headings under it, each with a colon.",
            id="a bare kind",
        ),
        pytest.param(
            "\n- refer: {label: x, service: tea-group, needs: coughs}",
            '"coughs" is not a yes or no, so nothing can need it.',
            id="a number is needed",
        ),
        pytest.param(
            "\n- refer: {label: x, service: tea-group, needs: cofs}",
            'Nothing in this file is called "cofs".',
            id="something that is not there is needed",
        ),
        pytest.param(
            "\n- refer: {label: x, service: tea-group, if_unknown: include}",
            '"include" is neither show nor hide.',
            id="a word of exclusions",
        ),
        pytest.param(
            f"\n- refer: {{label: {'x' * 140}, service: tea-group}}",
            "The label can come to 140 characters; the most is 139.",
            id="a label that is too long",
        ),
        pytest.param(
            "\n- refer: {label: x, service: tea-group, recommended: yes}\n"
            "- tag: {label: x, code: y, words: z, recommended: yes}",
            "At most one offer can be recommended.",
            id="two recommended",
        ),
    ],
)
def test_an_offer_that_cannot_be_read_is_never_dropped(offers: str, says: str) -> None:
    assert refusals(facts=FACTS, offers=offers) == [says]


def letter(codes: str) -> Offer:
    """The offer of a letter whose list of results has these codes."""
    listed = {f"value-sets/{RESULTS_LIST}.yaml": list_text(RESULTS_LIST, codes.split())}
    rule = rule_text(facts=FACTS, offers=f"\n- {RESULTS}", exclude=None)
    loaded = load_files({"coughing.yaml": rule, **listed})
    assert not loaded.stops, loaded.stops
    (offer,) = loaded.library.rules[0].offers
    return offer


RESULTS_LIST = "blow-test"


def test_a_letter_with_results_stays_the_same_offer_when_its_list_gets_one_code_more() -> None:
    before, after = letter("blow-test"), letter("blow-test blow-harder")
    assert before.results != after.results
    assert offer_key(before) == offer_key(after)
    assert offer_keys(before) & offer_keys(after)


# fmt: off
# What an offer was, what it is now, and what it says that it was.
RENAMED = {
    "a tag": ("tag: {label: x, words: x, code: a", "tag: {label: x, words: x, code: b", "a"),
    "something to do": (
        "task: {label: x, for: nurse, code: ring", "task: {label: x, for: nurse, code: call", "ring"
    ),
    "something to do, for others": (
        "task: {label: x, for: gp, code: ring", "task: {label: x, for: nurse, code: ring", "gp:ring"
    ),
    "a goal": ("goal: {label: x, text: To walk", "goal: {label: x, text: Walk", "To walk"),
    "a goal with no text of its own": (
        "goal: {label: x", "goal: {label: x, text: Walk", "In their own words:"
    ),
    "a form": (
        "questionnaire: {label: x, form: old", "questionnaire: {label: x, form: new", "old"
    ),
    "an entry": (
        "record_offer: {label: x, codes: no-tea", "record_offer: {label: x, codes: cough", "no-tea"
    ),
    "a letter": (
        "results_ahead: {label: x, include: cough, within: 42 days",
        "results_ahead: {label: x, include: [blow-test, wheeze], within: 42 days", "cough",
    ),
}
# fmt: on


def the_offer(text: str) -> Offer:
    (offer,) = a_rule(facts=FACTS, offers=f"\n- {text}", exclude=None).offers
    return offer


@pytest.mark.parametrize(("was", "now", "name"), RENAMED.values(), ids=RENAMED)
def test_an_answer_still_counts_when_an_offer_is_called_otherwise_and_says_so(
    was: str, now: str, name: str
) -> None:
    before, silent = the_offer(f"{was}}}"), the_offer(f"{now}}}")
    said = the_offer(f'{now}, also_known_as: ["{name}"]}}')
    assert offer_key(before) not in offer_keys(silent)
    assert offer_key(before) in offer_keys(said)
    assert offer_key(said) == offer_key(silent)


def test_what_two_rules_call_otherwise_is_one_offer_on_a_card_where_one_of_them_says_so() -> None:
    other = "\n- tag: {label: B, code: ask, words: B}"
    said = "\n- tag: {label: A, code: ask-now, words: A, also_known_as: [ask]}"
    files = {
        "coughing.yaml": rule_text(offers=said, people=None, tests=None, exclude=None),
        "b.yaml": rule_text(id="b", offers=other, people=None, tests=None, exclude=None),
    }
    two, one = load_files(files).library.rules
    assert [offer_keys(*rule.offers) for rule in (one, two)] == [offer_keys(*two.offers)] * 2
    assert len({offer_key(*rule.offers) for rule in (one, two)}) == 2
    assert same_offer(*one.offers) == same_offer(*two.offers)
    (alone,) = load_files({"b.yaml": files["b.yaml"]}).library.rules
    assert (fingerprint(two), len(offer_keys(*alone.offers))) == (fingerprint(alone), 1)
