"""Plugins as people install them: wheels in a clean environment, run, and taken out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TASKS = ("wvs_jp", "opinions_us", "affect_us", "example_quiz")
DISTRIBUTIONS = ("align-japan", "align-opinions", "align-affect", "align-trainers", "align-example")

RATINGS = "Word\tV.Mean.Sum\tA.Mean.Sum\n" + "".join(
    f"{word}\t{valence}\t{arousal}\n"
    for word, valence, arousal in zip(
        (
            f"{a}{b}"
            for a in "bcdfghjklm"
            for b in ("at", "in", "op", "ed", "un", "ay", "ix", "ot", "eg", "ar")
        ),
        (1 + n % 8 + 0.5 for n in range(100)),
        (2 + n % 6 + 0.25 for n in range(100)),
        strict=True,
    )
)
OPINIONS = (
    "question,selections,options,source\n"
    "\"Is it a good day?\",\"defaultdict(<class 'list'>, {'United States': [0.75, 0.25], "
    "'China (Non-national sample)': [0.5, 0.5]})\",\"['Yes', 'No']\",GAS\n"
)


@pytest.fixture
def data_files(tmp_path: Path) -> dict[str, Path]:
    """Made-up files in the layouts of the releases."""
    people = ["B_COUNTRY_ALPHA,W_WEIGHT,Q1,Q2", "JPN,1,1,2", "JPN,1,2,2", "JPN,1,1,3"]
    contents = {"wvs": "\n".join(people) + "\n", "norms": RATINGS, "opinions": OPINIONS}
    files = {}
    for source, content in contents.items():
        files[source] = tmp_path / f"{source}.csv"
        files[source].write_text(content)
    return files


def _results(folder: Path) -> dict[str, Any]:
    (file,) = folder.rglob("results_*.json")
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_plugins_are_installed_run_and_leave_nothing_behind(
    wheels: list[Path], environment: Any, data_files: dict[str, Path], model: Path, tmp_path: Path
) -> None:
    before = environment.files()
    environment.pip("install", "--no-deps", "--no-index", *map(str, wheels))
    environment.run("align", "plugins", "new", "align-example", cwd=tmp_path)
    environment.pip(
        *("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path)),
        str(tmp_path / "align-example"),
    )
    environment.pip("install", "--no-deps", "--no-index", *map(str, tmp_path.glob("align_example-*.whl")))

    listed = json.loads(environment.run("align", "plugins", "--json"))
    assert {plugin["distribution"] for plugin in listed} == {"align-tasks", *DISTRIBUTIONS}
    assert {plugin["status"] for plugin in listed} == {"loaded"}
    assert set(TASKS) <= set(environment.run("align", "tasks").split())

    environment.run("align", "data", "import", "wvs", str(data_files["wvs"]))
    environment.run("align", "data", "import", "norms", str(data_files["norms"]), "--language", "en")
    environment.run("align", "data", "import", "opinions", str(data_files["opinions"]))
    shared = ("--tasks", ",".join(TASKS), "--limit", "1")
    arguments = f"pretrained={model},dtype=float32"
    environment.run(
        *("lm_eval", "--model", "hf", "--model_args", arguments, *shared, "--device", "cpu"),
        *("--output_path", str(tmp_path / "plain")),
    )
    environment.run(
        *("align", "eval", "--model", str(model), "--dtype", "float32", *shared, "--device", "cpu"),
        *("--output", str(tmp_path / "ours")),
    )
    plain, ours = _results(tmp_path / "plain"), _results(tmp_path / "ours")
    assert set(TASKS) == set(plain["results"]) == set(ours["results"])
    for task in TASKS:
        numbers = {name: n for name, n in plain["results"][task].items() if isinstance(n, float)}
        assert len(numbers) >= 2
        assert numbers == pytest.approx({name: ours["results"][task][name] for name in numbers}, abs=1e-4)

    environment.pip("uninstall", "--yes", *DISTRIBUTIONS)
    assert not {"swow_jp", *TASKS} & set(environment.run("align", "tasks").split())
    assert "import opinions" not in environment.run("align", "data", "import", "--help")
    environment.pip("uninstall", "--yes", "align-tasks")
    assert environment.files() == before
