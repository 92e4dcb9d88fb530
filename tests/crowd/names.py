"""Invented names, and NHS numbers of the range that is never given to anybody."""

from random import Random

GIVEN = {
    "female": (
        "Ada", "Amina", "Bethan", "Carys", "Chiara", "Daphne", "Efua", "Elsie", "Fatima", "Freya",
        "Grace", "Hana", "Ifeoma", "Isla", "Jaswinder", "Joan", "Katarzyna", "Leila", "Mairi",
        "Margaret", "Mei", "Nadia", "Olwen", "Priya", "Rosa", "Ruth", "Saoirse", "Sunita",
        "Yewande", "Zofia",
    ),
    "male": (
        "Abdul", "Alasdair", "Arjun", "Bogdan", "Callum", "Chidi", "Dafydd", "Desmond", "Ewan",
        "Farid", "George", "Gurpreet", "Hamza", "Ivor", "Jan", "Joseph", "Kwame", "Leroy", "Malik",
        "Noah", "Owen", "Pavel", "Rafael", "Ravi", "Samuel", "Stanley", "Tariq", "Victor", "Wei",
        "Winston",
    ),
}  # fmt: skip
_FIRST = "Amber Birch Clover Dove Elder Fern Gorse Hazel Juniper Larch Meadow Nettle Rowan Sorrel"
_LAST = "beck brook combe croft dale field ford garth heath holm lea mere shaw thwaite wick wood"


def family(rng: Random) -> str:
    """A family name that nobody has."""
    return f"{rng.choice(_FIRST.split())}{rng.choice(_LAST.split())}"


def nhs_number(number: int) -> str:
    """The NHS number of the person of this number, from 0: of the 999 range, each its own.

    Raises ValueError above 111,110: the range is used up.
    """
    for body in range(999_000_000 + 9 * number, 999_000_009 + 9 * number):
        weighted = sum(int(d) * (10 - place) for place, d in enumerate(str(body)))
        check = -weighted % 11
        if check < 10 and body < 1_000_000_000:
            return f"{body}{check}"
    raise ValueError("There are invented NHS numbers for 111,111 people and no more.")
