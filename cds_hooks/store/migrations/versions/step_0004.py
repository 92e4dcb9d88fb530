"""What was said of rules on the page of a card, with words and replies; who is judged by.

Of people for whom a rule in shadow would have spoken, or would not, some are drawn: ``cases``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = ("thumbs", "thumb_presses", "thumb_words", "replies", "cases")
_KEY = ("rule", "version", "sort", "who")
_REST = ("person", "day", "step", "facts", "verdict", "judged_on")
_ASIDE = "aside_4_"


def upgrade() -> None:
    """Take the tables that were put aside, or make them."""
    if f"{_ASIDE}thumbs" in sa.inspect(op.get_bind()).get_table_names():
        for table in _TABLES:
            op.rename_table(f"{_ASIDE}{table}", table)
        return
    op.create_table(
        "thumbs",
        sa.Column("thumb", sa.String, primary_key=True),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.Column("said_on", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("thumbs_by_day", "thumbs", ["said_on"])
    op.create_index("thumbs_by_rule", "thumbs", ["rule", "said"])
    op.create_table(
        "thumb_presses",
        sa.Column("press", sa.String, primary_key=True),
        sa.Column("thumb", sa.String, sa.ForeignKey("thumbs.thumb"), nullable=False),
        sa.Column("until", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("thumb_presses_by_end", "thumb_presses", ["until"])
    op.create_index("thumb_presses_of_thumb", "thumb_presses", ["thumb"])
    op.create_table(
        "thumb_words",
        sa.Column("thumb", sa.String, sa.ForeignKey("thumbs.thumb"), primary_key=True),
        sa.Column("sealed", sa.String, nullable=False),
        sa.Column("ends_on", sa.String, nullable=False),
        sa.Column("read_on", sa.String, nullable=False),
        sa.Column("replied_on", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("thumb_words_by_end", "thumb_words", ["ends_on"])
    op.create_table(
        "replies",
        sa.Column("reply", sa.String, primary_key=True),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("says", sa.String, nullable=False),
        sa.Column("said_on", sa.String, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cases",
        *(sa.Column(name, sa.String, primary_key=True) for name in _KEY),
        *(sa.Column(name, sa.String, nullable=False) for name in _REST),
    )
    op.create_index("cases_of_person", "cases", ["person"])


def downgrade() -> None:
    """Put the tables aside, with all that is in them."""
    for table in _TABLES:
        op.rename_table(table, f"{_ASIDE}{table}")
