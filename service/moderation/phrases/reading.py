"""Read past comments by two lexicons, or again by the present one; one step at a time, so that nobody waits for it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased

from service.comments.models import Comment, Revision
from service.comments.queries import question_of
from service.core.db import ONE_AT_A_TIME, begin_write, db
from service.moderation.masking import own_words
from service.moderation.phrases.compare import Account, Reading
from service.moderation.phrases.models import PhraseRun, Task
from service.moderation.phrases.runs import go_on, held_run, next_ids, size_of
from service.moderation.phrases.tallies import needed_among
from service.moderation.screening import remembering, rescan
from service.triage.actions import stored_matches
from service.triage.fold import fold
from service.triage.lexicon import Cue, lexicon
from service.triage.patterns import needed_words
from service.triage.phrases.book import Changes, apply
from service.triage.phrases.phrase import Phrase
from service.triage.phrases.queries import lexicon_at, refresh, shipped
from service.triage.queries import latest_scans
from service.triage.scanner import Finding
from service.triage.thread import scan_answer
from service.triage.tuned import Extra, Tuned, in_use
from service.triage.words import has_letters_apart, read, written_in

CHUNK = 1_000
AGAIN = 50  # of a reading again, which writes: nobody who posts meanwhile may wait for longer than moments

log = structlog.get_logger(__name__)


class Probe:
    """Finds the comments that a change of some phrases can touch: those in which one of them stands."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        base = lexicon()
        sequences = [base.sequence(phrase.pattern, phrase.language) for phrase in phrases]
        self._words = Extra(base, [(sequence, Cue("touched")) for sequence in sequences])
        self._needed = [
            [frozenset(map(self._words.number_of, words)) for words in needed_words(sequence)] for sequence in sequences
        ]
        self._looked_for = frozenset(chain.from_iterable(chain.from_iterable(self._needed)))
        self._found_in = lru_cache(maxsize=16384)(self._numbers_in)

    def touches(self, text: str) -> bool:
        """Tell whether one of the phrases stands in a text, whatever its context."""
        folded = fold(text)
        if not self._may_stand_in(folded.text):
            return False
        return bool(self._words.beside(read(folded, self._words.numbers_of, self._words.join)))

    def _may_stand_in(self, text: str) -> bool:
        """Tell quickly of most texts that they lack a word without which no phrase stands there."""
        if has_letters_apart(text):
            return True
        found = set().union(*map(self._found_in, set(text.split())))
        return any(not any(map(found.isdisjoint, needed)) for needed in self._needed)

    def _numbers_in(self, chunk: str) -> frozenset[int]:
        """Return what is looked for and stands in text without white space."""
        return self._looked_for.intersection(chain.from_iterable(map(self._words.numbers_of, written_in(chunk))))


class Step:
    """One chunk of one run: looked at without a lock, and written down at the end if the run is still ours.

    Used again for the next chunk, for which the two lexicons are then at hand.
    """

    def __init__(self, run_id: int, token: str) -> None:
        self.run_id, self.token = run_id, token
        self._pair: Pair | None = None

    def look(self) -> bool:
        """Look at the next comments; false when the run is over or no longer ours. Nothing is written."""
        run = held_run(self.run_id, self.token)
        if run is None:
            return False
        self.total, self.share = size_of(run)
        self.ids = next_ids(run, self.share, CHUNK if run.task is Task.DRY_RUN else min(CHUNK, AGAIN))
        self.readings = self._compared(run) if run.task is Task.DRY_RUN else []
        self.findings = _otherwise(self.ids) if run.task is Task.RESCAN else {}
        return True

    def write(self) -> bool:
        """Write down what was seen; false when there is nothing more to do. The caller has begun to write."""
        run = held_run(self.run_id, self.token, locked=True)
        if run is None:
            return False
        run.total, run.share = self.total, self.share
        account = Account.kept(run.counts, run.samples)
        for reading in self.readings:
            account.add(reading)
        for comment_id, (revision_id, finding) in self.findings.items():
            account.counts["changed"] += _read_again(comment_id, revision_id, finding)
        run.counts, run.samples = dict(account.counts), account.samples
        go_on(run, self.ids)
        return not run.is_over

    def _compared(self, run: PhraseRun) -> list[Reading]:
        self._pair = self._pair or Pair(run.version, run.changes)
        return compare(self._pair, self.ids)


class Pair:
    """The lexicon before a change and after it, and what the change can touch."""

    def __init__(self, version: int, changes: Changes) -> None:
        self.before, self.after = lexicon_at(version), lexicon_at(version, changes)
        self.probe = Probe(touched(self.before, changes))


def compare(pair: Pair, comment_ids: Sequence[int]) -> list[Reading]:
    """Read by both lexicons those of these comments that the change can touch; return those that read otherwise."""
    texts = {comment_id: source for comment_id, source in _sources(comment_ids) if pair.probe.touches(source)}
    asked = _questions(list(texts))
    found = {
        comment_id: (scan_answer(text, question, pair.before), scan_answer(text, question, pair.after))
        for comment_id, text in texts.items()
        for question in (asked.get(comment_id, ""),)
    }
    # What the same person wrote before makes two findings of the same level and score read the same.
    otherwise = [
        comment_id
        for comment_id, (before, after) in found.items()
        if (before.level, before.score) != (after.level, after.score)
    ]
    needed = needed_among(otherwise)
    comments = db.session.scalars(select(Comment).where(Comment.id.in_(otherwise)).order_by(Comment.id.desc()))
    return [_reading(comment, *found[comment.id], needed.get(comment.id)) for comment in comments]


def touched(before: Tuned, changes: Changes) -> list[Phrase]:
    """Return the phrases that a change is about, as they were or as they would be."""
    known = shipped() | before.phrases | apply(shipped(), changes)
    return [known[key] for key in changes if key in known]


def _sources(comment_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return the words of these comments as their writers wrote them, whatever was taken out of them."""
    latest, masked = aliased(Revision), aliased(Revision)
    query = (
        select(Comment.id, latest.source, masked.source)
        .join(latest, latest.id == Comment.latest_revision_id)
        .outerjoin(masked, masked.id == latest.masks_id)
        .where(Comment.id.in_(comment_ids))
    )
    return [(comment_id, own if own is not None else shown) for comment_id, shown, own in db.session.execute(query)]


def _reading(comment: Comment, before: Finding, after: Finding, needed: bool | None) -> Reading:
    return Reading(comment.id, remembering(comment, before).level, remembering(comment, after).level, needed)


def _questions(comment_ids: Sequence[int]) -> dict[int, str]:
    """Return the words that these comments answer, as they stand now; nothing for roots."""
    parent = aliased(Comment)
    query = (
        select(Comment.id, Revision.source)
        .join(parent, parent.id == Comment.parent_id)
        .join(Revision, Revision.id == parent.latest_revision_id)
        .where(Comment.id.in_(comment_ids))
    )
    return {row.id: row.source for row in db.session.execute(query)}


def _otherwise(comment_ids: Sequence[int]) -> dict[int, tuple[int, Finding]]:
    """Return what is now found in those of these comments in which something else was found before."""
    refresh()
    words, scans, found = in_use(), latest_scans(comment_ids), {}
    for comment in db.session.scalars(select(Comment).where(Comment.id.in_(comment_ids))):
        own, known = own_words(comment), scans.get(comment.id)
        finding = remembering(comment, scan_answer(own.source, question_of(comment.id), words))
        if known is None or (known.level, known.matches) != (finding.level, stored_matches(finding)):
            found[comment.id] = own.id, finding
    return found


def _read_again(comment_id: int, revision_id: int, finding: Finding) -> bool:
    """Record a finding; true when the comment has another level now. One that fails keeps no other from its turn."""
    try:
        with db.session.begin_nested():
            return _record(comment_id, revision_id, finding)
    except SQLAlchemyError as error:
        log.error("rescan.failed", comment=comment_id, error=type(error).__name__)
        return False


def _record(comment_id: int, revision_id: int, finding: Finding) -> bool:
    """Record a finding unless the comment's words have changed since; true when it has another level now."""
    comment = db.session.get(Comment, comment_id, with_for_update=ONE_AT_A_TIME, populate_existing=True)
    if comment is None or own_words(comment).id != revision_id:
        return False
    return rescan(comment, finding)


def take_step(step: Step) -> bool:
    """Look without a lock, then begin to write and write down. The caller commits."""
    if not step.look():
        return False
    begin_write()
    return step.write()
