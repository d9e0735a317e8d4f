"""Acts on one comment, undoing them, and the list of what was decided."""

from collections.abc import Callable, Mapping

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from service.accounts.queries import staff
from service.comments.models import Comment
from service.core.db import begin_write, db
from service.core.paging import read_id
from service.moderation import actions
from service.moderation.act_forms import read_colleague, read_mask, read_note, read_until
from service.moderation.bulk.actions import may_undo
from service.moderation.decision_log import decision_for, decision_log
from service.moderation.forms import read_act, read_owner, read_scan, read_verdict, read_version
from service.moderation.handing import escalate, hand_over
from service.moderation.masking import mask
from service.moderation.models import Act, Decision
from service.moderation.notes import add_note
from service.moderation.queries import comment_for
from service.moderation.queue.place import read_place
from service.moderation.snoozing import snooze
from service.moderation.toasts import show_toast, undo_window
from service.moderation.undoing import ANSWERS, can_undo, undo
from service.moderation.views import draw, keep_words, me, moderation, next_page
from service.moderation.wording import read_concern, request_in
from service.moderation.writer_mail import tell_writer
from service.site.queries import current_site

STAYS = frozenset({Act.NOTE, Act.MASK, Act.ESCALATE, Act.FEEDBACK})  # after these one goes on with the same comment


@moderation.post("/comments/<int:comment_id>/decisions")
def decide(comment_id: int) -> ResponseReturnValue:
    """Do something with a comment, or with the case of who wrote it; the form says what."""
    keep_words(comment_id)
    act = read_act(request)
    begin_write()
    comment = comment_for(me(), comment_id)
    decision = DEEDS[act](comment) if act in DEEDS else _decide(comment, act)
    db.session.commit()
    show_toast(decision, comment)
    if act in STAYS:
        return redirect(url_for("moderation.item", comment_id=comment_id, **read_place(request.args).query()), 303)
    return redirect(next_page(comment_id), code=303)


@moderation.post("/decisions/<int:decision_id>/undoings")
def undo_decision(decision_id: int) -> ResponseReturnValue:
    """Undo a decision, and show the comment as it is again; an answer that was taken back is in the box once more."""
    decision = decision_for(me(), decision_id)
    comment_id = decision.comment_id
    keep_words(comment_id)
    begin_write()
    decision = decision_for(me(), decision_id)
    done = undo(me(), decision, window=undo_window())
    again = decision.answer_id if decision.act in ANSWERS else None
    db.session.commit()
    show_toast(done, comment_for(me(), comment_id))
    place = read_place(request.args).query()
    return redirect(url_for("moderation.item", comment_id=comment_id, **place, again=again), code=303)


@moderation.get("/decisions")
def decisions() -> ResponseReturnValue:
    """Show who did what, newest first, narrowed down to one person or one act; with a button where it can be undone."""
    by = read_id(request.args.get("by", ""))
    act = Act(request.args["act"]) if request.args.get("act") in list(Act) else None
    log = decision_log(me(), by=by, act=act, before=read_id(request.args.get("before", "")))
    return draw(
        "moderation/decisions.html",
        log=log,
        by=by,
        act=act,
        acts=list(Act),
        colleagues=staff(me().site_id),
        may_undo_group=lambda bulk: may_undo(me(), bulk),
        can_undo=lambda decision: decision.id not in log.undone and can_undo(me(), decision, window=undo_window()),
    )


def _decide(comment: Comment, act: Act) -> Decision:
    return actions.decide(me(), comment, act, version=read_version(request), reason=request.form.get("reason", ""))


def _judge(comment: Comment) -> Decision:
    verdict, level = read_verdict(request)
    return actions.give_feedback(me(), comment, read_scan(request), verdict, level)


def _mask(comment: Comment) -> Decision:
    concern, passage, picked, publish = read_mask(request)
    decision = mask(
        me(),
        comment,
        version=read_version(request),
        concern=concern,
        passage=passage,
        picked=picked,
        publish=publish,
    )
    tell_writer(decision)
    return decision


def _ask(comment: Comment) -> Decision:
    concern = read_concern(request.form.get("concern", ""))
    message = request.form.get("message", "").strip() or request_in(current_site().language, concern)
    return actions.ask_to_edit(me(), comment, message, version=read_version(request), concern=concern)


def _put_off(comment: Comment) -> Decision:
    until, reason = read_until(request, me()), request.form.get("reason", "")
    return snooze(me(), comment, until, version=read_version(request), reason=reason)


def _hand_over(comment: Comment) -> Decision:
    return hand_over(
        me(),
        comment,
        read_colleague(request),
        owner_id=read_owner(request),
        version=read_version(request),
        note=request.form.get("reason", ""),
        window=undo_window(),
    )


def _tell_next(comment: Comment) -> Decision:
    return escalate(me(), comment, version=read_version(request), reason=request.form.get("reason", ""))


def _note(comment: Comment) -> Decision:
    text, about_person, days = read_note(request)
    return add_note(me(), comment, text, about_person=about_person, days=days)


DEEDS: Mapping[Act, Callable[[Comment], Decision]] = {
    Act.FEEDBACK: _judge,
    Act.MASK: _mask,
    Act.ASK_EDIT: _ask,
    Act.SNOOZE: _put_off,
    Act.HAND_OVER: _hand_over,
    Act.ESCALATE: _tell_next,
    Act.NOTE: _note,
}
