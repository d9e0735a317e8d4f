"""The letter: kind words and help lines for the writer of a comment, and that nobody else learns of it."""

import re
from collections.abc import Callable
from datetime import date
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from service.accounts.actions import add_absence, add_shift
from service.care.help_lines.shelf import help_book
from service.care.letters import LETTERS, PAIN
from service.comments.actions import withdraw
from service.comments.models import Comment
from service.comments.wishes import tell_wish
from service.config import Settings, current_keys
from service.core.db import begin_write, db
from service.delivery import deliver
from service.moderation.actions import reply
from service.reader.mine import MINE
from service.triage.levels import Level
from service.triage.scanner import Finding, Match
from tests.cast import CALM, CRISIS, LOW, Cast, screen
from tests.conftest import Clock, Outgoing

pytestmark = pytest.mark.db

HEADINGS = [letter.heading for letter in LETTERS]
# What a page would say if it gave away that a comment was flagged.
TELLING = re.compile(r'class="letter"|id="letter"|crisis|urgent|flagged|distress|\bcare case\b|severity', re.IGNORECASE)


def found(level: Level, *families: str) -> Callable[[str], Finding]:
    """Return a reading that finds these families at this level."""
    matches = tuple(Match("words", family, level, 0, 5, ()) for family in families)
    return lambda _text: Finding(level, 0.9, (), matches, "test")


def my_path(comment: Comment) -> str:
    return f"/my/{current_keys().sign(MINE, str(comment.id))}"


def test_the_writer_finds_the_letter_on_the_next_look_after_posting(cast: Cast, outbox: Outgoing, dutch: None) -> None:
    browser = cast.browser()
    assert cast.article
    posted = browser.post("/articles/old-maps/comments", data={"name": "Tove", "body": CRISIS})
    mine = posted.location
    assert "letter" not in browser.get(mine).text
    screen(db.session.get_one(Comment, int(outbox.take("moderation.screen")[0])))
    page = browser.get(mine)
    assert PAIN.heading in page.text
    assert "Thank you for writing. We have your comment." in page.text
    assert 'href="tel:112"' in page.text
    assert 'href="tel:113"' in page.text
    assert "Only you can see this note." in page.text
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("level", [Level.NONE, Level.SUPPORT])
def test_below_urgent_there_is_no_letter(cast: Cast, level: Level) -> None:
    comment = cast.says(cast.tove, LOW, read_as=found(level, "carer"))
    assert TELLING.search(cast.browser().get(my_path(comment)).text) is None


@pytest.mark.parametrize(
    ("family", "heading", "first"),
    [
        ("passive", "What you wrote sounds so painful, and we’re glad you told someone.", "Shout"),
        ("abuse", "No one has the right to hurt you.", "Shout"),
        ("child_risk", "Thank you for telling us.", "Shout"),
        ("other_danger", "Thank you for telling us. You worry about somebody, and that is kind.", "Shout"),
    ],
)
def test_what_was_said_chooses_words_and_lines_and_writing_comes_first(
    cast: Cast, family: str, heading: str, first: str
) -> None:
    comment = cast.says(cast.tove, LOW, read_as=found(Level.URGENT, family))
    page = cast.browser().get(f"{my_path(comment)}?country=GB").text
    assert f">{heading}</h2>" in page
    assert re.findall(r"<h3[^>]*><bdi>([^<]+)</bdi></h3>", page)[0] == first
    assert ("National Domestic Abuse Helpline" in page) == (family == "abuse")
    assert ("Childline" in page or "Papyrus" in page) == (family == "child_risk")
    assert ("We have kept your comment off the page" in page) == (family == "abuse")


def test_the_words_of_being_kept_off_the_page_go_once_it_is_shown(cast: Cast) -> None:
    comment = cast.says(cast.tove, LOW, read_as=found(Level.URGENT, "abuse"))
    kept = "We have kept your comment off the page"
    assert f"{kept}, in case someone unsafe might read it. You choose if it is shown." in (
        cast.browser().get(my_path(comment)).text
    )
    begin_write()
    tell_wish(comment, "show")
    reply(cast.mara, comment, "I read this.")
    db.session.commit()
    page = cast.browser().get(my_path(comment)).text
    assert "Your comment is on the page." in page
    assert "No one has the right to hurt you." in page
    assert kept not in page


def test_without_a_country_there_is_the_choice_and_the_advice_without_a_number(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    page = cast.browser().get(my_path(comment)).text
    assert "the emergency number of the country where you are" in page
    assert "Choose a country" in page
    assert "findahelpline.com" in page
    assert "tel:" not in page


def test_the_writers_choice_outranks_the_owners_and_stays_in_the_address(cast: Cast, dutch: None) -> None:
    comment = cast.says(cast.tove, CRISIS)
    browser = cast.browser()
    page = browser.get(f"{my_path(comment)}?country=GB")
    assert 'href="tel:999"' in page.text
    assert 'href="tel:112"' not in page.text
    assert "Set-Cookie" not in page.headers
    assert "because this site chose it" not in page.text
    again = browser.get(my_path(comment)).text
    assert 'href="tel:112"' in again
    assert "because this site chose it" in again


def test_elsewhere_is_a_choice_too(cast: Cast, dutch: None) -> None:
    comment = cast.says(cast.tove, CRISIS)
    page = cast.browser().get(f"{my_path(comment)}?country=elsewhere").text
    assert "the emergency number of the country where you are" in page
    assert "tel:" not in page


@pytest.mark.parametrize(("country", "number"), [("DK", "112"), ("TR", "112")])
def test_where_no_line_is_known_the_emergency_number_and_the_directories_stand(
    cast: Cast, country: str, number: str
) -> None:
    comment = cast.says(cast.tove, CRISIS)
    page = cast.browser().get(f"{my_path(comment)}?country={country}").text
    assert f'href="tel:{number}"' in page
    assert "We don’t know of a line in" in page
    assert "findahelpline.com" in page


def put_on_duty(cast: Cast, hours: tuple[int, int]) -> None:
    begin_write()
    for weekday in range(7):
        add_shift(cast.ana, weekday, *hours)
    db.session.commit()


def test_while_somebody_is_on_duty_the_letter_says_nothing_of_being_away(cast: Cast, dutch: None) -> None:
    put_on_duty(cast, (8, 20))
    page = cast.browser().get(my_path(cast.says(cast.tove, CRISIS))).text
    assert "may not read this soon" in page
    assert "No one from this site" not in page


def test_while_nobody_is_on_duty_it_says_when_somebody_looks_and_shows_lines_that_are_open_alone(
    cast: Cast, dutch: None, still_clock: Clock
) -> None:
    put_on_duty(cast, (7, 8))
    comment, browser = cast.says(cast.tove, CRISIS), cast.browser()
    page = browser.get(my_path(comment)).text
    assert re.search(
        r"No one from this site is here right now. We will next look on <time [^>]*>3 March 2026, 07:00</time>. "
        "That may be too long to wait with something so heavy.",
        page,
    )
    assert "may not read this soon" not in page
    assert "please call <strong>" in page
    assert "Your comment is saved, and you can still take it back." in page
    shown = set(re.findall(r"<h3[^>]*><bdi>([^<]+)</bdi></h3>", page))
    book = help_book().country("NL")
    assert book is not None
    hours = {line.name: line.hours for line in book.lines}
    assert shown
    assert {name for name in shown if hours[name] != "always"} == set()
    begin_write()
    reply(cast.ana, comment, "I read this.")
    db.session.commit()
    assert "No one from this site" not in browser.get(my_path(comment)).text


def test_where_no_line_is_known_to_be_open_it_names_a_hospital_a_person_and_the_directories(
    cast: Cast, still_clock: Clock
) -> None:
    put_on_duty(cast, (7, 8))
    page = cast.browser().get(f"{my_path(cast.says(cast.tove, CRISIS))}?country=DK").text
    assert "or go to a hospital." in page
    assert "that is open now. Is there one person you could wake or text?" in page
    assert "findahelpline.com" in page
    assert "tel:116" not in page


def test_where_nobody_comes_back_it_names_no_time(cast: Cast) -> None:
    put_on_duty(cast, (7, 8))
    begin_write()
    add_absence(cast.ana, date(2026, 3, 1), date(2026, 12, 31))
    db.session.commit()
    page = cast.browser().get(my_path(cast.says(cast.tove, CRISIS))).text
    assert "we do not know when one of us will be" in page


def test_the_note_is_hidden_and_shown_again_by_plain_links(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    browser = cast.browser()
    page = browser.get(f"{my_path(comment)}?country=GB").text
    hide = re.search(r'href="([^"]+)">Hide this note', page)
    assert hide
    hidden = browser.get(hide[1].replace("&amp;", "&")).text
    assert PAIN.heading not in hidden
    assert "We have your comment." in hidden
    again = re.search(r'href="([^"]+)">Show our note', hidden)
    assert again
    shown = browser.get(again[1].replace("&amp;", "&")).text
    assert PAIN.heading in shown
    assert 'href="tel:999"' in shown


def test_the_letter_stays_after_the_words_were_taken_back(cast: Cast) -> None:
    comment = cast.says(cast.tove, CRISIS)
    begin_write()
    withdraw(comment)
    db.session.commit()
    page = cast.browser().get(my_path(comment)).text
    assert PAIN.heading in page
    assert "You have taken your comment back." in page


def test_a_strangers_pages_are_the_same_before_and_after_a_crisis(cast: Cast) -> None:
    cast.says(cast.joao, CALM, name="Joao")
    before = _seen_by(cast.browser())
    cast.says(cast.tove, CRISIS)
    assert _seen_by(cast.browser()) == before


def test_a_published_urgent_comment_is_drawn_like_a_calm_one(cast: Cast) -> None:
    pages = []
    for slug, level in (("calm-page", Level.NONE), ("grave-page", Level.URGENT)):
        article = cast.write_article(slug=slug)
        comment = cast.says(cast.reader(), CALM, article=article, read_as=found(level, "passive"))
        assert comment.shown
        page = cast.browser().get(f"/articles/{slug}").text
        pages.append(re.sub(r"\d+", "#", page.replace(slug, "slug")))
    assert pages[0] == pages[1]


def test_no_page_of_anybody_else_tells_that_a_comment_was_flagged(cast: Cast) -> None:
    calm = cast.says(cast.joao, CALM, name="Joao")
    grave = cast.says(cast.tove, LOW, to=calm, read_as=found(Level.URGENT, "passive"))
    cast.says(cast.tove, CRISIS, to=calm)
    stranger = cast.browser()
    pages = {**_seen_by(stranger), "theirs": stranger.get(my_path(calm)).text}
    pages["permalink"] = stranger.get(stranger.get(f"/comments/{grave.id}").location).text
    for path, page in pages.items():
        said = page.replace("We are not a crisis service", "")
        assert TELLING.search(said) is None, path
        assert [heading for heading in HEADINGS if heading in page] == [], path


def test_no_mail_to_anybody_carries_the_letter_or_a_word_of_the_comment(
    cast: Cast, outbox: Outgoing, settings: Settings
) -> None:
    assert cast.ana
    comment = cast.says(cast.tove, CRISIS)
    for number in outbox.take("notifications.deliver"):
        deliver(int(number))
    mails = [
        BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        for file in Path(settings.data_dir).rglob("*.eml")
    ]
    assert mails
    staff = {"mara@example.org", "ana@example.org", "ines@example.org"}
    for mail in mails:
        assert {address.addr_spec for address in mail["To"].addresses} <= staff
        said = str(mail["Subject"]) + "".join(
            part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
        )
        assert [heading for heading in HEADINGS if heading in said] == []
        assert comment.name not in said
        assert "pills" not in said


def _seen_by(browser: FlaskClient) -> dict[str, str]:
    """Return every page that a stranger can open without a secret, and what machines are told."""
    paths = ("/", "/articles/old-maps", "/articles/old-maps?order=newest", "/help", "/sign-in", "/healthz")
    return {path: browser.get(path).text for path in paths}
