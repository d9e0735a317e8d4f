"""What may be sent about phrases."""

from collections.abc import Mapping

from service.core.paging import read_id
from service.moderation.phrases.listing import LANGUAGES, STATES, Narrowed, families

LONGEST_SEARCH = 200


def read_narrowed(sent: Mapping[str, str]) -> Narrowed:
    """Return what an address narrows the list of phrases down to; what it says that there is not is passed over."""
    return Narrowed(
        words=" ".join(sent.get("q", "")[:LONGEST_SEARCH].split()),
        family=_one_of(sent.get("family", ""), families()),
        language=_one_of(sent.get("language", ""), LANGUAGES),
        state=_one_of(sent.get("state", ""), STATES),
        page=read_id(sent.get("page", "")) or 1,
    )


def _one_of(text: str, known: list[str] | tuple[str, ...]) -> str:
    return text if text in known else ""
