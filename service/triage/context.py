"""Rules that change how a phrase is read by what stands around it: each a pure function that says why."""

from collections.abc import Callable
from dataclasses import dataclass

from service.triage.levels import Level
from service.triage.lexicon import Cue, Entry, Hit
from service.triage.scene import PERSONS, Scene

# About somebody else these phrases mean a life in danger; all others only mean that the writer knows of pain.
DANGER = frozenset(("intent", "attempt", "plan", "self_harm", "danger", "other_danger", "goodbye"))
# Nobody jokes about these in passing, or if they do a person should look.
NO_JOKE = frozenset(("abuse", "attempt", "plan", "danger", "goodbye", "child_risk", "other_danger"))
TOPICS = frozenset(
    ("trauma", "addiction", "grief", "eating_trouble", "anxiety", "life_trouble", "perinatal_low", "carer")
)
# Their words are those of everyday farewells, medicines and roofs too.
AMBIGUOUS = frozenset(("goodbye", "plan", "parting", "setting", "means", "attempt", "danger", "intent", "passive"))
# How people say that they feel. What happened to them, and what they ask, is for the words around it to say.
FELT = frozenset(("exhaustion", "loneliness", "low_mood", "passive", "self_worth"))
# What was long ago and hurts still: that it is past makes it no smaller.
LASTING = frozenset(("trauma", "grief", "asking_help", "carer", "loneliness"))
_NEGATION_REACH = 6
_SUBJECT_REACH = 14
_OF_OTHERS = frozenset(("is", "are", "was", "were"))  # "is desperate": whoever is meant, it is not the writer
_RELATIVE = frozenset(("who", "which", "that"))
_POSSESSIVE = frozenset(("my", "our"))
# What follows somebody to whom something is done; behind one who does it there is a verb.
_BEHIND_OBJECT = frozenset(
    (
        "about after again around at away back before by down every for from home in into last near off on out over "
        "through this to today up with yesterday"
    ).split()
)
_CRY = 8  # in so few words people leave out the "I"
EXCEPT = "except "  # before the key of a phrase: the kind of cue in whose sentence that phrase does not count


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule does to a phrase: multiply its weight, lower its level to `cap`, or say that it is not meant."""

    words: str
    factor: float = 1.0
    cap: Level | None = None
    absent: bool = False


NOTHING = Level.NONE


def remarks(hit: Hit, entry: Entry, scene: Scene) -> list[Remark]:
    """Return what every rule has to say about one phrase."""
    return [remark for rule in RULES if (remark := rule(hit, entry, scene)) is not None]


def plainly_felt(hit: Hit, entry: Entry, scene: Scene) -> bool:
    """Tell whether the writer says of themselves how they feel, in a comment without advice.

    A carer names the hours, the tablets and the laundry around it; a list of calm words is no sign that they cope.
    """
    return entry.family in FELT and not scene.advice and (hit.own_voice or _kind(_doer(hit, scene)) == "self")


def quoted_line(hit: Hit, _entry: Entry, scene: Scene) -> Remark | None:
    """A quoted line holds somebody else's words."""
    return Remark("in a quoted line", 0.0, NOTHING) if scene.quoted(hit.first) else None


def exception(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """What people of this site have excepted."""
    cues = scene.cues(EXCEPT + entry.key, hit)
    return Remark(f"an exception of this site: {scene.say(cues[0])}", 0.0, NOTHING) if cues else None


def idiom(hit: Hit, _entry: Entry, scene: Scene) -> Remark | None:
    """A figure of speech that shares a word with the phrase takes its meaning away."""
    for cue in scene.cues("idiom", hit):
        if cue.first <= hit.last and hit.first <= cue.last:
            return Remark(f"figure of speech: {scene.say(cue)}", 0.0, NOTHING)
    return None


def distance(hit: Hit, _entry: Entry, scene: Scene) -> Remark | None:
    """Behind a number "kms" are kilometres."""
    if (
        hit.first == hit.last
        and scene.word_at(hit.first).casefold() == "kms"
        and scene.word_at(hit.first - 1).isdigit()
    ):
        return Remark("kilometres", 0.0, NOTHING)
    return None


def errand(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """Farewells, means and last times beside an errand, in a comment without one word of death or pain."""
    cues = scene.cues("errand", hit)
    if not cues or entry.family not in AMBIGUOUS or "dark" in scene.kinds:
        return None
    words = f"about an errand: {scene.say(cues[0])}"
    return Remark(words, cap=Level.SUPPORT) if scene.elsewhere("now", hit) else Remark(words, 0.1, NOTHING)


def conditional(hit: Hit, _entry: Entry, scene: Scene) -> Remark | None:
    """What is only supposed, and not of the writer: "if thoughts of suicide come up"."""
    if hit.own_voice or _kind(_doer(hit, scene)) == "self":
        return None
    if not any(cue.last < hit.first and scene.same_clause(cue, hit) for cue in scene.cues("conditional", hit)):
        return None
    return Remark("only supposed", 0.2, NOTHING)


def negation(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """A "not" before the phrase in its clause denies it, unless it only looks like a denial ("can't stop")."""
    if not entry.negatable:
        return None
    start = max(scene.clause_start(hit.first), hit.first - _NEGATION_REACH)
    looks_only = scene.cues("not_negation", hit)
    for cue in scene.cues("negation", hit):
        if (
            start <= cue.first
            and cue.last < hit.first
            and not any(other.first <= cue.first and cue.last <= other.last for other in looks_only)
        ):
            return Remark(f"denied: {scene.say(cue)}", 0.1, NOTHING)
    return None


def experiencer(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """Who it is about: the writer, the reader, somebody close, or people in general."""
    if entry.person == "other":
        return _about_other(hit, scene)
    speaker = _speaker(hit, scene)
    if entry.person == "anyone" or (hit.own_voice and speaker is None):
        return None
    subject = speaker or _doer(hit, scene)
    if subject is None:
        if scene.word_at(hit.first).casefold() in _OF_OTHERS and entry.level is not Level.CRISIS:
            return Remark("about something else", 0.4)
        said_alone = entry.person != "first" or (entry.level is Level.URGENT and scene.words <= _CRY)
        return None if said_alone else Remark("nobody named", 0.0, NOTHING, absent=True)
    kind = _kind(subject)
    if kind == "self":
        return None
    if kind == "you":
        return Remark(f"said to the reader: {scene.say(subject)}", 0.1, NOTHING)
    general = next((cue for cue in scene.cues("people", hit) if cue.last < hit.first), None)
    if kind == "people" or (kind == "third" and general is not None):
        return Remark(f"about people in general: {scene.say(general or subject)}", 0.05, NOTHING)
    if entry.family in DANGER:
        return _about_other(hit, scene)
    return Remark(f"about somebody else: {scene.say(subject)}", 0.4)


def topic(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """On a page about pain its words are the topic; in a comment where nobody says "I" they are no cry for help."""
    if entry.family not in TOPICS or hit.own_voice or "self" in scene.kinds:
        return None
    return Remark("the topic of the page, nobody speaks of themselves", 0.4)


def _about_other(hit: Hit, scene: Scene) -> Remark | None:
    subject = _subject(hit, scene)
    kind = _kind(subject)
    if subject is not None and kind == "people":
        return Remark(f"about people in general: {scene.say(subject)}", 0.05, NOTHING)
    inside = any(
        hit.first <= cue.first and cue.last <= hit.last
        for named in ("third", "close")
        for cue in scene.cues(named, hit)
    )
    if not inside and kind not in ("third", "close"):
        return Remark("not about somebody else", 0.0, NOTHING, absent=True)
    if "close" in scene.kinds:
        return Remark("somebody else may be in danger", cap=Level.URGENT)
    return Remark("about somebody else", 1.0, cap=Level.SUPPORT)


def _speaker(hit: Hit, scene: Scene) -> Hit | None:
    """Return who is quoted with the phrase, when it stands between quotation marks and is not the writer."""
    opening = scene.opening_mark(hit)
    if opening is None:
        return None
    named = [cue for kind in ("people", "close", "third") for cue in scene.cues(kind, hit) if cue.last < opening]
    return max(named, key=lambda cue: cue.last, default=None)


def _kind(subject: Hit | None) -> str:
    if subject is None or not isinstance(subject.meaning, Cue):
        return ""
    return "self" if subject.meaning.kind == "act" else subject.meaning.kind


def _subject(hit: Hit, scene: Scene) -> Hit | None:
    """Return the nearest person named before the phrase in its sentence."""
    subject: Hit | None = None
    for cue in scene.persons(hit):
        if hit.first - _SUBJECT_REACH <= cue.first and cue.last < hit.first and _nearer(cue, subject):
            subject = cue
    return subject


def _doer(hit: Hit, scene: Scene) -> Hit | None:
    """Return whose feeling or deed it is: the nearest person, or the writer who did something to them just before.

    "I dropped the kids at practice and couldn't stop crying" is about the writer, and so it is without the "I".
    """
    nearest = _subject(hit, scene)
    if nearest is None or _kind(nearest) not in ("close", "third") or not _is_object(nearest, hit, scene):
        return nearest
    clause = scene.clause_start(nearest.first)
    before = [cue for cue in scene.persons(hit) if clause <= cue.first < nearest.first and not _owns(cue, scene)]
    doer = min(before, key=lambda cue: cue.first, default=None)
    if doer is None:
        return next((cue for cue in scene.cues("act", hit) if clause <= cue.first <= clause + 1), nearest)
    return doer if _kind(doer) == "self" else nearest


def _is_object(person: Hit, hit: Hit, scene: Scene) -> bool:
    """Tell whether a person is only acted upon in a clause before the phrase, whose own clause names nobody."""
    start, behind = scene.clause_start(hit.first), person.last + 1
    if behind > start or scene.word_at(start).casefold() in _RELATIVE:
        return False
    return scene.clause_start(behind) == behind or scene.word_at(behind).casefold() in _BEHIND_OBJECT


def _owns(cue: Hit, scene: Scene) -> bool:
    return scene.word_at(cue.first).casefold() in _POSSESSIVE


def _nearer(cue: Hit, subject: Hit | None) -> bool:
    """Tell whether a person is named later than another; of two names in one place the plainer one counts."""
    if subject is None or cue.last > subject.last:
        return True
    return cue.last == subject.last and PERSONS.index(_kind(cue)) < PERSONS.index(_kind(subject))


def time(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """What is long past weighs less, and nothing when the writer says that it is over; "again" restores it."""
    if scene.cues("present", hit) or any(scene.same_clause(cue, hit) for cue in scene.cues("nowadays", hit)):
        return None
    past = scene.cues("past", hit)
    over = "recovered" in scene.kinds
    if past:
        words = f"past: {scene.say(past[0])}"
        if entry.family in LASTING and not over:
            return None
        return Remark(words + ", and over", 0.05, NOTHING) if over else Remark(words, 0.4, Level.SUPPORT)
    if over and entry.level.rank <= Level.SUPPORT.rank:
        return Remark("the writer says that it is better now", 0.3)
    return None


def quotation(hit: Hit, _entry: Entry, scene: Scene) -> Remark | None:
    """A lyric, a verse or a word that is talked about as a word."""
    if not scene.near("verse", hit):
        return None
    if scene.between_marks(hit) or not hit.own_voice:
        return Remark(f"quoted: {scene.say(scene.near('verse', hit)[0])}", 0.0, NOTHING)
    return None


def fiction(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """What happens in a story. What the writer feels is no story, unless it is felt in, at or after one."""
    cues = scene.cues("framed" if _kind(_doer(hit, scene)) == "self" else "fiction", hit)
    if not cues or entry.harm or scene.cues("lived", hit):
        return None
    if hit.own_voice and not scene.between_marks(hit):
        return None
    return Remark(f"in a story: {scene.say(cues[0])}", 0.0, NOTHING)


def professional(hit: Hit, _entry: Entry, scene: Scene) -> Remark | None:
    """Talk about the subject: research, definitions, clients, prevention."""
    cues = scene.cues("professional", hit)
    if cues and not hit.own_voice and not scene.cues("self", hit):
        return Remark(f"talk about the subject: {scene.say(cues[0])}", 0.0, NOTHING)
    return None


def advice(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """Somebody who advises another uses the words of distress about them; their own words weigh as ever."""
    if hit.own_voice or not scene.advises or entry.family in NO_JOKE:
        return None
    return Remark("in words of advice", 0.15, NOTHING)


def humour(hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """Laughter beside the phrase; words of a plan or of danger are never laughed away."""
    cues = scene.near("humour", hit)
    if not cues or entry.family in NO_JOKE:
        return None
    factor = 1.0 if entry.level is Level.URGENT else 0.5
    return Remark(f"with laughter: {scene.say(cues[0])}", factor, Level.SUPPORT)


def gratitude(_hit: Hit, entry: Entry, scene: Scene) -> Remark | None:
    """Thanks and praise make low words weigh less; they never touch what is urgent."""
    if "gratitude" in scene.kinds and entry.level.rank <= Level.SUPPORT.rank:
        return Remark("beside thanks", 0.75)
    return None


RULES: tuple[Callable[[Hit, Entry, Scene], Remark | None], ...] = (
    quoted_line,
    exception,
    idiom,
    distance,
    errand,
    conditional,
    negation,
    experiencer,
    topic,
    time,
    quotation,
    fiction,
    professional,
    advice,
    humour,
    gratitude,
)
