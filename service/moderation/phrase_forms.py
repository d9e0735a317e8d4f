"""What may be sent about phrases."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.core.errors import N_, Invalid
from service.core.paging import read_id
from service.moderation.phrases.listing import STATES, Narrowed
from service.moderation.phrases.runs import SPANS
from service.triage.labels import HARMS
from service.triage.levels import Level
from service.triage.phrases.phrase import LANGUAGES, OWN_FAMILIES, Counting, Phrase, own_phrase

LONGEST_SEARCH = 200


@dataclass(frozen=True)
class PhraseForm:
    """The form of a phrase with what stands in it: as it was sent, or as the phrase is; `key` is '' for a new one."""

    key: str = ""
    pattern: str = ""
    family: str = ""
    language: str = "en"
    level: str = Level.SUPPORT
    weight: str = "1"
    is_on: bool = True
    exceptions: str = ""
    why: str = ""
    days: str = str(SPANS[0])
    seen: int = 0


def form_of(phrase: Phrase, seen: int) -> PhraseForm:
    """Return the form of a phrase as it counts now."""
    now = phrase.now
    return PhraseForm(
        key=phrase.key,
        pattern=phrase.pattern,
        family=phrase.family,
        language=phrase.language,
        level=now.level,
        weight=f"{now.weight:g}",
        is_on=now.is_on,
        exceptions="\n".join(now.exceptions),
        seen=seen,
    )


def sent_form(sent: Mapping[str, str], key: str = "") -> PhraseForm:
    """Return the form as it was sent, whatever stands in it."""
    return PhraseForm(
        key=key,
        pattern=sent.get("pattern", ""),
        family=sent.get("family", ""),
        language=sent.get("language", ""),
        level=sent.get("level", ""),
        weight=sent.get("weight", "1"),
        is_on=sent.get("state", "on") == "on",
        exceptions=sent.get("exceptions", ""),
        why=sent.get("why", ""),
        days=sent.get("days", str(SPANS[0])),
        seen=read_id(sent.get("seen", "")) or 0,
    )


def read_phrase(form: PhraseForm, known: Phrase | None) -> Phrase:
    """Return the phrase that a form asks for: the known one as it should count, or a new one. Raises Invalid."""
    family = known.family if known is not None else form.family
    now = Counting(
        level=Level.NONE if family in HARMS else _level(form.level),
        weight=_weight(form.weight),
        is_on=form.is_on,
        exceptions=tuple(line.strip() for line in form.exceptions.splitlines() if line.strip()),
    )
    if known is not None:
        return replace(known, now=now)
    return own_phrase(form.language, form.family, form.pattern, now)


def read_narrowed(sent: Mapping[str, str]) -> Narrowed:
    """Return what an address narrows the list of phrases down to; what it says that there is not is passed over."""
    return Narrowed(
        words=" ".join(sent.get("q", "")[:LONGEST_SEARCH].split()),
        family=_one_of(sent.get("family", ""), OWN_FAMILIES),
        language=_one_of(sent.get("language", ""), LANGUAGES),
        state=_one_of(sent.get("state", ""), STATES),
        page=read_id(sent.get("page", "")) or 1,
    )


def _one_of(text: str, known: tuple[str, ...]) -> str:
    return text if text in known else ""


def _level(text: str) -> Level:
    try:
        return Level(text)
    except ValueError:
        raise Invalid(N_("Please say what it counts as."), field="level") from None


def _weight(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise Invalid(N_("A weight is a number, such as 0.5."), field="weight") from None
