"""Every form of every page, found by reading the pages: a field that is added to one is found here by itself."""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from bleach._vendor import html5lib

CONTROLS = frozenset({"input", "textarea", "select", "button"})
TYPED = frozenset({"text", "search", "email", "url", "tel", "password", "textarea"})


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page: where it goes, how, and what it would send if nobody touched it."""

    path: str
    method: str
    values: tuple[tuple[str, str], ...]
    kinds: tuple[tuple[str, str], ...]

    @property
    def fields(self) -> dict[str, str]:
        """Return the kind of each field, by its name."""
        return dict(self.kinds)

    def filled(self, **typed: str) -> dict[str, list[str]]:
        """Return what is sent when these fields are filled in."""
        sent: dict[str, list[str]] = {}
        for name, value in self.values:
            sent.setdefault(name, []).append(value)
        return {**sent, **{name: [value] for name, value in typed.items()}}


def parse(page: str) -> Any:
    """Return the tree that a browser would make of a page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return html5lib.parse(page, namespaceHTMLElements=False)


def forms_in(tree: Any, address: str) -> Iterator[Form]:
    """Return the forms of a page, each once for every button that sends it."""
    controls = [element for element in tree.iter() if element.tag in CONTROLS]
    for element in tree.iter("form"):
        inside, identity = set(element.iter()), element.attrib.get("id")
        own = [c for c in controls if c in inside or (identity and c.attrib.get("form") == identity)]
        own = [control for control in own if "disabled" not in control.attrib]
        named = [control for control in own if control.attrib.get("name")]
        fields = [control for control in named if control.tag != "button"]
        values = [(control.attrib["name"], value) for control in fields for value in _sent(control)]
        values += _first_choices(fields, {name for name, _value in values})
        kinds = {control.attrib["name"]: _kind(control) for control in named}
        for button in [control for control in own if control.tag == "button"] or [element]:
            name = button.attrib.get("name") if button.tag == "button" else None
            pressed = [(name, button.attrib.get("value", ""))] if name else []
            path, query = _place(button.attrib.get("formaction") or element.attrib.get("action", ""), address)
            method = element.attrib.get("method", "get").upper()
            target = f"{path}?{query}" if query and method == "POST" else path
            yield Form(target, method, tuple(values + pressed), tuple(kinds.items()))


def _first_choices(fields: list[Any], chosen: set[str]) -> list[tuple[str, str]]:
    """Return the first choice of each group of which none is chosen yet, as somebody would choose one."""
    first: dict[str, str] = {}
    for control in fields:
        if _kind(control) == "radio" and control.attrib["name"] not in chosen:
            first.setdefault(control.attrib["name"], control.attrib.get("value", "on"))
    return list(first.items())


def links_in(tree: Any, address: str) -> Iterator[str]:
    """Return the addresses on this site to which a page leads."""
    for element in tree.iter("a"):
        parts = urlsplit(urljoin(f"http://localhost{address}", element.attrib.get("href", "")))
        if parts.hostname == "localhost" and parts.scheme == "http":
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def _place(action: str, address: str) -> tuple[str, str]:
    parts = urlsplit(urljoin(f"http://localhost{address}", action))
    return parts.path, parts.query


def _kind(control: Any) -> str:
    return control.attrib.get("type", "text") if control.tag == "input" else str(control.tag)


def _sent(control: Any) -> Iterable[str]:
    kind = _kind(control)
    if kind in ("checkbox", "radio"):
        return [control.attrib.get("value", "on")] if "checked" in control.attrib else []
    if kind == "select":
        options = list(control.iter("option"))
        chosen = [option for option in options if "selected" in option.attrib] or options[:1]
        return [option.attrib.get("value", "".join(option.itertext())) for option in chosen]
    if kind == "textarea":
        return ["".join(control.itertext())]
    return [control.attrib.get("value", "")]
