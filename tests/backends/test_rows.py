"""How texts are divided into rows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from align_tasks.backends.prefix_tree import PrefixTree
from align_tasks.backends.rows import Text, plan_rows

TEXTS = st.lists(
    st.lists(st.integers(0, 2), min_size=2, max_size=8).flatmap(
        lambda ids: st.integers(1, len(ids) - 1).map(lambda scored: Text(tuple(ids), scored))
    ),
    max_size=20,
)


def _tokens(texts: list[Text]) -> int:
    tree = PrefixTree()
    for text in texts:
        tree.add(text.read)
    return len(tree)


@given(TEXTS, st.integers(1, 30))
def test_every_text_is_in_one_row_and_no_row_is_too_long(texts: list[Text], length: int) -> None:
    rows = plan_rows(texts, length, 1000)
    assert sorted(number for row in rows for number in row) == list(range(len(texts)))
    for row in rows:
        assert len(row) == 1 or _tokens([texts[number] for number in row]) <= length


@given(TEXTS, st.integers(1, 10))
def test_no_row_predicts_at_too_many_places(texts: list[Text], predicted: int) -> None:
    for row in plan_rows(texts, 1000, predicted):
        places = {
            text.ids[:end]
            for text in (texts[number] for number in row)
            for end in range(len(text.ids) - text.scored, len(text.ids))
        }
        assert len(row) == 1 or len(places) <= predicted


def test_a_row_is_filled_as_far_as_it_goes() -> None:
    """Two questions of four tokens with three answers each: one token is read of an answer that has two."""
    question, other = (1, 2, 3, 4), (1, 2, 5, 6)
    texts = [Text((*before, answer, 9), 2) for answer in (20, 30, 40) for before in (question, other)]
    assert plan_rows(texts, 7, 1000) == [[0, 2, 4], [1, 3, 5]]
    assert plan_rows(texts, 12, 1000) == [[0, 2, 4, 1, 3, 5]]
    assert plan_rows(texts, 11, 1000) == [[0, 2, 4, 1, 3], [5]]
