"""What stands in the page: escaped, short, and equal to what files and hands say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import wasserstein_distance
from typer.testing import CliRunner

from align_tasks.commands.main import build
from align_tasks.comparison.compare import Comparison
from align_tasks.comparison.page import embed
from align_tasks.comparison.page.curves import POINTS
from align_tasks.comparison.page.page import page, sections_of, write_page
from align_tasks.comparison.page.texts import LONGEST_TEXT, cut, language_of, parts, rounded
from align_tasks.plugins import loading

from .page_input import (
    CHINA,
    HOSTILE,
    US,
    compared,
    cue_doc,
    log_likelihoods,
    nearly,
    row,
    survey_doc,
    tasks_of,
    write_results,
)

BASE = [0.6, 0.3, 0.1]
TUNED = [0.2, 0.3, 0.5]


@pytest.fixture
def both(tmp_path: Path) -> Comparison:
    base = write_results(tmp_path / "base", tasks_of(BASE))
    return compared(base, write_results(tmp_path / "sft", tasks_of(TUNED), adapter="sft"))


def _task(sections: dict[str, Any], section: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in sections[section] if one["task"] == name)
    return found


def test_data_cannot_leave_their_element() -> None:
    value = ["</script><script>", "<!--", "]]>", "a & b", "\u2028\u2029", "中文"]
    text = embed.data(value)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_data_refuse_what_is_no_json() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        embed.data([float("nan")])


def test_code_cannot_leave_its_element() -> None:
    assert "</script" not in embed.script("const end = '</script>';").lower()
    with pytest.raises(ValueError, match="end of its element"):
        embed.style("</STYLE>")


def test_texts_are_short_and_printable() -> None:
    assert len(cut("x" * 1_000_000)) == LONGEST_TEXT
    assert cut("x" * 1_000_000).endswith("…")
    assert cut("a\n  b\x00\u202e\ud800") == "a b\ufffd\ufffd\ufffd"


@pytest.mark.parametrize(
    ("text", "code"),
    [("很重要", "zh"), ("とても大切", "ja"), ("مهم جدا", "ar"), ("very", ""), ("매우", "ko"), ("", "")],
)
def test_languages_are_told_by_letters(text: str, code: str) -> None:
    assert language_of(text) == code


def test_no_number_is_none() -> None:
    assert (rounded(float("nan")), rounded(float("inf")), rounded(None)) == (None, None, None)
    assert rounded(1 / 3) == 0.3333
    with pytest.raises(ValueError, match="no number"):
        parts([float("nan")])


def test_the_page_is_one_file_without_a_network(both: Comparison, tmp_path: Path) -> None:
    write_page(both, tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["page.html"]
    own = re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)
    assert not re.findall(r"(?:src|href)=\"(?!#|data:)", own)
    assert "default-src &#39;none&#39;" in own
    assert "unsafe" not in own
    assert HOSTILE not in text


def test_every_section_has_its_data(both: Comparison) -> None:
    sections = sections_of(both)
    assert set(sections) == {"main", "surveys", "cues", "affect"}
    assert sections["main"]["models"] == ["base", "base + sft"]
    assert sections["main"]["baseline"] == 0
    assert sections["main"]["cultures"] == {"us": "the USA", "zh": "China"}
    assert not sections["main"]["notes"]


def test_shares_are_those_of_people_and_models(both: Comparison) -> None:
    found = _task(sections_of(both), "surveys", "wvs_us")
    assert found["cultures"] == ["us", "zh"]
    name, topic, scale, language, question, options, people, models, apart, moved = found["items"][0]
    assert (name, topic, scale, language) == ("Q1", "life", "ordinal", "")
    assert question == f"How important is Q1? {HOSTILE}"
    assert len(options) == 3
    assert people == [[7000, 2000, 1000], [1000, 3000, 6000]]  # China's are those of the tension set
    assert models == [[6000, 3000, 1000], [2000, 3000, 5000]]

    def distance(a: list[float], b: list[float]) -> float:
        emd = wasserstein_distance(range(3), range(3), a, b) / 2
        return float((jensenshannon(a, b, 2) + emd) / 2)

    assert apart == pytest.approx(distance(US, CHINA), abs=1e-4)
    assert moved == pytest.approx(distance(BASE, TUNED), abs=1e-4)
    alone = found["items"][2]
    assert alone[6] == [[7000, 2000, 1000], None]  # Q3 is in no other task
    assert alone[8] is None


def test_distances_are_those_to_both_cultures(both: Comparison) -> None:
    found = _task(sections_of(both), "surveys", "wvs_tension_zh")
    assert found["pair"] == ["us", "zh"]
    assert found["items"][0][3] == "zh"
    assert found["items"][0][4] == "在您的生活中，家庭有多重要？"
    (base_us, base_zh), (tuned_us, tuned_zh) = found["distances"][0]
    assert base_us < base_zh
    assert tuned_us > tuned_zh
    emd = wasserstein_distance(range(3), range(3), BASE, US) / 2
    assert base_us == pytest.approx(10_000 * (jensenshannon(BASE, US, 2) + emd) / 2, abs=1)


def test_words_are_marked_where_people_gave_them(both: Comparison) -> None:
    found = _task(sections_of(both), "cues", "swow_us")
    cue, people, counts, others, answers = found["items"][0]
    assert (cue, people, counts, others) == ("cat", ["dog", "mouse", "cheese"], [9, 5, 1], 0)
    told = [(found["words"][code >> 1], bool(code % 2)) for code in answers[0]]
    assert told == [("mouse", True), ("sun", False), ("dog", True)]


def test_orders_are_places_among_peoples_words(both: Comparison) -> None:
    found = _task(sections_of(both), "cues", "swow_us_rank")
    _, people, counts, _, answers = found["items"][0]
    assert (people, counts) == (["dog", "mouse", "sun", "cheese"], [9, 5, 3, 1])
    assert answers[0] == [2, 0, 1]


def test_likelihoods_are_shares(both: Comparison) -> None:
    found = _task(sections_of(both), "cues", "swow_us_dist")
    assert found["items"][0][4][0] == [3333, 3333, 3333]


def test_affect_stands_beside_people(both: Comparison) -> None:
    (found,) = sections_of(both)["affect"]
    assert (found["dimension"], found["people"], found["bias"]) == ("valence", 6.0, False)
    assert [one[:2] for one in found["rows"]] == [[0, 5.5], [1, 5.5]]


def test_both_orders_of_the_options_are_averaged(tmp_path: Path) -> None:
    results = log_likelihoods([0.8, 0.1, 0.1], [0.5, 0.3, 0.2])  # the second in the reversed order
    base = write_results(tmp_path / "a", {"wvs_us": [row(survey_doc("Q1"), results, jsd=0.1)]})
    found = _task(sections_of(compared(base)), "surveys", "wvs_us")
    assert found["items"][0][7] == [[5000, 2000, 3000]]
    assert found["items"][0][9] is None  # nothing to differ from


def test_drawn_answers_are_counted(tmp_path: Path) -> None:
    results = ["A\nA\nB\nC", "C\nC\nC\nC"]
    base = write_results(tmp_path / "a", {"wvs_us_sampled": [row(survey_doc("Q1"), results, jsd=0.1)]})
    found = _task(sections_of(compared(base)), "surveys", "wvs_us_sampled")
    assert found["culture"] == "us"
    assert found["items"][0][7] == [[7500, 1250, 1250]]


def test_other_tasks_are_left_out_with_a_note(tmp_path: Path) -> None:
    rows = [row({"query": f"{number}?", "choices": ["a"]}, [["-1", "True"]], acc=1.0) for number in range(50)]
    sections = sections_of(compared(write_results(tmp_path / "a", {"arc": rows})))
    assert set(sections) == {"main"}
    assert sections["main"]["notes"] == ["arc: its answers cannot be shown one by one"]


DAMAGED = {
    "shares that add up to 2": row(survey_doc("Q9", [1.0, 0.5, 0.5]), nearly(BASE), jsd=0.2),
    "one culture of two": row(survey_doc("Q9", [US], cultures=["us"], human=[0]), nearly(BASE), jsd=0.2),
    "no results": row(survey_doc("Q9"), [], jsd=0.2),
    "text for numbers": row(survey_doc("Q9"), [["much", "False"]] * 6, jsd=0.2),
    "too few": row(survey_doc("Q9"), nearly([0.5, 0.5]), jsd=0.2),
    "nan": row(survey_doc("Q9"), [["nan", "False"]] * 6, jsd=0.2),
    "shares of another item": row(survey_doc("Q9", [0.5, 0.5]), nearly(BASE), jsd=0.2),
    "no shares": row(survey_doc("Q9", None), nearly(BASE), jsd=0.2),
    "another kind": row(cue_doc("cat"), ["dog"], jsd=0.2),
    "options are none": row(survey_doc("Q9", options=None), nearly(BASE), jsd=0.2),
    "no doc": row({}, nearly(BASE), jsd=0.2),
    "text for doc": row("doc", nearly(BASE), jsd=0.2),  # type: ignore[arg-type]
    "results are a number": row(survey_doc("Q9"), 5, jsd=0.2),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", DAMAGED)
@pytest.mark.parametrize("is_first", [True, False])
def test_damaged_rows_are_left_out_with_a_note(name: str, is_first: bool, tmp_path: Path) -> None:
    good = row(survey_doc("Q1"), nearly(BASE), jsd=0.2)
    rows = [DAMAGED[name], good] if is_first else [good, DAMAGED[name]]
    if name == "another kind" and is_first:
        return  # then it is the survey item that is of another kind
    sections = sections_of(compared(write_results(tmp_path / "a", {"wvs_us": rows})))
    assert [item[0] for item in _task(sections, "surveys", "wvs_us")["items"]] == ["Q1"]
    assert sections["main"]["notes"] == ["base: 1 answers to wvs_us cannot be read and are not shown"]


def test_items_on_which_models_were_asked_something_else_are_left_out(tmp_path: Path) -> None:
    tasks = {"wvs_us": [row(survey_doc(item), nearly(BASE), jsd=0.2) for item in ("Q1", "Q2")]}
    other = survey_doc("Q2", [0.5, 0.5], options=["Yes", "No"], choices=["A", "B"])
    asked = {"wvs_us": [tasks["wvs_us"][0], row(other, nearly([0.5, 0.5]), jsd=0.3)]}
    base = write_results(tmp_path / "a", tasks)
    sections = sections_of(compared(base, write_results(tmp_path / "b", asked, adapter="sft")))
    assert [item[7][1] is None for item in _task(sections, "surveys", "wvs_us")["items"]] == [False, True]
    assert "base + sft: 1 answers" in sections["main"]["notes"][0]


def test_long_texts_are_cut(tmp_path: Path) -> None:
    doc = survey_doc(
        "Q1", questions=["?" * 1_000_000], options=["x" * 1_000_000, "b", "c"], topic="t" * 1_000_000
    )
    words = [row(cue_doc("c" * 1_000_000), [", ".join(["w" * 1_000_000] * 60)], p_at_5=0.1)]
    folder = write_results(tmp_path / "a", {"wvs_us": [row(doc, nearly(BASE), jsd=0.2)], "swow_us": words})
    assert len(embed.data(sections_of(compared(folder)))) < 10_000


def test_figures_that_are_no_numbers_are_null(tmp_path: Path) -> None:
    base = write_results(tmp_path / "a", {"swow_us": [row(cue_doc("cat"), ["x"], p_at_5=float("nan"))]})
    sections = sections_of(compared(base))
    cell = sections["main"]["tables"][0]["rows"][0][2][0]
    assert cell[:2] == [None, "not a number"]
    embed.data(sections)


def test_seeds_are_averaged_and_their_words_stand_apart(tmp_path: Path) -> None:
    folders = [write_results(tmp_path / "base", tasks_of(BASE))]
    for seed, shares in ((1, [0.2, 0.2, 0.6]), (2, [0.4, 0.4, 0.2])):
        record = {"sha256": f"{seed}", "trainer": "sft", "culture": "us", "recipe": {"seed": seed}}
        told = {"align": {"model": {"name": "base"}, "adapter": record}}
        folders.append(write_results(tmp_path / f"{seed}", tasks_of(shares), adapter=f"sft-{seed}", **told))
    sections = sections_of(compared(*folders))
    assert sections["main"]["models"] == ["base", "base + sft (2 seeds)"]
    assert _task(sections, "surveys", "wvs_us")["items"][0][7][1] == [3000, 3000, 4000]
    runs = _task(sections, "cues", "swow_us")["runs"]
    assert runs == [[0, "base"], [1, "base + sft-1"], [1, "base + sft-2"]]


def test_learning_curves_are_those_of_the_log(both: Comparison, tmp_path: Path) -> None:
    steps = [{"step": step, "epoch": 0.1, "loss": 1 / (step + 1), "note": "x"} for step in range(1000)]
    lines = [*steps, {"step": 5, "eval_loss": float("nan")}, {"loss": 3}, [1]]
    (tmp_path / "training_log.jsonl").write_text(
        "".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8"
    )
    last = both.rows[1]
    members = tuple(replace(one, folder=tmp_path) for one in last.members)
    sections = sections_of(replace(both, rows=[both.rows[0], replace(last, members=members)]))
    (run,) = sections["learning"]
    assert (run["row"], run["label"], list(run["figures"])) == (1, "base + sft", ["loss"])
    points = np.array(run["figures"]["loss"])
    assert len(points) == POINTS
    assert points[[0, -1], 0].tolist() == [0, 999]
    assert points[-1, 1] == pytest.approx(0.001)
    (tmp_path / "training_log.jsonl").write_bytes(b"\xff{")
    sections = sections_of(replace(both, rows=[both.rows[0], replace(last, members=members)]))
    assert "learning" not in sections
    assert "cannot be read" in sections["main"]["notes"][-1]


@pytest.mark.parametrize(
    ("metric", "change", "told"), [("jsd", -0.1, 1), ("jsd", 0.1, -1), ("p_at_5", 0.1, 1)]
)
def test_changes_that_a_test_bears_out_are_for_better_or_worse(
    metric: str, change: float, told: int, tmp_path: Path
) -> None:
    cues = [f"cue{number}" for number in range(30)]
    folders = [
        write_results(
            tmp_path / str(name),
            {"t": [row(cue_doc(cue), ["x"], **{metric: 0.5 + more}) for cue in cues]},
            adapter=name,
        )
        for name, more in ((None, 0.0), ("sft", change))
    ]
    (table,) = sections_of(compared(*folders))["main"]["tables"]
    base, tuned = (cells[0][8] for _, _, cells in table["rows"])
    assert base is None
    assert tuned[0] == pytest.approx(change)
    assert "*" in tuned[1]
    assert tuned[2] == told


def test_demo_tables_and_remarks_are_told(tmp_path: Path) -> None:
    told = {"norms": "demo", "trained_test_cues": 1, "data_fingerprint": "d", "prompt_fingerprint": "p"}
    folder = write_results(
        tmp_path / "a", {"t": [row(cue_doc("cat"), ["x"], p_at_5=0.5)]}, configs={"t": {"metadata": told}}
    )
    (table,) = sections_of(compared(folder))["main"]["tables"]
    assert table["demo"]
    assert "not to be cited" in table["task"]
    assert table["rows"][0][1] == "trained on 1 test cue"


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "a", tasks_of(BASE))
    file = tmp_path / "new" / "page.html"
    found = CliRunner().invoke(
        build(loading.loaded()), ["compare", str(folder), "--html", str(file), "--format", "csv"]
    )
    assert found.exit_code == 0, found.output
    assert f"wrote {file}" in found.stderr
    assert found.stdout.startswith("task,")
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_without_answers_there_is_no_library_of_charts(tmp_path: Path) -> None:
    folder = write_results(tmp_path / "a", {"t": []} | {"arc": [row({"q": 1}, ["x"], acc=1.0)]})
    assert len(page(compared(folder))) < 100_000


def test_a_page_to_publish_holds_nothing_that_people_answered_to_cues(both: Comparison) -> None:
    whole, published = (page(both, with_cues=with_cues) for with_cues in (True, False))
    assert set(sections_of(both)) - set(sections_of(both, with_cues=False)) == {"cues"}
    for word in ("mouse", "cheese"):
        assert f'"{word}"' in whole
        assert f'"{word}"' not in published
