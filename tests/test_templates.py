"""What templates draw with is at hand wherever they are drawn; else a rare state of a page fails, and no test sees."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

FOLDER = Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Template:
    """What a template defines and imports, what it calls, and which others it takes in."""

    macros: frozenset[str]
    imports: frozenset[str]
    calls: frozenset[str]
    included: frozenset[str]
    extended: frozenset[str]
    imported: frozenset[str]


def test_each_page_imports_the_parts_that_are_drawn_on_it() -> None:
    assert missing(read(FOLDER)) == set()


@pytest.mark.parametrize(
    ("page", "part", "lacks"),
    [
        ('{% from "parts.html" import name %}{% include "part.html" %}', "{{ name() }}", set()),
        ('{% include "part.html" %}', '{% from "parts.html" import name %}{{ name() }}', set()),
        ('{% extends "frame.html" %}{% block main %}{% include "part.html" %}{% endblock %}', "{{ name() }}", set()),
        ('{% include "part.html" %}', "{{ name() }}", {("page.html", "part.html", "name")}),
        ('{% include "part.html" %}', "{% if rare %}{{ name() }}{% endif %}", {("page.html", "part.html", "name")}),
        ('{% include "part.html" %}', '{% include "deep.html" %}', {("page.html", "deep.html", "name")}),
        ("{{ name() }}", "", {("page.html", "page.html", "name")}),
    ],
)
def test_a_part_that_is_missing_is_found(
    page: str, part: str, lacks: set[tuple[str, str, str]], tmp_path: Path
) -> None:
    sources = {"page.html": page, "part.html": part, "parts.html": "{% macro name() %}{% endmacro %}"}
    sources |= {"frame.html": '{% from "parts.html" import name %}'}
    sources |= {"deep.html": "{{ name() }}" if "deep" in part else ""}
    for name, text in sources.items():
        (tmp_path / name).write_text(text)
    found = missing(read(tmp_path))
    assert {lack for lack in found if lack[0] == "page.html"} == lacks


def missing(templates: dict[str, Template]) -> set[tuple[str, str, str]]:
    """Return each page with a template that is drawn on it and a macro that this one calls and does not find there."""
    known = {macro for template in templates.values() for macro in template.macros}
    return {
        (way[-1], name, macro)
        for name, template in templates.items()
        for way in ways_to(name, templates)
        for macro in (template.calls & known) - at_hand(way, templates)
    }


def ways_to(name: str, templates: dict[str, Template]) -> list[list[str]]:
    """Return the templates that are around this one, itself first and the page last, for each page it is drawn on."""
    around = [other for other, template in templates.items() if name in template.included]
    if not around or any(name in template.imported for template in templates.values()):
        return [[name]]
    return [[name, *way] for other in around for way in ways_to(other, templates)]


def at_hand(way: list[str], templates: dict[str, Template]) -> set[str]:
    """Return the macros that the templates of one way, and those that they extend, define or import."""
    found: set[str] = set()
    for name in way:
        template = templates[name]
        found |= template.macros | template.imports | at_hand(list(template.extended), templates)
    return found


def read(folder: Path) -> dict[str, Template]:
    """Return all templates of a folder by their names."""
    return {str(path.relative_to(folder)): _read(path) for path in folder.rglob("*.html")}


def _read(path: Path) -> Template:
    tree = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"]).parse(path.read_text())
    called = (call.node for call in tree.find_all(nodes.Call))
    imports = list(tree.find_all(nodes.FromImport))
    return Template(
        macros=frozenset(macro.name for macro in tree.find_all(nodes.Macro)),
        imports=frozenset(name if isinstance(name, str) else name[1] for taken in imports for name in taken.names),
        calls=frozenset(node.name for node in called if isinstance(node, nodes.Name)),
        included=_named(tree.find_all(nodes.Include)),
        extended=_named(tree.find_all(nodes.Extends)),
        imported=_named(imports),
    )


def _named(found: object) -> frozenset[str]:
    """Return the names of templates in statements; one that is computed names all that it may be."""
    names: set[str] = set()
    for node in found:  # type: ignore[attr-defined]
        template = node.template
        names |= {part.value for part in [template, *template.find_all(nodes.Const)] if isinstance(part, nodes.Const)}
    return frozenset(names)
