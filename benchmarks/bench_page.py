"""Size of the page of `align compare --html`, and the time to write and to open it, for made-up results.

    python benchmarks/bench_page.py --models 50 --items 300 --page page.html

Five tasks: associations, rankings, two surveys and a tension set, with the given number of items each. The
page is opened in Chromium, where playwright and Chromium are installed. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from align_tasks.comparison.compare import compare
from align_tasks.comparison.evaluated import gather
from align_tasks.comparison.found_files import find_results
from align_tasks.comparison.page.page import write_page
from align_tasks.comparison.results import read_results
from align_tasks.comparison.rows import find_baseline, rows_of

VOCABULARY = 5_000
RESPONSES = 60
WORDS = 40
BETTER = {"p_at_5": True, "spearman": True, "jsd": False, "us_aligned": True, "distance_us": False}

Doc = dict[str, Any]
Random = np.random.Generator


def main() -> None:
    """Make the results, write the page, open it, and print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", type=int, default=50)
    parser.add_argument("--items", type=int, default=300)
    parser.add_argument("--draws", type=int, default=1000, help="of the bootstrap")
    parser.add_argument("--page", type=Path, help="where the page stays; else it is thrown away")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = options.page or Path(folder, "page.html")
        make_results(Path(folder), options.models, options.items)
        began = time.perf_counter()
        found = find_results([Path(folder)])
        gathered = gather(read_results(path, content) for path, content in found.contents.items())
        rows = rows_of(gathered.entries, each_seed=False)
        comparison = compare(gathered, rows, find_baseline(rows, None), options.draws)
        compared = time.perf_counter()
        write_page(comparison, page)
        told = {
            "models": options.models,
            "items of each task": options.items,
            "comparing, s": f"{compared - began:.1f}",
            "writing, s": f"{time.perf_counter() - compared:.1f}",
            "page, MB": f"{page.stat().st_size / 1e6:.1f}",
            **opened(page),
        }
    print(f"| {' | '.join(told)} |\n|{'---:|' * len(told)}\n| {' | '.join(map(str, told.values()))} |")


def opened(page: Path) -> dict[str, str]:
    """Seconds until the leaderboard and until the first chart stand, in Chromium."""
    program = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        program = None
    if program is None:
        return {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        shown = browser.new_page()
        began = time.perf_counter()
        shown.goto(page.resolve().as_uri(), wait_until="load")
        shown.locator("table.board tbody tr").first.wait_for()
        loaded = time.perf_counter()
        shown.locator("#items > summary").click()
        shown.locator("#items .chart svg").wait_for()
        drawn = time.perf_counter()
        browser.close()
    return {"opening, s": f"{loaded - began:.2f}", "first chart, s": f"{drawn - loaded:.2f}"}


def make_results(folder: Path, models: int, items: int) -> None:
    """Files as lm-eval writes them, of a base model and of adapters on it."""
    random = np.random.default_rng(0)
    docs = {
        "swow_us": [association_doc(number, random) for number in range(items)],
        "swow_us_rank": [ranking_doc(number, random) for number in range(items)],
        "wvs_us": [survey_doc(number, random) for number in range(items)],
        "wvs_zh": [survey_doc(number, random) for number in range(items)],
        "wvs_tension_us": [tension_doc(number, random) for number in range(items)],
    }
    for number in range(models):
        write_model(folder / f"model{number}", number, docs, random)


def write_model(folder: Path, number: int, docs: dict[str, list[Doc]], random: Random) -> None:
    """Results and samples of one model."""
    folder.mkdir()
    samples = {
        task: [sample(doc, *ANSWERS[task](doc, random)) for doc in of_task] for task, of_task in docs.items()
    }
    told = {"version": 1, "data_fingerprint": "d" * 12, "prompt_fingerprint": "p" * 12}
    content: dict[str, Any] = {
        "results": {task: means(rows) for task, rows in samples.items()},
        "configs": {task: {"metadata": told} for task in docs},
        "n-samples": {task: {"effective": len(rows)} for task, rows in samples.items()},
        "higher_is_better": dict.fromkeys(docs, BETTER),
        "config": {
            "model": "hf",
            "model_args": "pretrained=org/base" + (f",peft=adapter{number}" if number else ""),
        },
        "align": {"model": {"name": "base"}, "adapter": {"sha256": f"{number:064}"} if number else None},
    }
    (folder / "results_1.json").write_text(json.dumps(content), encoding="utf-8")
    for task, rows in samples.items():
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / f"samples_{task}_1.jsonl").write_text(text, encoding="utf-8")


def sample(doc: Doc, results: list[Any], figures: dict[str, float]) -> Doc:
    """A line of a samples file."""
    return {"doc": doc, "filtered_resps": results, "filter": "none", "metrics": list(figures), **figures}


def means(rows: list[Doc]) -> dict[str, float]:
    """The figures of a task as lm-eval reports them."""
    return {f"{name},none": float(np.mean([row[name] for row in rows])) for name in rows[0]["metrics"]}


def word(number: int) -> str:
    """A made-up word, another for each number."""
    letters = ["bcdfghklmnprstvw"[number // 16**place % 16] + "aeiou"[number % 5] for place in range(4)]
    return "".join(letters)


def words(random: Random, number: int) -> list[str]:
    """Some of the made-up words, the first ones more often."""
    drawn = np.unique((random.random(2 * number) ** 2 * VOCABULARY).astype(int))
    return [word(int(one)) for one in random.permutation(drawn)[:number]]


def association_doc(number: int, random: Random) -> Doc:
    """A row of `swow_us`."""
    responses = words(random, RESPONSES)
    counts = sorted(random.integers(1, 60, len(responses)).tolist(), reverse=True)
    return {
        "cue": f"{word(number)} {number}",
        "language": "en",
        "responses": responses,
        "counts": counts,
        "ceiling": [1, 1, 1],
        "mean_ceiling_at_5": 1,
    }


def ranking_doc(number: int, random: Random) -> Doc:
    """A row of `swow_us_rank`."""
    candidates = words(random, 10)
    counts = random.integers(1, 60, len(candidates)).tolist()
    return {"cue": f"{word(number)} {number}", "language": "en", "candidates": candidates, "counts": counts}


def survey_doc(number: int, random: Random) -> Doc:
    """A row of `wvs_us`."""
    options = [" ".join(words(random, 3)) for _ in range(4 + number % 7)]
    return {
        "item": f"Q{number}",
        "topic": "made up",
        "scale": "ordinal",
        "options": options,
        "choices": options,
        "questions": [" ".join(words(random, 25))],
        "shares": random.dirichlet(np.ones(len(options))).tolist(),
        "human": None,
    }


def tension_doc(number: int, random: Random) -> Doc:
    """A row of `wvs_tension_us`."""
    doc = survey_doc(number, random)
    shares = [doc["shares"], random.dirichlet(np.ones(len(doc["options"]))).tolist()]
    return doc | {"cultures": ["us", "zh"], "shares": shares, "human": [None, None]}


def written(doc: Doc, random: Random) -> tuple[list[Any], dict[str, float]]:
    """Words, about a third of them people's."""
    mixed = random.permutation([*words(random, WORDS), *doc["responses"][:20]])[:WORDS]
    return [", ".join(mixed)], {"p_at_5": float(random.random())}


def ordered(doc: Doc, random: Random) -> tuple[list[Any], dict[str, float]]:
    """The candidates in any order."""
    return [", ".join(random.permutation(doc["candidates"]))], {"spearman": float(random.uniform(-1, 1))}


def chosen(doc: Doc, random: Random) -> tuple[list[Any], dict[str, float]]:
    """Log-likelihoods of the options in both orders."""
    scores = [[str(one), "False"] for one in random.normal(-3, 1, 2 * len(doc["options"]))]
    return scores, {"jsd": float(random.random())}


def nearer(doc: Doc, random: Random) -> tuple[list[Any], dict[str, float]]:
    """The same on a tension set."""
    aligned = float(random.integers(2))
    return chosen(doc, random)[0], {"us_aligned": aligned, "distance_us": float(random.random())}


ANSWERS: dict[str, Callable[[Doc, Random], tuple[list[Any], dict[str, float]]]] = {
    "swow_us": written,
    "swow_us_rank": ordered,
    "wvs_us": chosen,
    "wvs_zh": chosen,
    "wvs_tension_us": nearer,
}


if __name__ == "__main__":
    main()
