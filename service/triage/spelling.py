"""Read one written word: contractions, slang, leetspeak, masked letters, stretched letters and near misses.

Only a word that the lexicons do not know is repaired, and only into a word that they do know.
"""

from collections.abc import Iterable, Iterator, Mapping

_LEET = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "!": "i", "@": "a", "$": "s"}
)
_ELL = str.maketrans({"1": "l", "!": "l"})
_SIGNS = "'?!@$*"
_VOWELS = "aeiou"
# Letters of other scripts that pass for Latin ones; used only inside words that mix scripts, so real Greek or
# Cyrillic stays. A table of our own, because the full list of Unicode costs megabytes and is rarely needed.
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕһԁԛԝкмтнвгпαοντυικχηωγρεσɑɡıʟʀɴᴀᴇᴏ", "aeopcyxijshdqwkmthbrnaovtuikxnwypesagilrnaeo"
)
_LONGEST = 40
_SHORTEST_NEAR_MISS = 5
_SHORTEST_SENTENCE = 8  # of words written without spaces


class Speller:
    """Knows the words of the lexicons and how people write them."""

    def __init__(self, known: Iterable[str], spellings: Mapping[str, str], fillers: Iterable[str], keys: Iterable[str]):
        self.known = frozenset(known)
        self._spellings = dict(spellings)
        self._fillers = frozenset(fillers)
        self._keys = frozenset(keys)
        self._shortened = _shortened(self._keys)

    def read(self, written: str) -> tuple[str, ...]:
        """Return the plain words that a folded word stands for; nothing for a filler such as "really"."""
        if written in self._fillers:
            return ()
        spelled = self._spellings.get(written)
        if spelled is not None:
            return tuple(word for word in spelled.split() if word not in self._fillers)
        if written in self.known or len(written) > _LONGEST:
            return (written,)
        return self._repair(written)

    def join(self, letters: str) -> tuple[str, ...] | None:
        """Return the words in letters that were written apart ("k i l l m e"), None when they are no words."""
        if len(letters) > _LONGEST:
            return None
        ways: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - 12), end):
                word, before = letters[start:end], ways[start]
                if (
                    before is not None
                    and (word in self.known or word in self._spellings)
                    and (len(word) > 1 or word == "i")
                ):
                    ways[end] = (*before, word)
                    break
        words = ways[-1]
        if words is None or not any(word in self._keys for word in words):
            return None
        return tuple(plain for word in words for plain in self.read(word))

    def _repair(self, written: str) -> tuple[str, ...]:
        if not written.isascii():
            plain = written.translate(_LOOKALIKES)
            if plain != written and plain.isascii():
                return self.read(plain)
            return (written,)
        if written.endswith(("'s", "?s")):
            return self.read(written[:-2])
        if _stretched(written) and _squeezed(written, 1) in self._fillers:
            return ()
        repaired = self._spelled_apart(written) or self._unstretched(written) or self._near_miss(written)
        if repaired:
            return (repaired,)
        if any(sign in written for sign in _SIGNS):
            return self._without_signs(written)
        together = self.join(written) if len(written) >= _SHORTEST_SENTENCE else None
        return together if together and len(together) > 2 and not self._tame(together) else (written,)

    def _tame(self, words: Iterable[str]) -> bool:
        """Tell whether words that were found inside a long one hold no grave key word, so that the long one stays."""
        return not any(word in self._keys and (len(word) > 3 or word == "die") for word in words)

    def _without_signs(self, written: str) -> tuple[str, ...]:
        apostrophised = written.replace("?", "'")
        if apostrophised in self._spellings:
            return self.read(apostrophised)
        for sign in _SIGNS:
            written = written.replace(sign, " ")
        return tuple(word for part in written.split() for word in self.read(part))

    def _spelled_apart(self, written: str) -> str | None:
        """Return the word behind digits and signs, such as `su1c1de` or `k*ll`."""
        if written.isalpha() or written.isdigit():
            return None
        if "*" in written:
            return next((word for word in _unmasked(written) if word in self._keys), None)
        for plain in (written.translate(_LEET), written.translate(_ELL).translate(_LEET)):
            if plain in self._keys:
                return plain
        return None

    def _unstretched(self, written: str) -> str | None:
        if not _stretched(written):
            return None
        for most in (2, 1):
            shorter = _squeezed(written, most)
            if shorter in self.known or shorter in self._spellings:
                return shorter if shorter in self.known else self._spellings[shorter]
        return self._near_miss(shorter)

    def _near_miss(self, written: str) -> str | None:
        """Return the key word from which one letter is missing, added or swapped with its neighbour."""
        if len(written) < _SHORTEST_NEAR_MISS - 1 or not written.isalpha():
            return None
        key = self._shortened.get(written)
        if key:
            return key
        if len(written) < _SHORTEST_NEAR_MISS:
            return None
        for index in range(1, len(written)):
            if written[:index] + written[index + 1 :] in self._keys:
                return written[:index] + written[index + 1 :]
            swapped = written[: index - 1] + written[index] + written[index - 1] + written[index + 1 :]
            if index > 1 and swapped in self._keys:
                return swapped
        return None


def _shortened(keys: Iterable[str]) -> dict[str, str]:
    """Return each key word with one inner or last letter missing."""
    return {
        key[:index] + key[index + 1 :]: key
        for key in sorted(keys)
        if len(key) >= _SHORTEST_NEAR_MISS and key.isascii()
        for index in range(1, len(key))
    }


def _unmasked(written: str) -> Iterator[str]:
    """Yield what up to two masked letters can stand for: vowels, as people mask them."""
    if written.count("*") > 2:
        return
    first, _, rest = written.partition("*")
    for vowel in _VOWELS:
        if "*" in rest:
            yield from _unmasked(first + vowel + rest)
        else:
            yield first + vowel + rest


def _stretched(written: str) -> bool:
    return any(a == b == c for a, b, c in zip(written, written[1:], written[2:], strict=False))


def _squeezed(written: str, most: int) -> str:
    kept: list[str] = []
    for letter in written:
        if kept[-most:] != [letter] * most:
            kept.append(letter)
    return "".join(kept)
