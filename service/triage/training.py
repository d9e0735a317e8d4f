"""Learn the small model from labelled comments: logistic regression by stochastic gradient, in plain Python."""

import hashlib
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from service.triage.fold import fold
from service.triage.levels import Level
from service.triage.model import LARGEST, Model, features
from service.triage.words import raw_words

SENTENCES = Path(__file__).parent / "sentences"
ROUNDS = 10
_PENALTY = 1e-4
_STEP = 0.3
# A word that only one comment uses says who wrote it; it is never kept.
FEWEST = 2
_MIXTURES = 600
_BRIEF = 40  # words; longer ones of our sentences are posts already

Example = tuple[frozenset[str], int]


def sentences(unseen: bool) -> Iterator[tuple[str, str, str, Level]]:
    """Yield (file, family, text, level) of our own sentences: the third kept unseen while tuning, or the rest."""
    for path in sorted(SENTENCES.glob("*.yaml")):
        listed = yaml.safe_load(path.read_text(encoding="utf-8"))
        for family, texts in listed["sentences"].items():
            for text in texts:
                if kept_unseen(text) is unseen:
                    yield path.stem, family, text, Level(listed["level"])


def kept_unseen(text: str) -> bool:
    """Tell whether a sentence belongs to the third that nothing learns from; its own letters decide."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 3 == 0


def examples(rows: Iterable[tuple[str, int]]) -> list[Example]:
    """Return the features and labels (1: needs an answer) of texts."""
    return [_example(raw_words(fold(text).text), label) for text, label in rows]


def own_examples() -> list[Example]:
    """Return our own sentences that may be learned from, alone and in mixed company.

    Sentences of harm say nothing of their writers' need and are left out.
    """
    ours = [
        (raw_words(fold(text).text), int(level is not Level.NONE))
        for kind, _, text, level in sentences(unseen=False)
        if kind != "harm"
    ]
    learned = [_example(words, label) for words, label in ours]
    counts = Counter(feature for known, _ in learned for feature in known)
    shared = {feature for feature, count in counts.items() if count >= FEWEST}
    return learned + [(known & shared, label) for known, label in (_example(*each) for each in _mixed(ours))]


def _mixed(ours: Sequence[tuple[list[str], int]]) -> Iterator[tuple[list[str], int]]:
    """Yield longer comments made of our short sentences: distress among calm words, and calm words alone.

    Comments in the world are longer than most of our sentences; without these the model would learn from length.
    """
    order = random.Random(5)  # noqa: S311 (shuffles, hides nothing)
    low, calm = ([words for words, label in ours if label == each and len(words) < _BRIEF] for each in (1, 0))
    for _ in range(_MIXTURES):
        among = order.sample(low, order.choice((1, 2, 2, 3))) + order.sample(calm, order.choice((0, 1, 1, 2)))
        yield [word for words in among for word in words], 1
        yield [word for words in order.sample(calm, order.choice((2, 3, 4))) for word in words], 0


def _example(words: Sequence[str], label: int) -> Example:
    return frozenset(features(words)), label


def train(learned: Sequence[Example], rounds: Iterable[int] = range(ROUNDS)) -> Model:
    """Return the model learned from examples; the same examples always give the same model."""
    counts = Counter(feature for known, _ in learned for feature in known)
    kept = [(sorted(each for each in known if counts[each] >= FEWEST), label) for known, label in learned]
    order = random.Random(1)  # noqa: S311 (shuffles, hides nothing)
    weights: dict[str, float] = defaultdict(float)
    steps: dict[str, float] = defaultdict(lambda: 1e-3)
    bias = 0.0
    for _ in rounds:
        order.shuffle(kept)
        for known, label in kept:
            share = 1 / math.sqrt(len(known) or 1)
            error = _likely(bias + share * sum(weights[each] for each in known)) - label
            bias -= 0.02 * error
            for each in known:
                slope = error * share + _PENALTY * weights[each]
                steps[each] += slope * slope
                weights[each] -= _STEP * slope / math.sqrt(steps[each])
    return _rounded(bias, weights)


def _likely(total: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _rounded(bias: float, weights: dict[str, float]) -> Model:
    """Turn weights into whole numbers of one byte and leave out those that round to nothing."""
    scale = max((abs(weight) for weight in weights.values()), default=1.0) / LARGEST
    whole = {feature: round(weight / scale) for feature, weight in weights.items()}
    return Model(round(bias, 5), round(scale, 6), {feature: weight for feature, weight in whole.items() if weight})
