"""How likely it is that somebody has something, by age.

Rounded so that a practice comes out roughly as the published registers of practices in England have
it (2023/24: high blood pressure 15 in 100, diabetes 6 to 7, depression 11 of adults, COPD 2,
coronary heart disease 3). Of people with high blood pressure, about two in three have a reading of
the last year below 140/90. Invented for trying things out: not to be quoted.
"""

from collections.abc import Mapping
from typing import NamedTuple

# From which age each band begins, and how many of 100 people are in it.
AGES: tuple[tuple[int, int, float], ...] = (
    (0, 4, 5.2),
    (5, 14, 11.7),
    (15, 24, 11.9),
    (25, 44, 27.5),
    (45, 64, 25.2),
    (65, 74, 9.9),
    (75, 84, 6.2),
    (85, 101, 2.4),
)
YEARS, YOUNG = 30, 6  # how long ago something may have begun
Shares = tuple[float, float, float, float, float, float, float, float]


class Illness(NamedTuple):
    """Something that people live with: how many of 100 in each band of ages have it."""

    shares: Shares
    over_by: tuple[str, ...] = ()  # lists that say that it is over
    over: float = 0.05  # of those who had it, the share with whom it is over
    years: int = YEARS
    result: float = 0.0  # the share of records in which it stands as an observation
    only: str = ""  # one sex
    codes: int = 0  # so many of the list's first codes only; 0 is all


ILLNESSES: Mapping[str, Illness] = {
    "hypertension": Illness((0, 0, 0.3, 4, 22, 42, 55, 55), ("hypertension-resolved",)),
    "type-2-diabetes": Illness(
        (0, 0, 0.2, 2, 9, 15, 17, 14), ("type-2-diabetes-remission", "diabetes-resolved")
    ),
    "diabetes": Illness((0.1, 0.3, 0.5, 0.6, 0.6, 0.6, 0.7, 0.7), ("diabetes-resolved",), 0.01),
    "non-diabetic-hyperglycaemia": Illness((0, 0, 0.3, 3, 9, 15, 17, 13), years=10),
    "asthma": Illness((1, 6, 7, 6, 6.5, 7, 7, 5.5), ("asthma-resolved",), codes=1),
    "copd": Illness((0, 0, 0, 0.1, 2, 6, 7, 6), ("copd-resolved",), 0.03, codes=8),
    "heart-failure": Illness(
        (0, 0, 0, 0.1, 0.6, 2.5, 6, 11), ("heart-failure-resolved",), years=15
    ),
    "heart-attack": Illness((0, 0, 0, 0.2, 1.8, 4.5, 7, 8), over=0.1, years=20),
    "angina": Illness((0, 0, 0, 0.1, 1, 3, 6, 6), over=0.1),
    "atrial-fibrillation": Illness((0, 0, 0, 0.2, 1.2, 5, 12, 18)),
    "stroke": Illness((0, 0, 0, 0.2, 1, 3, 6, 9), over=0.1, years=20),
    "tia": Illness((0, 0, 0, 0.05, 0.5, 1.5, 3, 4), over=0.1, years=20),
    "ckd": Illness((0, 0, 0.05, 0.4, 2.5, 10, 25, 40), ("ckd-resolved",), years=15),
    "osteoarthritis": Illness((0, 0, 0, 0.5, 7, 20, 28, 30), over=0.02),
    "rheumatoid-arthritis": Illness((0, 0.02, 0.1, 0.4, 1, 1.8, 2, 1.6), over=0.02),
    "long-lasting-pain": Illness((0, 0, 0.5, 2, 4, 4, 4, 3), over=0.05, years=20),
    "depression": Illness((0, 0.1, 6, 11, 13, 10, 8, 7), ("depression-resolved",), 0.35),
    "anxiety": Illness((0, 0.5, 6, 8, 7, 5, 4, 4), over=0.25),
    "severe-mental-illness": Illness((0, 0, 0.3, 1.2, 1.4, 1, 0.8, 0.6), over=0.03),
    "dementia": Illness((0, 0, 0, 0, 0.1, 1.2, 6, 17), over=0, years=8),
    "learning-disability": Illness((0.1, 0.4, 0.8, 0.7, 0.6, 0.4, 0.2, 0.1), over=0),
    "frailty-moderate-or-severe": Illness(
        (0, 0, 0, 0, 0, 4, 14, 35), ("frailty-mild",), years=6, result=0.5
    ),
    "cancer": Illness((0, 0.05, 0.1, 0.8, 4, 9, 13, 14), over=0.3, years=20),
    "unpaid-carer": Illness(
        (0, 0.2, 0.6, 1.5, 4, 5, 4, 2), ("no-longer-a-carer",), 0.15, 12, result=0.5
    ),
    "carer-dementia-or-frailty": Illness(
        (0, 0, 0, 0.1, 0.7, 1.2, 1.5, 1), ("no-longer-a-carer",), 0.1, 8, result=0.5
    ),
    "lonely": Illness(
        (0, 0.1, 0.4, 0.4, 0.5, 0.8, 2, 3), ("not-lonely",), 0.1, 3, result=0.8
    ),
    "cannot-easily-leave-home": Illness(
        (0, 0.05, 0.1, 0.1, 0.4, 1, 5, 20), ("can-leave-home-again",), 0.08, 6, result=0.5
    ),
    "cannot-leave-home-for-now": Illness(
        (0, 0.05, 0.1, 0.1, 0.2, 0.5, 1, 2), ("can-leave-home-again",), 0.2, 1, result=0.5
    ),
    "pregnancy": Illness((0, 0, 2.5, 5, 0, 0, 0, 0), over=0.3, years=1, result=0.3, only="female"),
    "gestational-diabetes-past": Illness((0, 0, 0.2, 1.5, 1, 0, 0, 0), over=0, only="female"),
}  # fmt: skip

# Who has the first has not the second as well.
NOT_BOTH = (
    ("type-2-diabetes", "non-diabetic-hyperglycaemia"),
    ("diabetes", "non-diabetic-hyperglycaemia"),
    ("type-2-diabetes", "diabetes"),
)
