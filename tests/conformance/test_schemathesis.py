"""Requests of every shape by schemathesis, from a description of ours: right ones and wrong ones.

No answer of ours is ever 5xx, holds a null, or a card that the standard does not allow.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from rules.rule import Library
from tests.conformance.openapi import HOOKS, description
from tests.conformance.standard import check_answer, check_discovery, check_refusal
from tests.lengths import only
from tests.served import NOW, Reply, Surgery, surgery

JSON = {"content-type": "application/json"}
# In parts, each with a search of its own: one search remembers every request that it ever made.
EXAMPLES = max(settings().max_examples, only(60, in_ci=100))
PARTS = 8 if EXAMPLES > 200 else 1


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Iterator[Surgery]:
    """One practice for all examples."""
    with surgery(tmp_path_factory.mktemp("schemathesis"), library) as open_now:
        yield open_now


@pytest.fixture(scope="module")
def cases(here: Surgery) -> Any:  # schemathesis says of no strategy what it gives
    """Requests to every operation, allowed ones and others."""
    loaded = schemathesis.openapi.from_dict(description({h: here.templates(h) for h in HOOKS}))
    schema: Any = loaded  # as are its operations
    made: list[Any] = []  # and what they make
    for operation in schema.get_all_operations():
        one = operation.ok()
        modes = [GenerationMode.POSITIVE]
        modes += [GenerationMode.NEGATIVE] if one.method == "post" else []
        made += [one.as_strategy(generation_mode=mode) for mode in modes]
    return st.one_of(made)


def check(reply: Reply, address: str) -> None:
    """An answer by the standard, or a refusal in our words."""
    assert reply.status < 500, reply.text
    if reply.status != 200:
        check_refusal(reply, reply.status)
    elif address == "/cds-services":
        check_discovery(reply.body)
    elif address.endswith("/feedback"):
        assert reply.text == "{}"
    else:
        check_answer(reply.body, NOW.date())


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_no_request_gets_what_the_standard_does_not_allow(
    here: Surgery,
    cases: Any,  # as above
    part: int,
) -> None:
    seen: Counter[int] = Counter()

    @seed(part)
    @settings(
        max_examples=EXAMPLES // PARTS,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.large_base_example,
        ],
    )
    @given(cases)
    def ask(case: Any) -> None:  # as above
        sent = case.as_transport_kwargs()
        address = case.formatted_path
        response = here.client.request(
            case.method, address, json=sent.get("json"), content=sent.get("data"),
            headers={**dict(sent.get("headers") or {}), **JSON},
        )  # fmt: skip
        reply = Reply(response)
        seen[reply.status] += 1
        check(reply, address)

    ask()
    assert seen[200] > 10
    assert seen[400] > 10
