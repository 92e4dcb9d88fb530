"""What a no still means on a card of somebody who was erased: keyed hashes, and for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_TABLE, _ASIDE = "erased_cards", "aside_3_erased_cards"


def upgrade() -> None:
    """Take the table that was put aside, or make it."""
    if _ASIDE in sa.inspect(op.get_bind()).get_table_names():
        op.rename_table(_ASIDE, _TABLE)
        return
    op.create_table(
        _TABLE,
        sa.Column("no", sa.String, primary_key=True),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("topics", sa.String, nullable=False),
        sa.Column("ask_again", sa.String, nullable=False),
        sa.Column("erased_on", sa.String, nullable=False),
        sa.Column("until", sa.String, nullable=False),
    )
    op.create_index("erased_cards_by_end", _TABLE, ["until"])


def downgrade() -> None:
    """Put the table aside, with all that is in it."""
    op.rename_table(_TABLE, _ASIDE)
