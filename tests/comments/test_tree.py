"""Trees: lines in reading order become conversations that can be drawn."""

from dataclasses import replace
from datetime import UTC, datetime

from service.comments.models import Status, Voice
from service.comments.tree import MAX_INDENT, Line, Node, conversations

WHEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_answers_stand_below_what_they_answer() -> None:
    assert drawn([line(1), line(2, 1), line(3, 2), line(4, 1)]) == [(1, [(2, [(3, [])]), (4, [])])]


def test_conversations_keep_the_order_of_their_roots() -> None:
    lines = [line(5), line(6, 5, root=5), line(1), line(2, 1)]
    assert [conversation.root.line.id for conversation in conversations(lines)] == [5, 1]


def test_from_the_third_level_on_answers_stand_flat_and_name_whom_they_answer() -> None:
    root = conversations([line(1), line(2, 1), line(3, 2), line(4, 3), line(5, 4), line(6, 4)])[0].root
    deepest = root.answers[0].answers[0]
    assert deepest.line.id == 3
    assert [node.line.id for node in deepest.answers] == [4, 5, 6]
    assert [node.replying_to.id for node in deepest.answers if node.replying_to] == [3, 4, 4]
    assert height(root) == MAX_INDENT


def test_an_answer_to_the_root_need_not_say_whom_it_answers() -> None:
    root = conversations([line(1), line(2, 1), line(3, 2)])[0].root
    assert root.answers[0].replying_to is None
    answer = root.answers[0].answers[0].replying_to
    assert answer is not None
    assert answer.id == 2


def test_ten_thousand_levels_are_drawn_without_recursion() -> None:
    lines = [line(1), *(line(number, number - 1, root=1) for number in range(2, 10_001))]
    conversation = conversations(lines)[0]
    assert conversation.shown == 10_000
    assert height(conversation.root) == MAX_INDENT


def test_what_is_gone_stays_as_a_placeholder_where_something_shown_answers_it() -> None:
    assert drawn([line(1), gone(2, 1), gone(3, 2), line(4, 3)]) == [(1, [(2, [(3, [(4, [])])])])]


def test_what_is_gone_and_unanswered_leaves_no_trace() -> None:
    assert drawn([line(1), gone(2, 1), gone(3, 2), line(4, 1)]) == [(1, [(4, [])])]


def test_a_conversation_in_which_nothing_is_shown_is_not_drawn() -> None:
    assert conversations([gone(1), gone(2, 1)]) == []
    assert conversations([]) == []


def test_only_what_is_shown_is_counted() -> None:
    assert conversations([gone(1), line(2, 1), gone(3, 1), line(4, 1)])[0].shown == 2


def test_those_who_answer_are_named_once_in_reading_order() -> None:
    lines = [line(1), replace(line(2, 1), name="Bo"), gone(3, 1), replace(line(4, 3), name="Ada")]
    found = conversations([*lines, replace(line(5, 1), name="Bo")])[0]
    assert [answer.id for answer in found.answers] == [2, 4, 5]
    assert found.voices == ["Bo", "Ada"]
    assert [answer.id for answer in conversations([gone(1), line(2, 1)])[0].answers] == [2]


def test_an_answer_whose_parent_is_on_an_earlier_page_stands_below_the_root() -> None:
    assert drawn([line(1), line(9, 8, root=1), line(10, 9, root=1)]) == [(1, [(9, [(10, [])])])]


def test_an_answer_names_whom_it_answers_on_another_page() -> None:
    root = conversations([line(1), line(9, 8, root=1), line(10, 9, root=1)], {8: line(8, 1)})[0].root
    assert [root.line.id, root.answers[0].line.id] == [1, 9]
    assert root.answers[0].replying_to == line(8, 1)


def test_two_people_who_answer_each_other_are_not_indented_further() -> None:
    said = [by("a", 1), by("b", 2, 1), by("a", 3, 2), by("b", 4, 3), by("c", 5, 4), by("a", 6, 1)]
    root = conversations(said)[0].root
    assert shape(root) == (1, [(2, []), (3, []), (4, [(5, [])]), (6, [])])
    assert [answer.replying_to.id for answer in root.answers if answer.replying_to] == [2, 3]


def test_one_person_who_goes_on_is_no_exchange() -> None:
    assert shape(conversations([by("a", 1), by("a", 2, 1), by("a", 3, 2)])[0].root) == (1, [(2, [(3, [])])])


def by(writer: str, number: int, parent: int | None = None) -> Line:
    return replace(line(number, parent), writer=writer)


def line(number: int, parent: int | None = None, *, root: int = 1, shown: bool = True) -> Line:
    return Line(
        id=number,
        root_id=root if parent else number,
        parent_id=parent,
        status=Status.PUBLISHED if shown else Status.WITHDRAWN,
        shown=shown,
        name="Tove" if shown else "",
        voice=Voice.READER,
        html="<p>Words</p>" if shown else "",
        created_at=WHEN,
        edited_at=None,
    )


def gone(number: int, parent: int | None = None) -> Line:
    return line(number, parent, shown=False)


def drawn(lines: list[Line]) -> list[tuple[int, list[object]]]:
    return [shape(conversation.root) for conversation in conversations(lines)]


def shape(node: Node) -> tuple[int, list[object]]:
    return node.line.id, [shape(answer) for answer in node.answers]


def height(node: Node) -> int:
    level, tall = [node], 0
    while level := [answer for above in level for answer in above.answers]:
        tall += 1
    return tall
