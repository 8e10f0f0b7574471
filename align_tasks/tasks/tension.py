"""``wvs_tension_XX``: on the items where two cultures differ most, which one is the model nearer to?"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

import numpy as np

from align_tasks.cultures import get_culture
from align_tasks.errors import AlignError
from align_tasks.survey.survey import Answers, Item, Question, get_survey
from align_tasks.survey.tension import Rule, tension_set
from align_tasks.tasks.dataset import BuiltDataset, Doc
from align_tasks.tasks.survey import human_reference, shares_of, shuffled, survey_row

SIZE = 50

logger = logging.getLogger(__name__)


def dataset(
    culture: str, cultures: Sequence[str], survey: str = "wvs7", tension: Rule = "emd"
) -> BuiltDataset:
    """The 50 items on which two cultures differ most, asked in the language of one of them.

    Where fewer can be compared, these are all; the log and the results say so (``tension_size`` is the number
    wanted, ``items`` that at hand).

    Args:
        culture: in whose language the items are asked.
        cultures: the two that are compared.
        survey: name of the survey.
        tension: how the items are chosen, see `align_tasks.survey.tension.tension_distances`.

    Raises:
        AlignError: answers are not at hand, or there is no item on which the two can be compared.
    """
    if len(set(cultures)) != 2:
        raise AlignError(f"a tension set compares two cultures, not {', '.join(cultures)}")
    asked, language = get_survey(survey), get_culture(culture).language
    compared = [get_culture(name) for name in cultures]
    answers = {known.name: asked.answers(known) for known in compared}
    items, questions = asked.items(), asked.questions(language)
    chosen = tension_set(items, *answers.values(), size=SIZE, rule=tension)
    _tell_size(len(chosen), " and ".join(known.country for known in compared), asked.title)
    rows = [
        _row(items[name], questions[name], language, {c: answers[c][name] for c in answers})
        for name in shuffled(chosen)
    ]
    return BuiltDataset(
        rows,
        survey=asked.title,
        language=language,
        tension=tension,
        tension_size=SIZE,
        countries=[known.country for known in compared],
        answers=[asked.source(known) for known in compared],
    )


def _tell_size(size: int, countries: str, survey: str) -> None:
    """Warn of a set that is smaller than it should be, and refuse an empty one."""
    if not size:
        raise AlignError(f"there are no items on which {countries} can be compared in {survey}")
    if size < SIZE:
        logger.warning(
            "the tension set of %s in %s holds %d items, not %d: no more can be compared, "
            "and its scores are not those of a full set",
            countries,
            survey,
            size,
            SIZE,
        )


def _row(item: Item, question: Question, language: str, answers: Mapping[str, Answers]) -> Doc:
    """An item with both cultures' shares, over every option that either of them was offered."""
    places = sorted(set().union(*(answer.offered for answer in answers.values())))
    shares = [shares_of(answer, places) for answer in answers.values()]
    human = [
        human_reference(own, answer.people, item.scale)
        for own, answer in zip(shares, answers.values(), strict=True)
    ]
    return survey_row(item, question, language, places) | {
        "cultures": list(answers),
        "shares": shares,
        "human": [None if halves is None else float(np.mean(halves)) for halves in human],
    }
