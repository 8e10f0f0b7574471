"""``opinions_XX``: a model's answers beside those of one culture. ``opinions``: beside all countries'."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence

from align_opinions.survey import GOQA, HOW_TO_GET
from align_tasks.cultures import get_culture
from align_tasks.errors import AlignError
from align_tasks.tasks import survey
from align_tasks.tasks.dataset import BuiltDataset, Doc

DATA_COLUMNS = ("item", "scale", "countries", "shares")

logger = logging.getLogger(__name__)


def culture_dataset(culture: str) -> BuiltDataset:
    """The questions that the culture's country answered, asked in English.

    Raises:
        AlignError: the file was not imported, or the country is not in it.
    """
    return survey.dataset(culture, survey=GOQA.name, language="en")


def dataset(cultures: Sequence[str]) -> BuiltDataset:
    """Every question that at least one of the cultures' countries answered, asked once, in English.

    Each row holds the shares of all imported countries that answered it, without samples that are no whole
    country. The results say which countries these are: a percentile among few is another than among all.

    Args:
        cultures: whom the metrics are about. One whose country is not in the file has no metrics.

    Raises:
        AlignError: the file was not imported, or none of these countries is in it.
    """
    compared = {get_culture(name).country for name in cultures}
    answers = {item: _countries(shares) for item, shares in GOQA.all_answers().items()}
    there = {country for shares in answers.values() for country in shares}
    _tell_missing(compared - there, none_left=not compared & there)
    items, questions = GOQA.items(), GOQA.questions("en")
    asked = [item for item in answers if compared & answers[item].keys()]
    rows: list[Doc] = [
        survey.survey_row(items[item], questions[item], "en", range(len(questions[item].options)))
        | {"countries": list(answers[item]), "shares": list(answers[item].values())}
        for item in survey.shuffled(asked)
    ]
    return BuiltDataset(
        rows, data_columns=DATA_COLUMNS, survey=GOQA.title, countries=sorted(there), answers=GOQA.file()
    )


def _countries(shares: Mapping[str, list[float]]) -> dict[str, list[float]]:
    """Without samples that are no whole country."""
    return {name: shares[name] for name in sorted(shares) if re.fullmatch("[A-Z]{3}", name)}


def _tell_missing(missing: set[str], none_left: bool) -> None:
    problem = f"no answers of {', '.join(sorted(missing))} in {GOQA.title} have been imported"
    if none_left:
        raise AlignError(problem, hint=HOW_TO_GET)
    if missing:
        logger.warning("%s: there are no metrics for them", problem)
