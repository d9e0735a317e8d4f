"""What may be sent about rules and limits."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Request

from service.core.errors import N_, Invalid
from service.core.paging import read_id
from service.moderation.rules.judge import Effect, Kind, Rule

ADDED_KINDS = (Kind.WORDS, Kind.DOMAIN, Kind.ALLOWED)


@dataclass(frozen=True)
class RuleForm:
    """The form of a rule with what stands in it: as it was sent, or as the rule is."""

    rule: int | None = None
    kind: str = Kind.WORDS
    text: str = ""
    number: str = "0"
    effect: str = Effect.HOLD
    is_on: bool = True
    why: str = ""
    seen: int = 0


def sent_form(sent: Mapping[str, str]) -> RuleForm:
    """Return the form as it was sent, whatever stands in it."""
    return RuleForm(
        rule=read_id(sent.get("rule", "")),
        kind=sent.get("kind", ""),
        text=sent.get("text", ""),
        number=sent.get("number", "0"),
        effect=sent.get("effect", ""),
        is_on=sent.get("state", "on") == "on",
        why=sent.get("why", ""),
        seen=read_id(sent.get("seen", "")) or 0,
    )


def read_rule(form: RuleForm) -> Rule:
    """Return the rule that a form asks for. Raises Invalid."""
    try:
        kind, effect = Kind(form.kind), Effect(form.effect or Effect.HOLD)
    except ValueError:
        raise Invalid(N_("Please choose what the rule looks at, and what it does."), field="kind") from None
    if kind in ADDED_KINDS:
        return Rule(kind, form.text, 0, effect, form.is_on, form.rule)
    number = read_id(form.number.strip())
    if number is None:
        raise Invalid(N_("Please give a whole number."), field="number")
    return Rule(kind, "", number, effect, form.is_on, form.rule)


def read_number(request: Request, field: str) -> int:
    """Return a whole number. Raises Invalid."""
    number = read_id(request.form.get(field, "").strip())
    if number is None:
        raise Invalid(N_("Please give a whole number."), field=field)
    return number
