"""The lexicon packs keep to their schema, and every pattern can be read."""

import json

import jsonschema
import pytest

from service.triage.labels import FAMILIES, HARMS, label
from service.triage.levels import Level
from service.triage.lexicon import PACKS, Entry, Lexicon, lexicon, load_packs
from service.triage.patterns import examples, parse

SCHEMA = json.loads((PACKS / "schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(load_packs()))
def test_pack_keeps_to_the_schema(name: str) -> None:
    jsonschema.validate(load_packs()[name], SCHEMA)


def test_every_family_has_a_plain_label() -> None:
    families = {family for pack in load_packs().values() for family in pack.get("families", {})}
    assert families - FAMILIES.keys() == set()
    assert label("no_such_family") == "no such family"


def test_every_harm_has_a_label() -> None:
    harms = {entry.harm for entry in lexicon().entries() if entry.harm}
    assert harms == HARMS.keys()


def test_english_is_deep() -> None:
    english = [
        pattern
        for name, pack in load_packs().items()
        if pack["language"] == "en"
        for groups in pack.get("families", {}).values()
        for group in groups
        for pattern in group["phrases"]
    ]
    slots = {}
    for pack in load_packs().values():
        if pack["language"] == "en":
            slots.update(pack.get("slots", {}))
    assert sum(len(list(examples(parse(pattern, slots), 50))) for pattern in english) > 1500


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("want to die", ["want to die"]),
        ("(want|wish) to (die|sleep)", ["want to die", "want to sleep", "wish to die", "wish to sleep"]),
        ("so (very |)tired", ["so very tired", "so tired"]),
        ("<who> left", ["he left", "she left"]),
    ],
)
def test_pattern(pattern: str, phrases: list[str]) -> None:
    assert list(examples(parse(pattern, {"who": "he|she"}), 10)) == phrases


@pytest.mark.parametrize("pattern", ["(open", "closed)", "<nobody> left", "(a|(b)"])
def test_broken_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"bracket|slot"):
        parse(pattern, {})


def test_circle_of_slots_is_refused() -> None:
    with pytest.raises(ValueError, match="circle"):
        parse("<a>", {"a": "<b>", "b": "<a>"})


def test_pattern_of_fillers_alone_is_refused() -> None:
    pack = {
        "language": "en",
        "fillers": ["really"],
        "families": {"intent": [{"level": "urgent", "phrases": ["really"]}]},
    }
    with pytest.raises(ValueError, match="nothing is left"):
        Lexicon({"bad": pack})


def test_a_pack_is_all_it_takes() -> None:
    pack = {"language": "en", "families": {"intent": [{"level": "urgent", "phrases": ["out of tea"]}]}}
    assert Lexicon({"tea": pack}).entries() == {Entry("intent", Level.URGENT, 1.0, True, "any", "", "en")}
