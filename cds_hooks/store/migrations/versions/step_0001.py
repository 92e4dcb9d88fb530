"""Cards and answers: the store before it had steps."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "cards",
        sa.Column("card", sa.String, primary_key=True),
        sa.Column("person", sa.String, nullable=False),
        sa.Column("service", sa.String, nullable=False),
        sa.Column("hook_instance", sa.String, nullable=False),
        sa.Column("rules", sa.String, nullable=False),
        sa.Column("topics", sa.String, nullable=False),
        sa.Column("buttons", sa.String, nullable=False),
        sa.Column("shown_on", sa.String, nullable=False),
        sa.Column("shown_at", sa.String, nullable=False),
    )
    op.create_index("cards_of_person", "cards", ["person"])
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("card", sa.String, sa.ForeignKey("cards.card"), nullable=False),
        sa.Column("suggestion", sa.String, nullable=False),
        sa.Column("reply", sa.String, nullable=False),
        sa.Column("topics", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("said_on", sa.String, nullable=False),
        sa.Column("said_at", sa.String, nullable=False),
        sa.UniqueConstraint("card", "suggestion", "reply", "said_at"),
    )
    op.create_index("answers_to_card", "answers", ["card"])


def downgrade() -> None:
    """There is nothing before it: a store of no version is no store."""
    raise ValueError("There is no version of the store before the first.")
