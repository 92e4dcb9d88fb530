"""Laws of cel: it joins answers as conditions do, mixes nobody up, and any text is met."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from time import process_time

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.answer import CANNOT_TELL, NO, YES, Answer, all_of, any_of, opposite
from rules.fact import Expression
from rules.finding import RuleFault
from tests.cel_builders import EXPRESSIONS, FACTS, PEOPLE, Given, asked, built, found, known

FEWER = settings(max_examples=min(settings().max_examples, 2_000))


def answer_of(expression: Expression, person: dict[str, Given]) -> Answer:
    return expression.answer(*(found(f.name, person.get(f.name)) for f in expression.facts))


# ---- Kleene ---------------------------------------------------------------------------------


@FEWER
@given(one=EXPRESSIONS, other=EXPRESSIONS, person=PEOPLE)
def test_and_or_and_not_are_those_of_conditions(
    one: str, other: str, person: dict[str, Given]
) -> None:
    if len(one) + len(other) > 280:
        return
    first, second = asked(one, **person), asked(other, **person)
    assert asked(f"({one}) && ({other})", **person) is all_of((first, second))
    assert asked(f"({other}) || ({one})", **person) is any_of((first, second))
    assert asked(f"!({one})", **person) is opposite(first)


@FEWER
@given(text=EXPRESSIONS, person=PEOPLE, forgotten=st.sets(st.sampled_from(sorted(FACTS))))
def test_a_certain_answer_is_never_turned_round_by_knowing_less(
    text: str, person: dict[str, Given], forgotten: set[str]
) -> None:
    before = asked(text, **person)
    after = asked(text, **{n: g for n, g in person.items() if n not in forgotten})
    assert after in (before, CANNOT_TELL)


@FEWER
@given(text=EXPRESSIONS, person=PEOPLE)
def test_with_everything_known_the_answer_is_yes_or_no(text: str, person: dict[str, Given]) -> None:
    expression = built(text).expression
    assert expression is not None
    if {fact.name for fact in expression.facts} <= known(person).keys():
        assert answer_of(expression, person) in (YES, NO)


# ---- threads --------------------------------------------------------------------------------


def test_eight_threads_ask_one_program_about_different_people_and_get_their_own_answers() -> None:
    text = 'age > 40 && (smoking == "smokes" || coughs * 2 >= age) && !has_wheeze'
    expression = built(text).expression
    assert expression is not None

    def person(number: int) -> dict[str, Given]:
        choice = ("smokes", "never", None)[number % 3]
        wheeze = (NO, YES, CANNOT_TELL)[number // 3 % 3]
        return {"age": number % 90, "smoking": choice, "coughs": number % 37, "has_wheeze": wheeze}

    people = [person(number) for number in range(200)]
    alone = [answer_of(expression, one) for one in people]
    assert set(alone) == {YES, NO, CANNOT_TELL}

    def ask(start: int) -> list[Answer]:
        turned = people[start:] + people[:start]
        return [answer_of(expression, one) for one in turned * 3]

    with ThreadPoolExecutor(8) as threads:
        for start, answers in enumerate(threads.map(ask, range(8))):
            assert answers == (alone[start:] + alone[:start]) * 3


def test_eight_threads_ask_different_programs_and_get_the_answer_of_their_own() -> None:
    expressions = [built(f"age >= {number}").expression for number in range(8)]

    def ask(number: int) -> set[Answer]:
        expression = expressions[number]
        assert expression is not None
        yes = {answer_of(expression, {"age": number}) for _ in range(200)}
        no = {answer_of(expression, {"age": number - 1}) for _ in range(200)}
        return yes if no == {NO} else no

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [{YES}] * 8


# ---- any text -------------------------------------------------------------------------------

WORDS = """
( ) ! - && || == = < >= + * / % and not in has duration has_cough age last_cough smoking 5 7.5 0
" ' “ ≥ [ ] . , ? : // null \\ "12m" "2026-03-01"
"""
PIECES = st.sampled_from(WORDS.split())


@given(text=st.text(max_size=60) | st.lists(PIECES, max_size=30).map(" ".join))
def test_any_text_is_built_or_refused_with_a_place_and_a_sentence(text: str) -> None:
    made = built(text)
    assert (made.expression is None) is bool(made.slips)
    for slip in made.slips:
        assert 0 <= slip.start <= len(text)
        assert slip.code in ("E32", "E33", "E34", "E35")
        assert slip.says.endswith((".", "?"))


@given(person=PEOPLE, text=st.lists(PIECES, max_size=12).map(" ".join))
def test_what_is_built_gives_an_answer_or_says_that_it_cannot(
    person: dict[str, Given], text: str
) -> None:
    expression = built(text).expression
    if expression is None:
        return
    with suppress(RuleFault):  # 1 / (age - age)
        assert answer_of(expression, person) in (YES, NO, CANNOT_TELL)


def test_hostile_texts_are_refused_at_once() -> None:
    built("has_cough")  # the library is loaded once
    for text in (
        "(" * 100 + "has_cough" + ")" * 100,
        "!" * 299 + "a",
        "-" * 300,
        "has_cough && " * 800,
        "9" * 10_000,
        '"' * 10_000,
        "é" * 10_000,
        "\U0001f4a9" * 300,
        "&&".join(["size"] * 50) + "&&" + "(" * 44,
    ):
        start = process_time()
        made = built(text)
        assert made.expression is None, text[:20]
        assert timedelta(seconds=process_time() - start) < timedelta(milliseconds=200)
