"""What stands under ``offers:``, by the kind of offer."""

from rules.schema.key import Form as F
from rules.schema.key import Key
from rules.schema.words import CHANNELS, FORMATS, PRIORITIES

_COMMON = (
    Key("label", F.WORDING, "What stands on the button.", needed=True),
    Key("if", F.CONDITION, "Only then is it offered."),
    Key("if_unknown", F.WORD, "What to do where we cannot tell.", "hide", words=("hide", "show")),
    Key("needs", F.FACT, "A yes or no fact that has to be yes."),
    Key("recommended", F.YES_NO, "Marked as recommended; at most one, never ticked ahead.", "no"),
    Key(
        "also_known_as",
        F.SENTENCES,
        "What it was before, as it stood here (a code, a form, a goal's text): a no to it counts.",
    ),
)
OFFERS: dict[str, tuple[Key, ...]] = {
    "refer": (
        *_COMMON,
        Key("service", F.SERVICE, "Where to, as shared/services.yaml has it.", needed=True),
        Key("priority", F.WORD, "How soon.", "routine", words=PRIORITIES),
        Key("reason", F.LIST, "What it is about, where the rule's conditions do not say."),
    ),
    "record_offer": (
        *_COMMON,
        Key("codes", F.LISTS, "The code that records it: the first of the list.", needed=True),
        Key("service", F.SERVICE, "What was offered."),
    ),
    "tag": (
        *_COMMON,
        Key("code", F.NAME, "The tag's name.", needed=True),
        Key("words", F.SENTENCE, "What it says.", needed=True),
        Key("for", F.LENGTH, "It ends by itself after that.", "12 months"),
    ),
    "results_ahead": (
        *_COMMON,
        Key("include", F.LISTS, "Which results may be sent.", needed=True),
        Key("within", F.LENGTH, "How recent they are.", needed=True),
        Key("lead_time", F.LENGTH, "To be with the person so long before the visit.", "3 days"),
        Key("format", F.WORD, "How it is set.", "letter", words=FORMATS),
    ),
    "message": (
        *_COMMON,
        Key("template", F.NAME, "Which text, by its name in shared/messages.yaml.", needed=True),
        Key("channel", F.WORD, "How it goes.", "letter", words=CHANNELS),
    ),
    "questionnaire": (
        *_COMMON,
        Key("form", F.NAME, "Which one, by its name.", needed=True),
    ),
    "task": (
        *_COMMON,
        Key("for", F.NAME, "For which role.", needed=True),
        Key("due", F.LENGTH, "By when.", "7 days"),
        Key("code", F.NAME, "What it is called in the record, so that a rule can find it."),
    ),
    "goal": (
        *_COMMON,
        Key("text", F.SENTENCE, "What it starts with, before the person's own words."),
    ),
}
