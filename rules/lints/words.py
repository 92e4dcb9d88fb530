"""Words that the language lints know, each with a kinder or plainer one (NHS Language Matters)."""

import re
from collections.abc import Iterator, Mapping

from rules.rule import Rule

BLAMING: Mapping[str, str] = {
    "non-compliant": "has not been taking it, or: what gets in the way of ...?",
    "noncompliant": "has not been taking it, or: what gets in the way of ...?",
    "non-compliance": "what gets in the way of ...?",
    "compliance": "taking it as agreed",
    "non-adherent": "has not been taking it",
    "failed": "has not, or: it has not helped",
    "failure to": "has not",
    "refuses": "said no, thank you",
    "refused": "said no, thank you",
    "poorly controlled": "above what was agreed",
    "uncontrolled": "above what was agreed",
    "diabetics": "people with diabetes",
    "diabetic patients": "people with diabetes",
    "asthmatics": "people with asthma",
    "sufferers": "people with it",
    "suffers from": "has",
    "suffering from": "has",
    "victim": "person",
    "frequent attender": "somebody who comes often",
    "frequent flyer": "somebody who comes often",
    "difficult patient": "somebody whom we have not understood yet",
    "obese": "living with obesity",
    "addict": "somebody who uses drugs",
    "alcoholic": "somebody who drinks a lot",
    "denies": "says that there is no",
    "complains of": "tells us about",
    "should": "could, or: what would help?",
    "must": "could",
    "DNA": "did not come",
    "DNAs": "visits that were missed",
    "did not attend": "did not come",
    "chase": "ask",
    "target": "aim",
    "hard to reach": "people we have not reached",
    "elderly": "older people",
    "the disabled": "disabled people",
    "bed-blocker": "somebody who waits to go home",
    "cope": "live",
}
JARGON: Mapping[str, str] = {
    "PR": "pulmonary rehabilitation, or: exercise and learning for your lungs",
    "SMP": "self-management programme",
    "LTC": "long-term condition",
    "HbA1c": "blood sugar over the last months (HbA1c)",
    "eGFR": "how well the kidneys work (eGFR)",
    "ACR": "protein in the urine (ACR)",
    "FEV1": "the breathing test",
    "BP": "blood pressure",
    "BMI": "body mass index",
    "MDT": "the team",
    "DSN": "diabetes nurse",
    "QOF": "the yearly review",
    "PAM": "the confidence questionnaire",
    "SNOMED": "the record's codes",
    "PCN": "the local group of practices",
    "titrate": "change little by little",
    "exacerbation": "flare-up",
    "spirometry": "breathing test",
    "dyspnoea": "breathlessness",
    "comorbidities": "other conditions",
    "prophylaxis": "prevention",
    "bd": "twice a day",
    "od": "once a day",
    "prn": "when needed",
}
PROMISES = ("will", "always", "guarantee", "guaranteed", "promise", "never again", "certainly")


def texts(rule: Rule) -> Iterator[str]:
    """Every text of a rule that somebody reads."""
    yield rule.title
    yield from (exclusion.because for exclusion in rule.exclusions)
    yield from spoken(rule)


def spoken(rule: Rule) -> Iterator[str]:
    """The texts that a person may hear or read."""
    card = rule.card
    for words in (card.words, *(variant.words for variant in card.variants)):
        yield words.summary.plain
        yield words.question
        yield words.detail.plain
    for offer in rule.offers:
        yield offer.label.plain
        yield offer.text


def has_word(text: str, word: str) -> bool:
    """Whether a text has a word or phrase in it, as a whole; short forms in capitals only as such.

    A word that is quoted is talked about, not used: "no, thank you".
    """
    flags = 0 if word.isupper() or any(c.isupper() for c in word[1:]) else re.IGNORECASE
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text, flags) is not None


def reading_age(text: str) -> int:
    """The age at which a text is easy to read, by Flesch and Kincaid's formula, in years."""
    sentences = max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))
    words = re.findall(r"[A-Za-z']+", text)
    if not words:
        return 0
    syllables = sum(_syllables(word) for word in words)
    grade = 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
    return max(5, round(grade) + 5)


def _syllables(word: str) -> int:
    word = word.lower().removesuffix("'s")
    silent = word.endswith("e") and not word.endswith("le") and len(word) > 3
    return max(1, len(re.findall(r"[aeiouy]+", word)) - silent)
