"""What a newcomer finds at the desk: each state once, put there by the people of the demo as they would do it."""

from datetime import datetime, timedelta

from sqlalchemy import select

from service.accounts.actions import known_commenter
from service.accounts.models import User
from service.articles.models import Article
from service.care.actions import answered, heed
from service.care.check_ins import plan_check_in, today_at
from service.comments.actions import adopt, draft, submit
from service.comments.models import Comment, Voice
from service.core import clock
from service.core.db import db
from service.demo.actions import demo_people
from service.demo.content import (
    ANA,
    ARRIVING,
    AUTHOR,
    CHECK_IN,
    CHECK_IN_ANSWER,
    HURTFUL,
    NOTE,
    NOTE_ANSWER,
    REPORT_WORDS,
    RULE_REASON,
    RULE_WORD,
    Said,
)
from service.moderation.actions import reply
from service.moderation.reports.actions import report
from service.moderation.reports.models import Reason
from service.moderation.rules.actions import save_rule
from service.moderation.rules.judge import Effect, Kind, Rule
from service.site.models import Site
from service.triage.levels import Level


def show_states(site: Site) -> None:
    """Have each thing that can wait at the desk wait there once. What arrives now is read by the worker as ever."""
    people = {user.name: user for user in demo_people(site.id)}
    article = db.session.scalars(select(Article).where(Article.site_id == site.id)).one()
    mara, ana = people[AUTHOR], people[ANA]
    _check_in(article, mara)
    _answer_not_yet_seen(article, mara)
    report(_past(article, HURTFUL), Reason.HURTFUL, REPORT_WORDS, "demo")
    save_rule(ana, Rule(Kind.WORDS, RULE_WORD, effect=Effect.SPAM), RULE_REASON)
    for said in ARRIVING:
        _now(article, said)


def _check_in(article: Article, mara: User) -> None:
    """Somebody whom Mara answered three days ago, and with whom she wanted to check in today."""
    comment = _past(article, CHECK_IN)
    case = heed(comment, Level.URGENT, muted=True)
    answer = _past(article, CHECK_IN_ANSWER, by=mara, to=comment)
    answered(comment, answer, mara)
    if case is not None:
        case.answered_at = answer.created_at
        plan_check_in(case, mara, today_at(article.site_id))


def _answer_not_yet_seen(article: Article, mara: User) -> None:
    note = _now(article, NOTE, audience="author")
    heed(note, Level.SUPPORT, muted=True)
    reply(mara, note, NOTE_ANSWER.body)


def _past(article: Article, said: Said, *, by: User | None = None, to: Comment | None = None) -> Comment:
    return adopt(
        article,
        name=said.name,
        source=said.body,
        voice=Voice.AUTHOR if by is not None else Voice.READER,
        commenter=None if by is not None else known_commenter(article.site_id, None)[0],
        parent=to,
        created_at=_ago(said),
        import_key=f"demo:{said.key}",
    )


def _now(article: Article, said: Said, audience: str = "everyone") -> Comment:
    commenter, _cookie = known_commenter(article.site_id, None)
    return submit(article, commenter, draft(said.name, said.body, audience))


def _ago(said: Said) -> datetime:
    return clock.now() - timedelta(days=said.days, minutes=said.minutes)
