"""``wvs_XX``: the model's answer distribution on survey items against a culture's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from align_tasks.cultures import get_culture
from align_tasks.metrics import survey_ceiling
from align_tasks.norms.load import shuffle_key
from align_tasks.prompts import option_labels, survey_prompt
from align_tasks.scale import Scale
from align_tasks.survey.survey import Answers, Item, Question, get_survey
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns


def dataset(culture: str, survey: str = "wvs7", language: str | None = None) -> BuiltDataset:
    """The items that the culture's people answered, each with the options that they were offered.

    Args:
        culture: whose answers.
        survey: name of the survey.
        language: in which the items are asked; None for the culture's own.
    """
    known, asked = get_culture(culture), get_survey(survey)
    answers, spoken = asked.answers(known), language or known.language
    items, questions = asked.items(), asked.questions(spoken)
    rows = []
    for item_id in shuffled(answers):
        item, answer = items[item_id], answers[item_id]
        shares = shares_of(answer, answer.offered)
        human = human_reference(shares, answer.people, item.scale)
        row = survey_row(item, questions[item_id], spoken, answer.offered)
        rows.append(row | {"shares": shares, "human": None if human is None else list(human)})
    return BuiltDataset(
        rows,
        survey=asked.title,
        language=spoken,
        country=known.country,
        answers=asked.source(known),
    )


def survey_row(item: Item, question: Question, language: str, places: Sequence[int]) -> Doc:
    """One item in one language, asked in both orders of its options.

    Args:
        item: the item.
        question: its text.
        language: of the text.
        places: the options to offer, as positions in the item's codes.
    """
    options = [question.options[place] for place in places]
    return {
        "item": item.id,
        "topic": item.topic,
        "scale": item.scale,
        "options": options,
        "choices": option_labels(len(options)),
        **prompt_columns(
            survey_prompt(question.question, options, language),
            survey_prompt(question.question, options[::-1], language),
        ),
    }


def shares_of(answers: Answers, places: Sequence[int]) -> list[float]:
    """People's answer shares of those options, which hold all of their answers."""
    return [answers.shares[place] for place in places]


def shuffled(item_ids: Iterable[str]) -> list[str]:
    """Item ids in an order that is random but the same everywhere, so that ``--limit N`` is a fair sample."""
    return sorted(item_ids, key=lambda item_id: shuffle_key("item", item_id))


def human_reference(shares: Sequence[float], people: int | None, scale: Scale) -> tuple[float, float] | None:
    """JS and transport distance between two random halves of the people; None if there may be no two."""
    if people is None or people < 2:
        return None
    reference = survey_ceiling(shares, people, scale=scale, seed=0)
    return reference.jsd, reference.transport
