"""Fault runs: `python -m tests.faults.run [--seed N] [--posts 500] [--full] [scenario ...]` prints a table."""

import argparse
import signal
import sys
import time
from pathlib import Path

from tests.faults.findings import Findings, percentile
from tests.faults.scenarios import SCENARIOS
from tests.faults.servers import Missing, Postgres
from tests.faults.stage import Scenario, Size, Stage

COLUMNS = (
    "scenario", "kills", "posted", "lost", "doubled", "unscreened", "unscanned", "alerts missing", "alerts doubled",
    "mails missing", "mails doubled", "5xx", "cut", "POST p50", "p99", "p99 in fault", "alert p99",
    "alert p99 after", "last screened", "s",
)  # fmt: skip


def main() -> int:
    """Run the scenarios asked for; the exit code says whether every promise held, and the control failed."""
    asked = _arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave nothing running then either
    chosen = [scenario for scenario in SCENARIOS if not asked.scenario or scenario.name in asked.scenario]
    size = Size(posts=asked.posts, seconds=asked.seconds)
    print(f"| {' | '.join(COLUMNS)} | |\n|{'---|' * (len(COLUMNS) + 1)}", flush=True)
    postgres = Postgres()
    try:
        wrong = [_run(scenario, size, seed, postgres, asked.logs) for seed in _seeds(asked) for scenario in chosen]
    finally:
        postgres.close()
    return int(any(wrong))


def _run(scenario: Scenario, size: Size, seed: int, postgres: Postgres, logs: Path | None) -> bool:
    """Play one scenario; True when something is not as it must be, be it that the run itself broke off."""
    begin = time.monotonic()
    try:
        stage = Stage(scenario, size, seed, postgres)
    except Missing as what:
        print(f"| {scenario.name} ({seed}) |{' |' * (len(COLUMNS) - 1)} not run: {what} is not installed |")
        return True
    with stage:
        try:
            findings = stage.play()
        except AssertionError as error:
            findings = Findings(notes=[f"broke off: {error}"])
        if logs is not None:
            logs.mkdir(parents=True, exist_ok=True)
            (logs / f"{scenario.name}-{seed}.log").write_text(stage.site.log())
    broken = findings.broken(may_5xx=scenario.may_5xx, poisoned=len(scenario.poison), kills=stage.kills)
    _print_row(scenario, seed, stage.kills, findings, broken, time.monotonic() - begin)
    return bool(broken) is not scenario.fails


def _print_row(scenario: Scenario, seed: int, kills: int, found: Findings, broken: list[str], seconds: float) -> None:
    cells = [
        f"{scenario.name} ({seed})", kills, f"{found.accepted}/{found.posts}", found.lost, found.doubled,
        found.unscreened, found.unscanned, found.alerts_missing, found.alerts_doubled, found.mails_missing,
        found.mails_doubled, _refused(found), found.cuts, _ms(found.latencies, 0.5), _ms(found.latencies, 0.99),
        _ms(found.latencies_in_fault, 0.99), f"{percentile(found.alert_delays, 0.99):.1f} s",
        f"{percentile(found.alert_delays_after, 0.99):.1f} s ({len(found.alert_delays_after)})",
        f"{percentile(found.screening_delays, 1):.0f} s", f"{seconds:.0f}",
    ]  # fmt: skip
    held = "as it must" if broken and scenario.fails else "; ".join(broken) or "holds"
    print(f"| {' | '.join(map(str, cells))} | {held} |", flush=True)


def _refused(found: Findings) -> str:
    return f"{found.answers_5xx} (<= {max(found.refusals):.1f} s)" if found.refusals else "0"


def _ms(values: list[float], share: float) -> str:
    return f"{percentile(values, share) * 1000:.0f} ms" if values else ""


def _seeds(asked: argparse.Namespace) -> list[int]:
    return [asked.seed + number for number in range(3 if asked.full else 1)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", choices=[[], *(scenario.name for scenario in SCENARIOS)])
    parser.add_argument("--seed", type=int, default=1, help="what is killed and when, and who posts what")
    parser.add_argument("--posts", type=int, default=500, help="comments for each scenario")
    parser.add_argument("--seconds", type=float, default=40, help="in about how many seconds they are posted")
    parser.add_argument("--logs", type=Path, help="folder for what the site's processes write")
    parser.add_argument("--full", action="store_true", help="three seeds, one after the other")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
