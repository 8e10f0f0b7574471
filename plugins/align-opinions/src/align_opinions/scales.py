"""Whether the options of a question lie on a line, inferred from their labels: the file does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from align_opinions.answers import without_marks
from align_opinions.ladders import LADDERS, Ladder
from align_tasks.scale import Scale

Place = tuple[int, str]  # a rung of a ladder, and what the question is about


@lru_cache(maxsize=4096)
def scale_of(options: tuple[str, ...]) -> Scale:
    """Scale of a question.

    Args:
        options: those that are answers, in the order of the file, which is not changed: options that lie on a
            line and stand in another order ("better", "worse", "the same") are ``nominal``.

    Returns:
        ``ordinal`` for two options, for numbers in order (the first and the last may be words), and for
        labels of one ladder of `align_opinions.ladders` that only go up or only go down; else ``nominal``.
    """
    if len(options) == 2 or _count_on(options):
        return "ordinal"
    labels = [plain(option) for option in options]
    return "ordinal" if any(_lie_on(ladder, labels) for ladder in LADDERS) else "nominal"


def plain(label: str) -> str:
    """A label as ladders write it: lower case, no marks, no punctuation, no articles."""
    words = re.sub(r"[^\w' ]", " ", without_marks(label)).split()
    return " ".join(word for word in words if word not in ("a", "an", "the", "of"))


def _count_on(options: Sequence[str]) -> bool:
    """Whether options are whole numbers, one after the other; words may stand at, or for, both ends."""
    found = [re.match(r"\d+\b", option) for option in options]
    numbers = [int(match.group()) - place for place, match in enumerate(found) if match]
    down = [int(match.group()) + place for place, match in enumerate(found) if match]
    inner = options[1:-1]
    return len(numbers) > 1 and all(map(str.isdecimal, inner)) and 1 in (len(set(numbers)), len(set(down)))


def _lie_on(ladder: Ladder, labels: Sequence[str]) -> bool:
    places = [_places(ladder, label) for label in labels]
    topics = {topic for found in places for _, topic in found}
    return all(places) and any(_in_order(places, topic) for topic in topics)


def _in_order(places: Sequence[set[Place]], topic: str) -> bool:
    """Whether labels only go up or only go down, when all of them are about this or say nothing of it."""
    rungs = [{rung for rung, about in found if about in ("", topic)} for found in places]
    if any(len(found) != 1 for found in rungs):
        return False
    path = [found.pop() for found in rungs]
    return path == sorted(set(path)) or path == sorted(set(path), reverse=True)


def _places(ladder: Ladder, label: str) -> set[Place]:
    """Every rung that a label may stand on."""
    return {
        (number, (match.group(1) or "").strip())
        for number, rung in enumerate(ladder)
        for wording in rung.split("|")
        if (match := re.fullmatch(_pattern(wording), label))
    }


@lru_cache(maxsize=4096)
def _pattern(wording: str) -> re.Pattern[str]:
    if "*" in wording:
        return re.compile(re.escape(wording).replace(r"\*", "(.+)"))
    return re.compile(f"{re.escape(wording)}( .+)?")
