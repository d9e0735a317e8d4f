"""Fold names so that look-alikes compare equal (pure)."""

import unicodedata

from confusable_homoglyphs import confusables

TITLES = frozenset(
    "dr doctor prof professor mr mrs ms miss mx sir dra doctora herr frau rev the phd md psyd lmft lcsw msw ma".split()
)

LONGEST = 160  # what the column holds; a name of 80 signs can unfold to more
LOOK_ALIKES = str.maketrans({"0": "o", "1": "l", "i": "l"})


def fold_name(name: str) -> str:
    """Return a key that is equal for names a reader could take for one another.

    Compatibility forms, case, accents, look-alike letters of other scripts, titles, spaces and
    punctuation are dropped: "Dr. Mara Lindqvist", "MARA  LINDQVIST" and a Cyrillic "Маrа" spelling agree.
    """
    decomposed = unicodedata.normalize("NFKD", "".join(_latin(char) for char in unicodedata.normalize("NFKC", name)))
    words = "".join(c if c.isalnum() else " " for c in decomposed.casefold() if not unicodedata.combining(c)).split()
    kept = [word for word in words if word not in TITLES] or words
    return "".join(kept).translate(LOOK_ALIKES)[:LONGEST]


def _latin(char: str) -> str:
    if char.isascii():
        return char
    found = confusables.is_confusable(char, preferred_aliases=[])
    for likeness in found[0]["homoglyphs"] if found else []:
        if likeness["c"].isascii() and likeness["c"].isalnum():
            return str(likeness["c"])
    return char
