"""Reading what a model wrote: a list of associations, or an order of candidates.

Real output is messy, so the rules go by the shape of a text, not by its wording:

===================  =================================================================================
what                 rule
===================  =================================================================================
end of the answer    a line that opens a question ("Word: …", "词语：…") ends it, unless it comes first and
                     repeats the cue; reasoning in ``<think>`` tags is left out
marked lists         with two or more numbered or bulleted lines, each of these is an entry and every
                     other line is chat; so are lines "word: explanation" when most lines are of that kind
entries              "word - explanation" and "word: explanation" give the word; when three or more words
                     follow, or the cue itself stands in front, what follows is taken instead
headings             what ends with a colon names the list and is no association; within a line, a colon or
                     arrow ends the introduction, unless three or more short words stand before it
separators           commas, semicolons, bars, line breaks, slashes and dots between words; a comma within
                     a number and a slash beside a digit separate nothing
wide blanks          tabs, ideographic and double blanks separate where nothing else does
blanks, Chinese      separate where nothing else does, from three words on, or two when they are all there is
blanks, English      separate only in a text of one line without any separator and with more than three
                     words that is no sentence (two words such as "I", "is", "the", "of", or one such as "I"
                     and a full stop); "ice cream" and "don't know" stay whole
"and", English       before the last word of a list it is no part of the word
parentheses          after a word they explain it and are left out, to their end or that of the line
chat                 beside a list (three words or more), a lone sentence or a paragraph of one piece is chat;
                     in Chinese, so is a clause without ``、`` beside a list that uses it
length               more than 4 words, 10 Han characters or 64 characters are no association
===================  =================================================================================

Words that change script in the middle are kept whole: they are what was said, and match nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from align_tasks.normalise import marker, normalise

_LONGEST_WORDS = 4
_LONGEST_HAN = 10
_LONGEST_CHARACTERS = 64

_TURN = re.compile(
    r"\s*[#*]*(?:word|cue|question|prompt|user|human|q|词语|单词|提示词|问题|用户|詞語|單詞|問題)[*]*\s*[:：]",
    re.IGNORECASE,
)
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_ENCLOSED_NUMBER = re.compile("[\u2460-\u249b\u2776-\u2793]+")
_NUMBER = re.compile(r"[*_]{0,2}[(（\[【]?([0-9]{1,3})\s?[)）\]】.．、:：]+[*_]{0,2}(?![0-9])")
_HAN_NUMBER = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）、．.](?=[^、]*$)")
_BULLET = re.compile(rf"[-*+•·‣▪●○◦►–—]\s+|[-•·‣▪●○◦►](?=[{_HAN}])")
_NEXT_NUMBER = re.compile(r"[(（]?([0-9]{1,3})[)）.．、](?=\s*[^\s0-9])")
_SEPARATOR = re.compile(r"(?<![0-9])[,，]|[,，](?![0-9])|[、;；|\n]|(?<=[^\W\d_])[/／](?=[^\W\d_])| [/／·•] ")
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_WIDE_BLANK = re.compile(r"[ \t]*[\t\u3000]\s*|  \s*")
_SENTENCE_END = re.compile(r"[。！？!?]+|\.(?=\s|$)")
_COLON = re.compile(r"[:：](?![0-9/])|->|→|=>")
_GLOSS = re.compile(r"[:：](?![0-9/])|->|→|=>| [-–—] |[–—]{2}")
_RANKING_LABEL = re.compile(
    r"\b(?:rank|ranked|ranking|order|ordered|answer|list)\b[^:：\n]{0,40}[:：]"
    r"|(?:最终|最后|排序|排名|顺序|次序|答案|最終|順序)[^:：\n]{0,20}[:：]",
    re.IGNORECASE,
)
_PRONOUNS = {"i", "i'm", "i'd", "you", "we", "they", "it", "me", "us", "my", "your"}
_POINTERS = {"this", "that", "these", "those", "here", "there"}
_VERBS = {"am", "is", "are", "was", "were", "be", "been", "do", "does", "let", "hope", "please"}
_MODALS = {"can", "can't", "cannot", "could", "will", "would", "should"}
_LINKS = {"the", "a", "an", "and", "or", "of", "to", "in", "on", "for", "from", "with", "as"}
_SENTENCE_WORDS = _PRONOUNS | _POINTERS | _VERBS | _MODALS


def parse_associations(text: str, language: str, *, cue: str | None = None) -> list[str]:
    """Read the associations out of a generated answer; see the table above for the rules.

    Args:
        text: what the model wrote, of any length; linear in it.
        language: ISO 639-1 code, as `normalise` takes it; ``"zh"`` has rules of its own for blanks.
        cue: the word that was asked about, which is never its own association.

    Returns:
        Distinct words in the order given, each as `normalise` leaves it, neither blank nor a marker of the
        releases. An empty list is an invalid answer, such as a refusal.
    """
    reader = _Reader(language, "" if cue is None else normalise(cue, language))
    entries = _entries(_lines(text, reader.is_cue))
    if sum(entry.marked for entry in entries) >= 2:
        pieces = reader.marked([entry for entry in entries if entry.marked], entries)
    elif reader.is_glossary(entries):
        pieces = reader.marked(entries, entries)
    else:
        pieces = reader.running(entries)
    return reader.words(pieces)


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
        language: ISO 639-1 code, as `normalise` takes it.

    Returns:
        Those candidates that the ranking names, each once, best first, spelt as in `candidates`. An
        empty list is an invalid answer.
    """
    finder = _Finder(candidates, language)
    entries = _entries(_lines(text, lambda _: True))
    everything = finder.order(entries)
    labels = [place for place, entry in enumerate(entries) if _RANKING_LABEL.search(entry.text)]
    for part in [entries[labels[-1] :] if labels else [], entries]:
        named = _most_named(finder, part)
        if named and 2 * len(named) >= len(everything):
            return named
    return everything


@dataclass(frozen=True)
class _Entry:
    """One line of an answer, without its number or bullet."""

    text: str
    marked: bool
    paragraph: int


@dataclass(frozen=True)
class _Unit:
    """A sentence, or a line without one, cut at its separators."""

    pieces: tuple[str, ...]
    ended: bool
    paragraph: int
    enumerated: bool


def _lines(text: str, repeats: Callable[[str], bool]) -> list[str]:
    """Lines of the answer itself, without reasoning, up to a question other than one that `repeats`."""
    text = text.rpartition("</think>")[2].partition("<think>")[0]
    lines: list[str] = []
    begun = False
    for line in _ENCLOSED_NUMBER.sub("\n1. ", text).splitlines():
        turn = _TURN.match(line)
        if turn and (begun or not repeats(line[turn.end() :])):
            break
        if turn:
            continue
        begun = begun or bool(line.strip())
        lines += _numbered_parts(line.strip(" \t\r"))
    return lines


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


def _entries(lines: Iterable[str]) -> list[_Entry]:
    entries, paragraph = [], 0
    for line in lines:
        if not line.strip():
            paragraph += 1
            continue
        mark = _NUMBER.match(line) or _HAN_NUMBER.match(line) or _BULLET.match(line)
        rest = _without_asides(line[mark.end() :] if mark else line)
        if _says_something(rest):
            entries.append(_Entry(rest, mark is not None, paragraph))
    return entries


def _without_asides(line: str) -> str:
    """Leave out parentheses that follow a word, with all they hold."""
    if "(" not in line and "（" not in line:
        return line
    kept: list[str] = []
    depth = 0
    after_word = False
    for character in line:
        if character in "(（" and (depth or after_word):
            depth += 1
        elif not depth:
            kept.append(character)
            if not character.isspace():
                after_word = character.isalnum() or character in "\"'”’*》」/"
        elif character in ")）":
            depth -= 1
    return "".join(kept)


def _units(entry: _Entry, language: str) -> Iterator[_Unit]:
    start = 0
    for end in [*_SENTENCE_END.finditer(entry.text), None]:
        sentence = entry.text[start : end.start() if end else len(entry.text)]
        start = end.end() if end else start
        body = _after_introduction(sentence)
        pieces = tuple(_pieces(body, language))
        if pieces:
            yield _Unit(pieces, end is not None, entry.paragraph, "、" in body)


def _after_introduction(sentence: str) -> str:
    """What follows the introduction of a list: all of it without one, nothing when it is a heading."""
    mark = _COLON.search(sentence)
    if mark is None:
        head, dash, tail = sentence.partition(" - ")
        return tail if dash and len(_separated(tail)) > 2 and len(_separated(head)) == 1 else sentence
    head, tail = sentence[: mark.start()], sentence[mark.end() :]
    chained = mark[0] not in ":：" and _COLON.search(tail) is not None
    words = _separated(head)
    if chained or (len(words) > 2 and not any(map(_is_clause, words))):
        return _COLON.sub(",", sentence)
    return tail


def _separated(text: str) -> list[str]:
    text = text.strip()
    parts = _SEPARATOR.split(text) if _SEPARATOR.search(text) else _WIDE_BLANK.split(text)
    return [part.strip() for part in parts if _says_something(part)]


def _pieces(text: str, language: str) -> list[str]:
    """Cut at separators and, in Chinese, at blanks where a list has no others or between Han characters."""
    if language != "zh":
        return _separated(text)
    text = text.strip()
    words = text.split()
    wide = len(_WIDE_BLANK.findall(text))
    listed = len(words) > 2 and _mostly_han(words) and not _SEPARATOR.search(text)
    if listed and 2 * wide < len(words):
        return [word for word in words if _says_something(word)]
    pieces = _separated(text)
    return [word for piece in pieces for word in _BETWEEN_HAN.split(piece)] if wide else pieces


def _says_something(piece: str) -> bool:
    return any(character.isalnum() or ord(character) > 0x1F000 for character in piece)


def _mostly_han(words: Sequence[str]) -> bool:
    return 2 * sum(bool(_HAN_CHARACTER.search(word)) for word in words) >= len(words)


def _han(piece: str) -> int:
    return len(_HAN_CHARACTER.findall(piece))


def _is_short(piece: str) -> bool:
    return (
        len(piece) <= _LONGEST_CHARACTERS
        and len(piece.split()) <= _LONGEST_WORDS
        and _han(piece) <= _LONGEST_HAN
    )


def _is_clause(piece: str) -> bool:
    return len(piece.split()) > 2 or _han(piece) > 4


def _is_sentence(unit: _Unit) -> bool:
    """Whether a unit is prose, and not a list or a list with a full stop."""
    overlong = sum(not _is_short(piece) for piece in unit.pieces)
    if not unit.ended:
        return 2 * overlong >= len(unit.pieces)
    if unit.enumerated:
        return len(unit.pieces) <= 3 and overlong > 0
    clauses = sum(map(_is_clause, unit.pieces))
    return 2 * clauses > len(unit.pieces) or (clauses > 0 and len(unit.pieces) <= 3)


def _sounds_spoken(words: Sequence[str], language: str) -> int:
    return sum(normalise(word, language) in _SENTENCE_WORDS for word in words)


class _Reader:
    """Finds the pieces of an answer that are associations, in one language and for one cue."""

    def __init__(self, language: str, cue: str) -> None:
        self.language = language
        self.cue = cue

    def words(self, pieces: Sequence[str]) -> list[str]:
        """Distinct normalised words among the pieces, without the cue."""
        words: dict[str, None] = {}
        for place, piece in enumerate(pieces, 1):
            word = self._word(piece, last=1 < place == len(pieces))
            if word and word != self.cue:
                words[word] = None
        return list(words)

    def _word(self, piece: str, *, last: bool) -> str:
        if len(piece) > 2 * _LONGEST_CHARACTERS or marker(piece):
            return ""
        word = normalise(piece, self.language)
        if last and self.language == "en":
            word = word.removeprefix("and ").removeprefix("or ")
        return word if _is_short(word) and _says_something(word) and marker(word) is None else ""

    def marked(self, entries: Sequence[_Entry], all_entries: Sequence[_Entry]) -> list[str]:
        """Pieces of a list with one entry on each line."""
        followed = {id(entry): following for entry, following in pairwise(all_entries)}
        pieces: list[str] = []
        for entry in entries:
            following = followed.get(id(entry))
            pieces += self._entry(entry, heads=following is not None and following.marked)
        return pieces

    def _entry(self, entry: _Entry, *, heads: bool) -> list[str]:
        """Pieces of one entry; a line that ends with a colon and `heads` further entries has none."""
        head, tail, opened = self._gloss(entry.text)
        if opened and not tail and heads:
            return []
        listed = _pieces(tail, self.language)
        if (len(listed) > 2 and all(map(_is_short, listed))) or (tail and self.is_cue(head)):
            return listed
        pieces = _pieces(_SENTENCE_END.split(head, maxsplit=1)[0], self.language)
        return pieces if all(map(_is_short, pieces)) else pieces[:1]

    def _gloss(self, text: str) -> tuple[str, str, bool]:
        """A word, its explanation, and whether anything stood between the two."""
        mark = _GLOSS.search(text)
        if mark is None or not _says_something(text[: mark.start()]):
            return text, "", False
        tail = text[mark.end() :].strip()
        return text[: mark.start()], tail if _says_something(tail) else "", True

    def is_cue(self, head: str) -> bool:
        """Whether a text is the cue."""
        short = len(head) <= _LONGEST_CHARACTERS
        return short and bool(self.cue) and normalise(head, self.language) == self.cue

    def is_glossary(self, entries: Sequence[_Entry]) -> bool:
        """Whether most lines, and at least two, are a word with its explanation."""
        glosses = sum(map(self._is_gloss, entries))
        return glosses >= 2 and 2 * glosses > len(entries)

    def _is_gloss(self, entry: _Entry) -> bool:
        head, tail, _ = self._gloss(entry.text)
        return bool(tail) and not _is_clause(head.strip()) and len(_separated(tail)) < 3

    def running(self, entries: Sequence[_Entry]) -> list[str]:
        """Pieces of a list in one or more lines without marks."""
        units = [unit for entry in entries for unit in _units(entry, self.language)]
        if len(units) == 1 and len(units[0].pieces) == 1:
            return self._alone(units[0])
        if any(len(unit.pieces) > 2 and not _is_sentence(unit) for unit in units):
            return [piece for unit in self._beside_lists(units) for piece in unit.pieces]
        return [piece for unit in self._beside_lines(units) for piece in unit.pieces]

    def _alone(self, unit: _Unit) -> list[str]:
        """The only piece of an answer, cut at its blanks where the language allows it."""
        words = unit.pieces[0].split()
        spoken = _sounds_spoken(words, self.language)
        if self.language == "zh" and len(words) > 1 and _mostly_han(words):
            return words
        if spoken >= 2 or (spoken and unit.ended):
            return []
        linked = spoken + sum(normalise(word, self.language) in _LINKS for word in words)
        return words if self.language == "en" and len(words) > 3 and linked < 2 else list(unit.pieces)

    def _beside_lists(self, units: Sequence[_Unit]) -> Iterator[_Unit]:
        """Units that are lists, or that carry one over to the next line."""
        lists = [unit for unit in units if len(unit.pieces) > 2 and not _is_sentence(unit)]
        enumerated = any(unit.enumerated for unit in lists)
        paragraphs = {unit.paragraph for unit in lists}
        for unit in units:
            if (unit.ended and len(unit.pieces) < 3) or _is_sentence(unit):
                continue
            if len(unit.pieces) > 1:
                if unit.enumerated or not enumerated or not any(map(_is_clause, unit.pieces)):
                    yield unit
            elif unit.paragraph in paragraphs and not self._spoken(unit):
                yield unit

    def _beside_lines(self, units: Sequence[_Unit]) -> Iterator[_Unit]:
        """Units of a list with one association on each line."""
        sizes: dict[int, int] = {}
        for unit in units:
            sizes[unit.paragraph] = sizes.get(unit.paragraph, 0) + len(unit.pieces)
        crowded = max(sizes.values(), default=0) > 2
        open_ended = not all(unit.ended for unit in units)
        for unit in units:
            stray = crowded and sizes[unit.paragraph] == 1
            if not (stray or (unit.ended and open_ended) or _is_sentence(unit) or self._spoken(unit)):
                yield unit

    def _spoken(self, unit: _Unit) -> bool:
        return len(unit.pieces) == 1 and _sounds_spoken(unit.pieces[0].split(), self.language) >= 2


class _Finder:
    """Finds candidates in an answer."""

    def __init__(self, candidates: Sequence[str], language: str) -> None:
        self.language = language
        self.spelling: dict[str, str] = {}
        for candidate in candidates:
            self.spelling.setdefault(normalise(candidate, language), candidate)
        self.spelling.pop("", None)
        longest_first = sorted(self.spelling, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(self._whole, longest_first)) or r"(?!)")

    def _whole(self, word: str) -> str:
        """Pattern of a word that is not part of a longer one; Han characters have no such borders."""
        letter = "[a-z0-9]" if self.language == "zh" else r"\w"
        before = f"(?<!{letter})(?<!{letter}['-])" if re.match(letter, word[0]) else ""
        after = f"(?!['-]?{letter})" if re.match(letter, word[-1]) else ""
        return before + re.escape(word) + after

    def order(self, block: Iterable[_Entry]) -> list[str]:
        """Candidates by first mention; of a marked line, its explanation counts for nothing."""
        found: dict[str, None] = {}
        for entry in block:
            for mention in self.pattern.finditer(normalise(self._claim(entry), self.language)):
                found[self.spelling[mention[0]]] = None
        return list(found)

    def _claim(self, entry: _Entry) -> str:
        head = _GLOSS.split(entry.text, maxsplit=1)[0] if entry.marked else ""
        return head if self.pattern.search(normalise(head, self.language)) else entry.text


def _most_named(finder: _Finder, entries: Sequence[_Entry]) -> list[str]:
    """Order of the last block among those that name the most candidates."""
    most: list[str] = []
    for block in _blocks(entries):
        named = finder.order(block)
        if len(named) >= len(most):
            most = named
    return most


def _blocks(entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    block: list[_Entry] = []
    for entry in entries:
        if block and not _continues(block[-1], entry):
            yield block
            block = []
        block.append(entry)
    if block:
        yield block


def _continues(last: _Entry, entry: _Entry) -> bool:
    if entry.marked or last.marked:
        return entry.marked and last.marked
    return entry.paragraph == last.paragraph and not _RANKING_LABEL.search(entry.text)
