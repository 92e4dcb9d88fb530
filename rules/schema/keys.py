"""The language as one table: every heading, what may stand under it, and what it means.

The checker, the JSON Schema and the reference in REFERENCE.md all read this table, so that none of
them can say something else than the others.
"""

from rules.schema.fact_keys import FACTS
from rules.schema.file_keys import (
    CODE,
    CODE_LIST,
    ELSEWHERE,
    MESSAGE,
    OFFER_SET,
    PRACTICE,
    PRACTICE_ELSEWHERE,
    SERVICE,
)
from rules.schema.key import Form as F
from rules.schema.key import Key
from rules.schema.offer_keys import OFFERS
from rules.schema.story_keys import BOOKING, LINE, OUTCOME_LINE, PERSON, TEST
from rules.schema.words import DECISIONS, HOOKS, INDICATORS, PURPOSES, STRENGTHS, THEMES

RULE = (
    Key("format", F.WHOLE, "The version of this language.", "1"),
    Key("id", F.NAME, "The rule's name, never used again; the file has the same.", needed=True),
    Key("title", F.SENTENCE, "What the rule does, in up to 100 characters.", needed=True),
    Key("version", F.WHOLE, "Raised by goodday rules release when anything changes.", "1"),
    Key("status", F.WORD, "Where the rule is in its life; in shadow it is asked and counted, and"
        " never shown.", "draft", words=("draft", "shadow", "pilot", "live", "retired")),
    Key("purpose", F.WORD, "What the rule is for; sets what is checked.", "offer", words=PURPOSES),
    Key("theme", F.WORD, "What it is about: rules of one theme stand together on a card. heart is"
        " blood pressure and stroke too; pain, joints and bones; wellbeing, the mind; later-life,"
        " frailty and memory; belonging, company and helping others.", words=THEMES),
    Key("owner", F.SENTENCE, "A person with a role, who answers for the rule.", needed=True),
    Key("co_produced_with", F.SENTENCES, "Who helped to write it, and when; not only staff."),
    Key("evidence", F.BLOCKS, "Why we think it helps.", of="evidence"),
    Key("not_for", F.SENTENCES, "What somebody might use it for, and it is not for."),
    Key("review_by", F.DAY, "The day by which somebody looks at it again."),
    Key("pdsa", F.BLOCK, "The present cycle of improvement.", of="pdsa"),
    Key("safety", F.BLOCK, "Clinical safety sign-off of one version.", of="safety"),
    Key("released", F.BLOCK, "Written by goodday rules release: how a later change is seen.",
        of="released"),
    Key("replaces", F.NAME, "The rule that this one takes over from."),
    Key("pilot", F.BLOCK, "Who sees it while it is in pilot.", "everybody at the practice",
        of="pilot"),
    Key("hook", F.HOOKS, "The moment at which it is asked; one or several. A record system's own"
        " has a name such as uk.nhs.review-due.", needed=True,
        words=HOOKS),
    Key("show_to", F.NAMES, "The roles that see it. A role that is not told is shown the card.",
        "all clinical roles"),
    Key("facts", F.MAP, "What is looked up.", of="fact"),
    Key("when", F.CONDITION, "Who it is for.", needed=True),
    Key("when_unknown", F.WORD, "What to do where we cannot tell who it is for.", "stay quiet",
        words=("stay quiet", "prompt")),
    Key("exclude", F.BLOCKS, "Who it is not for.", of="exclusion"),
    Key("card", F.BLOCK, "What the clinician reads.", needed=True, of="card"),
    Key("offers", F.BLOCKS, "What a person can say yes or no to.", of="offer"),
    Key("quiet", F.BLOCK, "When people are left alone.", needed=True, of="quiet"),
    Key("already_prompted_by", F.BLOCKS, "What other systems leave on a record when they have asked"
        " about this; besides what practice.yaml has.", of="elsewhere"),
    Key("allow", F.MAP, "Warnings that were thought about, each with the reason.", of="allow"),
    Key("today", F.DAY, "The day on which the tests happen."),
    Key("people", F.MAP, "Invented people for the tests.", of="person"),
    Key("tests", F.BLOCKS, "Stories that prove the rule.", of="test"),
)  # fmt: skip

EVIDENCE = (
    Key("claim", F.SENTENCE, "What is claimed.", needed=True),
    Key("source", F.SENTENCE, "Who says so.", needed=True),
    Key(
        "strength",
        F.WORD,
        "How sure it is, as its source says: several good studies agree"
        " (strong), some do (moderate), they differ (mixed), experts agree (consensus), people"
        " lived it (experience). Of rules free to speak strong go first, then moderate.",
        words=STRENGTHS,
    ),
    Key("link", F.TEXT, "Where to read it, starting with https://."),
)

PDSA = (
    Key("cycle", F.WHOLE, "The number of the cycle.", needed=True),
    Key("aim", F.SENTENCE, "What is to be better.", needed=True),
    Key("measure", F.SENTENCE, "What will show it.", needed=True),
    Key("started", F.DAY, "When it began.", needed=True),
    Key("prediction", F.SENTENCE, "What you think will happen."),
    Key("result", F.SENTENCE, "What happened."),
    Key("decision", F.WORD, "What you decided.", words=DECISIONS),
)

SAFETY = (
    Key("hazards", F.SENTENCES, "Links to the hazards that were looked at."),
    Key("signed_off_by", F.SENTENCE, "Who took responsibility.", needed=True),
    Key("signed_off_on", F.DAY, "When.", needed=True),
    Key("for_version", F.WHOLE, "For which version of the rule.", needed=True),
)

RELEASED = (
    Key("version", F.WHOLE, "Which version was released.", needed=True),
    Key("fingerprint", F.TEXT, "Of what the rule decides and says; never written by hand.",
        needed=True),
    Key("on", F.DAY, "The day on which it was; one session in four has a live rule in the week"
        " after it."),
    Key("offers", F.TEXT, "What its offers are remembered as, so that one which was renamed is"
        " noticed (S13)."),
)  # fmt: skip

PILOT = (
    Key("sites", F.SENTENCES, "Only at these sites."),
    Key("clinicians", F.SENTENCES, "Only these clinicians, three or more."),
    Key("share", F.TEXT, "Only so many people: 1 in 5. Always the same ones."),
)

EXCLUSION = (
    Key("shared", F.EXCLUSION, "An exclusion that many rules share."),
    Key("if", F.CONDITION, "Who is left alone."),
    Key("because", F.SENTENCE, "Why, in words that a clinician may see."),
    Key("if_unknown", F.WORD, "What to do where we cannot tell.", "exclude",
        words=("exclude", "include")),
)  # fmt: skip

_WORDS = (
    Key("summary", F.WORDING, "One line, up to 139 characters with a long name in it."),
    Key("question", F.SENTENCE, "The open question, said aloud as it stands."),
    Key("detail", F.WORDING, "A few lines more."),
)
CARD = (
    *_WORDS,
    Key("indicator", F.WORD, "How it is marked; critical only for a signed-off safety net.", "info",
        words=INDICATORS),
    Key("source", F.SENTENCE, "Whose words these are.", needed=True),
    Key("links", F.BLOCKS, "Pages to read, on hosts that practice.yaml allows.", of="link"),
    Key("choose", F.WORD, "Whether one offer or several can be taken.", "any",
        words=("any", "one")),
    Key("variants", F.BLOCKS, "Other words for other people; the last is otherwise: yes.",
        of="variant"),
)  # fmt: skip
VARIANT = (
    Key("if", F.CONDITION, "Who these words are for."),
    Key("otherwise", F.YES_NO, "For everybody else; the last variant has it."),
    *_WORDS,
)
LINK = (
    Key("label", F.SENTENCE, "What the link is called.", needed=True),
    Key("address", F.TEXT, "Where it leads, starting with https://.", needed=True),
)

_UNANSWERED = "3 months; in a safety net 14 days"
_PERIOD = "How long people are left alone after {}."
QUIET = (
    Key("topic", F.NAME, "What the answer is about; several rules may share one.", needed=True),
    Key("after_accepted", F.LENGTH, _PERIOD.format("an offer was taken up"), "12 months"),
    Key("after_declined", F.LENGTH, _PERIOD.format('"no, thank you"'), "12 months"),
    Key("after_not_now", F.LENGTH, _PERIOD.format('"not now"'), "3 months"),
    Key("after_overridden", F.LENGTH, _PERIOD.format("the card was closed without a reason"),
        _UNANSWERED),
    Key("after_shown", F.LENGTH, _PERIOD.format("it was shown and nobody answered"), _UNANSWERED),
    Key("after_no_time", F.LENGTH, _PERIOD.format('"not enough time today"') + " As after"
        " every answer, never less than after_shown: who answers is not asked sooner than who does"
        " not.",
        _UNANSWERED),
    Key("after_already_done", F.LENGTH, _PERIOD.format('"already offered or done"'), "12 months"),
    Key("after_not_right", F.LENGTH, _PERIOD.format('"not right for this person"'), "24 months"),
    Key("most", F.TEXT, "So many cards at most in so long; an offer may only say fewer.",
        "3 in 12 months; in a safety net no limit"),
    Key("also_quiet", F.NAMES, "Other topics that an answer on this one silences too."),
    Key("also_known_as", F.NAMES, "Former names of the topic, so that old answers still count."),
    Key("declined_codes", F.LISTS, "Codes that say no, wherever they stand in the record."),
    Key("not_done_codes", F.LISTS, "Codes that say no where they are recorded as not done."),
    Key("no_thanks", F.BLOCK, 'Hides "no, thank you"; never for an offer.', of="no_thanks"),
)  # fmt: skip
# The same lengths for every rule of a practice but its safety nets.
PRACTICE_QUIET = tuple(key for key in QUIET if key.name.startswith("after_"))
NO_THANKS = (
    Key("hidden", F.YES_NO, "Whether it is hidden.", needed=True),
    Key("because", F.SENTENCE, "Why.", needed=True),
)

# By the name that ``of`` uses.
TABLES: dict[str, tuple[Key, ...]] = {
    "rule": RULE, "evidence": EVIDENCE, "pdsa": PDSA, "safety": SAFETY, "pilot": PILOT,
    "released": RELEASED, "exclusion": EXCLUSION, "card": CARD, "variant": VARIANT, "link": LINK,
    "quiet": QUIET, "practice quiet": PRACTICE_QUIET,
    "no_thanks": NO_THANKS, "person": PERSON, "booking": BOOKING, "line": LINE,
    "outcome line": OUTCOME_LINE, "test": TEST, "list": CODE_LIST, "code": CODE,
    "elsewhere": ELSEWHERE, "practice elsewhere": PRACTICE_ELSEWHERE,
    "service": SERVICE, "offer set": OFFER_SET, "message": MESSAGE, "practice": PRACTICE,
}  # fmt: skip

# Every heading there is: they tell a heading from a word of a sentence. "on" begins or ends a line
# of many a sentence, and nobody types it as a heading.
HEADINGS = frozenset(
    key.name
    for table in (*TABLES.values(), *FACTS.values(), *OFFERS.values())
    for key in table
    if key.name != "on"
) | {*OFFERS, *FACTS, "all", "any", "none", "not", "some_of"}
