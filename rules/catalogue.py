"""The codes of what is wrong with a file: what each is about, and what to do.

These are E, about the file, T00 and T07. Codes of lints (S about safety, L about language, T about
the tests, G about who answers for a rule, C about logic) have a file each in ``rules/lints``.
Reports for other programs (SARIF) take their help texts from both.
"""

from collections.abc import Mapping

CODES: Mapping[str, tuple[str, str]] = {
    "E01": ("A heading we do not know", "Use the heading that is meant, in lower case."),
    "E02": ("A heading written twice", "Only one would count: put everything under the first."),
    "E03": ("Text lost behind a #", "Put the whole text in double quotes."),
    "E04": ("The file format is confused", "Look at spaces, colons, brackets and quotes."),
    "E05": ("Invisible characters from a document", "Use ordinary spaces."),
    "E06": ("A list item without hyphen and space", "Begin each item with a hyphen and a space."),
    "E07": ("Symbols for comparing", "Use words: above, at_least, below, at_most, between."),
    "E08": ("A date or length of time we cannot use", "Write 2027-02-28, 12 months, 4 months ago."),
    "E09": ("Something is missing", "Write what is asked for, or take the heading out."),
    "E10": ("A value of the wrong sort", "Write what the heading takes."),
    "E11": ("A name that nothing has", "Use a name from this file or the shared files."),
    "E12": ("A code list that does not exist", "Use a list that there is, or make one."),
    "E13": ("Anchors, tags and other tricks", "Put the text in double quotes."),
    "E14": ("Too large, too deep, or not text", "One rule is one small file of plain text."),
    "E15": ("Two things with one name", "Give each its own name."),
    "E16": (
        "Curly quotation marks or a table from a document",
        "Use plain text and straight ones.",
    ),
    "E21": ("A damaged code", "Copy the code again and keep it in quotes."),
    "E22": ("A description in place of a concept", "Use the number of the concept."),
    "E23": ("A trap", "Say what is meant in other words."),
    "E30": ("Not supported yet", "Leave it out for now."),
    "E31": ("A quiet period shorter than everybody's", "Leave people alone for at least as long."),
    "E32": ("Words and signs that cel spells otherwise", "Write && for and, || for or, == for is."),
    "E33": ("A name or a comparison that cel cannot take", "Use facts, each with its own sort."),
    "E34": ("What cel does not allow here, or does not fit together", "Use a condition in words."),
    "E35": ("An expression too long or too deep", "Make facts of its parts."),
    "E36": ("A rule that asks for too much", "Make several rules of it, or one code list."),
    "T00": ("No stories", "Add people and tests."),
    "T07": ("A story that comes out otherwise", "Mend the story or the rule: goodday rules test."),
}
