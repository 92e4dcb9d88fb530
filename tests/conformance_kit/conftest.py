"""The deliberately wrong service, once for all tests of a process."""

from collections.abc import Iterator

import pytest

from tests.conformance_kit.serving import serving


@pytest.fixture(scope="session")
def wrong() -> Iterator[str]:
    """Its address."""
    with serving() as address:
        yield address
