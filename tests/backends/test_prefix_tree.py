"""A prefix tree of texts."""

from __future__ import annotations

from align_tasks.backends.prefix_tree import PrefixTree


def test_what_texts_begin_with_stands_once() -> None:
    tree = PrefixTree()
    ends = [tree.add([5, 6, 7]), tree.add([5, 6, 8]), tree.add([6, 7])]
    assert tree.ids == [5, 6, 7, 8, 6, 7]
    assert tree.positions == [0, 1, 2, 2, 0, 1]
    assert ends == [2, 3, 5]
    assert len(tree) == 6


def test_a_token_sees_itself_and_the_text_before_it_alone() -> None:
    tree = PrefixTree()
    for text in ([5, 6, 7], [5, 6, 8], [6, 7]):
        tree.add(text)
    seen = [[place for place, sees in enumerate(row) if sees] for row in tree.sees().tolist()]
    assert seen == [[0], [0, 1], [0, 1, 2], [0, 1, 3], [4], [4, 5]]


def test_a_text_may_go_on_behind_another() -> None:
    tree = PrefixTree()
    question = tree.add([5, 6])
    assert tree.add([7], after=question) == tree.add([5, 6, 7]) == 2
    assert tree.child(question, 7) == 2
