"""The pages of staff: the queue, one comment, decisions, replies, and who is on a case."""

from urllib.parse import urlencode

from flask import Blueprint, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from service.accounts.models import User
from service.accounts.queries import staff_names
from service.care.check_ins import choose_check_in, usual_check_in
from service.care.claims import acknowledge as acknowledge_case
from service.care.claims import claim as claim_case
from service.care.claims import give_back, take_lease, take_over
from service.care.claims import release as end_lease
from service.care.models import Case
from service.care.queries import case_of, events_of
from service.comments.models import Comment
from service.comments.wishes import wishes_on
from service.core import audit, clock
from service.core.db import begin_write, db
from service.core.errors import DomainError
from service.core.language import gettext, page_languages
from service.core.paging import Cursor, parse_cursor, read_id
from service.moderation import actions, queries
from service.moderation.bulk.actions import ACTS_IN
from service.moderation.bulk.queries import under_way
from service.moderation.context import context_of
from service.moderation.decision_log import undone_among
from service.moderation.deeds import deeds_for, taken_back_answer
from service.moderation.desk import read_desk
from service.moderation.duty import next_gap
from service.moderation.forms import read_check_in, read_owner, read_private, read_version
from service.moderation.leaving.notes import notes_for
from service.moderation.marks import pieces
from service.moderation.models import Decision
from service.moderation.queries import comment_for, decision_of
from service.moderation.queue.cards import card_of, cards
from service.moderation.queue.place import LEVELS, read_place
from service.moderation.queue.spots import spots_beside
from service.moderation.queue.tallies import tallies
from service.moderation.queue.turns import next_one
from service.moderation.replies.help import reply_help
from service.moderation.reports.queries import reports_on
from service.moderation.rules.queries import hits_on
from service.moderation.standings.queries import changes_of
from service.moderation.toasts import current_toast, show_toast
from service.moderation.wording import request_in
from service.site.queries import current_site
from service.triage.queries import was_flagged

TYPED = ("body", "message", "note", "passage", "reason")

moderation = Blueprint("moderation", __name__, url_prefix="/moderation")


@moderation.before_request
@login_required  # type: ignore[untyped-decorator]
def staff_only() -> None:
    """Everything here is behind sign-in."""


def desk() -> dict[str, object]:
    """What the head of every staff page shows."""
    site = current_site()
    return {
        "site": site,
        "me": me(),
        "machine": read_desk(me()),
        "now": clock.now(),
        "gap": next_gap(site.id),
        "toast": current_toast(),
    }


def me() -> User:
    """Return the signed-in member of staff."""
    user: User = current_user.user
    return user


@moderation.get("")
def queue() -> ResponseReturnValue:
    """Show one lane of the queue, or what somebody has narrowed it down to; a search for an address is written down."""
    if "" in request.args.values():  # a form sends fields that were left empty: its address is to be kept and shared
        return redirect(f"{request.path}?{urlencode([(name, word) for name, word in request.args.items() if word])}")
    page = queue_page()
    if read_place(request.args).asks_for_address:
        note_look("address", 0)
    return page


def queue_page(error: str = "") -> str:
    """Return the page of the lane that the address names; with the sentence of an error."""
    place, since = read_place(request.args), Cursor(clock.now(), 0)
    found, following = cards(me(), place, parse_cursor(request.args.get("after")))
    return draw(
        "moderation/queue.html",
        place=place,
        lane=place.lane,
        cards=found,
        since=since,
        following=following,
        names=staff_names(me().site_id),
        tallies=tallies(me()),
        articles=queries.articles_of(me(), place.article),
        levels=LEVELS,
        languages_beside=page_languages,
        passing_notes=lambda: notes_for(me()),
        acts=ACTS_IN.get(place.lane, ()),
        under_way=lambda: under_way(me()),
        error=error,
    )


@moderation.get("/comments/<int:comment_id>")
def item(comment_id: int) -> ResponseReturnValue:
    """Show one comment with everything that a decision rests on."""
    comment = comment_for(me(), comment_id)
    page = item_page(comment, body=taken_back_answer(me(), comment, read_id(request.args.get("again", ""))))
    if was_flagged(comment_id):
        note_look("comment", comment_id)
    return page


def note_look(subject: str, subject_id: int) -> None:
    """Write a look down in a unit of its own, after what was read: a reading transaction writes nothing."""
    site_id, user_id = me().site_id, me().id
    begin_write()
    audit.note(site_id, user_id, audit.Deed.LOOKED, subject, subject_id)
    db.session.commit()


@moderation.post("/comments/<int:comment_id>/replies")
def reply(comment_id: int) -> ResponseReturnValue:
    """Answer a comment; from the queue and from the article page alike."""
    keep_words(comment_id)
    begin_write()
    comment = comment_for(me(), comment_id)
    answer = actions.reply(
        me(),
        comment,
        request.form.get("body", ""),
        version=read_version(request),
        private=read_private(request),
        looked=request.form.get("looked", ""),
    )
    if "check_in" in request.form:
        choose_check_in(case_of(comment), me(), read_check_in(request))
    db.session.commit()
    show_toast(decision_of(answer), comment)
    if request.form.get("from") == "article" and answer.shown:
        return redirect(url_for("reader.permalink", comment_id=answer.id), code=303)
    return redirect(next_page(comment.id), code=303)


@moderation.post("/cases/<int:case_id>/leases")
def lease(case_id: int) -> ResponseReturnValue:
    """Say "I am on this one" for five minutes; a script sends it while the page is open, a button where none runs."""
    begin_write()
    case = queries.case_for_staff(me(), case_id)
    presence = take_lease(case, me())
    db.session.commit()
    if request.form.get("by") != "script":
        return _back_to(case)
    mine, name = presence.user_id == me().id, staff_names(case.site_id).get(presence.user_id, "")
    who = gettext("You are on this") if mine else gettext("%(name)s is on this", name=name)
    return jsonify(who=who, token=presence.token)


@moderation.post("/cases/<int:case_id>/releases")
def release(case_id: int) -> ResponseReturnValue:
    """Let go of a lease, as a page does when it is closed."""
    begin_write()
    end_lease(queries.case_for_staff(me(), case_id), request.form.get("token", ""))
    db.session.commit()
    return "", 204


@moderation.post("/cases/<int:case_id>/acknowledgements")
def acknowledge(case_id: int) -> ResponseReturnValue:
    """Say to be looking after it, which pauses the ladder until an answer is due."""
    begin_write()
    case = queries.case_for_staff(me(), case_id)
    acknowledge_case(case, me().id, case.opening, case.step)
    db.session.commit()
    return _back_to(case)


@moderation.post("/cases/<int:case_id>/claims")
def claim(case_id: int) -> ResponseReturnValue:
    """Say "this case is mine", or take it over from a colleague with a reason."""
    begin_write()
    case = queries.case_for_staff(me(), case_id)
    keep_words(case.comment_id)
    owner_id = read_owner(request)
    if owner_id is None:
        claim_case(case, me())
    else:
        take_over(case, me(), owner_id, request.form.get("reason", ""))
    db.session.commit()
    return _back_to(case)


@moderation.post("/cases/<int:case_id>/returns")
def pass_on(case_id: int) -> ResponseReturnValue:
    """Pass a case on to the others, no reason asked."""
    begin_write()
    case = queries.case_for_staff(me(), case_id)
    keep_words(case.comment_id)
    give_back(case, me())
    db.session.commit()
    return _back_to(case)


def next_page(comment_id: int) -> str:
    """Return where an act on a comment leads: back to where in the queue one was, or on to the next one there."""
    place = read_place(request.args)
    if place.one:
        begin_write()
        following = next_one(me(), place, comment_id)
        db.session.commit()
        if following is not None:
            return url_for("moderation.item", comment_id=following, **place.query())
    return url_for("moderation.queue", **place.query(one=""))


def item_page(
    comment: Comment, *, body: str = "", reason: str = "", error: str | None = None, wrong_field: str | None = None
) -> str:
    """Return the page of one comment; with the sentence of an error and what was typed."""
    current_site()  # many ask for it
    card, place, around = card_of(comment), read_place(request.args), context_of(me(), comment)
    scan, decisions = around.scan, queries.decisions_on(comment)
    deeds = deeds_for(me(), comment, card.case)
    return draw(
        "moderation/item.html",
        card=card,
        place=place,
        beside=spots_beside(me(), place, comment.id),
        names=staff_names(me().site_id),
        comment=comment,
        scan=scan,
        scans=around.scans,
        lines=pieces(deeds.own.source, scan.reasons if scan is not None else []),
        deeds=deeds,
        request_in=request_in,
        above=around.above,
        answers=around.answers,
        others=around.others,
        read_as=around.read_as,
        decisions=decisions,
        undone=undone_among(decisions),
        heavy_today=queries.heavy_today(me()) if card.veiled_for(me()) else 0,
        reports=reports_on(comment),
        hits=hits_on(comment),
        standing_changes=changes_of(comment.commenter) if comment.commenter is not None else [],
        events=events_of(card.case) if card.case is not None else [],
        wishes=wishes_on(comment),
        help=reply_help(
            me(),
            comment,
            body,
            audience=request.form.get("audience", ""),
            preview=request.args.get("reply") == "preview",
        ),
        usual_check_in=usual_check_in(card.case) if card.case is not None else None,
        body=body,
        reason=reason,
        error=error,
        wrong_field=wrong_field,
    )


def _back_to(case: Case) -> ResponseReturnValue:
    place = read_place(request.args)
    return redirect(url_for("moderation.item", comment_id=case.comment_id, **place.query()), code=303)


def draw(template: str, **context: object) -> str:
    """Render a staff page; not a context processor, because error pages must not ask the database."""
    return render_template(template, **desk(), **context)


def keep_words(comment_id: int) -> None:
    """Have an error show this comment again, as it is now, with every word that was typed."""

    def page(error: DomainError, words: str) -> str:
        if (faster := error.values.get("decision")) is not None:
            return _faster_page(comment_for(me(), comment_id), faster, words)
        typed = {"body": request.form.get("body", ""), "reason": request.form.get("reason", "")}
        return item_page(comment_for(me(), comment_id), **typed, error=words, wrong_field=error.field)

    g.give_back = page


def _faster_page(comment: Comment, decision_id: object, words: str) -> str:
    """Return the page that shows what a colleague did meanwhile, beside what was typed."""
    kept = next((text for field in TYPED if (text := request.form.get(field, "").strip())), "")
    return draw(
        "moderation/faster.html",
        comment=comment,
        case=case_of(comment),
        place=read_place(request.args),
        decision=db.session.get_one(Decision, decision_id),
        words=words,
        answers="body" in request.form,
        kept=kept,
        act=request.form.get("act", ""),
    )
