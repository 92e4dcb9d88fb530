"""Events, one JSON line each, with our own words and numbers: a value of a person cannot be passed.

Field names are a closed list, and text must be one of our own identifiers: what does not fit is
refused while we develop and never written.
"""

import logging
import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Final

import msgspec

_FIELDS: Final = frozenset(
    {
        "service",
        "status",
        "reason",
        "rule",
        "rules",
        "cards",
        "held",
        "ms",
        "kind",
        "where",
        "port",
        "count",
        "doubtful",
        "client",
        "lists",
    }
)
_OWN_WORD = re.compile(r"[a-zA-Z][a-zA-Z0-9_.:/-]{0,60}")
_LONG_NUMBER = re.compile(r"\d{6,}")
_quiet: ContextVar[bool] = ContextVar("quiet", default=False)
_log = logging.getLogger("goodday")


class NotLoggable(Exception):
    """A field or value that may not be written to a log."""


def event(name: str, **fields: str | int | float | tuple[str, ...]) -> None:
    """Write one event. Raises NotLoggable for a field that is not on the list or looks personal."""
    for field, value in fields.items():
        if field not in _FIELDS:
            raise NotLoggable(field)
        for word in (
            (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
        ):
            if not is_own_word(word):
                raise NotLoggable(field)
    if _log.isEnabledFor(logging.INFO) and not _quiet.get():
        line = msgspec.json.encode({"event": name, **fields}).decode()
        # Handed over as it is: to find out who called would cost more than everything else here.
        _log.handle(logging.LogRecord(_log.name, logging.INFO, "", 0, line, None, None))


@contextmanager
def quiet() -> Generator[None]:
    """Write no events here and in what is begun from here: nobody is asked about, it is a trial."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


@lru_cache(1024)
def is_own_word(word: str) -> bool:
    """Whether a text can be one of our own identifiers, and is no long number in disguise."""
    return bool(_OWN_WORD.fullmatch(word)) and not _LONG_NUMBER.search(word)


def to_stderr() -> None:
    """Send events to standard error, and silence what libraries would write of requests."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    _log.handlers = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
