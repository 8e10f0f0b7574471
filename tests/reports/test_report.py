"""What a report says, of folders whose figures, settings and mishaps are known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from align_tasks.commands.main import build
from align_tasks.errors import AlignError
from align_tasks.plugins import loading
from align_tasks.reports.page import write_report

from .conftest import RECIPE
from .folders import CUES, MODEL_SHA256, NORMS_SHA256, Folder, scores
from .reading import Page

HOSTILE = "</p></td><script>window.hurt=1</script><img src=x onerror='window.hurt=1'>\u202e"

ALL_ITEMS: Any = {"n-samples": {"swow_us": {"original": 12, "effective": 12}}}


def report(folder: Folder | Path, name: str = "report.html") -> Page:
    path = folder.written() if isinstance(folder, Folder) else folder
    write_report(path, path / name)
    return Page((path / name).read_text(encoding="utf-8"))


def compared(folder: Path) -> dict[str, Any]:
    arguments = ["compare", str(folder / "results"), "--baseline", "Base-1B", "--format", "json"]
    done = CliRunner().invoke(build(loading.loaded()), arguments)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_figures_are_those_of_align_compare(experiment: Folder) -> None:
    for number, level in enumerate((0.24, 0.26)):
        settings = {**RECIPE, "max_steps": number}
        experiment.adapter(f"less{number}-1", scores(7 + number, level), settings)
    experiment.comparison()
    page = report(experiment)
    found = compared(experiment.path)
    (column,) = found["tables"][0]["columns"]
    cells = column["cells"]
    assert len(cells) == 4
    for label, cell in cells.items():
        (row,) = [row for row in page.rows if re.sub(" (baseline|★ best)$", "", row[0]) == label]
        assert row[1] == f"{cell['value']:.3f}"
        assert row[2] == f"{cell['interval']['low']:.3f} to {cell['interval']['high']:.3f}"
        assert row[6:] == [str(len(CUES)), str(cell["seeds"])]
        change = cell["change"]
        if label == "Base-1B":
            assert row[3:6] == ["", "", ""]
            assert "baseline" in row[0]
        else:
            assert row[3] == f"{change['value']:+.3f}"
            assert row[4] == f"{change['interval']['low']:+.3f} to {change['interval']['high']:+.3f}"
            star = "*" if change["corrected"] < 0.05 else ""
            told = "p < 0.001" if change["corrected"] < 0.001 else f"p = {change['corrected']:.3f}"
            assert row[5] == f"{told}{star}"
    assert "2 of 3 changes from Base-1B are told from chance" in page.text
    assert "Base-1B + sft (2 seeds) , swow_us : better by p_at_5" in page.text.replace(":", " :")


def test_a_figure_shows_every_change(experiment: Folder) -> None:
    page = report(experiment)
    assert page.elements.count("svg") == 1
    assert "swow_us: p_at_5" in page.text
    assert "Base-1B + sft (2 seeds) *" in page.text


def test_learning_curves_have_a_line_for_each_seed(experiment: Folder) -> None:
    for number, log in enumerate(sorted(experiment.path.glob("adapters/*/*"))):
        rows = [{"step": step, "loss": 2.0 - step - number, "learning_rate": 1.0} for step in range(3)]
        (log / "training_log.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    page = report(experiment)
    assert page.elements.count("svg") == 2
    assert "sft: loss" in page.text
    assert "seeds 1, 2, drawn solid" in page.text


def test_a_finished_experiment_says_so(experiment: Folder) -> None:
    page = report(experiment)
    assert page.warnings == []
    assert "All 6 steps are done." in page.text
    assert "Does it learn?" in page.text


def test_an_unfinished_experiment_says_so_first(experiment: Folder) -> None:
    experiment.adapter("sft-3", scores(3, 0.5), {**RECIPE, "seed": 3}, done=False)
    experiment.step(
        "train-more-1", "train", ["train", "sft"], ["adapters/x/more-1/align.json"], state="failed"
    )
    (experiment.path / "logs").mkdir()
    (experiment.path / "logs" / "train-more-1.log").write_text("began\nout of memory\n")
    experiment.comparison("later", done=False)
    page = report(experiment)
    told = "6 of 10 steps are done, 1 failed, 1 was begun and not ended, 2 are missing"
    assert page.warnings[0].startswith(f"This experiment is not finished: {told}.")
    assert "train-more-1 failed: out of memory" in page.warnings[0]
    assert page.warnings[1] == "Not in it yet: sft-3."
    assert page.text.index(told) < page.text.index("What was found")
    assert "Finished: 2 of 3." in page.text
    assert page.row("train-sft-3")[1:3] == ["begun", ""]
    assert page.row("compare-later-json")[1:] == ["missing", "", "", ""]


def test_outputs_of_another_recipe_are_not_done(experiment: Folder) -> None:
    experiment.steps["compare-all-json"]["key"] = "7" * 10
    assert "5 of 6 steps are done, 1 is missing" in report(experiment).warnings[0]


def test_the_setup_names_weights_settings_and_seeds(experiment: Folder) -> None:
    page = report(experiment)
    assert page.row("base")[1:4] == ["org/Base-1B", "not known", MODEL_SHA256]
    assert "sft (align-mine 1.0), culture us; seeds 1, 2; 30 optimizer steps." in page.text
    settings = [
        row for row in page.rows if row in (["max_steps", "30", "null"], ["norms", "imported", "auto"])
    ]
    assert len(settings) == 2
    assert ["learning_rate", "0.001", "0.0001"] in page.rows
    assert not [row for row in page.rows if row[0] in ("mix", "seed")]
    assert [
        "swow_us",
        "12 of each task",
        "none",
        "no",
        "models: all; runs: all",
        "hf-shared",
        "auto",
    ] in page.rows


def test_without_the_trainer_all_settings_are_told(experiment: Folder, plugins: Any) -> None:
    plugins.register()
    page = report(experiment)
    assert (
        "unknown trainer 'sft', so that its defaults are not known here: these are all settings" in page.text
    )
    assert ["mix", "{}", ""] in page.rows


def test_data_have_their_fingerprints(experiment: Folder) -> None:
    text = report(experiment).text
    for told in (f"norms SHA-256 {NORMS_SHA256}", f"data fingerprint {'d' * 12}", "items asked 12 of 1,211"):
        assert told in text
    assert "sft-1, sft-2" in text
    assert f"cues fingerprint {'f' * 12}" in text


def test_demo_norms_are_marked(tmp_path: Path, trainer: None) -> None:
    folder = Folder(tmp_path / "out")
    folder.model(scores(0, 0.2), metadata={"norms": "demo"})
    folder.adapter("sft-1", scores(1, 0.5), RECIPE, metadata={"norms": "demo"}, data={"norms": "demo"})
    folder.comparison()
    page = report(folder)
    assert "demo norms" in page.warnings[0]
    assert page.text.count("demo norms: not to be cited") >= 4
    assert ["norms", "Small World of Words", "demo, written by hand to try the software"] in page.rows
    assert "data import" not in page.text


def test_norms_of_people_are_not_marked(experiment: Folder) -> None:
    assert "demo norms" not in report(experiment).text


def test_differences_from_the_paper_are_computed(experiment: Folder) -> None:
    page = report(experiment)
    assert "Base-1B (not in the paper)" in page.row("models")[2]
    assert "Llama-3.1-8B-Instruct" in page.row("models")[1]
    assert page.row("trainings")[1:] == ["sft, ppo, ppo after sft", "sft"]
    (tasks,) = [row for row in page.rows if row[0] == "tasks" and len(row) == 3]
    assert tasks[2] == "without swow_us_rank, swow_us_dist, wvs_us, wvs_tension"
    assert page.row("items of swow_us")[1:] == ["all", "12 of 1,211"]
    assert page.row("chat format of swow_us")[1:] == ["yes", "no"]
    assert not [row for row in page.rows if row[0].startswith("worked examples of")]
    told = "null our default: the paper does not tell"
    assert ["max_steps", told, "30"] in page.rows
    assert ["learning_rate", "1e-05", "0.001"] in page.rows
    assert [row for row in page.rows if row[0] == "epochs"] == [["epochs", "3", "1"]]  # of the setup


def test_the_paper_s_figures_stand_beside_those_of_its_trainings(experiment: Folder) -> None:
    page = report(experiment)
    assert page.row("here")[1] == "Base-1B"
    papers = [row[1:4] for row in page.rows if row[0] == "paper"]
    assert papers[1] == ["Qwen2.5-7B", "0.634", "0.762 (+0.128)"]


def test_what_is_as_in_the_paper_is_no_difference(tmp_path: Path, trainer: None) -> None:
    source = "meta-llama/Llama-3.1-8B-Instruct"
    recipe = (
        "name: small\nquestion: Again?\nmodels:\n  base: org/Base-1B\nruns: {}\n"
        "evaluate: [{tasks: [swow_us], apply_chat_template: true}]\n"
    )
    folder = Folder(tmp_path / "out", recipe, source)
    folder.model(scores(0, 0.2), **ALL_ITEMS)
    settings = {**RECIPE, "learning_rate": 1e-5, "max_steps": None}
    folder.adapter("sft-1", scores(1, 0.5), settings, **ALL_ITEMS)
    page = report(folder)
    assert "(not in the paper)" not in page.text
    assert not [row for row in page.rows if row[0].startswith(("items of", "chat format of"))]
    assert "Those of the paper's recipe." in page.text
    assert "Comparison: all evaluations" in page.text


def test_it_tells_how_to_do_it_again(experiment: Folder) -> None:
    experiment.recipe = experiment.recipe.replace("org/Base-1B", "org/Other\n  large: org/Large-70B")
    page = report(experiment)
    assert "align data import swow norms.csv --culture us" in page.text
    assert "align run recipe.yaml --model base=org/Base-1B --without large" in page.text
    assert "torch 9.9.9" in page.text
    assert "lm_eval 0.4.13" in page.text
    for told in ("processor Fast CPU", "GPUs GPU 0: Big GPU", "device cuda"):
        assert told in page.text
    assert page.row("train-sft-1")[1:] == ["done", "1 min 5 s", "2 times", ""]


def test_hostile_texts_stay_texts(tmp_path: Path, trainer: None) -> None:
    quoted = json.dumps(HOSTILE)
    recipe = (
        f"name: small\nquestion: {quoted}\nmodels:\n  base: org/Base-1B\nevaluate: [{{tasks: [{quoted}]}}]\n"
    )
    folder = Folder(tmp_path / "out", recipe, name=HOSTILE)
    folder.model(scores(0, 0.2), metadata={"norms": HOSTILE, "licence": HOSTILE, "plugins": [HOSTILE]})
    told = {"model": {"name": HOSTILE, "sha256": MODEL_SHA256, "problems": [HOSTILE]}, "adapter": None}
    folder.results(f"results/{'1' * 10}/base/more", "x", scores(1, 0.5), None, align=told)
    adapter = {"max_steps": HOSTILE, "learning_rate": HOSTILE}
    folder.adapter("sft-1", scores(2, 0.5), adapter, data={"licence": HOSTILE})
    folder.step("train-sft-2", "train", ["train", HOSTILE], ["adapters/0/sft-2/align.json"], state="failed")
    (folder.path / "logs").mkdir()
    (folder.path / "logs" / "train-sft-2.log").write_text(HOSTILE)
    folder.comparison(baseline=MODEL_SHA256)
    folder.written()
    write_report(folder.path, folder.path / "report.html")
    content = (folder.path / "report.html").read_text(encoding="utf-8")
    page = Page(content)
    assert {"script", "img", "iframe", "form"}.isdisjoint(page.elements)
    assert page.text.count("<script>window.hurt=1</script>") >= 8
    assert "\u202e" not in content
    assert "http" not in content.replace("http://www.w3.org/", "").replace("http-equiv", "")


def test_a_policy_forbids_all_but_the_style_sheet(experiment: Folder) -> None:
    report(experiment)
    content = (experiment.path / "report.html").read_text(encoding="utf-8")
    assert "default-src &#39;none&#39;; script-src; style-src &#39;sha256-" in content


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("recipe.yaml", "name: [", "recipe.yaml"),
        ("adapters/0000000001/sft-1/align.json", "{}", "align.json is damaged"),
        ("results/0000000001/sft-1/__elsewhere__sft-1/results_*.json", "{", "results_"),
    ],
)
def test_a_damaged_file_loses_only_what_it_tells(
    experiment: Folder, file: str, content: str, told: str
) -> None:
    experiment.written()
    (path,) = experiment.path.glob(file)
    path.write_text(content)
    page = report(experiment.path)
    assert "Not everything could be read" in page.warnings[0]
    assert told in page.warnings[0]
    assert str(experiment.path) not in page.text
    assert [row for row in page.rows if row[0].startswith("Base-1B baseline") and len(row) == 8]
    assert "How to reproduce it" in page.text


def test_results_of_other_shapes_are_no_end(experiment: Folder) -> None:
    experiment.written()
    (path,) = experiment.path.glob("results/0000000001/sft-1/*/results_*.json")
    content = json.loads(path.read_bytes())
    wrong = {"configs": [], "n-samples": 3, "align": [], "pretty_env_info": {}, "group_subtasks": 4}
    path.write_text(json.dumps(content | wrong))
    page = report(experiment.path)
    assert "left out" in page.text


def test_states_of_other_shapes_are_no_end(experiment: Folder) -> None:
    experiment.written()
    state = {"key": "1" * 10, "state": "finished", "started": 1e300, "ended": [], "starts": "x"}
    (experiment.path / "steps" / "evaluate-base.json").write_text(json.dumps(state))
    assert report(experiment.path).row("evaluate-base")[1:] == ["done", "", "", ""]


def test_a_comparison_without_its_baseline_tells_why(experiment: Folder) -> None:
    experiment.comparison("other", baseline="Large-70B")
    page = report(experiment)
    assert "there is no baseline 'Large-70B'" in page.text
    assert "Comparison: all" in page.text


def test_nothing_outside_the_folder_is_read(experiment: Folder, tmp_path: Path) -> None:
    experiment.step("train-x-1", "train", ["train", "sft"], ["../secret/align.json"])
    with pytest.raises(AlignError, match="leads out of the folder"):
        report(experiment)


def test_folders_without_an_experiment_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match="there is no folder"):
        write_report(tmp_path / "none", tmp_path / "report.html")
    with pytest.raises(AlignError, match=r"holds no experiment.*\n.*output folder of `align run`"):
        write_report(tmp_path, tmp_path / "report.html")
    for content in ("{", "[]", '{"experiment": "x", "steps": {"a": {"kind": "train"}}}'):
        (tmp_path / "steps.json").write_text(content)
        with pytest.raises(AlignError, match=r"steps\.json is damaged"):
            write_report(tmp_path, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_before_an_evaluation_is_finished_there_is_nothing_to_report(tmp_path: Path, trainer: None) -> None:
    folder = Folder(tmp_path / "out")
    folder.path.mkdir()
    folder.model(scores(0, 0.2), done=False)
    with pytest.raises(AlignError, match=r"no evaluation in .* is finished"):
        report(folder)


def test_the_command_says_where_the_page_is_and_what_is_missing(experiment: Folder, tmp_path: Path) -> None:
    experiment.comparison("later", done=False)
    path = experiment.written()
    app = build(loading.loaded())
    done = CliRunner().invoke(app, ["report", str(path)])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "the experiment is not finished: 6 of 7 steps are done, 1 is missing" in done.stderr
    assert (path / "report.html").is_file()
    target = tmp_path / "pages" / "one.html"
    done = CliRunner().invoke(app, ["report", str(path), "--output", str(target)])
    assert f"wrote {target}" in done.stderr
    assert target.read_bytes() == (path / "report.html").read_bytes()


def test_a_file_that_cannot_be_written_is_told(experiment: Folder) -> None:
    path = experiment.written()
    with pytest.raises(AlignError, match="cannot write"):
        write_report(path, path / "recipe.yaml" / "report.html")
