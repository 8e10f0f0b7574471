"""Steps through the real engine, with a stand-in for `align` that is done at once."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from align_tasks.errors import AlignError
from align_tasks.experiments.planned import outlook
from align_tasks.experiments.prepare import Prepared
from align_tasks.experiments.states import log_file, read_state
from align_tasks.experiments.status import status_of
from align_tasks.experiments.step import Step

from .steps import EXPERIMENT, evaluate, experiment, go, ran, stand_in, to_do, train, whole

pytest.importorskip("snakemake", reason="Snakemake needs Python 3.11")


EVERYTHING = [
    "align.json",
    "align.json",
    "align.json",
    "asked-first.unfinished",
    "asked-other.unfinished",
    "asked-second.unfinished",
    "base.unfinished",
    "table",
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole experiment when it is done, and of the stand-in that did it."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as monkeypatch:
        stand_in(folder / "toy", monkeypatch)
        prepared = experiment(folder / "toy", whole)
        assert to_do(outlook(prepared, 1)) == [step.name for step in prepared.steps]
        assert not prepared.output.exists()
        go(prepared)
    return folder


@pytest.fixture
def done(finished: Path, toy: Path) -> Prepared:
    """The whole experiment when it is done, moved to another folder, every file with a new time."""
    shutil.copytree(finished / "out", toy.parent / "out", copy_function=shutil.copyfile)
    return experiment(toy, whole)


def test_everything_is_done_once_and_whole(finished: Path) -> None:
    assert ran(finished / "toy") == EVERYTHING
    assert (finished / "out" / "comparison" / "table.md").read_text() == "printed\n"
    assert not list((finished / "out").rglob("*.unfinished"))


def test_what_is_done_is_not_done_again_even_where_the_folder_was_moved(done: Prepared, toy: Path) -> None:
    told: list[str] = []
    go(done, told)
    assert ran(toy) == []
    assert told[0] == "All 8 steps are done already."
    before = {path: path.stat().st_mtime_ns for path in done.output.rglob("*")}
    assert to_do(outlook(done, 1)) == []
    assert {one.stage for one in status_of(done).steps} == {"done"}
    assert {path: path.stat().st_mtime_ns for path in done.output.rglob("*")} == before


def test_an_input_with_other_content_makes_what_depends_on_it(done: Prepared, toy: Path) -> None:
    (done.output / "adapters" / "1" / "other" / "align.json").write_text("changed")
    go(done)
    assert ran(toy) == ["asked-other.unfinished", "table"]


def test_what_is_missing_is_made_again_and_nothing_else(done: Prepared, toy: Path) -> None:
    shutil.rmtree(done.output / "results" / "1" / "asked-other")
    (done.output / "comparison" / "table.md").unlink()
    assert to_do(outlook(done, 1)) == ["asked-other", "table"]
    waiting = [one.step.name for one in status_of(done).steps if one.stage == "waiting"]
    assert waiting == ["asked-other", "table"]
    go(done)
    assert ran(toy) == ["asked-other.unfinished", "table"]


def test_a_change_makes_what_depends_on_it_and_going_back_finds_what_was_there(
    done: Prepared, toy: Path
) -> None:
    go(experiment(toy, lambda output: whole(output, key="2")))
    assert ran(toy) == ["align.json"] * 2 + ["asked-first.unfinished", "asked-second.unfinished", "table"]
    go(done)
    assert ran(toy) == ["table"]


def test_what_does_not_depend_on_a_failed_step_is_done_and_the_end_says_how_to_go_on(toy: Path) -> None:
    def steps(output: Path) -> list[Step]:
        *most, _ = whole(output, "fails")
        return [*most, evaluate(output, "half", "fails")]

    prepared = experiment(toy, steps)
    with pytest.raises(AlignError) as caught:
        go(prepared)
    done = ["align.json", "align.json", "asked-other.unfinished", "base.unfinished", "half.unfinished"]
    assert ran(toy) == done
    told = str(caught.value)
    assert "3 of 8 steps done, 2 failed" in told
    assert "first failed: no luck today" in told
    assert f"log: {log_file(prepared.output, 'first')}" in told
    assert "wait for these: second, asked-first, asked-second\n" in told
    assert "The same command goes on" in told
    results, adapters = (prepared.output / name / "1" for name in ("results", "adapters"))
    assert not (adapters / "first" / "align.json").exists()
    assert not list((results / "half").glob("*"))
    (toy / "mended").touch()
    go(prepared)
    assert ran(toy) == [
        *["align.json"] * 2,
        *(f"{n}.unfinished" for n in ("asked-first", "asked-second", "half")),
    ]
    assert sorted(path.name for path in (results / "half").iterdir()) == ["results.json", "step.json"]


def test_the_folder_of_another_experiment_is_left_alone(toy: Path) -> None:
    prepared = experiment(toy, lambda output: [train(output, "first")])
    go(prepared)
    other = replace(prepared, experiment=EXPERIMENT.model_copy(update={"name": "other"}))
    with pytest.raises(AlignError, match="holds the experiment toy"):
        go(other)
    shutil.rmtree(prepared.output)
    prepared.output.mkdir()
    (prepared.output / "thesis.tex").write_text("mine")
    with pytest.raises(AlignError, match="holds something else"):
        go(prepared)


def test_steps_run_in_the_order_of_the_plan(toy: Path) -> None:
    def steps(output: Path) -> list[Step]:
        trained = [train(output, name) for name in ("second", "first", "third")]
        asked = [evaluate(output, f"asked-{one.name}", after=one.outputs) for one in trained]
        return [step for pair in zip(trained, asked, strict=True) for step in pair]

    prepared = experiment(toy, steps)
    go(prepared)
    started = {step.name: read_state(prepared.output, step.name) for step in prepared.steps}
    in_order = sorted(started, key=lambda name: getattr(started[name], "started", 0))
    assert in_order == [step.name for step in prepared.steps]


def test_a_finished_step_noted_how_much_memory_it_had(finished: Path) -> None:
    state = read_state(finished / "out", "first")
    assert state is not None
    assert state.peak_memory is not None
    assert 10**6 < state.peak_memory < 10**9
