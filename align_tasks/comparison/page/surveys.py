"""Answers to survey items: people's and models' shares of each option, and distances to two cultures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align_tasks.comparison.page.answers import Answers, Doc
from align_tasks.comparison.page.countries import culture_in
from align_tasks.comparison.page.texts import cut, language_of, parts, rounded
from align_tasks.metrics import answer_distance
from align_tasks.metrics.checks import distributions
from align_tasks.scores import survey, tension

Shares = NDArray[np.float64]
People = dict[tuple[str, str, int], dict[str, list[float]]]  # by survey, item and number of options
OWN = ""  # the culture of a task whose name tells none


def keep_item(doc: Doc) -> Doc:
    """What the page needs of a row.

    Raises:
        ValueError: its parts do not fit together.
    """
    options = [str(option) for option in doc["options"]]
    shares = doc["shares"] if "cultures" in doc else [doc["shares"]]
    names = [str(name) for name in doc.get("cultures", [OWN])]
    if len(set(names)) != len(shares) or distributions("shares", shares).shape[1:] != (len(options),):
        raise ValueError("shares do not fit cultures or options")
    if "cultures" in doc and len(names) != 2:
        raise ValueError("a tension set compares two cultures")
    question = str(doc["questions"][0])
    return {
        "topic": cut(doc.get("topic") or "").replace("_", " "),
        "scale": "nominal" if doc["scale"] == "nominal" else "ordinal",
        "question": cut(question.rpartition("\nA. ")[0] or question),
        "language": language_of(question),
        "options": [cut(option) for option in options],
        "people": {name: [float(share) for share in one] for name, one in zip(names, shares, strict=True)},
    }


def read_survey(doc: dict[str, Any], results: list[Any]) -> Shares:
    """The model's answer distribution on a survey item."""
    is_drawn = bool(results) and isinstance(results[0], str)
    read = survey.read_samples if is_drawn else survey.read_answer
    return _checked(doc, read(doc, results).model)


def read_tension(doc: dict[str, Any], results: list[Any]) -> tuple[Shares, list[float]]:
    """The model's answer distribution on an item of a tension set, and its distance to each culture."""
    answer = tension.read_answer(doc, results)
    model = _checked(doc, answer.model)
    return model, [tension.distance(answer, name) for name in answer.shares]


def _checked(doc: dict[str, Any], model: Shares) -> Shares:
    if model.shape != (len(doc["options"]),):
        raise ValueError("the answers do not fit the options")
    return distributions("answers", model)


def people_of(all_answers: Sequence[Answers]) -> People:
    """What the people of every culture answered, to complete tasks that hold those of one culture only."""
    found: People = defaultdict(dict)
    for answers in all_answers:
        for item, doc in answers.docs.items():
            for name, shares in doc["people"].items():
                culture = name or culture_in(answers.asked.task)
                if culture is not None:
                    found[_key(answers, item, doc)].setdefault(culture, shares)
    return found


def _key(answers: Answers, item: str, doc: Doc) -> tuple[str, str, int]:
    return answers.asked.task.split("_")[0], item, len(doc["options"])


def survey_data(answers: Answers, people: People, baseline: int | None) -> dict[str, Any]:
    """A task as the page holds it; shares in ten-thousandths.

    Args:
        answers: to it.
        people: of all tasks.
        baseline: place of the row that the others are seen beside.
    """
    rows = sorted({run.row for run in answers.given})
    culture = culture_in(answers.asked.task)
    asked = {item: _people(answers, item, people) for item in answers.docs}
    cultures = sorted({name for of_item in asked.values() for name in of_item})
    items = [
        _item(item, doc, asked[item], cultures, [_mean(answers, row, item) for row in rows], rows, baseline)
        for item, doc in answers.docs.items()
    ]
    found = {
        "table": answers.asked.table,
        "task": cut(answers.asked.task),
        "culture": culture,
        "cultures": cultures,
        "rows": rows,
        "items": items,
    }
    return found | _distances(answers, rows)


def _people(answers: Answers, item: str, people: People) -> dict[str, list[float]]:
    doc = answers.docs[item]
    own = {name or culture_in(answers.asked.task) or OWN: one for name, one in doc["people"].items()}
    return {**people.get(_key(answers, item, doc), {}), **own}


def _mean(answers: Answers, row: int, item: str) -> Shares | None:
    """A row's answer distribution, the mean over its runs."""
    found = [
        given[item][0] if answers.kind == "tension" else given[item]
        for run, given in answers.given.items()
        if run.row == row and item in given
    ]
    mean: Shares | None = np.mean(found, axis=0) if found else None
    return mean


def _item(
    item: str,
    doc: Doc,
    people: Mapping[str, list[float]],
    cultures: Sequence[str],
    models: Sequence[Shares | None],
    rows: Sequence[int],
    baseline: int | None,
) -> list[Any]:
    """Name, topic, scale, language, question, options, people's and models' shares, and two distances.

    These are the largest between two cultures, and the mean one of models to the baseline; None without any.
    """
    base = models[rows.index(baseline)] if baseline in rows else None
    others = [one for one in models if one is not None and one is not base]
    moved = None if base is None or not others else _distance(np.array(others), base, doc)
    given = list(people.values())
    apart = [_distance(np.array(given[:place]), one, doc).max() for place, one in enumerate(given) if place]
    return [
        cut(item),
        doc["topic"],
        doc["scale"],
        doc["language"],
        doc["question"],
        doc["options"],
        [parts(people[name]) if name in people else None for name in cultures],
        [None if one is None else parts(one) for one in models],
        rounded(max(apart)) if apart else None,
        None if moved is None else rounded(float(moved.mean())),
    ]


def _distance(several: Shares, one: Any, doc: Doc) -> Shares:
    with np.errstate(all="ignore"):
        found: Shares = np.asarray(answer_distance(several, np.asarray(one), doc["scale"]))
    return found


def _distances(answers: Answers, rows: Sequence[int]) -> dict[str, Any]:
    """Of a tension set: the two cultures, and each item's distances to both by row, in ten-thousandths."""
    if answers.kind != "tension" or not answers.docs:
        return {}
    pair = list(next(iter(answers.docs.values()))["people"])
    each = []
    for item in answers.docs:
        of_rows = []
        for row in rows:
            found = [g[item][1] for run, g in answers.given.items() if run.row == row and item in g]
            of_rows.append(parts(np.mean(found, axis=0)) if found else None)
        each.append(of_rows)
    return {"pair": pair, "distances": each}
