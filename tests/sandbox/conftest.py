"""One browser for a file of tests."""

from collections.abc import Iterator

import pytest

from tests.sandbox.page import Ehr, an_ehr


@pytest.fixture(scope="module")
def ehr() -> Iterator[Ehr]:
    """A page that shows the texts of cards."""
    with an_ehr() as opened:
        yield opened
