"""What a cell of a World Values Survey file means: a code of the item, a missing answer, or nothing known.

``wvs_labels.json`` holds, for each item, its variable label, the value label of every code, other spellings
that the releases use, and the scale of the items that are not among `align_tasks.survey.wvs7`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from align_tasks.survey.wvs7 import WVS7

_NEGATIVE = {-1: "Don't know", -2: "No answer", -3: "Not applicable", -4: "Not asked", -5: "Missing"}
_MISSING = {
    "don't know": "Don't know",
    "dont know": "Don't know",
    "no answer": "No answer",
    "refused": "No answer",
    "not applicable": "Not applicable",
    "inap": "Not applicable",
    "not asked": "Not asked",
    "missing": "Missing",
    "other missing": "Missing",
    "don't -9:-2": "Missing",
}


@dataclass(frozen=True)
class Answers:
    """The answers to one item: `codes` in the order of its options, the label of each, spellings known."""

    label: str
    scale: str
    codes: tuple[int, ...]
    options: tuple[str, ...]
    spellings: Mapping[str, int]


@lru_cache(maxsize=1)
def label_table() -> dict[str, Answers]:
    """Answers by item id, for the 185 items whose value labels are known."""
    entries = json.loads((files("align_tasks.readers") / "wvs_labels.json").read_text(encoding="utf-8"))
    known = WVS7.items()
    table = {}
    for item, entry in entries.items():
        labels = {int(code): label for code, label in entry["codes"].items()}
        codes = known[item].codes if item in known else tuple(sorted(labels))
        spellings = {_folded(label): code for code, label in labels.items()}
        spellings |= {_folded(label): code for label, code in entry.get("aliases", {}).items()}
        scale = known[item].scale if item in known else entry["scale"]
        table[item] = Answers(entry["label"], scale, codes, tuple(labels[c] for c in codes), spellings)
    return table


def option_labels() -> dict[str, tuple[str, ...]]:
    """How imported tables label the options of each item, in the order of its codes."""
    return {item: answers.options for item, answers in label_table().items()}


def code_of(cell: str | None, answers: Answers) -> int | str | None:
    """Meaning of one cell, whether it holds a code or a label.

    Returns:
        The code; the name of the reason why there is none, for a missing answer; None for an unknown cell.
    """
    text = _folded(cell or "")
    if not text:
        return "blank"
    if re.fullmatch(r"-?\d+(\.0+)?", text):
        number = int(float(text))
        if number < 0:
            return _NEGATIVE.get(number, "Missing")
        return number if number in answers.codes else None
    if text in answers.spellings:
        return answers.spellings[text]
    return _MISSING.get(re.split(r"[;:/(]", text)[0].strip()) or _MISSING.get(text)


def _folded(text: str) -> str:
    return " ".join(text.replace("\u2019", "'").casefold().split())
