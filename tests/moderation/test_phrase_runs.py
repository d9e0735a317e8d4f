"""Changing phrases: what a dry run shows, saving, two people at once, undo, and reading open comments again."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from service.accounts.models import User
from service.care.queries import case_of
from service.comments.actions import revise
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.errors import Conflict, Invalid
from service.moderation import actions
from service.moderation.models import Act
from service.moderation.phrases import reading, runs
from service.moderation.phrases.models import PhraseRun, RunState, Task
from service.moderation.phrases.reading import Probe, Step, take_step
from service.moderation.phrases.runs import cancel, hold, lease_run, propose, use_run
from service.notifications.models import Notification
from service.triage.levels import Level
from service.triage.lexicon import lexicon
from service.triage.models import Scan
from service.triage.phrases.actions import difference, proposal, silenced, undoing
from service.triage.phrases.models import PhraseChange
from service.triage.phrases.phrase import Counting, Phrase, own_phrase
from service.triage.phrases.queries import book, changes_of, refresh, shipped, version_now
from service.triage.queries import latest_scan
from service.triage.scanner import scan
from tests.cast import CALM, Cast
from tests.conftest import Clock
from workers.moderation import screen as screen_task

pytestmark = pytest.mark.db

CLOUD = own_phrase("en", "exhaustion", "cloud sits", Counting(Level.SUPPORT, 1.0))
NO_COPING = "I just can't cope."


def off(phrase: Phrase) -> Phrase:
    return replace(phrase, now=replace(phrase.now, is_on=False))


def save(user: User, *phrases: Phrase, why: str = "They say so.", sure: bool = False) -> PhraseRun:
    begin_write()
    run = propose(user, {key: values for phrase in phrases for key, values in proposal(phrase).items()}, why)
    use_run(user, run, sure=sure)
    db.session.commit()
    refresh()
    db.session.rollback()
    return run


def start(user: User, *phrases: Phrase, days: int = 90) -> PhraseRun:
    begin_write()
    changes = {key: values for phrase in phrases for key, values in proposal(phrase).items()}
    run = propose(user, changes, "Let us see.", days=days)
    db.session.commit()
    return run


def work(most: int = 1000) -> None:
    """Do what a worker does with the runs that wait."""
    begin_write()
    while (taken := lease_run()) is not None:
        db.session.commit()
        for _ in range(most):
            more = take_step(Step(*taken))
            db.session.commit()
            if not more:
                break
        else:
            return
        begin_write()
    db.session.commit()


def answer(cast: Cast, comment: Comment) -> None:
    begin_write()
    actions.decide(cast.mara, comment, Act.DISMISS, version=comment.version, reason="Said by phone.")
    db.session.commit()


def cope() -> list[Phrase]:
    keys = {match.key for match in scan(NO_COPING).matches if match.key}
    return [off(shipped()[key]) for key in keys]


def test_a_dry_run_shows_what_would_be_found_and_changes_nothing(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, "The cloud sits here too.")
    still_clock.move(days=91)
    cloud = cast.says(cast.joao, "The cloud sits here.")
    cast.says(cast.reader(), CALM)
    run = start(cast.mara, CLOUD)
    work()
    assert (run.state, run.total, run.looked_at) == (RunState.DONE, 2, 2)
    assert run.counts == {"found": 1}
    assert run.samples == {"found": [[cloud.id, "none", "support"]]}
    assert version_now() == 0
    assert latest_scan(cloud.id).level is Level.NONE  # type: ignore[union-attr]


def test_a_bad_change_is_seen_to_miss_what_it_misses(cast: Cast) -> None:
    """Switching "can't cope" off loses a comment that people found to need an answer, and the dry run says so."""
    needed, other = cast.says(cast.tove, NO_COPING), cast.says(cast.joao, NO_COPING)
    cast.says(cast.reader(), "I can't cope. I want to die tonight, I have the pills here.")
    assert latest_scan(needed.id).level is Level.SUPPORT  # type: ignore[union-attr]
    begin_write()
    found = latest_scan(needed.id)
    actions.give_feedback(cast.ana, needed, found.id, actions.Verdict.NEEDED)  # type: ignore[union-attr]
    db.session.commit()
    run = start(cast.mara, *cope())
    work()
    assert (run.counts["lost"], run.counts["missed"]) == (2, 1)
    assert run.samples["missed"] == [[needed.id, "support", "none"]]
    assert {line[0] for line in run.samples["lost"]} == {needed.id, other.id}


def test_levels_that_rise_and_fall_are_told_apart(cast: Cast) -> None:
    save(cast.ana, CLOUD)
    comment = cast.says(cast.tove, "The cloud sits here.")
    graver = replace(CLOUD, now=Counting(Level.URGENT, 1.0))
    run = start(cast.ana, graver)
    work()
    assert run.samples == {"graver": [[comment.id, "support", "urgent"]]}
    save(cast.ana, graver)
    run = start(cast.ana, CLOUD)
    work()
    assert run.samples == {"milder": [[comment.id, "urgent", "support"]]}


DISGUISES: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "figures for letters": lambda said: said.translate(str.maketrans("ieo", "130")),
    "letters apart": lambda said: "  ".join(" ".join(word) if len(word) > 2 else word for word in said.split()),
    "letters with full stops": lambda said: " ".join(
        ".".join(word) if len(word) > 2 else word for word in said.split()
    ),
    "no spaces behind signs": lambda said: f"Yes...{said},no",
    "accents and markup": lambda said: f"<b>{said.replace('e', 'é')}</b>&amp;",
}


def test_the_probe_finds_every_comment_that_a_phrase_is_in() -> None:
    """Each phrase of the packs is found by its own examples, however it is parsed again."""
    from service.triage.patterns import examples, parse

    for phrase in list(shipped().values())[::25]:
        said = next(examples(parse(phrase.pattern, lexicon().slots[phrase.language]), 1))
        assert Probe([phrase]).touches(f"Well, {said}, as they say."), said
    assert not Probe(cope()).touches(CALM)


@pytest.mark.parametrize("way", DISGUISES)
def test_the_probe_finds_what_a_scan_finds_however_it_is_written(way: str) -> None:
    """The probe passes over most texts quickly, and over none in which triage finds a phrase."""
    from service.triage.patterns import examples, parse

    found = 0
    for phrase in list(shipped().values())[::25]:
        said = next(examples(parse(phrase.pattern, lexicon().slots[phrase.language]), 1))
        text = f"So,\n{DISGUISES[way](said)}!!"
        for key in {match.key for match in scan(text).matches} & shipped().keys():
            assert Probe([shipped()[key]]).touches(text), (text, key)
            found += 1
    assert found > 5


def test_a_killed_workers_run_goes_on_from_its_place(
    cast: Cast, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    for number in range(5):
        cast.says(cast.reader(), "The cloud sits here.", name=f"Reader {number}")
    run = start(cast.ana, CLOUD)
    work(most=1)  # and is killed, its lease with it
    assert (run.looked_at, run.is_over) == (2, False)
    work()
    assert run.looked_at == 2  # nobody else may touch it yet
    still_clock.move(seconds=16)
    work()
    assert (run.looked_at, run.counts, run.state) == (5, {"found": 5}, RunState.DONE)


def test_a_worker_that_was_given_up_writes_nothing(cast: Cast, still_clock: Clock) -> None:
    cast.says(cast.tove, "The cloud sits here.")
    run = start(cast.ana, CLOUD)
    begin_write()
    late = Step(*hold(run))
    db.session.commit()
    assert late.look()
    db.session.rollback()
    still_clock.move(seconds=16)
    work()
    begin_write()
    assert not late.write()
    db.session.commit()
    assert (run.counts, run.looked_at) == ({"found": 1}, 1)


def test_a_dry_run_can_be_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1)
    cast.says(cast.tove, CALM)
    cast.says(cast.joao, CALM)
    run = start(cast.ana, CLOUD)
    work(most=1)
    begin_write()
    cancel(run)
    db.session.commit()
    work()
    assert (run.state, run.looked_at) == (RunState.CANCELLED, 1)


def test_a_large_site_is_looked_at_by_sample(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        cast.says(cast.reader(), "The cloud sits here.", name=f"Reader {number}")
    monkeypatch.setattr(runs, "MOST", 6)
    run = start(cast.ana, CLOUD)
    work()
    assert (run.total, run.share) == (12, 0.5)
    assert 0 < run.looked_at < 12
    assert run.counts["found"] == run.looked_at


def test_a_change_is_used_for_the_next_comment(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    comment = cast.says(cast.tove, "The cloud sits here.", screened=False)
    save(cast.ana, CLOUD)
    monkeypatch.setattr("service.triage.tuned._IN_USE", [])  # a worker that has not heard of it
    screen_task(comment.id)
    found = latest_scan(comment.id)
    assert found is not None
    assert (found.level, found.version) == (Level.SUPPORT, scan("").version)
    assert found.version.endswith(f"+{version_now()}")


def test_open_comments_are_read_again_without_an_alert(cast: Cast, still_clock: Clock, outgoing: object) -> None:
    old = cast.says(cast.tove, "The cloud sits here.")
    still_clock.move(days=15)
    young = cast.says(cast.joao, "The cloud sits here.")
    save(cast.ana, replace(CLOUD, now=Counting(Level.CRISIS, 1.0)))
    alerts = db.session.scalar(select(func.count(Notification.id)))
    work()
    assert latest_scan(young.id).level is Level.CRISIS  # type: ignore[union-attr]
    assert latest_scan(old.id).level is Level.NONE  # type: ignore[union-attr]
    assert case_of(young) is not None
    assert db.session.scalar(select(func.count(Notification.id))) == alerts


def test_reading_again_writes_only_what_is_otherwise(cast: Cast) -> None:
    cast.says(cast.tove, CALM)
    save(cast.ana, CLOUD)
    before = db.session.scalar(select(func.count(Scan.id)))
    work()
    assert db.session.scalar(select(func.count(Scan.id))) == before


def test_a_reading_again_that_was_killed_ends_elsewhere(
    cast: Cast, still_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 1)
    comments = [cast.says(cast.reader(), "The cloud sits here.", name=f"R {n}") for n in range(3)]
    save(cast.ana, CLOUD)
    work(most=1)
    levels = [latest_scan(comment.id).level for comment in comments]  # type: ignore[union-attr]
    assert levels == [Level.NONE, Level.NONE, Level.SUPPORT]
    still_clock.move(seconds=16)
    work()
    assert {latest_scan(comment.id).level for comment in comments} == {Level.SUPPORT}  # type: ignore[union-attr]
    assert db.session.scalar(select(func.count(Scan.id))) == 6  # once each


def test_an_edit_is_never_judged_by_the_old_text(cast: Cast) -> None:
    comment = cast.says(cast.tove, "The cloud sits here.")
    save(cast.ana, CLOUD)
    begin_write()
    taken = lease_run()
    assert taken is not None
    db.session.commit()
    step = Step(*taken)
    assert step.look()
    db.session.rollback()
    begin_write()
    revise(db.session.get_one(Comment, comment.id), CALM, "<p>Calm.</p>")
    db.session.commit()
    begin_write()
    step.write()
    db.session.commit()
    assert latest_scan(comment.id).level is Level.NONE  # type: ignore[union-attr]


def test_a_newer_change_takes_the_place_of_a_reading_under_way(cast: Cast) -> None:
    save(cast.ana, CLOUD)
    save(cast.ana, off(CLOUD))
    states = db.session.scalars(select(PhraseRun.state).where(PhraseRun.task == Task.RESCAN).order_by(PhraseRun.id))
    assert list(states) == [RunState.CANCELLED, RunState.WAITING]


def test_two_people_at_once_are_told(cast: Cast) -> None:
    begin_write()
    mine = propose(cast.mara, proposal(CLOUD), "Mine.")
    db.session.commit()
    save(cast.ana, replace(CLOUD, now=Counting(Level.URGENT, 1.0)), why="Hers.")
    begin_write()
    with pytest.raises(Conflict, match="Ana Brandt"):
        use_run(cast.mara, mine)
    db.session.rollback()
    with pytest.raises(Conflict, match="Ana Brandt"):
        propose(cast.mara, proposal(CLOUD), "Mine.", seen={CLOUD.key: 0})
    assert book()[CLOUD.key].now.level is Level.URGENT


def test_a_change_is_saved_once(cast: Cast) -> None:
    run = save(cast.ana, CLOUD)
    begin_write()
    with pytest.raises(Invalid, match="already"):
        use_run(cast.ana, run)
    with pytest.raises(Invalid, match="already"):
        propose(cast.ana, proposal(CLOUD), "Again.")
    db.session.rollback()
    assert len(changes_of(cast.site_id)) == 1


def test_nothing_grave_is_silenced_without_being_told(cast: Cast) -> None:
    [grave, *_] = [phrase for phrase in shipped().values() if phrase.now.level is Level.CRISIS]
    begin_write()
    run = propose(cast.mara, proposal(off(grave)), "Too many.")
    assert silenced(run.changes) is Level.CRISIS
    with pytest.raises(Invalid) as refused:
        use_run(cast.mara, run)
    assert refused.value.field == "sure"
    assert db.session.scalar(select(func.count(PhraseChange.id))) == 0
    use_run(cast.mara, run, sure=True)
    assert silenced({grave.key: {}}) is None
    db.session.rollback()


def test_one_comment_that_cannot_be_read_again_holds_up_no_other(cast: Cast) -> None:
    first, broken, last = (cast.says(cast.reader(), "The cloud sits here.") for _ in range(3))
    db.session.execute(update(Comment).where(Comment.id == broken.id).values(commenter_id=None))
    db.session.commit()
    save(cast.mara, CLOUD)
    work()
    assert db.session.query(PhraseRun).filter_by(task=Task.RESCAN).one().state is RunState.DONE
    assert [case_of(comment) is not None for comment in (first, last)] == [True, True]


def test_any_version_can_be_brought_back(cast: Cast) -> None:
    first = save(cast.ana, CLOUD).saved
    [phrase, *_] = cope()
    save(cast.ana, phrase)
    last = save(cast.ana, replace(CLOUD, now=Counting(Level.CRISIS, 1.0))).saved
    assert first is not None
    assert last is not None
    begin_write()
    use_run(cast.mara, propose(cast.mara, difference(first), "As before."), sure=True)
    db.session.commit()
    refresh()
    assert book()[CLOUD.key].now == CLOUD.now
    assert not book()[phrase.key].is_changed
    begin_write()
    use_run(cast.mara, propose(cast.mara, difference(0), "As it came."), sure=True)
    db.session.commit()
    refresh()
    assert book() == shipped()
    assert {change.reason for change in changes_of(cast.site_id)} == {"They say so.", "As before.", "As it came."}


def test_the_newest_change_can_be_undone(cast: Cast) -> None:
    save(cast.ana, CLOUD)
    save(cast.ana, off(CLOUD))
    [newest, _] = changes_of(cast.site_id)
    begin_write()
    use_run(cast.mara, propose(cast.mara, undoing(newest), "Back."))
    db.session.commit()
    refresh()
    assert book()[CLOUD.key].now == CLOUD.now


def test_what_was_tried_and_not_saved_is_forgotten_after_a_month(cast: Cast, still_clock: Clock) -> None:
    old, kept = start(cast.ana, CLOUD).id, save(cast.ana, off(CLOUD)).id
    still_clock.move(days=31)
    begin_write()
    runs.forget_old_runs()
    db.session.commit()
    left = set(db.session.scalars(select(PhraseRun.id)))
    assert kept in left
    assert old not in left


def test_a_clock_that_was_set_back_holds_no_run_for_ever(cast: Cast, still_clock: Clock) -> None:
    run = start(cast.ana, CLOUD)
    begin_write()
    hold(run)
    db.session.execute(update(PhraseRun).values(not_before=still_clock() + runs.LEASE * 100))
    db.session.commit()
    work()
    assert run.state is RunState.DONE
