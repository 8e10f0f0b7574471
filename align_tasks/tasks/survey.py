"""``wvs_XX``: the model's answer distribution on survey items against a country's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from align_tasks.cultures import get_culture
from align_tasks.metrics import earth_movers_distance, jensen_shannon_distance, softmax, survey_ceiling
from align_tasks.norms.load import shuffle_key
from align_tasks.prompts import option_labels, survey_prompt
from align_tasks.scale import Scale
from align_tasks.survey.wvs7 import load_items, load_questions, load_respondents, load_shares
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompt_columns

Distribution = NDArray[np.float64]


def dataset(culture: str) -> BuiltDataset:
    """All items, in the culture's language, each with the options its people were offered."""
    known = get_culture(culture)
    rows = []
    for item_id in shuffled(load_items()):
        item = load_items()[item_id]
        offered = item.offered(known.country)
        shares = shares_of(item_id, known.country, offered)
        human = human_reference(shares, known.country, item.scale)
        rows.append(survey_row(item_id, known.language, offered) | {"shares": shares, "human": list(human)})
    return BuiltDataset(rows, survey="WVS 7", country=known.country)


def survey_row(item_id: str, language: str, places: Sequence[int]) -> Doc:
    """One item in one language, asked in both orders of its options.

    Args:
        item_id: WVS name of the item.
        language: in which it is asked.
        places: the options to offer, as positions in the item's codes.
    """
    item, question = load_items()[item_id], load_questions(language)[item_id]
    options = [question.options[place] for place in places]
    return {
        "item": item_id,
        "topic": item.topic,
        "scale": item.scale,
        "options": options,
        "choices": option_labels(len(options)),
        **prompt_columns(
            survey_prompt(question.question, options, language),
            survey_prompt(question.question, options[::-1], language),
        ),
    }


def shares_of(item_id: str, country: str, places: Sequence[int]) -> list[float]:
    """The country's answer shares of those options, which hold all of its answers."""
    shares = load_shares()[item_id][country]
    return [shares[place] for place in places]


def shuffled(item_ids: Iterable[str]) -> list[str]:
    """Item ids in an order that is random but the same everywhere, so that ``--limit N`` is a fair sample."""
    return sorted(item_ids, key=lambda item_id: shuffle_key("item", item_id))


def human_reference(shares: Sequence[float], country: str, scale: Scale) -> tuple[float, float]:
    """JS and transport distance between two random halves of the country's respondents."""
    reference = survey_ceiling(shares, load_respondents()[country], scale=scale, seed=0)
    return reference.jsd, reference.transport


def answer_distributions(results: Sequence[tuple[float, bool]]) -> tuple[Distribution, Distribution]:
    """The model's answer distribution in the given and in the reversed order of the options.

    Args:
        results: log-likelihoods of the labels, first in the given order, then in the reversed one.

    Returns:
        Two distributions, both over the options in the given order. Each is the softmax of the
        labels' log-likelihoods, the limit of constrained sampling.
    """
    log_likelihoods = np.array([log_likelihood for log_likelihood, _ in results]).reshape(2, -1)
    given, backwards = softmax(log_likelihoods)
    return given, backwards[::-1]


def process_results(doc: Doc, results: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """Metrics of one item; the model's distribution is the mean over the two option orders.

    ``jsd``            Jensen-Shannon distance (base 2) to the country's shares
    ``emd``            earth mover's distance over the options' ranks, ordinal items only
    ``…_uniform``      what equal probabilities for all options would score
    ``…_human``        what one half of the respondents scores on the other half
    ``order_effect``   Jensen-Shannon distance between the answers to the two option orders
    """
    given, backwards = answer_distributions(results)
    model, shares = (given + backwards) / 2, np.array(doc["shares"])
    uniform = np.full_like(shares, 1 / len(shares))
    js_human, transport_human = doc["human"]
    scores = {
        "jsd": float(jensen_shannon_distance(model, shares)),
        "jsd_uniform": float(jensen_shannon_distance(uniform, shares)),
        "jsd_human": js_human,
        "order_effect": float(jensen_shannon_distance(given, backwards)),
    }
    if doc["scale"] == "ordinal":
        scores |= {
            "emd": float(earth_movers_distance(model, shares)),
            "emd_uniform": float(earth_movers_distance(uniform, shares)),
            "emd_human": transport_human,
        }
    return scores
