"""What stands under ``people:`` and ``tests:``: the stories that prove a rule."""

from rules.schema.key import Form as F
from rules.schema.key import Key
from rules.schema.offer_keys import OFFERS

PERSON = (
    Key("about", F.SENTENCE, "Who they are, in a line.", needed=True),
    Key("age", F.WHOLE, "How old they are."),
    Key("sex", F.WORD, "As the record has it.", words=("female", "male", "other", "unknown")),
    Key("language", F.TEXT, "The language they speak, as a code: en, pl, ur."),
    Key("needs_interpreter", F.YES_NO, "Whether they need an interpreter."),
    Key("registered_here", F.YES_NO, "Whether they are registered at the practice.", "yes"),
    Key("deceased", F.YES_NO, "Whether they have died; unknown, where nobody can tell.", "no",
        words=("unknown",)),
    Key("record", F.BLOCKS, "What stands on their record.", of="line"),
    Key("booking", F.BLOCK, "The visit that they are booking.", of="booking"),
)  # fmt: skip
BOOKING = (
    Key("codes", F.LIST, "Which sort of visit."),
    Key("date", F.TEXT, "On which day."),
)
LINE = (
    Key("date", F.TEXT, "2026-05-31, 2026-05, 2026, 4 months ago, in 6 days, or today."),
    Key("status", F.TEXT, "The state it is in.", "the usual one"),
    Key("end", F.TEXT, "When it ended."),
    Key("filed", F.YES_NO, "Results: whether a clinician has filed it."),
    Key("value", F.TEXT, "What was measured: 58 mmol/mol."),
)
OUTCOME_LINE = (
    Key("topic", F.NAME, "What it was about.", needed=True),
    Key("date", F.TEXT, "When it was said.", needed=True),
    Key("ask_again", F.TEXT, "The day that the person chose to be asked again."),
)
TEST = (
    Key("name", F.SENTENCE, "What happens, in a line.", needed=True),
    Key("person", F.NAME, "Who it is about: a name under people, or in shared/people.yaml.",
        needed=True),
    Key("plus", F.BLOCKS, "Lines that their record has besides.", of="line"),
    Key("without", F.SENTENCES, "Lines that it does not have."),
    Key("change", F.MAP, "What is different about a line, or about the person.", of="change"),
    Key("vary", F.SENTENCE, "What the rows change."),
    Key("rows", F.MAP, "A value, and what to expect of it.", of="rows"),
    Key("unavailable", F.NAMES, "Lists that could not be read."),
    Key("today", F.DAY, "Another day than the file's."),
    Key("expect", F.WORD, "What is to happen.", words=(
        "prompt", "no prompt", "excluded", "quiet", "cannot tell")),
    Key("because", F.TEXT, "The fact, exclusion or answer that decides."),
    Key("offers", F.WORDS, "The offers on the card, in order.", words=tuple(OFFERS)),
    Key("summary_has", F.SENTENCE, "Words that stand in the summary."),
    Key("known_gap", F.YES_NO, "A wrong answer that we accept for now, and say so.", "no"),
)  # fmt: skip
