"""GlobalOpinionQA as a survey: what was imported, in English as the authors ask it."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from align_opinions.release import NOT_ASKED_FOR
from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.survey.survey import Answers, Item, Question, Survey

if TYPE_CHECKING:
    import polars as pl

TABLE = "goqa.all"
HOW_TO_GET = (
    "Download data/global_opinions.csv of Anthropic/llm_global_opinions from https://huggingface.co, then: "
    "align data import opinions FILE"
)


class OpinionSurvey(Survey):
    """The imported GlobalOpinionQA file; nothing of it is published with this package.

    Questions with more options than there are letters cannot be asked: they are left out, and `source` says
    how many.
    """

    name = "goqa"
    title = "GlobalOpinionQA"

    def items(self) -> dict[str, Item]:
        """Questions by id; none before the import."""
        return {
            row["item"]: Item(
                id=row["item"],
                label=row["question"],
                scale=row["scale"],
                codes=tuple(range(1, len(row["options"]) + 1)),
                topic=row["wave"],
            )
            for row in self._questions()
        }

    def has_questions(self, language: str) -> bool:
        """Whether that is English."""
        return language == "en"

    def asks(self, culture: Culture) -> bool:
        """Every culture: it is asked in English, whatever its language."""
        return True

    def questions(self, language: str) -> dict[str, Question]:
        """Texts by id, as released.

        Raises:
            AlignError: the language is not English.
        """
        if not self.has_questions(language):
            raise AlignError(f"the questions of {self.title} are not worded in language {language!r}")
        return {row["item"]: Question(row["question"], tuple(row["options"])) for row in self._questions()}

    def answers(self, culture: Culture) -> dict[str, Answers]:
        """What the people of the culture's country answered; how many they were is not released.

        Raises:
            AlignError: nothing was imported, or nothing of that country; says where to get the file.
        """
        from align_tasks.data import tables

        table = tables.read_items(self.name, culture.country, hint=HOW_TO_GET)
        return {
            item: Answers(tuple(shares), tuple(range(len(shares))), people=None)
            for item, shares in table.select("item", "distribution").iter_rows()
            if _has_letters(shares)
        }

    def all_answers(self) -> dict[str, dict[str, list[float]]]:
        """Answer distributions by question id and country, or other sample.

        Raises:
            AlignError: nothing was imported; says where to get the file.
        """
        from align_tasks.data import tables

        found: dict[str, dict[str, list[float]]] = {}
        table = tables.read_items(self.name, hint=HOW_TO_GET)
        for item, country, shares in table.select("item", "culture", "distribution").iter_rows():
            if _has_letters(shares):
                found.setdefault(item, {})[country] = shares
        return found

    def source(self, culture: Culture) -> str:
        """The imported file, see `file`."""
        return self.file()

    def file(self) -> str:
        """Name and hash of the imported file; its countries if others were left out; questions not asked."""
        from align_tasks.data import store, tables

        about = tables.provenance("items", TABLE)
        told = [f"{about['source']['name']} (SHA-256 {about['source']['sha256'][:12]})"]
        if NOT_ASKED_FOR in about["dropped"]:
            imported = store.read("items", TABLE)["culture"].unique().sort()
            told.append(f"imported countries: {', '.join(imported)}")
        left_out = sum(not _has_letters(row["options"]) for row in self._rows())
        if left_out:
            told.append(f"questions left out, of more than {len(ascii_uppercase)} options: {left_out}")
        return "; ".join(told)

    def _questions(self) -> Iterator[dict[str, Any]]:
        return (row for row in self._rows() if _has_letters(row["options"]))

    def _rows(self) -> Iterator[dict[str, Any]]:
        """One row of the table for each question."""
        from align_tasks.data import store

        if TABLE not in store.names("items"):
            return iter(())
        table: pl.DataFrame = store.read("items", TABLE)
        return table.unique("item", keep="first", maintain_order=True).iter_rows(named=True)


def _has_letters(options: list[Any]) -> bool:
    return len(options) <= len(ascii_uppercase)


GOQA = OpinionSurvey()
