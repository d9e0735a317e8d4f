"""`flask triage`: lines in, lines out, and plain words for what cannot be read."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.triage import model
from service.triage.commands import triage


def test_scan_answers_every_line_in_order() -> None:
    lines = [{"id": 7, "text": "Good article."}, {"id": "b", "text": "I want to die tonight — quería decirlo"}]
    result = CliRunner().invoke(triage, ["scan"], input="\n\n".join(json.dumps(line) for line in lines))
    assert result.exit_code == 0, result.output
    found = [json.loads(line) for line in result.output.splitlines()]
    assert [(one["id"], one["level"]) for one in found] == [(7, "none"), ("b", "crisis")]
    assert set(found[1]) == {"id", "level", "score", "harm", "matches"}
    assert set(found[1]["matches"][0]) == {"phrase", "family", "level", "start", "end", "context"}


@pytest.mark.parametrize("bad", ["{", '"text"', '{"id": 1}', '{"id": 1, "text": 5}', "[]"])
def test_bad_line_is_named(bad: str) -> None:
    result = CliRunner().invoke(triage, ["scan"], input='{"id": 1, "text": "fine"}\n' + bad + "\n")
    assert result.exit_code == 2
    assert "line 2" in result.output
    assert json.loads(result.output.splitlines()[0])["id"] == 1


def test_evaluate_prints_and_writes(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "I want to die", "label_binary": 1, "level": "urgent", "category": "plain"},
        {"id": "2", "text": "Nice photo", "label_binary": 0, "level": "none", "category": "plain"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    (tmp_path / "mix.json").write_text('{"ids": ["1", "2"]}', encoding="utf-8")
    arguments = [
        "evaluate",
        str(tmp_path / "rows.jsonl"),
        "--mix",
        str(tmp_path / "mix.json"),
        "--json",
        str(tmp_path / "out.json"),
    ]
    result = CliRunner().invoke(triage, arguments)
    assert result.exit_code == 0, result.output
    assert "average precision 1.0" in result.output
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["binary"]["f1"] == 1.0


def test_evaluate_wants_labels(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "no label"}\n', encoding="utf-8")
    result = CliRunner().invoke(triage, ["evaluate", str(tmp_path / "rows.jsonl")])
    assert result.exit_code == 2
    assert '"label_binary" is missing' in result.output


def test_train_writes_a_model_that_can_be_read(tmp_path: Path) -> None:
    texts = [
        ("the gray river swallowed me", 1),
        ("gray river again and again", 1),
        ("sunny match today", 0),
        ("sunny match won", 0),
    ]
    rows = "\n".join(json.dumps({"text": text, "label_binary": label}) for text, label in texts)
    (tmp_path / "rows.jsonl").write_text(rows, encoding="utf-8")
    result = CliRunner().invoke(
        triage, ["train", str(tmp_path / "rows.jsonl"), "--no-own", "--out", str(tmp_path / "model.tsv")]
    )
    assert result.exit_code == 0, result.output
    learned = model.load(tmp_path / "model.tsv")
    assert learned.push(["gray", "river"]) > 0 > learned.push(["sunny", "match"])
    assert "swallowed" not in learned.weights  # one comment alone teaches nothing


def test_train_needs_both_kinds(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"text": "only one kind", "label_binary": 1}\n', encoding="utf-8")
    result = CliRunner().invoke(
        triage, ["train", str(tmp_path / "rows.jsonl"), "--no-own", "--out", str(tmp_path / "model.tsv")]
    )
    assert result.exit_code == 2
    assert not (tmp_path / "model.tsv").exists()
