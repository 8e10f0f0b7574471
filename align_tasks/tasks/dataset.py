"""What a task asks: rows that hold the parts of a prompt beside the human data.

``instruction``  what to do
``questions``    one question, or several wordings of it that are all asked (option orders)
``lead``         where a base model's answer begins
``space``        what stands between lead and answer
``answer``       the answer of a worked example (few-shot)
``choices``      the continuations to score, on log-likelihood tasks

The human data are in the columns `DATA_COLUMNS`, or in those that a plugin's task names; further columns
follow from them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import datasets

from align_tasks import __version__
from align_tasks.errors import AlignError
from align_tasks.prompts import Prompt

PROMPT_COLUMNS = ("instruction", "questions", "lead", "space", "choices")
DATA_COLUMNS = ("cue", "responses", "candidates", "counts", "item", "scale", "shares")
EMPTY_HINT = "A tenth of the cues is the test split: norms of a few cues may have none."

Doc = dict[str, Any]


class BuiltDataset:
    """What a task's dataset function returns: rows by split, and what the human data are.

    Args:
        test: the rows to evaluate.
        train: the rows from which few-shot examples are drawn.
        data_columns: the columns that hold the human data, for their fingerprint.
        **metadata: what the results should say of the data, such as ``norms``.

    Raises:
        AlignError: there is nothing to evaluate, or no column holds the human data.
    """

    def __init__(
        self,
        test: list[Doc],
        train: list[Doc] | None = None,
        *,
        data_columns: Sequence[str] = DATA_COLUMNS,
        **metadata: Any,
    ) -> None:
        if not test:
            hint = EMPTY_HINT if "norms" in metadata else None
            raise AlignError(f"no test items in {metadata.get('norms', 'the data')}", hint=hint)
        rows = {"test": test} if train is None else {"test": test, "train": train}
        self.splits = datasets.DatasetDict(
            {name: datasets.Dataset.from_list(docs) for name, docs in rows.items()}
        )
        if not set(data_columns) & set(test[0]):
            raise AlignError(
                f"no column of the rows holds the human data: {', '.join(test[0])}",
                hint="Name those that do: BuiltDataset(rows, data_columns=(…))",
            )
        self.metadata = metadata
        self._test = test
        self._data_columns = data_columns

    def describe(self) -> dict[str, Any]:
        """Metadata with fingerprints of the test rows: of the human data, and of the prompts."""
        return {
            **self.metadata,
            "items": len(self._test),
            "data_fingerprint": fingerprint(self._test, self._data_columns),
            "prompt_fingerprint": fingerprint(self._test, PROMPT_COLUMNS),
            "align_tasks": __version__,
        }


def prompts_of(doc: Doc) -> list[Prompt]:
    """The prompts of one row, one for each of its questions."""
    return [Prompt(doc["instruction"], question, doc["lead"], doc["space"]) for question in doc["questions"]]


def prompt_columns(*prompts: Prompt) -> Doc:
    """The columns that hold one prompt, or several that differ in the question only."""
    first = prompts[0]
    return {
        "instruction": first.instruction,
        "questions": [prompt.question for prompt in prompts],
        "lead": first.lead,
        "space": first.space,
    }


def fingerprint(rows: Iterable[Doc], columns: Sequence[str]) -> str:
    """Twelve hexadecimal digits that change when a value of these columns does, in any row."""
    digest = hashlib.sha256()
    for row in rows:
        kept = {column: row[column] for column in columns if column in row}
        digest.update(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode())
    return digest.hexdigest()[:12]
