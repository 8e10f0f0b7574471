"""The reader of associations: which pieces of an answer are words that the cue called up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import partial

from align_tasks.languages import Language, find_language
from align_tasks.normalise import marker, normalise
from align_tasks.parsing.lines import Entry, read_entries, says_something
from align_tasks.parsing.pieces import GLOSS, Unit, first_sentence, units_of
from align_tasks.parsing.separators import Separators, separators_of
from align_tasks.parsing.shapes import LONGEST_CHARACTERS, is_clause, is_short, mostly_unspaced

_PRONOUNS = {"i", "i'm", "i'd", "you", "we", "they", "it", "me", "us", "my", "your"}
_POINTERS = {"this", "that", "these", "those", "here", "there"}
_VERBS = {"am", "is", "are", "was", "were", "be", "been", "do", "does", "let", "hope", "please"}
_MODALS = {"can", "can't", "cannot", "could", "will", "would", "should"}
_LINKS = {"the", "a", "an", "and", "or", "of", "to", "in", "on", "for", "from", "with", "as"}
_SPOKEN = _PRONOUNS | _POINTERS | _VERBS | _MODALS


def parse_associations(text: str, language: str, *, cue: str | None = None) -> list[str]:
    """Read the associations out of a generated answer; `align_tasks.parsing` has the table of rules.

    Args:
        text: what the model wrote, of any length; linear in it.
        language: its code, as `normalise` takes it; what is registered of it tells its separator, and
            whether it has blanks between words.
        cue: the word that was asked about, which is never its own association.

    Returns:
        Distinct words in the order given, each as `normalise` leaves it, neither blank nor a marker of the
        releases. An empty list is an invalid answer, such as a refusal.
    """
    normal = partial(normalise, language=language)
    return _Reader(find_language(language), normal, "" if cue is None else normal(cue)).read(text)


def reads_back(words: Sequence[str], language: Language) -> bool:
    """Whether words in lower case are read where a language lists them; it need not be registered yet."""
    return _Reader(language, str.lower, "").read(language.wording.separator.join(words)) == [*words]


@dataclass(frozen=True)
class _Gloss:
    """A word, its explanation if any, and whether a mark such as a colon stood after the word."""

    word: str
    explanation: str
    has_mark: bool


@dataclass(frozen=True)
class _Reader:
    """Finds the pieces of an answer that are associations.

    Attributes:
        language: what is known of the language.
        normal: brings a word to the form in which words of the language are compared.
        cue: in that form; empty when there is none.
    """

    language: Language | None
    normal: Callable[[str], str]
    cue: str

    @property
    def separators(self) -> Separators:
        """Where its lists are cut."""
        return separators_of(self.language)

    def read(self, text: str) -> list[str]:
        """Distinct associations of an answer."""
        return self.words(self.pieces(read_entries(text, self.is_cue)))

    def is_cue(self, text: str) -> bool:
        """Whether a text is the cue; never when there is none."""
        return len(text) <= LONGEST_CHARACTERS and bool(self.cue) and self.normal(text) == self.cue

    def pieces(self, entries: Sequence[Entry]) -> list[str]:
        """Texts that stand for an association each."""
        if sum(entry.marked for entry in entries) >= 2:
            return self._one_per_line(entries, marked_only=True)
        if self._is_glossary(entries):
            return self._one_per_line(entries, marked_only=False)
        return self._running(entries)

    def words(self, pieces: Sequence[str]) -> list[str]:
        """Distinct normalised words among the pieces, without the cue."""
        words: dict[str, None] = {}
        for place, piece in enumerate(pieces, 1):
            word = self._word(piece, ends_list=1 < place == len(pieces))
            if word and word != self.cue:
                words[word] = None
        return list(words)

    def _word(self, piece: str, *, ends_list: bool) -> str:
        """Normal form of a piece; empty when it is no word."""
        if len(piece) > 2 * LONGEST_CHARACTERS or marker(piece):
            return ""
        word = self.normal(piece)
        if ends_list and self.language is not None:
            for conjunction in self.language.conjunctions:
                word = word.removeprefix(conjunction)
        return word if is_short(word) and says_something(word) and marker(word) is None else ""

    def _is_glossary(self, entries: Sequence[Entry]) -> bool:
        """Whether most lines, and at least two, are a word with its explanation."""
        glosses = sum(self._is_glossed(entry) for entry in entries)
        return glosses >= 2 and 2 * glosses > len(entries)

    def _is_glossed(self, entry: Entry) -> bool:
        gloss = _gloss(entry.text)
        is_word = bool(gloss.explanation) and not is_clause(gloss.word.strip())
        return is_word and len(self.separators.separated(gloss.explanation)) < 3

    def _one_per_line(self, entries: Sequence[Entry], *, marked_only: bool) -> list[str]:
        """Pieces of a list with one entry on each line."""
        pieces: list[str] = []
        for entry, following in zip(entries, [*entries[1:], None], strict=True):
            if entry.marked or not marked_only:
                before_marked = following is not None and following.marked
                pieces += self._of_entry(entry, before_marked=before_marked)
        return pieces

    def _of_entry(self, entry: Entry, *, before_marked: bool) -> list[str]:
        """The word of one entry, or the list that explains it; of a heading, nothing."""
        gloss = _gloss(entry.text)
        is_heading = gloss.has_mark and not gloss.explanation and before_marked
        if is_heading:
            return []
        listed = self.separators.pieces_of(gloss.explanation)
        is_group = len(listed) > 2 and all(map(is_short, listed))
        if is_group or (gloss.explanation and self.is_cue(gloss.word)):
            return listed
        pieces = self.separators.pieces_of(first_sentence(gloss.word))
        return pieces if all(map(is_short, pieces)) else pieces[:1]

    def _running(self, entries: Sequence[Entry]) -> list[str]:
        """Pieces of a list in one or more lines without marks."""
        all_units = [unit for entry in entries for unit in units_of(entry, self.separators)]
        if len(all_units) == 1 and len(all_units[0].pieces) == 1:
            return self._alone(all_units[0])
        has_list = any(unit.is_list for unit in all_units)
        kept = self._beside_lists(all_units) if has_list else self._beside_lines(all_units)
        return [piece for unit in kept for piece in unit.pieces]

    def _alone(self, unit: Unit) -> list[str]:
        """The only piece of an answer, cut at its blanks where the language allows it."""
        words = unit.pieces[0].split()
        if not self.separators.has_blanks and len(words) > 1 and mostly_unspaced(words):
            return words
        spoken = self._count(words, _SPOKEN)
        if spoken >= 2 or (spoken and unit.ended):
            return []
        is_phrase = spoken + self._count(words, _LINKS) >= 2
        lists_by_blanks = self.language is not None and self.language.lists_by_blanks
        return words if lists_by_blanks and len(words) > 3 and not is_phrase else list(unit.pieces)

    def _beside_lists(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """Units that are lists, or that carry one over to the next line."""
        lists = [unit for unit in units if unit.is_list]
        enumerated = any(unit.enumerated for unit in lists)
        paragraphs = {unit.paragraph for unit in lists}
        for unit in units:
            size = len(unit.pieces)
            if unit.is_sentence or (unit.ended and size < 3):
                continue
            if size == 1:
                belongs = unit.paragraph in paragraphs and not self._is_spoken(unit)
            else:
                belongs = unit.enumerated or not enumerated or not unit.has_clause
            if belongs:
                yield unit

    def _beside_lines(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """Units of a list with one association on each line."""
        sizes: dict[int, int] = {}
        for unit in units:
            sizes[unit.paragraph] = sizes.get(unit.paragraph, 0) + len(unit.pieces)
        has_list = max(sizes.values(), default=0) > 2
        all_ended = all(unit.ended for unit in units)
        for unit in units:
            is_stray = has_list and sizes[unit.paragraph] == 1
            is_remark = unit.ended and not all_ended
            if not (is_stray or is_remark or unit.is_sentence or self._is_spoken(unit)):
                yield unit

    def _is_spoken(self, unit: Unit) -> bool:
        return len(unit.pieces) == 1 and self._count(unit.pieces[0].split(), _SPOKEN) >= 2

    def _count(self, words: Sequence[str], among: Set[str]) -> int:
        return sum(self.normal(word) in among for word in words)


def _gloss(text: str) -> _Gloss:
    """The text before and after the first mark of an explanation; all is word when nothing stands before."""
    mark = GLOSS.search(text)
    if mark is None or not says_something(text[: mark.start()]):
        return _Gloss(text, "", has_mark=False)
    explanation = text[mark.end() :].strip()
    return _Gloss(text[: mark.start()], explanation if says_something(explanation) else "", has_mark=True)
