"""Spark for as long as one command takes: started here, quiet, for this user alone, and stopped.

A Spark job of your own has a session already and needs nothing of this.
"""

import os
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import TYPE_CHECKING

from fhir_adapters.bulk.files import BulkError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_NO_JAVA = (
    "Spark takes Java 17 or newer and did not find it: install it, or say where it is with "
    "JAVA_HOME."
)
_NO_SPARK = (
    "--engine spark takes the extra called spark: pip install 'goodday[spark]', or leave it out."
)
# Nothing that people's records go through is to be reached from another machine.
_HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


# What a worker raised, in what Spark makes of it.
_TOLD = re.compile(r"^fhir_adapters\.bulk\.files\.BulkError: (.+)$", re.MULTILINE)


@contextmanager
def session(master: str, scratch: Path | None) -> Generator["SparkSession"]:
    """A session on a master. Its temporary files, and its log, are in ``scratch``.

    Raises BulkError where there is no Spark or no Java; and where Spark could not go on, with what
    a worker said, or the place of the log, which is kept then.
    """
    try:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, which has no types
        from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError:
        raise BulkError(_NO_SPARK) from None
    with TemporaryDirectory(prefix="goodday-", dir=scratch) as folder:
        settings: dict[str, bool | float | int | str | None] = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": folder,
            "spark.hadoop.fs.permissions.umask-mode": "077",
            "spark.sql.shuffle.partitions": "16",  # of the sums, which are small
            **(_HERE if master.startswith("local") else {}),
        }
        descriptor, log = mkstemp(".log", "goodday-spark-", scratch)
        try:
            with _apart(descriptor):
                builder = SparkSession.builder.master(master).appName("goodday")
                spark = builder.config(map=settings).getOrCreate()
        except (PySparkException, Py4JError) as error:
            java = "JAVA_GATEWAY_EXITED" in str(error)
            raise BulkError(_NO_JAVA if java else _stopped(log)) from None
        spark.sparkContext.pythonExec = sys.executable
        try:
            yield spark
        except (PySparkException, Py4JError) as error:
            told = _TOLD.search(str(error))
            raise BulkError(told[1] if told else _stopped(log)) from None
        finally:
            spark.stop()
        Path(log).unlink()


def _stopped(log: str) -> str:
    return f"Spark could not go on; its log says why: {log}. It is for you alone."


@contextmanager
def _apart(log: int) -> Generator[None]:
    """What is started in here writes what it has to say to a log, and all its files as ours."""
    mask = os.umask(0o077)
    errors = os.dup(2)
    try:
        os.dup2(log, 2)
        yield
    finally:
        os.dup2(errors, 2)
        os.close(errors)
        os.close(log)
        os.umask(mask)
