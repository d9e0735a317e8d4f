"""A short answer is read by the question before it."""

import pytest

from service.triage.scanner import scan
from service.triage.thread import scan_answer


@pytest.mark.parametrize(
    ("question", "answer", "level"),
    [
        ("Are you safe tonight?", "No.", "urgent"),
        ("Are you safe?", "not tonight", "crisis"),
        ("Are you safe?", "Yes, thank you, my sister is here.", "none"),
        ("Are you thinking of suicide?", "yes", "urgent"),
        ("Do you want to die?", "Yes. Tonight.", "crisis"),
        ("Are you thinking about killing yourself?", "no, I'm not, only tired", "none"),
        ("Did you like the book?", "no", "none"),
        ("¿Estás bien?", "no", "urgent"),
    ],
)
def test_answer(question: str, answer: str, level: str) -> None:
    assert scan_answer(answer, question).level == level


def test_a_long_answer_speaks_for_itself() -> None:
    answer = "No worries at all, I was only asking because my class reads the article next week and they are curious."
    assert scan_answer(answer, "Are you safe?") == scan(answer)


def test_an_answer_never_lowers() -> None:
    assert scan_answer("I want to die tonight", "Are you safe?").level == "crisis"
