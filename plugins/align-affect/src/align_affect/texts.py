"""What models are asked about a word, one JSON file a language: ``texts/en.json`` and so on.

``{"instruction": "…", "valence": {"question": "… {word} …", "options": ["1 (…)", "2", …]}, …}``, with every
dimension. The options run from the low end of the scale to the high end, one for each whole number: 9 for
valence and arousal, 5 for concreteness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from align_tasks.errors import AlignError
from align_tasks.survey.files import read_json
from align_tasks.survey.survey import Question

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Texts:
    """The texts of one language.

    Attributes:
        instruction: what to do, the same for every word.
        scales: question and options of each dimension; ``{word}`` stands for the word.
    """

    instruction: str
    scales: Mapping[str, Question]


def has_texts(language: str) -> bool:
    """Whether the scales are worded in that language."""
    return _file(language).is_file()


def read_texts(language: str) -> Texts:
    """The texts of a language.

    Raises:
        AlignError: there are none; says what to add.
    """
    if not has_texts(language):
        known = ", ".join(sorted(file.stem for file in FOLDER.glob("*.json")))
        raise AlignError(
            f"the rating scales are not worded in language {language!r}, only in {known}",
            hint=f"Add {language}.json to {FOLDER}, with the instruction, questions and options of en.json.",
        )
    content = read_json(_file(language))
    scales = {
        dimension: Question(text["question"], tuple(text["options"]))
        for dimension, text in content.items()
        if dimension != "instruction"
    }
    return Texts(content["instruction"], scales)


def _file(language: str) -> Path:
    return FOLDER / f"{language}.json"
