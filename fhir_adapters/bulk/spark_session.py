"""Spark for as long as one command takes: started here, quiet, for this user alone, and stopped.

A Spark job of your own has a session already and needs nothing of this.
"""

import os
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from threading import Event, Thread
from typing import TYPE_CHECKING

from fhir_adapters.bulk.files import BulkError

if TYPE_CHECKING:
    from pyspark import StatusTracker
    from pyspark.sql import SparkSession

# Who is told, now and then, what is done, how much of it, and of how much; None: nobody knows.
Watch = Callable[[str, float, float | None], None]

_NO_JAVA = (
    "Spark takes Java 17 or newer and did not find it: install it, or say where it is with "
    "JAVA_HOME."
)
_NO_SPARK = (
    "--engine spark takes the extra called spark: pip install 'goodday[spark]', or leave it out."
)
# Nothing that people's records go through is to be reached from another machine.
_HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}


# Java is gone before what it compiles for hours to come would pay: a run of 3,000 people took 51 s
# of processor time without this, and 33 s with it. The workers are not Java.
_BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
_OFTEN = 0.2  # seconds between two looks at how far it is

# What a worker raised, in what Spark makes of it.
_TOLD = re.compile(r"^fhir_adapters\.bulk\.files\.BulkError: (.+)$", re.MULTILINE)


@contextmanager
def session(
    master: str, scratch: Path | None, watch: Watch | None = None
) -> Generator["SparkSession"]:
    """A session on a master. Its temporary files, and its log, are in ``scratch``.

    ``watch`` is told from another thread how far it is. Raises BulkError where there is no Spark or
    no Java; and where Spark could not go on, with what a worker said, or the place of the log,
    which is kept then alone.
    """
    try:
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, which has no types
        from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra
    except ImportError:
        raise BulkError(_NO_SPARK) from None
    watched = _Watched(watch, Py4JError)
    with TemporaryDirectory(prefix="goodday-", dir=scratch) as folder, watched:
        settings: dict[str, bool | float | int | str | None] = {
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
            "spark.local.dir": folder,
            "spark.sql.warehouse.dir": folder,
            "spark.hadoop.fs.permissions.umask-mode": "077",
            "spark.sql.shuffle.partitions": "16",  # of the sums, which are small
            "spark.driver.extraJavaOptions": _BRIEF,
            **(_HERE if master.startswith("local") else {}),
        }
        descriptor, log = mkstemp(".log", "goodday-spark-", scratch)
        named = False
        try:
            with _apart(descriptor):
                builder = SparkSession.builder.master(master).appName("goodday")
                spark = builder.config(map=settings).getOrCreate()
            spark.sparkContext.pythonExec = sys.executable
            try:
                watched.tracker = spark.sparkContext.statusTracker()
                yield spark
            finally:
                watched.end()
                spark.stop()
        except (PySparkException, Py4JError) as error:
            told = _told(str(error))
            named = not told
            raise BulkError(told or _stopped(log)) from None
        finally:
            if not named:
                Path(log).unlink()


class _Watched:
    """Tells somebody, for as long as it is open, how far Spark is: which step, and its tasks.

    ``gone`` is raised where Spark is no more, which whoever asked it for something is told.
    """

    def __init__(self, watch: Watch | None, gone: type[Exception]) -> None:
        self.tracker: StatusTracker | None = None
        self._gone = gone
        self._watch = watch
        self._over = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Watched":
        if self._watch is not None:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Nobody is told anything from here on."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _look(self) -> None:
        seen: dict[int, int] = {}  # the number of each step, by the number that Spark gives it
        watch = self._watch
        while watch is not None and not self._over.wait(_OFTEN):
            if self.tracker is None:
                watch("Spark starts", 0, None)
                continue
            with suppress(self._gone):
                for stage in sorted(self.tracker.getActiveStageIds()):
                    told = self.tracker.getStageInfo(stage)
                    if told is not None:
                        number = seen.setdefault(stage, len(seen) + 1)
                        watch(f"Spark, step {number}", told.numCompletedTasks, told.numTasks)


def _told(error: str) -> str:
    """What we have to say of what Spark raised; "" where its log has to."""
    if "JAVA_GATEWAY_EXITED" in error:
        return _NO_JAVA
    told = _TOLD.search(error)
    return told[1] if told else ""


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
