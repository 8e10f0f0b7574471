from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from align_tasks.errors import AlignError
from align_tasks.trainers import TrainingJob
from align_trainers.model import check_fits
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.train import (
    _kept_metrics,
    _warn_if_no_better,
    _warn_if_ranking_suffered,
    loggers,
    micro_batches,
    settings,
    train,
    warmup_steps,
)

RECIPE: dict[str, Any] = {
    "norms": "demo",
    "words": 5,
    "batch_size": 8,
    "max_steps": 6,
    "validate_every": 3,
    "validation_cues": 4,
    "ranking_validation_cues": 0,
    "keep": "last",
    "learning_rate": 0.01,
    "warmup": 0.0,
    "lora_rank": 4,
}

Run = Callable[..., tuple[Path, list[dict[str, Any]]]]


@pytest.fixture
def run(us: Any, tiny_model: Path, tmp_path: Path) -> Run:
    """Trains the tiny model by `RECIPE` with changes, and gives the output folder and its log."""
    import json

    def run(name: str = "run", **changes: Any) -> tuple[Path, list[dict[str, Any]]]:
        output = tmp_path / name
        output.mkdir(exist_ok=True)
        recipe = SFTRecipe(**RECIPE | changes)
        train(TrainingJob(model=str(tiny_model), culture=us, recipe=recipe, output=output))
        lines = (output / "training_log.jsonl").read_text().splitlines()
        return output, [json.loads(line) for line in lines]

    return run


def losses(log: list[dict[str, Any]]) -> list[float]:
    return [row["loss"] for row in log if "loss" in row]


def held_out(log: list[dict[str, Any]]) -> dict[int, float]:
    return {row["step"]: row["eval_loss"] for row in log if "eval_loss" in row}


def adapter(output: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    return load_file(output / "adapter_model.safetensors")


def test_the_loss_falls_on_what_is_learned_and_on_held_out_cues(run: Run) -> None:
    _, log = run(max_steps=30, validate_every=30)
    assert losses(log)[-1] < losses(log)[0] - 0.1
    assert held_out(log)[30] < held_out(log)[0] - 0.1


def test_twice_the_same_run_gives_the_same_bytes(run: Run) -> None:
    first, _ = run("first")
    second, _ = run("second")
    for file in ("adapter_model.safetensors", "training_log.jsonl", "adapter_config.json"):
        assert (first / file).read_bytes() == (second / file).read_bytes(), file


@pytest.mark.parametrize(
    "change",
    [
        {"packing": False},
        {"micro_batch_size": 2},
        {"micro_batch_size": 3, "packing": False},
        {"gradient_checkpointing": True},
    ],
)
def test_how_it_is_computed_does_not_change_what_is_learned(run: Run, change: dict[str, Any]) -> None:
    plain, log = run("plain")
    other, other_log = run("other", **change)
    assert losses(other_log) == pytest.approx(losses(log), rel=1e-4)
    assert held_out(other_log) == pytest.approx(held_out(log), rel=1e-4)
    for name, weights in adapter(plain).items():
        assert torch.allclose(weights, adapter(other)[name], atol=1e-3), name


def test_another_seed_learns_otherwise(run: Run) -> None:
    assert losses(run("one")[1]) != losses(run("two", seed=2)[1])


@pytest.mark.parametrize("share", [0.0, 0.4])
def test_the_first_loss_is_the_mean_over_the_tokens_of_the_step(
    run: Run, us: Any, tiny_model: Path, share: float
) -> None:
    """Worked out from the untrained model over every example, since one step of all examples has no order."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from align_trainers.encoding import Encoder
    from align_trainers.sft.training_set import training_set

    recipe = SFTRecipe(**RECIPE | {"rankings": share})
    encoder = Encoder(AutoTokenizer.from_pretrained(tiny_model), is_chat=False)
    rows = training_set(us, recipe, encoder).train
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    total, count = 0.0, 0
    for row in rows:
        ids = torch.tensor([row["ids"]])
        labels = ids.clone()
        labels[:, : row["start"]] = -100
        with torch.no_grad():
            trained = len(row["ids"]) - row["start"]
            total += float(model(input_ids=ids, labels=labels).loss) * trained
            count += trained
    whole = {"batch_size": len(rows), "micro_batch_size": len(rows), "max_steps": 1, "validate_every": 1}
    _, log = run(rankings=share, **whole)
    assert losses(log)[0] == pytest.approx(total / count, rel=1e-5)


def test_full_fine_tuning_writes_a_whole_model(run: Run) -> None:
    output, log = run(method="full", max_steps=20, validate_every=20, learning_rate=0.003)
    assert (output / "model.safetensors").exists()
    assert not (output / "adapter_config.json").exists()
    assert held_out(log)[20] < held_out(log)[0]


def test_lora_plus_moves_the_b_matrices_faster(run: Run) -> None:
    plain, _ = run("plain", max_steps=1, validate_every=1)
    plus, _ = run("plus", max_steps=1, validate_every=1, lora_plus_ratio=16)
    moved = {
        folder: sum(
            float(weights.abs().sum()) for name, weights in adapter(folder).items() if "lora_B" in name
        )
        for folder in (plain, plus)
    }
    assert moved[plus] == pytest.approx(16 * moved[plain], rel=0.01)


def test_the_best_checkpoint_on_held_out_cues_is_kept(run: Run) -> None:
    output, log = run(keep="loss", fraction=0.1, max_steps=60, validate_every=5, learning_rate=0.1)
    best = min(held_out(log), key=lambda step: held_out(log)[step])
    assert 0 < best < 60
    saved = adapter(output)
    stored = adapter(output / "checkpoints" / f"checkpoint-{best}")
    assert all(torch.equal(saved[name], stored[name]) for name in saved)


def test_of_equal_precision_the_lower_loss_is_kept(run: Run) -> None:
    output, log = run(keep="p_at_5", max_steps=6, validate_every=2)
    assert {row["eval_p_at_5"] for row in log if "eval_p_at_5" in row} == {0.0}
    best = min(held_out(log), key=lambda step: held_out(log)[step])
    assert best > 2
    saved, stored = adapter(output), adapter(output / "checkpoints" / f"checkpoint-{best}")
    assert all(torch.equal(saved[name], stored[name]) for name in saved)


def test_it_stops_when_measurements_get_no_better(run: Run) -> None:
    _, log = run(keep="loss", patience=2, fraction=0.1, max_steps=200, validate_every=5, learning_rate=0.1)
    steps = sorted(held_out(log))
    best = min(steps, key=lambda step: held_out(log)[step])
    assert steps[-1] == best + 10 < 200


def test_the_last_step_is_measured_wherever_it_falls(run: Run) -> None:
    assert sorted(held_out(run(max_steps=5, validate_every=3)[1])) == [0, 3, 5]


def test_nothing_pickled_is_left_beside_the_weights(run: Run) -> None:
    output, _ = run()
    assert not [path.name for path in output.iterdir() if path.suffix in (".bin", ".pt", ".pth")]


def test_a_run_whose_data_changed_does_not_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    output, _ = run()
    (output / "checkpoints" / "data.sha256").write_text("other")
    with pytest.raises(AlignError, match="not those with which the run"):
        run()


@pytest.mark.parametrize(
    ("batch", "micro", "processes", "expected"),
    [(16, 16, 1, (16, 1)), (16, 6, 1, (4, 4)), (16, 16, 2, (8, 1)), (36, 18, 1, (18, 2)), (7, 4, 1, (1, 7))],
)
def test_micro_batches_make_up_the_batch(
    batch: int, micro: int, processes: int, expected: tuple[int, int]
) -> None:
    assert micro_batches(SFTRecipe(batch_size=batch, micro_batch_size=micro), processes) == expected


def test_a_batch_that_processes_cannot_share_is_refused() -> None:
    with pytest.raises(AlignError, match="batch of 16 examples cannot be shared by 3"):
        micro_batches(SFTRecipe(), 3)


def test_none_beside_another_logger_is_that_logger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("align_trainers.loggers.importlib.util.find_spec", lambda name: name)
    assert [loggers(names) for names in ("none", "none, wandb")] == [[], ["wandb"]]


@pytest.mark.parametrize(("best", "expected"), [(5, 3.0), (None, 4.0)])
def test_the_figures_are_those_of_the_weights_that_are_kept(best: int | None, expected: float) -> None:
    log = [{"step": 5, "loss": 1.0}, {"step": 5, "eval_loss": 3.0}, {"step": 9, "eval_loss": 4.0}]
    state = SimpleNamespace(best_global_step=best, global_step=9, log_history=log)
    assert _kept_metrics(state) == {"eval_loss": expected}


def test_keeping_the_best_needs_held_out_cues(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=r"needs held-out cues[^!]*keep: last"):
        settings(SFTRecipe(validation_cues=0), tmp_path, 1)


def test_a_batch_of_more_examples_than_there_are_is_refused(run: Run) -> None:
    with pytest.raises(AlignError, match=r"a batch of 500 examples, and there are 1\d\d in all"):
        run(batch_size=500)


def test_an_epoch_has_whole_steps_only(run: Run) -> None:
    _, log = run(batch_size=50, epochs=2, max_steps=None, validate_every=1)
    assert [row["epoch"] for row in log if "loss" in row] == [0.5, 1.0, 1.5, 2.0]


def test_layers_that_the_model_does_not_have_are_told(run: Run) -> None:
    with pytest.raises(AlignError, match=r"does not fit[^!]*no_such_layer"):
        run(lora_targets="no_such_layer")


def test_a_run_that_diverges_ends_with_an_error(run: Run) -> None:
    with pytest.raises(AlignError, match=r"training diverged[^!]*lower learning_rate"):
        run(learning_rate=1e30)


@pytest.mark.parametrize(("kept", "is_told"), [(3.9, False), (4.1, True)])
def test_weights_that_are_no_better_than_none_are_told(
    caplog: pytest.LogCaptureFixture, kept: float, is_told: bool
) -> None:
    history = [{"step": 0, "eval_loss": 4.0}, {"step": 1, "loss": 3.0}, {"step": 2, "eval_loss": kept}]
    state = SimpleNamespace(log_history=history, best_global_step=2, global_step=2)
    _warn_if_no_better(SFTRecipe(), state)
    assert ("than the model before training (4.000)" in caplog.text) == is_told


def test_ranking_is_measured_whenever_the_loss_is(run: Run, us: Any, tiny_model: Path) -> None:
    """The figures before the first step are what the scores of the task give for the model's own answers."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from align_tasks.norms.load import load_norms
    from align_tasks.prompts import base_text
    from align_tasks.scores.ranking import invalid, read_answer, spearman
    from align_tasks.tasks.dataset import prompts_of
    from align_tasks.tasks.ranking import ranking_rows

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    answers = []
    for row in ranking_rows(load_norms(us, "demo"), "validation", limit=3):
        asked = tokenizer(base_text(prompts_of(row)[0]), return_tensors="pt")
        ids = model.generate(**asked, max_new_tokens=128, do_sample=False)[0, asked["input_ids"].shape[1] :]
        text = tokenizer.decode(ids, skip_special_tokens=True)
        answers.append(read_answer(row, [text.partition("\n")[0]]))
    _, log = run(ranking_validation_cues=3)
    measured = [row for row in log if "eval_spearman" in row]
    assert [row["step"] for row in measured] == [0, 3, 6]
    assert measured[0]["eval_spearman"] == pytest.approx(sum(map(spearman, answers)) / 3)
    assert measured[0]["eval_rank_invalid"] == pytest.approx(sum(map(invalid, answers)) / 3)


@pytest.mark.parametrize(
    ("spearman", "invalid", "told"),
    [
        (0.3, 0.25, ""),
        (0.4, 0.1, ""),
        (0.25, 0.1, "the model ranks worse than before training: "),
        (0.35, 0.5, "the model gives more unreadable rankings than before training: "),
    ],
)
def test_a_model_that_ranks_worse_than_before_is_told_with_its_cures(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, us: Any, spearman: float, invalid: float, told: str
) -> None:
    history = [
        {"step": 0, "eval_spearman": 0.3, "eval_rank_invalid": 0.25},
        {"step": 2, "eval_spearman": spearman, "eval_rank_invalid": invalid},
    ]
    state = SimpleNamespace(log_history=history, best_global_step=2, global_step=4)
    job = TrainingJob(model="m", culture=us, recipe=SFTRecipe(), output=tmp_path / "us")
    _warn_if_ranking_suffered(job, state)
    figures = (
        f"{told}Spearman 0.300 before, {spearman:.3f} now; unreadable answers 25% before, "
        f"{100 * invalid:.0f}% now"
    )
    for part in (figures, "train with --rankings 0.2;", f"align train ppo --adapter {tmp_path / 'us'}"):
        assert (part in caplog.text) == bool(told)


def test_without_figures_of_ranking_nothing_is_told_of_it(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, us: Any
) -> None:
    state = SimpleNamespace(log_history=[{"step": 0, "eval_loss": 4.0}], best_global_step=None, global_step=0)
    _warn_if_ranking_suffered(TrainingJob(model="m", culture=us, recipe=SFTRecipe(), output=tmp_path), state)
    assert not caplog.records


@pytest.mark.parametrize(
    ("changes", "examples", "expected"),
    [({"max_steps": 1}, 100, 0), ({"max_steps": 25}, 100, 2), ({"epochs": 2.5, "batch_size": 10}, 45, 1)],
)
def test_the_warm_up_is_a_share_of_the_steps_rounded_down(
    changes: dict[str, Any], examples: int, expected: int
) -> None:
    assert warmup_steps(SFTRecipe(warmup=0.1, **changes), examples) == expected


def test_examples_longer_than_the_model_reads_are_told(model: Any) -> None:
    model.config.max_position_embeddings = 40
    check_fits(model, 40, 384, "")
    with pytest.raises(AlignError, match=r"up to 41 tokens, and the model has 40[^!]*--max-tokens 40"):
        check_fits(model, 41, 5, "--max-tokens {}")
    with pytest.raises(AlignError, match="writes token 385, and the model knows 385 tokens"):
        check_fits(model, 40, 385, "")
