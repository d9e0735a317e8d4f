"""The small model: reproducible, readable, and without pronouns."""

from pathlib import Path

import pytest

from service.triage import model, training
from service.triage.levels import Level
from service.triage.scanner import scan


def test_shipped_weights_are_what_the_command_learns(tmp_path: Path) -> None:
    model.save(training.train(training.own_examples()), tmp_path / "weights.tsv")
    assert (tmp_path / "weights.tsv").read_text(encoding="utf-8") == model.WEIGHTS.read_text(encoding="utf-8")


def test_pronouns_are_no_features() -> None:
    assert model.features(["i", "me", "my", "we"]) == set()
    assert model.PLAIN.isdisjoint(model.shipped().weights)


def test_push_is_bounded_and_explained() -> None:
    loud = model.Model(0.0, 1.0, {"crying": 100, "happy": -100, "crying alone": 50})
    assert loud.push(["crying"] * 5) == model.MOST_UP
    assert loud.push(["happy"]) == model.MOST_DOWN
    assert loud.push([]) == 0.0
    assert loud.strongest(["we", "crying", "alone", "happy"], 3) == [(1, 1, 100)]


@pytest.mark.parametrize("weights", [{}, {"bridge": 127, "rope": 127}])
def test_model_never_reaches_urgent(weights: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.triage.scanner.shipped", lambda: model.Model(5.0, 1.0, weights))
    assert scan("bridge rope bridge rope").level.rank <= Level.SUPPORT.rank


def test_words_of_the_model_are_shown() -> None:
    lifted = [scan(text) for kind, _, text, _ in training.sentences(unseen=False) if kind == "support"]
    shown = [match for found in lifted for match in found.matches if match.family == "model"]
    assert shown
    assert all(match.context[0].startswith("pushed up") for match in shown)


def test_words_that_outweigh_a_phrase_are_shown() -> None:
    calmed = [scan(text) for kind, _, text, _ in training.sentences(unseen=False) if kind.startswith("calm")]
    shown = [match for found in calmed for match in found.matches if match.family == "model"]
    assert shown
    assert all(match.context[0].startswith(("pushed down", "pushed up")) for match in shown)


def test_longer_examples_are_made_of_words_that_two_sentences_share() -> None:
    known = {feature for features, _ in training.own_examples() for feature in features}
    assert len(training.own_examples()) > len(list(training.sentences(unseen=False)))
    assert known >= set(model.shipped().weights)
