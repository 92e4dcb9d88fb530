"""What stands in the files beside the rules: code lists, shared files, practice.yaml."""

from rules.elsewhere import FOUND_IN
from rules.schema.key import Form as F
from rules.schema.key import Key
from rules.schema.words import MEASURES, STATES
from rules.support import KINDS

CODE_LIST = (
    Key("id", F.NAME, "The list's name; the file has the same.", needed=True),
    Key("title", F.SENTENCE, "What it is a list of.", needed=True),
    Key("source", F.SENTENCE, "Where the codes come from, with its version.", needed=True),
    Key("owner", F.SENTENCE, "Who answers for it."),
    Key("reviewed", F.DAY, "When somebody last looked at it.", needed=True),
    Key("review_by", F.DAY, "The day by which somebody looks again."),
    Key(
        "measures",
        F.WORD,
        "What is measured, where its units can be turned into each other.",
        words=MEASURES,
    ),
    Key(
        "local",
        F.YES_NO,
        "Its codes stand beside those of a built-in list of the same name;"
        " with no, it takes that list's place.",
        "no",
    ),
    Key(
        "wants_yours",
        F.YES_NO,
        "With yes, it finds nobody until a practice puts its own codes beside it; a rule that"
        " looks at it is not piloted before.",
        "no",
    ),
    Key("note", F.SENTENCE, "What to know about it."),
    Key("codes", F.BLOCKS, "The codes.", needed=True, of="code"),
)
CODE = (
    Key("code", F.TEXT, "The code, in quotes.", needed=True),
    Key("words", F.SENTENCE, "What it means, in plain words.", needed=True),
    Key("system", F.WORD, "Whose code it is: a name, or the address that records have.", "snomed"),
    Key("grade", F.WORD, "How sure we are of it: A, B or C.", words=("A", "B", "C")),
    Key("verify", F.SENTENCE, "What to look up before a grade C code is used."),
)
SERVICE = (
    Key("name", F.SENTENCE, "What people call it.", needed=True),
    Key("codes", F.LISTS, "The code that a referral carries: the first of the list.", needed=True),
    Key("about", F.SENTENCE, "What it is."),
    Key("also_known_as", F.NAMES, "Its former names here, so that old answers still count."),
    Key("themes", F.NAMES, "What to look for in the directory of local support: any of these."),
    Key("kinds", F.WORDS, "Only things of these sorts.", words=KINDS),
)
OFFER_SET = (
    Key("name", F.SENTENCE, "What is offered.", needed=True),
    *(Key(state, F.LISTS, f"The codes that say: {state.replace('_', ' ')}.") for state in STATES),
)
MESSAGE = (
    Key("name", F.SENTENCE, "What staff call it.", needed=True),
    Key("text", F.SENTENCE, "What it says, in plain words.", needed=True),
)
ELSEWHERE = (
    Key("name", F.SENTENCE, "What people call the other system; the reason given.", needed=True),
    Key("codes", F.LISTS, "The code lists of what it leaves on a record; or code and system."),
    Key(
        "code",
        F.TEXT,
        "One code, in quotes. Of a local system it may end in a star, for all that begin so.",
    ),
    Key("system", F.WORD, "Whose code it is: a name, or the address that records have."),
    Key("found_in", F.WORDS, "Where it may stand.", needed=True, words=tuple(FOUND_IN)),
    Key("for", F.LENGTH, "For how long it counts.", "as after a card that nobody answered"),
)
PRACTICE_ELSEWHERE = (
    *ELSEWHERE,
    Key("about", F.NAMES, "The topics that it is about, or all.", needed=True),
)
PRACTICE = (
    Key("name", F.SENTENCE, "What the practice is called.", needed=True),
    Key("invented", F.YES_NO, "Whether it is an invented one.", "no"),
    Key("phone", F.SENTENCE, "The number that people ring."),
    Key("site", F.SENTENCE, "Which of its sites this is, for rules piloted at some only."),
    Key("where", F.TEXT, "Its latitude and longitude: how far things nearby are from it."),
    Key("pilots", F.NAMES, "Rules that this practice pilots: its own, and starter rules."),
    Key("in_shadow", F.NAMES, "Rules that are asked and counted here, and never shown."),
    Key("people", F.SENTENCES, "Who works here, by name and role: who can own and sign off rules."),
    Key("most_cards_at_once", F.WHOLE, "So many cards at once about one person: 1 to 3.", "1"),
    Key(
        "quiet",
        F.BLOCK,
        "Longer quiet periods, for every rule but safety nets.",
        of="practice quiet",
    ),
    Key("thumbs", F.YES_NO, "Whether the page of a card asks if it helped, and for words.", "yes"),
    Key(
        "already_prompted_by",
        F.BLOCKS,
        "What other systems leave on a record when they have asked.",
        of="practice elsewhere",
    ),
    Key("link_hosts", F.SENTENCES, "Hosts that cards may link to.", "www.nhs.uk"),
)
