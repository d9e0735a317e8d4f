"""Fold names so that look-alikes compare equal (pure)."""

import unicodedata

from confusable_homoglyphs import confusables

TITLES = frozenset(
    "dr doctor prof professor mr mrs ms miss mx sir dra doctora herr frau rev the phd md psyd lmft lcsw msw ma "
    "your our official real verified".split()
)

# Words by which somebody says that they look after a site, or its readers; no guest is called so, nor like staff with
# such a word.
ROLES = frozenset(
    "admin administrator author editor mod moderator owner staff team webmaster administrador administradora autor "
    "autora moderador moderadora auteur moderateur beheerder redactie redaktion administratorin moderatorin "
    "therapist psychologist psychiatrist psychotherapist counsellor counselor support helpline terapeuta psicologo "
    "psicologa psiquiatra psicoterapeuta soporte therapeute psychologue psychiatre therapeut therapeutin psychologe "
    "psychologin psycholoog psychiater المشرف المشرفة مشرف مشرفة المعالج المعالجة معالج معالجة الطبيب طبيب الكاتب "
    "الكاتبة".split()
)

LONGEST = 160  # what the column holds; a name of 80 signs can unfold to more
LOOK_ALIKES = str.maketrans({"0": "o", "1": "l", "i": "l"})


def fold_name(name: str) -> str:
    """Return a key that is equal for names a reader could take for one another.

    Compatibility forms, case, accents, look-alike letters of other scripts, titles, spaces and
    punctuation are dropped: "Dr. Mara Lindqvist", "MARA  LINDQVIST" and a Cyrillic "Маrа" spelling agree.
    """
    words = _words(name)
    return _key([word for word in words if word not in TITLES] or words)


def readings(name: str) -> frozenset[str]:
    """Return the keys that a reader could take a name for: as it stands, and without words such as "author" beside it.

    "Mara Lindqvist (Author)" can be read as "Mara Lindqvist".
    """
    plain = [word for word in _words(name) if not _is_role(word)]
    return frozenset({fold_name(name), fold_name(" ".join(plain))}) - {""}


def claims_role(name: str) -> bool:
    """Tell whether a name says nothing but that somebody looks after the site: "The Moderator"."""
    words = [word for word in _words(name) if word not in TITLES]
    return bool(words) and all(_is_role(word) for word in words)


def _words(name: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", "".join(_latin(char) for char in unicodedata.normalize("NFKC", name)))
    return "".join(c if c.isalnum() else " " for c in decomposed.casefold() if not unicodedata.combining(c)).split()


def _is_role(word: str) -> bool:
    return _key([word]) in FOLDED_ROLES


def _key(words: list[str]) -> str:
    return "".join(words).translate(LOOK_ALIKES)[:LONGEST]


def _latin(char: str) -> str:
    if char.isascii():
        return char
    found = confusables.is_confusable(char, preferred_aliases=[])
    for likeness in found[0]["homoglyphs"] if found else []:
        if likeness["c"].isascii() and likeness["c"].isalnum():
            return str(likeness["c"])
    return char


FOLDED_ROLES = frozenset(_key([word]) for word in ROLES)
