"""People for whom a rule in shadow would have spoken, or would not: drawn, to be judged."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLE, _ASIDE = "cases", "aside_4_cases"
_KEY = ("rule", "version", "sort", "who")
_REST = ("person", "day", "step", "facts", "verdict", "judged_on")


def upgrade() -> None:
    """Take the table that was put aside, or make it."""
    if _ASIDE in sa.inspect(op.get_bind()).get_table_names():
        op.rename_table(_ASIDE, _TABLE)
        return
    op.create_table(
        _TABLE,
        *(sa.Column(name, sa.String, primary_key=True) for name in _KEY),
        *(sa.Column(name, sa.String, nullable=False) for name in _REST),
    )
    op.create_index("cases_of_person", _TABLE, ["person"])


def downgrade() -> None:
    """Put the table aside, with all that is in it."""
    op.rename_table(_TABLE, _ASIDE)
