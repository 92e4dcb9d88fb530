"""The schema of the store, in SQLite and in PostgreSQL. Days are the practice's, year-month-day."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

VERSION = 4  # that of the newest step in migrations/versions, "0004"
FILE = "answers.sqlite"

metadata = MetaData()

# A card that was issued, before the answer left.
cards = Table(
    "cards",
    metadata,
    Column("card", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("service", String, nullable=False),
    Column("hook_instance", String, nullable=False),
    Column("rules", String, nullable=False),  # id|version, separated by spaces
    Column("topics", String, nullable=False),  # separated by spaces
    # What each button means when it is pressed, as JSON: {"its uuid": ["reply", "topics"]}
    Column("buttons", String, nullable=False),
    Column("shown_on", String, nullable=False),
    Column("shown_at", String, nullable=False),
    Index("cards_of_person", "person"),
)

# What came back. Answers are added, never changed; answers.py says how many to one card.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("card", String, ForeignKey("cards.card"), nullable=False),
    Column("suggestion", String, nullable=False),  # "" for a card that was closed
    Column("reply", String, nullable=False),
    Column("topics", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("said_on", String, nullable=False),
    Column("said_at", String, nullable=False),
    UniqueConstraint("card", "suggestion", "reply", "said_at"),
    Index("answers_to_card", "card"),
)

# What a card rested on, beside it: codes and dates, never a name or words of a record.
grounds = Table(
    "grounds",
    metadata,
    Column("card", String, ForeignKey("cards.card"), primary_key=True),
    Column("value_sets", String, nullable=False),  # JSON: {"list": "its hash"}
    Column("facts", String, nullable=False),  # JSON: [["fact", "answer", ["code"], ["day"]]]
    # The way of each rule to this card, or to what held it: [["rule", [["step", "says"]]]]
    Column("steps", String, nullable=False, server_default="[]"),
    # What each button offers, and for which rules: {"its uuid": [["rule"], ["offer"], "ask again"]}
    Column("buttons", String, nullable=False),
)

# Answers that came after the first one to the same card and topic: kept, and not counted.
late = Table(
    "late",
    metadata,
    Column("answer", Integer, ForeignKey("answers.id"), primary_key=True),
    Column("topics", String, nullable=False),  # those that it came too late for
)

# What a clinician wrote when a card was closed, encrypted, until it ends.
comments = Table(
    "comments",
    metadata,
    Column("card", String, ForeignKey("cards.card"), primary_key=True),
    Column("said_at", String, primary_key=True),
    Column("sealed", String, nullable=False),
    Column("ends_on", String, nullable=False),
    Index("comments_by_end", "ends_on"),
)

# Answers to cards that we did not issue to whoever sent them; of the card only a keyed hash.
unknown_cards = Table(
    "unknown_cards",
    metadata,
    Column("card", String, primary_key=True),
    Column("first_on", String, nullable=False),
    Column("last_on", String, nullable=False),
    Column("times", Integer, nullable=False),
    Index("unknown_by_last", "last_on"),
)

# How often what happened on a day. Nobody is in it: no person, no card, and nobody who looked.
counts = Table(
    "counts",
    metadata,
    Column("day", String, primary_key=True),
    Column("rule", String, primary_key=True),
    Column("offer", String, primary_key=True),  # "" for the card as a whole
    Column("outcome", String, primary_key=True),
    Column("times", Integer, nullable=False),
    Index("counts_by_outcome", "outcome", "rule", "day"),
)

# What stays of somebody who was erased, or of a store that was replaced: that they said no. Of the
# person only a keyed hash.
noes = Table(
    "noes",
    metadata,
    Column("who", String, primary_key=True),
    Column("topic", String, primary_key=True),
    Column("said_on", String, nullable=False),
    Column("ask_again", String, nullable=False),  # "" where they did not choose a day
)

# Who was erased, by the same hash, or a backup would bring them back.
erased = Table(
    "erased",
    metadata,
    Column("who", String, primary_key=True),
    Column("erased_on", String, nullable=False),
)

# What a no means on a card of somebody who was erased, while it may still be on a screen. Of the
# person, the card and its button only keyed hashes.
erased_cards = Table(
    "erased_cards",
    metadata,
    Column("no", String, primary_key=True),  # of a card and one button of it, or of closing it
    Column("who", String, nullable=False),
    Column("topics", String, nullable=False),  # and offers, separated by spaces
    Column("ask_again", String, nullable=False),  # "" where the button is no day
    Column("erased_on", String, nullable=False),
    Column("until", String, nullable=False),
    Index("erased_cards_by_end", "until"),
)

# What was said of a rule on the page of a card: that it helped, that it did not, or that it is not
# for somebody's role. Nobody is in it, and no card: what each is called is by chance.
thumbs = Table(
    "thumbs",
    metadata,
    Column("thumb", String, primary_key=True),
    Column("rule", String, nullable=False),
    Column("version", String, nullable=False),
    # up, down, wrong-role, or wrong-role:<what they said it is>
    Column("said", String, nullable=False),
    Column(
        "said_on", String, nullable=False
    ),  # a day; of a role that was told the first of a month
    Index("thumbs_by_day", "said_on"),
    Index("thumbs_by_rule", "rule", "said"),
    sqlite_with_rowid=False,
)

# Which thumb a card has for a rule, so that pressing again changes it: only a keyed hash of both,
# for as long as the page of the card can be pressed.
thumb_presses = Table(
    "thumb_presses",
    metadata,
    Column("press", String, primary_key=True),
    Column("thumb", String, ForeignKey("thumbs.thumb"), nullable=False),
    Column("until", String, nullable=False),
    Index("thumb_presses_by_end", "until"),
    Index("thumb_presses_of_thumb", "thumb"),
    sqlite_with_rowid=False,
)

# Words beside a thumb, encrypted, until they end.
thumb_words = Table(
    "thumb_words",
    metadata,
    Column("thumb", String, ForeignKey("thumbs.thumb"), primary_key=True),
    Column("sealed", String, nullable=False),
    Column("ends_on", String, nullable=False),
    Column("read_on", String, nullable=False),  # "" where nobody has read them
    Column("replied_on", String, nullable=False),  # "" where they wait for a reply
    Index("thumb_words_by_end", "ends_on"),
    sqlite_with_rowid=False,
)

# What was replied to words about a rule, for everybody in the practice.
replies = Table(
    "replies",
    metadata,
    Column("reply", String, primary_key=True),
    Column("rule", String, nullable=False),
    Column("says", String, nullable=False),
    Column("said_on", String, nullable=False),
    sqlite_with_rowid=False,
)

# What was paused by hand, for every process over this store: a rule by its id, a practice by its
# name, or everything.
paused = Table(
    "paused",
    metadata,
    Column("what", String, primary_key=True),
    Column("since", String, nullable=False),
    Column("because", String, nullable=False),
)

# Somebody for whom a rule in shadow or pilot would have been shown, or would not: drawn by chance,
# to be judged by a clinician. Once judged, nothing but the hash and the verdict stays. cases.py.
cases = Table(
    "cases",
    metadata,
    Column("rule", String, primary_key=True),
    Column("version", String, primary_key=True),  # a fingerprint of what the rule decides
    Column("sort", String, primary_key=True),  # shown, silent
    Column("who", String, primary_key=True),  # a keyed hash, of each rule another
    Column("person", String, nullable=False),  # as in cards; "" once it was judged
    Column("day", String, nullable=False),
    Column("step", String, nullable=False),  # what it would not have been shown by, else ""
    Column("facts", String, nullable=False),  # JSON, as in grounds
    Column("verdict", String, nullable=False),  # "" while it waits
    Column("judged_on", String, nullable=False),  # "" while it waits
    Index("cases_of_person", "person"),
)

# What the store knows of itself: the fingerprint of its key.
about = Table(
    "about",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)


class StoreError(Exception):
    """A store that cannot be opened or used; one sentence, and nothing of a person."""
