"""Rules in their place: after triage, with what they found kept; and who changed them, undone by another row."""

import pytest
from sqlalchemy import select

from service.accounts.models import Standing, User
from service.articles.models import Mode
from service.care.queries import case_of
from service.comments.actions import edit, withdraw
from service.comments.models import Comment, Status
from service.core import rates
from service.core.db import begin_write, db
from service.core.errors import Conflict, Forbidden, Invalid, NotFound
from service.moderation.rules.actions import (
    forget_old,
    note_arrival,
    save_rule,
    set_limit,
    set_worry,
    undo_change,
)
from service.moderation.rules.judge import SHIPPED, Effect, Kind, Rule
from service.moderation.rules.limits import POSTING
from service.moderation.rules.models import Arrival, RuleChange, RuleHit, Subject
from service.moderation.rules.queries import changes, hit_counts, hits_on, last_change_of, rules_of
from service.moderation.standings.actions import set_standing
from service.site.queries import current_site
from service.triage.levels import Level
from service.triage.scanner import Finding
from tests.cast import CALM, LOW, Cast, reading, screen
from tests.conftest import Clock
from tests.moderation.test_screen import WINDOW

pytestmark = pytest.mark.db
SPELL = "I have found the best doctor who helped me to win back my husband, write to him today"


def test_a_rule_about_words_holds_or_files_and_says_why(cast: Cast) -> None:
    add(cast.ana, Kind.WORDS, "casino")
    add(cast.ana, Kind.WORDS, "cheap pills", Effect.SPAM)
    held = cast.says(cast.tove, "A casino.")
    assert (held.status, held.shown) == (Status.PENDING, False)
    assert held.held_reason == "Held by a rule about words."
    filed = cast.says(cast.joao, "CHEAP pills at the casino!", name="João")
    assert (filed.status, filed.held_at) == (Status.SPAM, None)
    assert filed.held_reason == "Filed as spam by a rule about words."
    assert [(hit.found, hit.effect) for hit in hits_on(filed)] == [("cheap pills", "spam"), ("casino", "hold")]
    assert hit_counts(cast.site_id)[Kind.WORDS, hits_on(held)[0].rule_id] == 2
    page = cast.browser(cast.ana).get(f"/moderation/comments/{filed.id}").text
    assert "cheap pills" in page


def test_spam_opens_no_case_and_distress_is_no_spam(cast: Cast) -> None:
    add(cast.ana, Kind.WORDS, "husband", Effect.SPAM)
    cry = cast.says(cast.tove, LOW)
    assert cry.shown
    assert case_of(cry) is not None
    assert hits_on(cry) == []
    harm = cast.says(cast.joao, "My husband.", read_as=as_harm, name="João")
    assert harm.held_reason == "Held because it may hurt another reader."


def test_whoever_waits_for_an_answer_is_touched_by_no_rule(cast: Cast) -> None:
    add(cast.ana, Kind.WORDS, "husband", Effect.SPAM)
    cry = cast.says(cast.tove, LOW)
    again = cast.says(cast.tove, "My husband sleeps now.", to=cry, read_as=reading(Level.NONE))
    assert again.shown
    elsewhere = cast.write_article(slug="elsewhere")
    assert cast.says(cast.tove, "My husband sleeps.", article=elsewhere, read_as=reading(Level.NONE)).shown


def test_new_words_of_a_public_comment_are_held_and_never_filed(cast: Cast) -> None:
    comment = cast.says(cast.tove, CALM)
    add(cast.ana, Kind.WORDS, "cheap pills", Effect.SPAM)
    begin_write()
    edit(comment, "Cheap pills.", window=WINDOW)
    db.session.commit()
    screen(comment)
    assert comment.status is Status.PUBLISHED
    assert comment.held_at is not None
    assert comment.public is not None
    assert "lamp" in comment.public.source


def test_the_same_words_of_anybody_anywhere_are_held_the_third_time(cast: Cast) -> None:
    elsewhere = cast.write_article(slug="elsewhere")
    first = cast.says(cast.tove, SPELL)
    second = cast.says(cast.joao, SPELL.upper() + "!", article=elsewhere, name="João")
    third = cast.says(cast.reader(), f"*{SPELL}*", name="Somebody")
    assert [first.shown, second.shown, third.shown] == [True, True, False]
    assert third.held_reason == "Held by a rule: the same words were sent before."
    begin_write()
    withdraw(first)
    db.session.commit()
    assert cast.says(cast.reader(), SPELL, name="Else").held_at is not None  # the second and the third are there
    for number in range(4):
        assert cast.says(cast.reader(), "Thank you for this.", name=f"Reader {number}").shown


def test_links_are_counted_without_those_that_are_allowed_and_our_own(cast: Cast) -> None:
    add(cast.ana, Kind.ALLOWED, "who.example")
    add(cast.ana, Kind.DOMAIN, "bad.example", Effect.SPAM)
    two, own = "https://a.example https://b.example", "http://localhost:8000/articles/old-maps"
    assert cast.says(cast.tove, f"{two} https://www.who.example {own}").shown
    assert not cast.says(cast.tove, f"{two} https://c.example").shown
    assert cast.says(cast.tove, "[here](https://shop.bad.example)").status is Status.SPAM


@pytest.mark.parametrize(
    ("trap", "seconds", "reason"),
    [
        (True, None, "Held by a rule: a field was filled in that people do not see."),
        (False, 1, "Held by a rule: it was sent sooner than people type."),
        (False, 2, ""),
        (False, None, ""),
    ],
)
def test_traps_hold(cast: Cast, trap: bool, seconds: int | None, reason: str) -> None:
    comment = cast.says(cast.tove, CALM, screened=False)
    begin_write()
    note_arrival(comment, trap=trap, seconds=seconds)
    db.session.commit()
    screen(comment)
    assert comment.held_reason == reason
    assert comment.shown is (reason == "")


def test_trust_counts_against_traps_and_not_against_words(cast: Cast) -> None:
    add(cast.ana, Kind.WORDS, "casino")
    begin_write()
    set_standing(cast.ana, cast.tove, Standing.TRUSTED, "Kind for years.")
    db.session.commit()
    for number in range(3):
        assert cast.says(cast.tove, SPELL, article=cast.write_article(Mode.KNOWN, slug=f"page-{number}")).shown
    assert not cast.says(cast.tove, "Casino.").shown


def test_shipped_rules_are_there_and_can_be_changed(cast: Cast) -> None:
    assert rules_of(cast.site_id) == SHIPPED
    change = add(cast.ana, Kind.LINKS, number=0, effect=Effect.SPAM)
    assert (change.before["number"], change.after["number"]) == (2, 0)
    assert cast.says(cast.tove, "https://a.example").status is Status.SPAM
    begin_write()
    undo_change(cast.ines, change.id)
    db.session.commit()
    assert [(rule.kind, rule.number) for rule in rules_of(cast.site_id)] == [
        (rule.kind, rule.number) for rule in SHIPPED
    ]
    assert cast.says(cast.joao, "https://a.example").shown


def test_every_change_is_a_row_with_who_and_why(cast: Cast) -> None:
    added = add(cast.ana, Kind.WORDS, "casino")
    assert added.rule_id is not None
    rule = Rule(Kind.WORDS, "casino", effect=Effect.SPAM, id=added.rule_id)
    edited = save(cast.ines, rule, "They write it every day.", seen=added.id)
    begin_write()
    undone = undo_change(cast.ana, edited.id)
    db.session.commit()
    assert [(row.id, row.user.name, row.reason) for row in changes(cast.site_id)] == [
        (undone.id, "Ana Brandt", ""),
        (edited.id, "Ines Varga", "They write it every day."),
        (added.id, "Ana Brandt", "Because."),
    ]
    assert undone.undoes_id == edited.id
    assert rules_of(cast.site_id)[-1].effect is Effect.HOLD
    for old in (added, edited):
        with pytest.raises(Conflict, match="Ana Brandt"):
            undo_change(cast.ines, old.id)
    undo_change(cast.ines, undone.id)
    assert rules_of(cast.site_id)[-1].effect is Effect.SPAM


def test_undoing_what_was_added_switches_it_off(cast: Cast) -> None:
    added = add(cast.ana, Kind.WORDS, "casino")
    begin_write()
    undo_change(cast.ana, added.id)
    db.session.commit()
    assert not rules_of(cast.site_id)[-1].is_on
    assert cast.says(cast.tove, "A casino.").shown


def test_who_has_not_seen_the_last_change_is_told_whose_it_was(cast: Cast) -> None:
    added = add(cast.ana, Kind.WORDS, "casino")
    with pytest.raises(Conflict, match="Ana Brandt"):
        save_rule(cast.ines, Rule(Kind.WORDS, "casino", is_on=False, id=added.rule_id), "Because.", seen=0)


@pytest.mark.parametrize(
    ("rule", "reason", "field"),
    [
        (Rule(Kind.WORDS, "..."), "Because.", "text"),
        (Rule(Kind.WORDS, "casino"), " ", "why"),
        (Rule(Kind.DOMAIN, "example"), "Because.", "text"),
        (Rule(Kind.QUICK, number=2, effect=Effect.SPAM), "Because.", "effect"),
        (Rule(Kind.LINKS, number=101), "Because.", "number"),
        (Rule(Kind.REPEATS, number=0), "Because.", "number"),
        (Rule(Kind.WORDS, "the same"), "Because.", "text"),
        (Rule(Kind.LINKS, number=2), "Because.", None),  # as it is already
    ],
)
def test_what_is_no_rule(cast: Cast, rule: Rule, reason: str, field: str | None) -> None:
    add(cast.ana, Kind.WORDS, "the same")
    with pytest.raises(Invalid) as refused:
        save_rule(cast.ana, rule, reason)
    assert refused.value.field == field


def test_limits_are_rows_that_owners_change(cast: Cast) -> None:
    rates.count(POSTING, "somebody")
    change = set_limit(cast.ines, "post", 2, 60, "Somebody floods us.")
    assert (change.before, change.after) == ({"times": 10, "seconds": 300}, {"times": 2, "seconds": 60})
    for _ in range(2):
        assert rates.within(POSTING, "somebody else")
    assert not rates.within(POSTING, "somebody else")
    undo_change(cast.ines, change.id)
    assert rates.as_set(POSTING) == POSTING
    with pytest.raises(NotFound):
        set_limit(cast.ines, "nothing", 2, 60, "Because.")
    last = last_change_of(cast.site_id, Subject.LIMIT, name="post")
    assert last is not None
    for times, seconds in ((0, 60), (10_001, 60), (2, 59), (2, 8 * 24 * 3600)):
        with pytest.raises(Invalid):
            set_limit(cast.ines, "post", times, seconds, "Because.", seen=last.id)


def test_what_a_worry_does_is_a_row_too(cast: Cast) -> None:
    change = set_worry(cast.ines, True, "We read at night.")
    assert current_site().worry_wakes
    undo_change(cast.ines, change.id)
    assert not current_site().worry_wakes


def test_who_may_change_what(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        save_rule(cast.mara, Rule(Kind.WORDS, "casino"), "Because.")
    with pytest.raises(Forbidden):
        set_limit(cast.ana, "post", 2, 60, "Because.")
    with pytest.raises(Forbidden):
        set_worry(cast.ana, True, "Because.")
    change = set_worry(cast.ines, True, "Because.")
    with pytest.raises(Forbidden):
        undo_change(cast.ana, change.id)
    assert db.session.scalars(select(RuleChange)).all() == [change]


def test_what_no_dry_run_looks_at_is_forgotten(cast: Cast, still_clock: Clock) -> None:
    add(cast.ana, Kind.WORDS, "husband")
    old = cast.says(cast.tove, SPELL)
    still_clock.move(days=91)
    kept, gone = cast.says(cast.joao, SPELL, name="João"), cast.says(cast.reader(), SPELL + " now", name="Else")
    begin_write()
    withdraw(gone)
    forget_old()
    db.session.commit()
    assert [row.comment_id for row in db.session.scalars(select(Arrival))] == [kept.id]
    assert {row.comment_id for row in db.session.scalars(select(RuleHit))} == {kept.id, gone.id}
    assert db.session.get(Comment, old.id) is not None


def as_harm(_text: str) -> Finding:
    return Finding(level=Level.NONE, score=0.0, harm=("attack",), matches=(), version="test")


def add(user: User, kind: Kind, text: str = "", effect: Effect = Effect.HOLD, number: int = 0) -> RuleChange:
    return save(user, Rule(kind, text, number, effect), "Because.")


def save(user: User, rule: Rule, reason: str, seen: int = 0) -> RuleChange:
    begin_write()
    change = save_rule(user, rule, reason, seen=seen)
    db.session.commit()
    return change
