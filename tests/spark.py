"""Spark in tests: a session that starts soon, and what stands in its rows."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fhir_adapters.bulk.spark_session import session
from tests.architecture.project import ROOT
from tests.batches import Rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def brief(folder: Path) -> Generator[None]:
    """Executors find this checkout, and no JVM here lives long enough to be compiled twice."""
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    (folder / "spark-defaults.conf").write_text(
        f"spark.executorEnv.PYTHONPATH {ROOT}\n"
        f"spark.driver.extraJavaOptions {java}\nspark.executor.extraJavaOptions {java}\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield


@contextmanager
def spark_in(folder: Path) -> Generator["SparkSession"]:
    """A session on this machine, with its files in a folder."""
    with brief(folder), session("local[2]", folder) as spark:
        yield spark


def collected(found: "DataFrame") -> tuple[Rows, int]:
    """What rows say of people, each of them once, and how many faults were set aside."""
    every = found.collect()
    people = [row for row in every if row.person is not None]
    assert len({row.person for row in people}) == len(people)
    aside = sum(row.aside["count"] for row in every if row.person is None)
    return {row.person: list(map(tuple, row.came)) for row in people}, aside
