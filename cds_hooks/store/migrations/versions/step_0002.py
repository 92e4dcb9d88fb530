"""What a card rested on, what came late, comments, counts, and what outlives an erasure.

All of it is beside what was there before. Going back puts it aside under other names, where the
version before does not look, and coming again finds it: nothing is lost by going back.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TABLES = (
    "grounds", "late", "comments", "unknown_cards", "counts", "noes", "erased", "paused", "about",
)  # fmt: skip
_ASIDE = "aside_2_"


def upgrade() -> None:
    """Take the tables that were put aside, or make them."""
    aside = f"{_ASIDE}grounds"
    if aside in sa.inspect(op.get_bind()).get_table_names():
        for table in _TABLES:
            op.rename_table(f"{_ASIDE}{table}", table)
        return
    op.create_table(
        "grounds",
        sa.Column("card", sa.String, sa.ForeignKey("cards.card"), primary_key=True),
        sa.Column("value_sets", sa.String, nullable=False),
        sa.Column("facts", sa.String, nullable=False),
        sa.Column("steps", sa.String, nullable=False, server_default="[]"),
        sa.Column("buttons", sa.String, nullable=False),
    )
    op.create_table(
        "late",
        sa.Column("answer", sa.Integer, sa.ForeignKey("answers.id"), primary_key=True),
        sa.Column("topics", sa.String, nullable=False),
    )
    op.create_table(
        "comments",
        sa.Column("card", sa.String, sa.ForeignKey("cards.card"), primary_key=True),
        sa.Column("said_at", sa.String, primary_key=True),
        sa.Column("sealed", sa.String, nullable=False),
        sa.Column("ends_on", sa.String, nullable=False),
    )
    op.create_index("comments_by_end", "comments", ["ends_on"])
    op.create_table(
        "unknown_cards",
        sa.Column("card", sa.String, primary_key=True),
        sa.Column("first_on", sa.String, nullable=False),
        sa.Column("last_on", sa.String, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("unknown_by_last", "unknown_cards", ["last_on"])
    op.create_table(
        "counts",
        sa.Column("day", sa.String, primary_key=True),
        sa.Column("rule", sa.String, primary_key=True),
        sa.Column("offer", sa.String, primary_key=True),
        sa.Column("outcome", sa.String, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
    )
    op.create_index("counts_by_outcome", "counts", ["outcome", "rule", "day"])
    op.create_table(
        "noes",
        sa.Column("who", sa.String, primary_key=True),
        sa.Column("topic", sa.String, primary_key=True),
        sa.Column("said_on", sa.String, nullable=False),
        sa.Column("ask_again", sa.String, nullable=False),
    )
    op.create_table(
        "erased",
        sa.Column("who", sa.String, primary_key=True),
        sa.Column("erased_on", sa.String, nullable=False),
    )
    op.create_table(
        "paused",
        sa.Column("what", sa.String, primary_key=True),
        sa.Column("since", sa.String, nullable=False),
        sa.Column("because", sa.String, nullable=False),
    )
    op.create_table(
        "about",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Put the tables aside, with all that is in them."""
    for table in _TABLES:
        op.rename_table(table, f"{_ASIDE}{table}")
