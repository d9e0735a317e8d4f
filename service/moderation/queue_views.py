"""Going through the queue: on to the next one, what has changed since a page was drawn, and the keys."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.accounts.actions import use_shortcuts
from service.accounts.queries import staff_names
from service.core.db import begin_write, db
from service.core.errors import N_, Conflict, NotFound
from service.core.language import gettext, ngettext
from service.core.paging import parse_cursor, read_id
from service.moderation.forms import read_version
from service.moderation.queries import comment_for
from service.moderation.queue.news import News, news_of
from service.moderation.queue.place import read_place
from service.moderation.queue.spots import PAGE_SIZE
from service.moderation.queue.tallies import tallies
from service.moderation.queue.turns import next_one
from service.moderation.record import DONE_WORDS, check_fresh
from service.moderation.views import desk, me

turns = Blueprint("turns", __name__, url_prefix="/moderation")


@turns.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


@turns.post("/next")
def go_on() -> ResponseReturnValue:
    """Go to the next one of a lane that no colleague is on, and take its lease."""
    place = read_place(request.args)
    begin_write()
    comment_id = next_one(me(), place, read_id(request.form.get("after", "")))
    db.session.commit()
    if comment_id is None:
        return redirect(url_for("moderation.queue", **place.query(one=""), left="none"), code=303)
    return redirect(url_for("moderation.item", comment_id=comment_id, **place.query(one="1")), code=303)


@turns.get("/news")
def news() -> Response:
    """Say what has changed in a lane since a page of it was drawn; 304 when nothing has since the last time."""
    since = parse_cursor(request.args.get("since"))
    if since is None:
        raise NotFound(N_("There is no such page here."))
    shown = [id_ for text in request.args.get("shown", "").split("-") if (id_ := read_id(text)) is not None][:PAGE_SIZE]
    found = news_of(me(), read_place(request.args), since.moment, shown)
    counts = {tally.lane.value: tally.number for tally in tallies(me()) if tally.number is not None}
    return _unless_known({"new": _new_words(found.came_in), "lanes": counts, "cards": _cards(found, shown)})


@turns.get("/comments/<int:comment_id>/news")
def item_news(comment_id: int) -> Response:
    """Say what somebody else has done with a comment since its page was drawn; 304 as above."""
    comment = comment_for(me(), comment_id)
    try:
        check_fresh(comment, read_version(request))
    except Conflict as change:
        return _unless_known({"changed": gettext(change.message, **change.values)})
    return _unless_known({"changed": ""})


@turns.get("/keys")
def keys() -> ResponseReturnValue:
    """Show the keys, and let somebody switch them off."""
    return render_template("moderation/keys.html", **desk())


@turns.post("/keys")
def set_keys() -> ResponseReturnValue:
    """Switch this person's single keys on or off, wherever they sign in."""
    begin_write()
    use_shortcuts(me(), on=request.form.get("keys") == "on")
    db.session.commit()
    return redirect(url_for("turns.keys"), code=303)


def _new_words(number: int) -> str:
    return ngettext("%(num)d new", "%(num)d new", number) if number else ""


def _cards(found: News, shown: list[int]) -> dict[str, dict[str, str]]:
    """Say for each shown card who is on it, or why it is grey now."""
    names = staff_names(me().site_id)
    words: dict[str, dict[str, str]] = {}
    for comment_id in shown:
        if comment_id in found.gone:
            decision = found.gone[comment_id]
            name = names.get(decision.user_id, "") if decision is not None else ""
            gone = gettext(DONE_WORDS[decision.act], name=name) if decision else gettext("No longer in this lane.")
            words[str(comment_id)] = {"gone": gone, "here": ""}
            continue
        user_id = found.here.get(comment_id)
        mine = user_id == me().id
        here = gettext("You are on this") if mine else gettext("%(name)s is on this", name=names.get(user_id or 0, ""))
        words[str(comment_id)] = {"gone": "", "here": here if user_id is not None else ""}
    return words


def _unless_known(content: dict[str, object]) -> Response:
    answer = jsonify(content)
    answer.add_etag()
    answer.make_conditional(request)
    return answer
