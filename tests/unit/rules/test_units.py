"""A value is read in its own unit: what people read beside a code never overrules the code."""

from decimal import Decimal

import pytest

from rules.record import Measurement
from rules.units import measured


@pytest.mark.parametrize(
    ("code", "shown", "asked", "read"),
    [
        pytest.param("mmol/L", "mmol/L", "mmol/L", "7", id="the same twice"),
        pytest.param("mg/dL", "mmol/L", "mmol/L", None, id="another unit than the text says"),
        pytest.param("mmol/L", "mg/dL", "mmol/L", "7", id="the code counts, not the text"),
        pytest.param("258806002", "mmol/L", "mmol/L", "7", id="a code that is no unit we know"),
        pytest.param("258806002", "mg/dL", "mmol/L", None, id="neither is the unit asked for"),
        pytest.param("", "mmol/L", "mmol/L", "7", id="no code"),
        pytest.param("", "", "mmol/L", None, id="no unit at all"),
        pytest.param("{score}", "level 7", "level", "7", id="a score with words of its own"),
    ],
)
def test_the_text_of_a_unit_helps_only_where_its_code_is_none_that_we_know(
    code: str, shown: str, asked: str, read: str | None
) -> None:
    found = measured(Measurement(Decimal(7), code, shown=shown), asked, frozenset())
    assert found == (None if read is None else (Decimal(read), Decimal(read)))
