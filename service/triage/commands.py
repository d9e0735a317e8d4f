"""`flask triage`: scan texts, measure on labelled ones, train the small model. No database, no settings."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from service.triage import model
from service.triage.scanner import scan

triage = click.Group("triage", help="Find comments whose writers need an answer.")


class BadLine(click.ClickException):
    """A line of the input that is no JSON object with a text; ends with exit code 2."""

    exit_code = 2


def _choose(_context: click.Context, _option: click.Parameter, place: Path | None) -> None:
    """Scan with the model in a file; one that cannot be read is refused here, for somebody has asked for it."""
    if place is None:
        return
    try:
        model.load(place)
    except (OSError, ValueError) as error:
        raise click.BadParameter(f"{place}: {error}") from error
    model.choose(place)


with_model = click.option(
    "--model",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_choose,
    expose_value=False,
    help="Use this model, as train writes it, and not the one that comes with Attune.",
)


@triage.command("scan")
@with_model
def scan_lines() -> None:
    """Read JSON lines with "id" and "text" from standard input and write what was found, in the same order."""
    for number, row in _rows(sys.stdin, "standard input"):
        found = {"id": row.get("id", number), **scan(row["text"]).as_dict()}
        click.echo(json.dumps(found, ensure_ascii=False))


@triage.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--mix",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file with the ids of a realistic mix.",
)
@click.option(
    "--json", "out", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="Write the figures here."
)
@with_model
def evaluate(file: Path, mix: Path | None, out: Path | None) -> None:
    """Measure on JSON lines with "id", "text", "label_binary" and, where known, "level" (or "label_level")."""
    from service.triage.measure import measure, report

    with file.open(encoding="utf-8") as lines:
        rows = [row for _, row in _rows(lines, file.name, "label_binary")]
    ids = set(json.loads(mix.read_text(encoding="utf-8"))["ids"]) if mix else None
    with click.progressbar(rows, label="Scanning", file=sys.stderr) as shown:
        figures = measure(shown, ids)
    click.echo(report(figures))
    if out:
        out.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@triage.command("train")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, writable=True, path_type=Path), required=True, help="Write the model here."
)
@click.option(
    "--own/--no-own", default=True, show_default=True, help="Learn from the sentences that come with Attune too."
)
def train_model(files: tuple[Path, ...], out: Path, own: bool) -> None:
    """Learn the small model from JSON lines with "text" and "label_binary" (1: needed an answer)."""
    from service.triage import training

    learned = training.own_examples() if own else []
    for file in files:
        with file.open(encoding="utf-8") as lines:
            rows = [(row["text"], int(row["label_binary"])) for _, row in _rows(lines, file.name, "label_binary")]
        learned += training.examples(rows)
    if not {label for _, label in learned} == {0, 1}:
        raise click.UsageError("Comments of both kinds are needed: with label 1 and with label 0.")
    with click.progressbar(range(training.ROUNDS), label="Learning", file=sys.stderr) as rounds:
        trained = training.train(learned, rounds)
    model.save(trained, out)
    click.echo(f"{len(learned)} comments, {len(trained.weights)} weights, written to {out}")


def _rows(lines: IO[str], name: str, needed: str = "text") -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield number and object of each line that is not empty."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadLine(f"{name}, line {number}: this is not JSON ({error})") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise BadLine(f'{name}, line {number}: an object with a "text" is needed')
        if needed not in row:
            raise BadLine(f'{name}, line {number}: "{needed}" is missing')
        yield number, row
