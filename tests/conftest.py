"""What all tests share: how hard hypothesis tries, the shared data, and what a skip may be."""

import gc
import os
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

# Where everything is expected to be there, such as CI, GOODDAY_REQUIRE=all makes a skip a failure.
REQUIRED = os.environ.get("GOODDAY_REQUIRE") == "all"

# "ci" gives the same examples on every machine and every day, in CI three times as many of them;
# "soak" looks for new ones.
MANY = 30 if REQUIRED else 10
settings.register_profile("ci", max_examples=MANY, derandomize=True, deadline=None)
settings.register_profile("soak", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile("ci")  # unless pytest is told --hypothesis-profile

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of shared data beside the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not here")
    return SHARED_DATA


LONG = "it takes long: GOODDAY_REQUIRE=all make test runs it, as in CI"

# Tests that wait for servers, browsers and databases: begun first, so that the others fill the time
# in which these wait, and none of them is alone at the end.
WAIT = (
    "fhir_servers", "functional", "docs", "packaging", "sandbox", "other_clients", "editor",
    "architecture", "unit/cds_hooks/store", "unit/cds_hooks", "generative",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Of tests with many like cases, how many are run."""
    parser.addoption(
        "--like-cases", type=int, default=0, metavar="N",
        help="of each test's many cases run N, spread from the first to the last (all)",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that wait, then the rest; each file's tests stay in their order.

    Long ones run where everything is expected to be there, and in soak; and so does every case of
    those with many.
    """
    here = Path(__file__).parent
    if not REQUIRED and config.getoption("--hypothesis-profile") != "soak":
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason=LONG))
        left = left_out(items, config.getoption("--like-cases") or 0)
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(here).as_posix()
        return next((n for n, folder in enumerate(WAIT) if name.startswith(folder)), len(WAIT))

    items.sort(key=place)


def left_out(items: Sequence[pytest.Item], most: int) -> set[pytest.Item]:
    """The cases that are more than so many of one test; none of a test that is marked ``each``."""
    by_test: dict[str, list[pytest.Item]] = {}
    for item in items:
        if not any(map(item.get_closest_marker, ("long", "each"))):
            by_test.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left: set[pytest.Item] = set()
    for cases in by_test.values():
        if 1 < most < len(cases):
            kept = {round(n * (len(cases) - 1) / (most - 1)) for n in range(most)}
            left.update(case for place, case in enumerate(cases) if place not in kept)
    return left


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: much of the time a server or a browser is waited for.

    Not where other people's servers run beside the tests, and answers have to be there in time.
    """
    return (os.cpu_count() or 1) + (0 if REQUIRED else 1)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are never garbage: looking for it in them, and in all that they stand on,
    took half of the time in which they are found, and a tenth of that in which they run.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that is skipped."""
    report = yield
    _required(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A file of tests that is skipped whole."""
    report = yield
    _required(report)
    return report


def _required(report: pytest.TestReport | pytest.CollectReport) -> None:
    expected_to_fail = hasattr(report, "wasxfail")
    if REQUIRED and report.skipped and not expected_to_fail:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"GOODDAY_REQUIRE=all allows no skip: {reason}"
