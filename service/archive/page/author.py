"""Finds who wrote the article: as told, as the byline says, or by the sign-off and who answers below."""

from collections.abc import Sequence

from service.archive.page.model import PageComment

_TITLES = frozenset({"dr", "dra", "mr", "mrs", "ms", "mx", "prof", "sr", "sra", "lic", "the", "rev"})


def find_author(
    told: str | None, byline: str | None, sign_offs: Sequence[str], comments: Sequence[PageComment]
) -> tuple[str | None, str]:
    """The author's name, or None, and in one sentence the rule that decided; `sign_offs`: the last line first."""
    if told and told.strip():
        return " ".join(told.split()), "The author is the name that was given with the import."
    if byline:
        return byline, "The byline names the author."
    starts = {comment.name for comment in comments if comment.parent is None}
    only_reply = {comment.name for comment in comments} - starts
    for sign_off in sign_offs:
        names = sorted(name for name in only_reply if _begins(name, sign_off))
        if len(names) == 1:
            return names[0], (
                f"The byline names nobody; the sign-off “{sign_off}” begins the name of “{names[0]}”, "
                "who only ever replies in the comments."
            )
        if names:
            return None, f"No author: the byline names nobody, and the sign-off “{sign_off}” fits several commenters."
    return (
        None,
        "No author: the byline names nobody, and no commenter who only ever replies is named like the sign-off.",
    )


def _begins(name: str, sign_off: str) -> bool:
    """Whether a name begins with whole words of the sign-off, which is more than a title."""
    start, whole = sign_off.casefold(), name.casefold()
    if start.strip(".") in _TITLES or sum(map(str.isalpha, start)) < 2 or not whole.startswith(start):
        return False
    return len(whole) == len(start) or not whole[len(start)].isalnum()
