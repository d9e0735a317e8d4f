"""The page of rules: what counts, a box to try words, and a dry run before anything is changed."""

from dataclasses import dataclass

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.config import current_keys
from service.core.db import begin_write, db
from service.core.errors import N_, DomainError, Forbidden, Invalid, NotFound
from service.core.language import gettext
from service.core.paging import read_id
from service.core.reasons import checked_reason
from service.moderation.rule_forms import ADDED_KINDS, RuleForm, read_rule, sent_form
from service.moderation.rules.actions import MAY_NOT, proposed, save_rule, undo_change
from service.moderation.rules.dry_run import DryRun, dry_run, with_change
from service.moderation.rules.judge import ONLY_HOLDS, Effect, Kind, Rule
from service.moderation.rules.limits import BY_NAME
from service.moderation.rules.models import RuleChange, Subject
from service.moderation.rules.queries import changes, hit_counts, last_change_of, rules_of
from service.moderation.rules.trial import Trial, try_words
from service.moderation.views import desk, me

TRIED = "rule tried"
TRIED_WITHIN_S = 60 * 60

rules = Blueprint("rules", __name__, url_prefix="/moderation/rules")


@dataclass(frozen=True)
class Told:
    """One line of the history: a change, the rule before and after it if it was one, and whether it can be undone."""

    change: RuleChange
    before: Rule | None
    after: Rule | None
    can_undo: bool


@rules.before_request
@login_required  # type: ignore[untyped-decorator]
def moderators_only() -> None:
    """Everything here is for those who see every article."""
    if not me().moderates:
        raise Forbidden(MAY_NOT)


@rules.get("")
def page() -> ResponseReturnValue:
    """Show the rules, with the form for a new one or for the one that the address names."""
    return _page(_form_in_address())


@rules.post("/trials")
def try_() -> ResponseReturnValue:
    """Say what would become of some words; nothing is kept."""
    g.give_back = lambda error, words: _page(RuleForm(), error=error, words=words)
    return _page(RuleForm(), trial=try_words(request.form.get("name", ""), request.form.get("body", ""), _rules()))


@rules.post("/previews")
def preview() -> ResponseReturnValue:
    """Show what a change would do to the comments of the last 90 days; nothing is changed."""
    form = sent_form(request.form)
    g.give_back = lambda error, words: _page(form, error=error, words=words)
    return _page(form, run=_run(form))


@rules.post("")
def save() -> ResponseReturnValue:
    """Add a rule, or change one; what differs from what was tried is tried, and not saved."""
    form = sent_form(request.form)
    g.give_back = lambda error, words: _page(form, error=error, words=words)
    if not _was_tried(form):
        return _page(form, run=_run(form), changed_since=True)
    begin_write()
    save_rule(me(), read_rule(form), form.why, seen=form.seen)
    db.session.commit()
    return redirect(url_for("rules.page"), code=303)


@rules.get("/history")
def history() -> ResponseReturnValue:
    """Show who changed what and why, the newest first."""
    return _history_page()


@rules.post("/changes/<int:change_id>/undos")
def undo(change_id: int) -> ResponseReturnValue:
    """Take a change back."""
    g.give_back = lambda _error, words: _history_page(words)
    begin_write()
    undo_change(me(), change_id)
    db.session.commit()
    return redirect(url_for("rules.history"), code=303)


def _rules() -> tuple[Rule, ...]:
    return rules_of(me().site_id)


def _form_in_address() -> RuleForm:
    """Return the form for the rule that `rule` (its number) or `kind` names; an empty one for none."""
    number, kind = read_id(request.args.get("rule", "")), request.args.get("kind", "")
    for rule in _rules():
        if (number is not None and rule.id == number) or (rule.kind == kind and rule.kind not in ADDED_KINDS):
            last = last_change_of(me().site_id, Subject.RULE, rule.id) if rule.id is not None else None
            return RuleForm(
                rule=rule.id,
                kind=rule.kind,
                text=rule.text,
                number=str(rule.number),
                effect=rule.effect,
                is_on=rule.is_on,
                seen=last.id if last is not None else 0,
            )
    return RuleForm()


def _run(form: RuleForm) -> DryRun:
    """Try a change on the past. Raises Invalid for what could not be saved."""
    checked_reason(form.why, field="why")
    now, change = _rules(), proposed(me().site_id, read_rule(form))
    if change in now:
        raise Invalid(N_("This is how the rule is already."))
    return dry_run(me().site_id, now, with_change(now, change))


def _tried(form: RuleForm) -> str:
    """Return what a dry run is about: all of a form but the words why, and who has seen it."""
    return repr((me().id, form.rule, form.kind, form.text, form.number, form.effect, form.is_on))


def _was_tried(form: RuleForm) -> bool:
    """Tell whether this person has lately seen what this very change would do."""
    try:
        return current_keys().unsign(TRIED, request.form.get("tried", ""), max_age=TRIED_WITHIN_S) == _tried(form)
    except NotFound:
        return False


def _page(
    form: RuleForm,
    *,
    trial: Trial | None = None,
    run: DryRun | None = None,
    changed_since: bool = False,
    error: DomainError | None = None,
    words: str = "",
) -> str:
    counts = hit_counts(me().site_id)
    return render_template(
        "moderation/rules.html",
        **desk(),
        listed=[(rule, _count(rule, counts)) for rule in _rules()],
        form=form,
        new=form.rule is None and form.kind in ("", *ADDED_KINDS),
        added_kinds=ADDED_KINDS,
        only_holds=form.kind in ONLY_HOLDS,
        effects=list(Effect),
        tried={"name": request.form.get("name", ""), "body": request.form.get("body", "")},
        trial=trial,
        run=run,
        stamp=current_keys().sign(TRIED, _tried(form)) if run is not None else "",
        changed_since=changed_since,
        error=words,
        wrong_field=error.field if error is not None else None,
    )


def _count(rule: Rule, counts: dict[tuple[Kind, int | None], int]) -> int:
    """Return how many comments a rule has touched, those before it was first changed among them."""
    as_shipped = counts.get((rule.kind, None), 0) if rule.id is not None else 0
    return counts.get((rule.kind, rule.id), 0) + as_shipped


def _history_page(error: str = "") -> str:
    found = changes(me().site_id)
    newest = {(change.subject, change.rule_id, change.name): change.id for change in reversed(found)}
    lines = [
        Told(
            change=change,
            before=_rule(change, change.before),
            after=_rule(change, change.after),
            can_undo=newest[change.subject, change.rule_id, change.name] == change.id
            and (me().owns or change.subject is Subject.RULE),
        )
        for change in found
    ]
    return render_template("moderation/rule_history.html", **desk(), lines=lines, limits=limit_words(), error=error)


def limit_words() -> dict[str, str]:
    """Return what each limit counts, in words, by its name."""
    return {
        name: gettext("%(what)s of %(whose)s", what=gettext(listed.what), whose=gettext(listed.whose))
        for name, listed in BY_NAME.items()
    }


def _rule(change: RuleChange, values: dict[str, object]) -> Rule | None:
    if change.rule is None or not values:
        return None
    return Rule(
        change.rule.kind,
        str(values["text"]),
        int(str(values["number"])),
        Effect(str(values["effect"])),
        bool(values["is_on"]),
        change.rule.id,
    )
