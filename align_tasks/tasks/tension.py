"""``wvs_tension_XX``: on the items where two countries differ most, which one is the model nearer to?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from align_tasks.cultures import get_culture
from align_tasks.metrics import aligned, nearer, paper_tension_distance
from align_tasks.survey.tension import Rule, tension_set
from align_tasks.survey.wvs7 import load_items, load_shares
from align_tasks.tasks.dataset import BuiltDataset, Doc
from align_tasks.tasks.survey import answer_distributions, human_reference, shares_of, shuffled, survey_row

PAIR = ("us", "zh")
SIZE = 50


def dataset(culture: str, tension: Rule = "emd") -> BuiltDataset:
    """The 50 items on which the USA and China differ most, asked in the culture's language."""
    countries = [get_culture(name).country for name in PAIR]
    chosen = tension_set(load_items(), load_shares(), *countries, size=SIZE, rule=tension)
    language = get_culture(culture).language
    rows = [_row(item_id, language, countries) for item_id in shuffled(chosen)]
    return BuiltDataset(rows, survey="WVS 7", tension=tension, countries=countries)


def _row(item_id: str, language: str, countries: Sequence[str]) -> Doc:
    """An item with both countries' shares, over every option that either of them was offered."""
    item = load_items()[item_id]
    places = sorted(set().union(*(item.offered(country) for country in countries)))
    shares = [shares_of(item_id, country, places) for country in countries]
    human = [
        float(np.mean(human_reference(own, country, item.scale)))
        for own, country in zip(shares, countries, strict=True)
    ]
    return survey_row(item_id, language, places) | {"cultures": list(PAIR), "shares": shares, "human": human}


def process_results(doc: Doc, results: Sequence[tuple[float, bool]]) -> dict[str, float]:
    """Metrics of one item, for both cultures; the distance is the mean of JS and transport distance.

    ``distance_XX``          distance of the model's answer distribution to the culture's shares
    ``XX_aligned``           1 when that distance is the smaller one, 0.5 when both are equal
    ``XX_aligned_paper``     the same by the authors' distance (`paper_tension_distance`)
    ``…_uniform``            what equal probabilities for all options would score
    ``distance_XX_human``    what one half of the culture's respondents scores on the other half
    """
    model = np.mean(answer_distributions(results), axis=0)
    names, scale = doc["cultures"], doc["scale"]
    uniform = np.full(len(doc["options"]), 1 / len(doc["options"]))
    scores: dict[str, float] = {}
    for suffix, answers in (("", model), ("_uniform", uniform)):
        distances = nearer(answers, doc["shares"][0], doc["shares"][1], scale)
        for name, own, other in zip(names, distances, distances[::-1], strict=True):
            scores |= {f"distance_{name}{suffix}": own, f"{name}_aligned{suffix}": aligned(own, other)}
    paper = [float(paper_tension_distance(model, shares)) for shares in doc["shares"]]
    for name, own, other in zip(names, paper, paper[::-1], strict=True):
        scores[f"{name}_aligned_paper"] = aligned(own, other)
    return scores | {f"distance_{name}_human": human for name, human in zip(names, doc["human"], strict=True)}
