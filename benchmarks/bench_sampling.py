"""What N sampled answers to a survey question miss of the answer distribution that they are drawn from.

    align eval --model MODEL --tasks wvs_us,wvs_us_sampled --output results
    python benchmarks/bench_sampling.py …/samples_wvs_us_….jsonl …/samples_wvs_us_sampled_….jsonl

The first file holds the exact distributions. From them N answers to each order of the options are drawn by
numpy, 200 times over; the last row is what the model itself was sampled to answer. Prints Markdown: the mean
Jensen-Shannon distance to the exact distribution, the mean distance to people, and how much of that is noise.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from align_tasks.metrics import jensen_shannon_distance
from align_tasks.scores.survey import SurveyAnswer, read_answer, read_samples, survey_answer

NUMBERS = (1, 10, 50, 100, 500, 1000)
TIMES = 200


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("exact", type=Path, help="samples file of wvs_us or wvs_zh")
    parser.add_argument("sampled", type=Path, help="samples file of wvs_us_sampled or wvs_zh_sampled")
    options = parser.parse_args()
    rows = {row["doc"]["item"]: row for row in read(options.exact)}
    exact = {item: read_answer(row["doc"], scores(row)) for item, row in rows.items()}
    drawn = {
        row["doc"]["item"]: read_samples(row["doc"], row["filtered_resps"]) for row in read(options.sampled)
    }
    docs = {item: row["doc"] for item, row in rows.items() if item in drawn}
    exact = {item: exact[item] for item in docs}
    people = np.mean([to_people(answer) for answer in exact.values()])
    print(f"{len(docs)} items; the exact distributions are at a distance of {people:.4f} to people.\n")
    print("| samples of each order | distance to the exact distribution | distance to people | too far by |")
    print("|---:|---:|---:|---:|")
    random = np.random.default_rng(0)
    for number in NUMBERS:
        repeated = [
            {item: redrawn(docs[item], exact[item], number, random) for item in docs} for _ in range(TIMES)
        ]
        print(line(str(number), exact, repeated, people))
    count = len(next(row for row in read(options.sampled))["filtered_resps"][0].splitlines())
    print(line(f"{count}, by the model", exact, [drawn], people))


def read(file: Path) -> list[dict[str, Any]]:
    """Rows of a samples file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def scores(row: dict[str, Any]) -> list[tuple[float, bool]]:
    """Log-likelihoods of a row, which lm-eval writes as text."""
    return [(float(score), False) for score, _ in row["filtered_resps"]]


def redrawn(
    doc: dict[str, Any], answer: SurveyAnswer, number: int, random: np.random.Generator
) -> SurveyAnswer:
    """So many answers drawn from each order's distribution."""

    def counted(shares: NDArray[np.float64]) -> NDArray[np.float64]:
        return random.multinomial(number, shares / shares.sum()) / number

    return survey_answer(doc, counted(answer.given), counted(answer.backwards))


def to_people(answer: SurveyAnswer) -> float:
    """Jensen-Shannon distance to people's shares."""
    return float(jensen_shannon_distance(answer.model, answer.shares))


def line(
    name: str, exact: dict[str, SurveyAnswer], repeated: list[dict[str, SurveyAnswer]], people: Any
) -> str:
    """A row of the table."""
    error = np.mean(
        [jensen_shannon_distance(one[item].model, exact[item].model) for one in repeated for item in exact]
    )
    distance = np.mean([to_people(one[item]) for one in repeated for item in exact])
    return f"| {name} | {error:.4f} | {distance:.4f} | {distance - people:+.4f} |"


if __name__ == "__main__":
    main()
