"""The words of a page: bound once for a page, and anew within a block of another language."""

from datetime import UTC, date, datetime

from flask import Flask, render_template_string

from service.core.language import format_day, format_local, format_moment, gettext, in_language


def test_a_block_of_another_language_has_its_words_and_leaves_the_page_its_own(app: Flask) -> None:
    with app.test_request_context("/moderation"):
        before = gettext("Somebody")
        with in_language("es"):
            spanish = gettext("Somebody")
            with in_language("ar"):
                arabic = gettext("Somebody")
            assert gettext("Somebody") == spanish
        assert len({before, spanish, arabic}) == 3
        assert gettext("Somebody") == before


def test_values_are_escaped_as_a_template_fills_them_in(app: Flask) -> None:
    with app.test_request_context("/moderation"):
        assert render_template_string("{{ _('due in %(span)s', span='<b>') }}") == "due in &lt;b&gt;"
        assert render_template_string("{{ ngettext('%(num)d answer', '%(num)d answers', 2) }}") == "2 answers"


def test_numbers_are_grouped_as_the_language_does(app: Flask) -> None:
    answers = "{{ ngettext('%(num)d answer', '%(num)d answers', 12345) }}, {{ 999|number }}, {{ 1000|number }}"
    with app.test_request_context("/moderation"):
        assert render_template_string(answers) == "12,345 answers, 999, 1,000"
        assert (
            gettext("A reason has at most %(limit)s characters.", limit=5000)
            == "A reason has at most 5,000 characters."
        )
        with in_language("es"):
            assert render_template_string("{{ 12345|number }}") == "12.345"


def test_digits_that_are_asked_for_as_such_stay_bare(app: Flask) -> None:
    with app.test_request_context("/moderation"):
        assert gettext("Reason %(number)d", number=1234) == "Reason 1234"


def test_a_day_is_put_together_as_the_language_does(app: Flask) -> None:
    moment = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
    with app.test_request_context("/moderation"):
        assert format_moment(moment, "d MMMM y, HH:mm") == "24 November 2026, 09:05"
        with in_language("es"):
            assert format_day(date(2026, 11, 24)) == "24 de noviembre de 2026"
            assert format_local(moment, "EEEE d MMMM, HH:mm") == "martes 24 de noviembre, 09:05"
            assert format_local(moment, "LLLL y") == "noviembre de 2026"
        with in_language("ar"):
            assert format_day(date(2026, 11, 24)) == "24 نوفمبر 2026"
