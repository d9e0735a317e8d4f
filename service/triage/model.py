"""A small linear model over words and pairs of words: it lifts `none` to `support` and orders, never more.

It knows no pronouns and no words for groups of people: they say who somebody is, not what they need.
"""

import functools
import hashlib
import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

# A site's own model in its data folder, as `flask triage train` writes it.
OWN_MODEL = "triage-model.tsv"
LARGEST_FILE = 1_000_000
LARGEST = 127
_PLACE: list[Path] = []
WEIGHTS = Path(__file__).parent / "weights.tsv"
# How much the model may move the sum of phrase weights, where 1 is what makes `support`.
SHARE = 0.2
MOST_UP, MOST_DOWN = 0.8, -0.6
_STEM = 5
# Words of grammar, of persons and of groups of people: alone or with each other they are no feature.
PLAIN = frozenset(
    (
        "african africans american americans arab arabs asian asians autistic bisexual black blind boy boys "
        "british buddhist catholic chinese christian christians deaf disabled elderly female females foreigner "
        "foreigners french gay gays german gipsy girl girls guy guys gypsy heterosexual hindu hispanic homosexual "
        "homosexuals immigrant immigrants indian indians irish italian japanese jew jewish jews latina latino "
        "lesbian lesbians male males man men mexican mexicans migrant migrants muslim muslims native pakistani "
        "polish protestant queer refugee refugees romanian russian russians sikh teen teenage teenager teenagers "
        "teens trans transgender turkish ukrainian white woman women "
        "a about after again all am an and any are as at be been before being but by can can't cant could did didn't "
        "didnt do does doesn't done don't dont down for from had has have he he's her here him his how i i'd i'll i'm "
        "if im in into is it it's its i've ive just me mine more most must my myself no not of off on or our out over "
        "really s she she's should so some such t than that that's the their them then there these they they're this "
        "those to too up us very was we we're were what when where which who why will with won't wont would you "
        "you're your yours"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Model:
    """Weights as small whole numbers, times `scale`; explained by listing the words that moved the sum most.

    `mark` tells the files of two models apart.
    """

    bias: float = 0.0
    scale: float = 0.0
    weights: dict[str, int] = field(default_factory=dict)
    mark: str = field(default="", compare=False)

    def push(self, words: Sequence[str]) -> float:
        """Return how far the words of a comment move it up or down, between MOST_DOWN and MOST_UP."""
        if not self.weights or not words:
            return 0.0
        known = features(words)
        weigh = self.weights.get
        total = sum(weigh(each, 0) for each in known)
        return max(MOST_DOWN, min(MOST_UP, SHARE * (self.bias + self.scale * total / math.sqrt(len(known) or 1))))

    def strongest(self, words: Sequence[str], most: int, direction: int = 1) -> list[tuple[int, int, int]]:
        """Return (first word, last word, weight) of the words and pairs that push most, without overlaps.

        `direction` is 1 for those that push up and -1 for those that push down; the weight is positive either way.
        """
        own = {word: weight for word in set(words) if (weight := direction * self._own_weight(word)) > 0}
        pairs = {
            pair: weight
            for pair in set(pairwise(words))
            if (weight := direction * self.weights.get(" ".join(pair), 0)) > 0
        }
        # Negative, because the smallest of a heap comes first: few of many thousands are wanted.
        pushing = [(-own[word], -at, -at) for at, word in enumerate(words) if word in own]
        pushing += [(-pairs[pair], -at, -at - 1) for at, pair in enumerate(pairwise(words)) if pair in pairs]
        heapq.heapify(pushing)
        kept: list[tuple[int, int, int]] = []
        while pushing and len(kept) < most:
            weight, first, last = (-each for each in heapq.heappop(pushing))
            if all(last < other[0] or other[1] < first for other in kept):
                kept.append((first, last, weight))
        return sorted(kept)

    def _own_weight(self, word: str) -> int:
        if word in PLAIN:
            return 0
        return self.weights.get(word, 0) + (self.weights.get(word[:_STEM] + "~", 0) if len(word) > _STEM else 0)


def features(words: Sequence[str]) -> set[str]:
    """Return words, beginnings of long words, and pairs of words, without those that are grammar alone."""
    known = {word for word in words if word not in PLAIN}
    known.update([word[:_STEM] + "~" for word in known if len(word) > _STEM])
    known.update(
        [f"{one} {next_one}" for one, next_one in set(pairwise(words)) if not (one in PLAIN and next_one in PLAIN)]
    )
    return known


def current() -> Model:
    """Return the model that this process scans with: the site's own where it has one, else the one shipped."""
    return _site_model(_PLACE[-1]) if _PLACE else shipped()


def choose(place: Path | None) -> None:
    """Let this process scan with the model in a file from now on, if it is there and can be read; None: the shipped."""
    _PLACE[:] = [place] if place else []


@functools.cache
def shipped() -> Model:
    """Return the model that comes with this release, read once; one without weights when there is no file."""
    return load(WEIGHTS) if WEIGHTS.exists() else Model()


@functools.cache
def _site_model(place: Path) -> Model:
    """Read a site's own model once; a file that is none is warned of and never stops a scan."""
    try:
        return load(place)
    except FileNotFoundError:
        return shipped()
    except (OSError, ValueError) as error:
        log.warning("triage.model_unreadable", file=str(place), error=str(error))
        return shipped()


def load(path: Path) -> Model:
    """Read a model: first line bias and scale, then one feature and its weight a line.

    Raises ValueError, in words, for a file that is no model, and OSError for one that cannot be opened.
    """
    if path.stat().st_size > LARGEST_FILE:
        raise ValueError(f"a model has at most {LARGEST_FILE} bytes")
    written = path.read_bytes()
    lines = written.decode("utf-8").splitlines()
    try:
        bias, scale = map(float, lines[0].split("\t"))
        pairs = (line.rsplit("\t", 1) for line in lines[1:])
        weights = {feature: int(weight) for feature, weight in pairs}
    except (IndexError, ValueError) as error:
        raise ValueError(f"not a model: {error}") from error
    if not (math.isfinite(bias) and math.isfinite(scale)) or max(map(abs, weights.values()), default=0) > LARGEST:
        raise ValueError("not a model: a number is too large")
    return Model(bias, scale, weights, hashlib.sha256(written).hexdigest())


def save(model: Model, path: Path) -> None:
    """Write a model as text that people can read and compare."""
    lines: Iterable[str] = (f"{feature}\t{weight}" for feature, weight in sorted(model.weights.items()))
    path.write_text("\n".join([f"{model.bias:.5f}\t{model.scale:.6f}", *lines]) + "\n", encoding="utf-8")
