from __future__ import annotations

import pytest

from align_tasks.parsing.shapes import is_clause, is_short

LONGEST = [
    "水" * 10,
    "ね" * 20,
    "水" * 5 + "ね" * 10,
    "แ" * 30,
    "水" * 5 + "แ" * 15,
    "a" * 64,
    "one two three four",
    "один два три четыре",
    "एक दो तीन चार",
    "واحد اثنان ثلاثة أربعة",
    "하나 둘 셋 넷",
]


@pytest.mark.parametrize("piece", LONGEST)
def test_the_longest_association(piece: str) -> None:
    """Ten Han characters take as much as 20 kana or 30 Thai ones; elsewhere words and characters count."""
    assert is_short(piece)
    assert not is_short(f"{piece} {piece[-1]}" if " " in piece else piece + piece[-1])


@pytest.mark.parametrize(
    ("longest", "more"),
    [
        ("水水水水", "水"),
        ("ねねねねねねねね", "ね"),
        ("แ" * 12, "แ"),
        ("дом вода", " огонь"),
        ("कल आज", " घर"),
    ],
)
def test_the_longest_piece_that_is_no_clause(longest: str, more: str) -> None:
    assert not is_clause(longest)
    assert is_clause(longest + more)
