"""Training that starts from an adapter: it goes on from what that is, and which adapters are refused."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, PrefixTuningConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from align_tasks.errors import AlignError
from align_tasks.trainers import TrainingJob
from align_trainers.encoding import Encoder
from align_trainers.model import AdapterShape, load_model
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.train import train
from align_trainers.sft.training_set import training_set

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*gradient_checkpointing.* is deprecated:FutureWarning"  # in PEFT
)

RECIPE: dict[str, Any] = {
    "norms": "demo",
    "words": 5,
    "batch_size": 8,
    "max_steps": 4,
    "validate_every": 4,
    "validation_cues": 4,
    "keep": "last",
    "learning_rate": 0.01,
    "warmup": 0.0,
    "lora_rank": 4,
}
SHAPE = AdapterShape(rank=4, alpha=32, dropout=0.0, targets="all-linear")
WEIGHTS = "adapter_model.safetensors"

Run = Callable[..., tuple[Path, list[dict[str, Any]]]]


@pytest.fixture
def run(us: Any, tiny_model: Path, tmp_path: Path) -> Run:
    """Trains the tiny model by `RECIPE` with changes, and gives the output folder and its log."""

    def run(name: str, start: Path | None = None, **changes: Any) -> tuple[Path, list[dict[str, Any]]]:
        output = tmp_path / name
        output.mkdir(exist_ok=True)
        recipe = SFTRecipe(**RECIPE | changes)
        train(TrainingJob(model=str(tiny_model), culture=us, recipe=recipe, output=output, adapter=start))
        lines = (output / "training_log.jsonl").read_text().splitlines()
        return output, [json.loads(line) for line in lines]

    return run


@pytest.fixture
def adapter(tiny_model: Path, tmp_path: Path) -> Path:
    """Folder of an adapter of the tiny model, of rank 3 on two kinds of layers, that changes what it says."""
    return _adapter(tiny_model, tmp_path / "adapter", r=3, lora_alpha=90, target_modules=["q_proj", "v_proj"])


def _adapter(model: Path, folder: Path, **settings: Any) -> Path:
    torch.manual_seed(1)
    config = LoraConfig(task_type="CAUSAL_LM", init_lora_weights=False, **settings)
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), config).save_pretrained(folder)
    return folder


def _loss(model: Any, encoder: Encoder, us: Any) -> float:
    """Mean loss over the answers' tokens of every training example, in evaluation mode."""
    total, count = 0.0, 0
    for row in training_set(us, SFTRecipe(**RECIPE), encoder).train:
        ids = torch.tensor([row["ids"]])
        labels = ids.clone()
        labels[:, : row["start"]] = -100
        trained = len(row["ids"]) - row["start"]
        with torch.no_grad():
            total += float(model(input_ids=ids, labels=labels).loss) * trained
        count += trained
    return total / count


def test_the_first_loss_is_that_of_the_adapter_as_it_is_evaluated(
    run: Run, model: Any, encoder: Encoder, us: Any
) -> None:
    first, _ = run("first", max_steps=12, validate_every=12)
    untrained = _loss(model, encoder, us)
    expected = _loss(PeftModel.from_pretrained(model, str(first)), encoder, us)
    assert expected < untrained - 0.1
    examples = len(training_set(us, SFTRecipe(**RECIPE), encoder).train)
    whole = {"batch_size": examples, "micro_batch_size": examples, "max_steps": 1, "validate_every": 1}
    _, log = run("second", first, **whole)
    assert next(row["loss"] for row in log if "loss" in row) == pytest.approx(expected, rel=1e-5)


def test_training_moves_the_adapter_it_started_from_and_leaves_that_as_it_was(
    run: Run, adapter: Path
) -> None:
    before = {file.name: file.read_bytes() for file in adapter.iterdir()}
    output, log = run("second", adapter, max_steps=20, validate_every=20)
    assert {file.name: file.read_bytes() for file in adapter.iterdir()} == before
    first, second = load_file(adapter / WEIGHTS), load_file(output / WEIGHTS)
    assert first.keys() == second.keys()
    assert all(0 < float((second[name] - first[name]).abs().max()) < 0.3 for name in first)
    held_out = {row["step"]: row["eval_loss"] for row in log if "eval_loss" in row}
    assert held_out[20] < held_out[0] - 0.1


def test_a_run_in_two_parts_goes_on_where_the_first_ended(run: Run) -> None:
    longer = {"max_steps": 12, "validate_every": 12}
    first, log = run("first", **longer)
    _, again = run("second", first, **longer, learning_rate=0.001)
    held_out = [[row["eval_loss"] for row in one if "eval_loss" in row] for one in (log, again)]
    assert held_out[1][0] == held_out[0][-1]
    assert held_out[1][-1] < held_out[1][0] < held_out[0][0]


def test_it_keeps_its_rank_scale_and_layers_and_takes_the_dropout_of_the_recipe(
    run: Run, adapter: Path, tiny_model: Path
) -> None:
    output, _ = run("second", adapter, lora_rank=8, lora_dropout=0.25, max_steps=1, validate_every=1)
    config = json.loads((output / "adapter_config.json").read_text())
    assert (config["r"], config["lora_alpha"], config["lora_dropout"]) == (3, 90, 0.25)
    assert config["target_modules"] == ["q_proj", "v_proj"]
    assert config["base_model_name_or_path"] == str(tiny_model)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        (AdapterShape(3, 90, 0.5, "v_proj, q_proj"), None),
        (
            AdapterShape(4, 8, 0.0, "all-linear"),
            "lora_rank 3, and not 4 as in the recipe; lora_alpha 90, and not 8 as in the recipe; "
            "lora_targets q_proj,v_proj, and not all-linear as in the recipe",
        ),
    ],
)
def test_settings_that_do_not_count_are_told_once_with_both_values(
    shape: AdapterShape, told: str | None, adapter: Path, tiny_model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_model(str(tiny_model), "fp32", adapter=shape, start=adapter)
    ours = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert ours == ([f"the adapter in {adapter} keeps its own shape: {told}"] if told else [])


def test_an_adapter_of_every_layer_is_one_of_all_linear_ones(
    tiny_model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = _adapter(tiny_model, tmp_path / "all", r=4, lora_alpha=32, target_modules="all-linear")
    load_model(str(tiny_model), "fp32", adapter=SHAPE, start=folder)
    assert caplog.messages == []


def test_it_is_trainable_under_the_name_default_and_kept_in_float32(adapter: Path, tiny_model: Path) -> None:
    loaded = load_model(str(tiny_model), "bf16", adapter=SHAPE, start=adapter)
    assert loaded.active_adapter == "default"
    trained = {name: weight for name, weight in loaded.named_parameters() if weight.requires_grad}
    assert len(trained) == len(load_file(adapter / WEIGHTS))
    assert all(".default." in name and weight.dtype == torch.float32 for name, weight in trained.items())
    rest = [weight.dtype for _, weight in loaded.named_parameters() if not weight.requires_grad]
    assert set(rest) == {torch.bfloat16}


def test_a_model_that_is_trained_whole_starts_from_no_adapter(run: Run, adapter: Path) -> None:
    with pytest.raises(AlignError, match=r"trained whole has no adapter to start from[^!]*--method lora"):
        run("second", adapter, method="full")


@pytest.mark.parametrize("cut", [0, 5, 300])
def test_damaged_weights_are_told(cut: int, adapter: Path, tiny_model: Path) -> None:
    (adapter / WEIGHTS).write_bytes((adapter / WEIGHTS).read_bytes()[:cut])
    with pytest.raises(AlignError, match=r"cannot read .*adapter_model\.safetensors"):
        load_model(str(tiny_model), "fp32", adapter=SHAPE, start=adapter)


def test_a_damaged_configuration_is_told(adapter: Path, tiny_model: Path) -> None:
    (adapter / "adapter_config.json").write_text('{"peft_type"')
    with pytest.raises(AlignError, match=r"cannot read adapter_config\.json in"):
        load_model(str(tiny_model), "fp32", adapter=SHAPE, start=adapter)


def test_a_pickled_adapter_is_not_loaded(adapter: Path, tiny_model: Path) -> None:
    torch.save(load_file(adapter / WEIGHTS), adapter / "adapter_model.bin")
    (adapter / WEIGHTS).unlink()
    with pytest.raises(AlignError, match=r"adapter_model\.bin: loading such a file can run anything"):
        load_model(str(tiny_model), "fp32", adapter=SHAPE, start=adapter)


def test_another_kind_of_adapter_is_told(model: Any, tiny_model: Path, tmp_path: Path) -> None:
    config = PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=2)
    get_peft_model(model, config).save_pretrained(tmp_path / "prefix")
    with pytest.raises(AlignError, match=r"LoRA adapters only, and .*prefix holds a .*PREFIX_TUNING"):
        load_model(str(tiny_model), "fp32", adapter=SHAPE, start=tmp_path / "prefix")


def _wider(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: torch.cat([weight, weight], dim=1) for name, weight in weights.items()}


def _deeper(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return weights | {name.replace("layers.1.", "layers.2."): one.clone() for name, one in weights.items()}


def _shallower(weights: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: weight for name, weight in weights.items() if "layers.1." not in name}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_wider, "size mismatch"),
        (_deeper, r"4 matrices have no counterpart, such as .*layers\.2\..* in its file alone"),
        (_shallower, r"4 matrices have no counterpart, such as .*layers\.1\..* in the model alone"),
    ],
)
def test_an_adapter_of_a_model_of_another_shape_is_told(
    change: Callable[..., dict[str, torch.Tensor]], told: str, adapter: Path, tiny_model: Path
) -> None:
    save_file(change(load_file(adapter / WEIGHTS)), adapter / WEIGHTS)
    with pytest.raises(AlignError, match=f"does not fit the model: .*{told}"):
        load_model(str(tiny_model), "fp32", adapter=SHAPE, start=adapter)


def test_layers_that_the_model_lacks_are_told(adapter: Path, tiny_model: Path) -> None:
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps(config | {"target_modules": ["no_such_layer"]}))
    with pytest.raises(AlignError, match=r"does not fit the model: .*no_such_layer"):
        load_model(str(tiny_model), "fp32", adapter=SHAPE, start=adapter)


def test_an_interrupted_run_from_an_adapter_goes_on_and_ends_with_the_same_bytes(
    run: Run, adapter: Path
) -> None:
    dropout = {"validate_every": 2, "lora_dropout": 0.2}
    whole, _ = run("whole", adapter, **dropout)
    shutil.copytree(whole / "checkpoints", adapter.parent / "torn" / "checkpoints")
    shutil.rmtree(adapter.parent / "torn" / "checkpoints" / "checkpoint-4")
    torn, _ = run("torn", adapter, **dropout)
    for name in (WEIGHTS, "adapter_config.json", "training_log.jsonl"):
        assert (torn / name).read_bytes() == (whole / name).read_bytes(), name
