"""From an answer to its entries: turns, reasoning, numbers, bullets and asides are dealt with here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from align_tasks.parsing.characters import DIGITS, FURTHER_LETTER, HAN, KANA, MARKS

_FIRST_PICTOGRAPH = 0x1F000

_TURN = re.compile(
    r"\s*[#*]*(?:word|cue|question|prompt|user|human|q|词语|单词|提示词|问题|用户|詞語|單詞|問題)[*]*\s*[:：]",
    re.IGNORECASE,
)
_ENCLOSED_NUMBER = re.compile("[\u2460-\u249b\u2776-\u2793]+")
_HYPHEN = rf"[-–](?=\s+{FURTHER_LETTER})"
_NUMBER = re.compile(
    rf"[*_]{{0,2}}[(（\[【]?([{DIGITS}]{{1,3}})(?:\s?[)）\]】.．、:：]+[*_]{{0,2}}(?![{DIGITS}])|{_HYPHEN})"
)
_HAN_NUMBER = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）、．.](?=[^、]*$)")
_BULLET = re.compile(rf"[-*+•·‣▪●○◦►–—]\s+|[-•·‣▪●○◦►](?=[{HAN}{KANA}]|{FURTHER_LETTER})")
_NEXT_NUMBER = re.compile(rf"[(（]?([{DIGITS}]{{1,3}})(?:[)）.．、](?=\s*[^\s{DIGITS}])|{_HYPHEN})")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_WORD_END = re.compile(rf"[^\W_]|[{MARKS}\"'”’*》」/]")


@dataclass(frozen=True)
class Entry:
    """One line of an answer, without its number or bullet, and whether it had one."""

    text: str
    marked: bool
    paragraph: int


def read_entries(text: str, repeats_cue: Callable[[str], bool]) -> list[Entry]:
    """Lines of an answer that say something.

    Args:
        text: what the model wrote.
        repeats_cue: whether what follows "Word:" at the start only repeats the question, so that the answer
            begins after it; any other such line ends the answer.
    """
    entries: list[Entry] = []
    paragraph = 0
    for line in _answer_lines(text, repeats_cue):
        if not line.strip():
            paragraph += 1
            continue
        mark = _NUMBER.match(line) or _HAN_NUMBER.match(line) or _BULLET.match(line)
        rest = _without_asides(line[mark.end() :] if mark else line)
        if says_something(rest):
            entries.append(Entry(rest, mark is not None, paragraph))
    return entries


def says_something(text: str) -> bool:
    """Whether there is a letter, a digit or a pictograph in a text."""
    return any(character.isalnum() or ord(character) > _FIRST_PICTOGRAPH for character in text)


def _answer_lines(text: str, repeats_cue: Callable[[str], bool]) -> Iterator[str]:
    """Lines of the answer itself, blank ones too, with every number at the start of a line."""
    answer = _DIRECTION.sub("", _without_reasoning(text))
    begun = False
    for line in _ENCLOSED_NUMBER.sub("\n1. ", answer).splitlines():
        turn = _TURN.match(line)
        if turn is None:
            begun = begun or bool(line.strip())
            yield from _numbered_parts(line.strip(" \t\r"))
        elif begun or not repeats_cue(line[turn.end() :]):
            return


def _without_reasoning(text: str) -> str:
    """What follows the last ``</think>``, up to a ``<think>`` that is never closed."""
    return text.rpartition("</think>")[2].partition("<think>")[0]


def _numbered_parts(line: str) -> list[str]:
    """Cut "1. dog 2. cat" before each number that continues the count."""
    first = _NUMBER.match(line)
    if first is None:
        return [line]
    cuts, expected = [0], int(first[1]) + 1
    for mark in _NEXT_NUMBER.finditer(line, first.end()):
        if int(mark[1]) == expected:
            cuts.append(mark.start())
            expected += 1
    return [line[start:end].strip() for start, end in zip(cuts, [*cuts[1:], len(line)], strict=True)]


def _without_asides(line: str) -> str:
    """Leave out parentheses that follow a word, with all they hold."""
    if "(" not in line and "（" not in line:
        return line
    kept: list[str] = []
    last = " "  # kept character, other than a blank
    depth = 0
    for character in line:
        if character in "(（" and (depth or _WORD_END.match(last)):
            depth += 1
        elif depth:
            depth -= character in ")）"
        else:
            kept.append(character)
            last = last if character.isspace() else character
    return "".join(kept)
