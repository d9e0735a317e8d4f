"""The small model: reproducible, readable, and without pronouns and groups of people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.triage import model, training
from service.triage.levels import Level
from service.triage.scanner import scan, version


def test_shipped_weights_are_what_the_command_learns(tmp_path: Path) -> None:
    model.save(training.train(training.own_examples()), tmp_path / "weights.tsv")
    assert (tmp_path / "weights.tsv").read_text(encoding="utf-8") == model.WEIGHTS.read_text(encoding="utf-8")


def test_pronouns_and_groups_of_people_are_no_features() -> None:
    assert model.features(["i", "me", "my", "we", "muslim", "women", "a", "teenager"]) == set()
    assert model.PLAIN.isdisjoint(model.shipped().weights)


def test_push_is_bounded_and_explained() -> None:
    loud = model.Model(0.0, 1.0, {"crying": 100, "happy": -100, "crying alone": 50})
    assert loud.push(["crying"] * 5) == model.MOST_UP
    assert loud.push(["happy"]) == model.MOST_DOWN
    assert loud.push([]) == 0.0
    assert loud.strongest(["we", "crying", "alone", "happy"], 3) == [(1, 1, 100)]


@pytest.mark.parametrize("weights", [{}, {"bridge": 127, "rope": 127}])
def test_model_never_reaches_urgent(weights: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.triage.scanner.current", lambda: model.Model(5.0, 1.0, weights))
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


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """The place of a site's own model, forgotten afterwards."""
    model.choose(tmp_path / model.OWN_MODEL)
    yield tmp_path / model.OWN_MODEL
    model.choose(None)


def test_a_sites_own_model_is_used_and_makes_another_version(own: Path) -> None:
    before = model.shipped().mark
    model.save(model.Model(0.0, 1.0, {"pumpernickel": 100}), own)
    found = scan("pumpernickel")
    assert found.level is Level.SUPPORT
    assert found.matches[0].context == ("pushed up by 100",)
    assert model.current().mark != before
    assert found.version == version()
    model.choose(None)
    assert scan("pumpernickel").version != found.version


@pytest.mark.parametrize(
    "written", [b"", b"\xff\xfe", b"0.1\n", b"nan\t1\n", b"0\t1\nword\tmany\n", b"0\t1\nword\t9999\n"]
)
def test_a_model_that_cannot_be_read_stops_no_scan(own: Path, written: bytes) -> None:
    own.write_bytes(written)
    with pytest.raises(ValueError, match=r"model|decode"):
        model.load(own)
    assert scan("I want to die tonight").level is Level.CRISIS
    assert model.current() is model.shipped()


def test_a_model_that_is_too_large_is_not_read(own: Path) -> None:
    own.write_bytes(b"0\t1\n" + b"word\t1\n" * (model.LARGEST_FILE // 7 + 1))
    assert model.current() is model.shipped()


def test_without_a_file_the_shipped_model_is_used(own: Path) -> None:
    assert not own.exists()
    assert model.current() is model.shipped()


@pytest.fixture
def calming_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that finds every comment calm."""
    monkeypatch.setattr("service.triage.scanner.current", lambda: model.Model(-50.0, 1.0, {"week": -127}))


@pytest.mark.parametrize(
    "text",
    [
        "My mother needs me every hour and I can't cope. That is my whole week.",
        "The nurse came at ten, the tablets are sorted, and I am exhausted.",
        "Lunch, pills, nap, pills, dinner. I feel dead inside.",
        "He had a good day on Sunday. I feel so lonely at that table.",
    ],
)
@pytest.mark.usefixtures("calming_model")
def test_calm_words_do_not_outweigh_what_somebody_says_that_they_feel(text: str) -> None:
    """A carer names the hours and the tablets around it; a list of calm words is no sign that they cope."""
    calmed = scan(text)
    assert calmed.level is Level.SUPPORT
    assert all(match.family != "model" for match in calmed.matches)
    assert calmed.score >= scan("thank you for the recipe and the week").score


@pytest.mark.parametrize(
    "text",
    [
        "I was knackered after the long walk and slept like a stone.",
        "I'm done with this novel, who wants it next?",
        "Call somebody, you should go out. I felt so lonely when we moved, so try to join a club this week.",
        "My divorce was final last week.",
    ],
)
@pytest.mark.usefixtures("calming_model")
def test_calm_words_outweigh_figures_of_speech_circumstances_and_advice(text: str) -> None:
    assert scan(text).level is Level.NONE
