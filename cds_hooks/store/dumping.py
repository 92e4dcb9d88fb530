"""Rows of tables as lines of JSON, for what is copied out of a database and read back."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import Connection, MetaData, select


def dump(connection: Connection, file: Path, tables: MetaData) -> dict[str, int]:
    """Every row of these tables, one a line, as JSON; how many each has. Raises OSError."""
    there = MetaData()
    there.reflect(connection)
    rows: dict[str, int] = {}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        for table in tables.sorted_tables:
            if table.name not in there.tables:
                continue
            columns = there.tables[table.name]
            rows[table.name] = 0
            order = list(columns.primary_key.columns)
            streamed = connection.execution_options(yield_per=1000)
            for row in streamed.execute(select(columns).order_by(*order)).mappings():
                rows[table.name] += 1
                line = json.dumps({"table": table.name, "row": dict(row)}, ensure_ascii=True)
                out.write(line.encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    return rows


def read_rows(file: Path) -> Iterator[tuple[str, dict[str, str | int]]]:
    """The rows of a dump, table by table as they were written. Raises ValueError or OSError."""
    with file.open("rb") as lines:
        for line in lines:
            packed = msgspec.json.decode(line, type=_Row)
            yield packed.table, packed.row


class _Row(msgspec.Struct):
    table: str
    row: dict[str, str | int]
