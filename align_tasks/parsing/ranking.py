"""The finder of candidates, and the blocks of an answer among which one is the ranking."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from align_tasks.languages import find_language
from align_tasks.normalise import normalise
from align_tasks.parsing.characters import MARKS
from align_tasks.parsing.lines import Entry, read_entries
from align_tasks.parsing.pieces import GLOSS

_LABEL = re.compile(
    r"\b(?:rank|ranked|ranking|order|ordered|answer|list)\b[^:：\n]{0,40}[:：]"
    r"|(?:最终|最后|排序|排名|顺序|次序|答案|最終|順序)[^:：\n]{0,20}[:：]",
    re.IGNORECASE,
)


def parse_ranking(text: str, candidates: Sequence[str], language: str) -> list[str]:
    """Read the order in which an answer ranks the candidates.

    The answer falls into blocks: a run of numbered or bulleted lines is one, and so is a paragraph; a line
    such as "Final ranking:" or "最终排序：" opens a new one. The last block among those that name the most
    candidates is the ranking, so that a list at the end wins over the reasoning before it. Only what follows
    the last such label is looked at when it names at least half of all candidates named; and when no single
    block does, the whole text is one block. Where lines are marked, explanations after the word do not
    count.

    Candidates are found as whole words ("car" is not in "carpet"), or in Chinese as strings; a longer
    candidate is found before a shorter one within it.

    Args:
        text: what the model wrote, of any length; linear in it.
        candidates: the words to be ranked, in any order.
        language: its code, as `normalise` takes it.

    Returns:
        Those candidates that the ranking names, each once, best first, spelt as in `candidates`. An
        empty list is an invalid answer.
    """
    finder = _Finder(candidates, language)
    entries = read_entries(text, repeats_cue=lambda _: True)
    everything = finder.order(entries)
    labels = [place for place, entry in enumerate(entries) if _is_label(entry)]
    parts = [entries[labels[-1] :], entries] if labels else [entries]
    for part in parts:
        named = _most_named(finder, part)
        if named and 2 * len(named) >= len(everything):
            return named
    return everything


class _Finder:
    """Finds candidates in entries."""

    def __init__(self, candidates: Sequence[str], language: str) -> None:
        self._language = language
        self._spelling: dict[str, str] = {}
        for candidate in candidates:
            self._spelling.setdefault(normalise(candidate, language), candidate)
        self._spelling.pop("", None)
        longest_first = sorted(self._spelling, key=len, reverse=True)
        self._pattern = self._whole("|".join(map(re.escape, longest_first)) or r"(?!)")

    def order(self, entries: Iterable[Entry]) -> list[str]:
        """Candidates by first mention; of a marked line, its explanation counts for nothing."""
        found: dict[str, None] = {}
        for entry in entries:
            for mention in self._pattern.finditer(normalise(self._claim(entry), self._language)):
                found[self._spelling[mention[0]]] = None
        return list(found)

    def _whole(self, words: str) -> re.Pattern[str]:
        """Pattern of words that are no part of longer ones; scripts without blanks have no such borders."""
        known = find_language(self._language)
        has_blanks = known is None or known.has_blanks
        letter = rf"[\w{MARKS}]" if has_blanks else "[a-z0-9]"
        begins = f"(?:(?<!{letter})(?<!{letter}['-])|(?!{letter}))"
        ends = f"(?:(?!['-]?{letter})|(?<!{letter}))"
        return re.compile(f"{begins}(?:{words}){ends}")

    def _claim(self, entry: Entry) -> str:
        """What an entry ranks: its word where it is marked and names a candidate there, or all of it."""
        if not entry.marked:
            return entry.text
        word = GLOSS.split(entry.text, maxsplit=1)[0]
        return word if self._pattern.search(normalise(word, self._language)) else entry.text


def _most_named(finder: _Finder, entries: Sequence[Entry]) -> list[str]:
    """Order of the last block among those that name the most candidates."""
    orders = [finder.order(block) for block in _blocks(entries)]
    return max(reversed(orders), key=len, default=[])


def _blocks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Runs of marked lines, and paragraphs, cut before each label."""
    block: list[Entry] = []
    for entry in entries:
        if block and not _continues(block[-1], entry):
            yield block
            block = []
        block.append(entry)
    if block:
        yield block


def _continues(last: Entry, entry: Entry) -> bool:
    """Whether an entry belongs to the block of the one before it."""
    if entry.marked != last.marked:
        return False
    return entry.marked or (entry.paragraph == last.paragraph and not _is_label(entry))


def _is_label(entry: Entry) -> bool:
    """Whether a line says that the ranking begins."""
    return _LABEL.search(entry.text) is not None
