"""The words of a page: bound once for a page, and anew within a block of another language."""

from flask import Flask, render_template_string

from service.core.language import gettext, in_language


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
