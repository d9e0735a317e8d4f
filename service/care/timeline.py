"""The ladder as people see it: who is told after how long of somebody who waits at a level (pure)."""

from dataclasses import dataclass
from datetime import timedelta

from service.care.ladder import REMINDER_SHARE, People, Step, Waits, begins_at_once, wait_before
from service.triage.levels import Level


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: who is told, and how long after somebody began to wait."""

    step: Step
    after: timedelta
    people: tuple[int, ...]


def rungs(waits: Waits, level: Level, people: People, due: timedelta) -> list[Rung]:
    """Return the steps of a ladder that nobody pauses; steps on which nobody stands are left out.

    `due` is after how long an answer is due: `support` begins with a reminder shortly before that. The first step on
    which somebody stands is told when the ladder begins; each later one is counted from when the one before was due.
    """
    first = people.first_step()
    after = timedelta(0) if begins_at_once(level) else due - due / REMINDER_SHARE
    found = []
    for step in Step:
        if step < first:
            continue
        if step > first:
            after += wait_before(waits, level, step)
        if people.on(step):
            found.append(Rung(step, after, people.on(step)))
    return found


def rungs_ahead(waits: Waits, level: Level, people: People, told: int, next_in: timedelta) -> list[Rung]:
    """Return the steps after the last one that was `told`, the next of which is due in so long, up to all of them."""
    found, after = [], max(next_in, timedelta(0))
    for number in range(told + 1, max(told + 1, Step.AGAIN) + 1):
        if number > told + 1:
            after += wait_before(waits, level, number)
        if people.on(number):
            found.append(Rung(Step(min(number, Step.AGAIN)), after, people.on(number)))
    return found
