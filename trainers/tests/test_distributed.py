"""Several processes that train together, started by ``accelerate launch`` with the configurations of ours."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch
from accelerate import DistributedType, PartialState
from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from accelerate.utils.launch import prepare_deepspeed_cmd_env, prepare_multi_gpu_env
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

import align_trainers.accelerate
from align_tasks.cultures import get_culture
from align_tasks.errors import AlignError
from align_trainers.checkpoints import mark_whole, to_go_on_from
from align_trainers.encoding import Encoder
from align_trainers.processes import join_processes
from align_trainers.sft.packing import IGNORED, padded
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.trainer import nll
from align_trainers.sft.training_set import training_set

CONFIGS = Path(align_trainers.accelerate.__file__).parent
ON_GPUS = ["fsdp.yaml", "deepspeed_zero2.yaml", "deepspeed_zero3.yaml"]
FSDP_ON_CPU = Path(__file__).with_name("fsdp_on_cpu.py")
SETTINGS: dict[str, Any] = {
    "norms": "demo",
    "words": 5,
    "batch_size": 8,
    "max_steps": 8,
    "validate_every": 2,
    "validation_cues": 6,
    "ranking_validation_cues": 9,
    "rankings": 0.2,
    "keep": "last",
    "learning_rate": 0.001,
    "warmup": 0.0,
    "lora_rank": 4,
}

Train = Callable[..., list[str]]


@pytest.fixture(scope="module")
def by_heart(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the tiny model after it learned the held-out cues by heart, so that its P@5 is above zero."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    encoder = Encoder(tokenizer, is_chat=False)
    batch = padded(training_set(get_culture("us"), SFTRecipe(**SETTINGS), encoder).validation)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    for _ in range(200):
        loss = nll(model, batch).sum() / (batch["labels"] != IGNORED).sum()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    folder = tmp_path_factory.mktemp("models") / "by-heart"
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def command(by_heart: Path) -> Train:
    """What trains that model by `SETTINGS` with changes: arguments for Python."""

    def command(output: Path, config: str | None, **changes: Any) -> list[str]:
        settings = SETTINGS | changes
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
        where = [f"--model={by_heart}", "--culture=us", f"--output={output}"]
        return [*launcher(config), "train", "sft", *where, *flags]

    return command


def launcher(config: str | None) -> list[str]:
    """Arguments for Python that start `align`: alone, or in two processes by a configuration."""
    if config is None:
        return ["-m", "align_tasks"]
    options = ["--config_file", str(CONFIGS / config), "--num_processes", "2", "--main_process_port", "0"]
    script = [str(FSDP_ON_CPU)] if config == "fsdp.yaml" else ["-m", "align_tasks"]
    return ["-m", "accelerate.commands.launch", *options, *script]


@pytest.fixture(scope="module")
def alone(command: Train, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Output folder of a run by one process, with the method ``lora`` or ``full``."""

    @cache
    def alone(method: str) -> Path:
        output = tmp_path_factory.mktemp("alone") / method
        run(command(output, None, method=method))
        return output

    return alone


def run(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=300, env=environment()
    )
    assert done.returncode == 0, done.stderr


def environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1", "ALIGN_LOAD_PLUGINS": "trainers", "DS_ACCELERATOR": "cpu"}


def figures(output: Path, name: str) -> dict[int, float]:
    """A figure of the log, by step."""
    rows = map(json.loads, (output / "training_log.jsonl").read_text().splitlines())
    return {row["step"]: row[name] for row in rows if name in row}


def weights(output: Path) -> dict[str, torch.Tensor]:
    file = output / "adapter_model.safetensors"
    return load_file(file if file.exists() else output / "model.safetensors")


def assert_same_run(one: Path, other: Path) -> None:
    for name in ("loss", "eval_loss", "eval_p_at_5", "eval_spearman", "eval_rank_invalid", "grad_norm"):
        assert figures(other, name) == pytest.approx(figures(one, name), rel=1e-5), name
    there, here = weights(one), weights(other)
    assert there.keys() == here.keys()
    for name in there:
        assert torch.allclose(there[name], here[name], atol=1e-4), name


needs_deepspeed = pytest.mark.skipif(
    importlib.util.find_spec("deepspeed") is None, reason="DeepSpeed is not installed"
)
ALL = [
    "cpu.yaml",
    "fsdp.yaml",
    pytest.param("deepspeed_zero2.yaml", marks=needs_deepspeed),
    pytest.param("deepspeed_zero3.yaml", marks=needs_deepspeed),
]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
@pytest.mark.parametrize("config", ALL)
def test_two_processes_learn_what_one_does(
    command: Train, alone: Callable[[str], Path], tmp_path: Path, config: str, method: str
) -> None:
    run(command(tmp_path / "two", config, method=method))
    assert max(figures(tmp_path / "two", "eval_p_at_5").values()) > 0.5
    assert_same_run(alone(method), tmp_path / "two")


@pytest.mark.slow
@pytest.mark.parametrize("config", ALL)
def test_killed_and_started_again_two_processes_end_as_one_that_was_not(
    command: Train, alone: Callable[[str], Path], tmp_path: Path, config: str
) -> None:
    kill_after_a_checkpoint(command(tmp_path / "two", config), tmp_path / "two")
    run(command(tmp_path / "two", config))
    assert_same_run(alone("lora"), tmp_path / "two")


def kill_after_a_checkpoint(arguments: list[str], output: Path) -> None:
    """Kill the launcher and all that it started, once the checkpoint of step 4 is whole."""
    process = psutil.Popen([sys.executable, *arguments], stderr=subprocess.DEVNULL, env=environment())
    deadline = time.monotonic() + 120
    while not (output / "checkpoints" / "checkpoint-4" / "complete").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    for one in [*process.children(recursive=True), process]:
        one.kill()
    process.wait()
    assert not (output / "align.json").exists()


def launched(config: str, *options: str) -> argparse.Namespace:
    """What accelerate makes of a configuration."""
    arguments = ["--config_file", str(CONFIGS / config), *options, "script.py"]
    found: argparse.Namespace = _validate_launch_command(launch_command_parser().parse_args(arguments))[0]
    return found


def test_the_folder_of_the_configurations_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "align_trainers.accelerate"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(CONFIGS)
    assert {path.name for path in CONFIGS.glob("*.yaml")} == {"cpu.yaml", *ON_GPUS}


@pytest.mark.parametrize("config", ["cpu.yaml", *ON_GPUS])
def test_accelerate_knows_every_key(config: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    known = vars(launch_command_parser().parse_args(["script.py"]))
    read = load_config_from_file(
        str(CONFIGS / config)
    )  # refuses keys of the first level that it does not know
    assert {*read.fsdp_config, *read.deepspeed_config} <= known.keys()


def test_on_cpus_two_processes_start_and_no_gpu_is_seen() -> None:
    found = launched("cpu.yaml")
    assert (found.multi_gpu, found.use_cpu, found.num_processes) == (True, True, 2)
    assert prepare_multi_gpu_env(found)["CUDA_VISIBLE_DEVICES"] == "-1,-1"


def test_fsdp_2_spreads_layers_and_gathers_what_is_saved() -> None:
    environment = prepare_multi_gpu_env(launched("fsdp.yaml", "--num_processes", "4"))
    expected = {
        "ACCELERATE_USE_FSDP": "true",
        "FSDP_VERSION": "2",
        "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
        "FSDP_RESHARD_AFTER_FORWARD": "true",
        "FSDP_CPU_RAM_EFFICIENT_LOADING": "true",
        "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
    }
    assert {name: environment[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("deepspeed_zero2.yaml", {"ZERO_STAGE": "2"}),
        (
            "deepspeed_zero3.yaml",
            {"ZERO_STAGE": "3", "ZERO3_INIT": "true", "ZERO3_SAVE_16BIT_MODEL": "true"},
        ),
    ],
)
def test_deepspeed_gets_its_stage_and_leaves_the_rest_to_the_recipe(
    config: str, expected: dict[str, str]
) -> None:
    arguments = launched(config, "--num_processes", "4")
    arguments.deepspeed_fields_from_accelerate_config = ""  # as the launcher itself sets it
    environment = prepare_deepspeed_cmd_env(arguments)[1]
    assert {name: environment[f"ACCELERATE_DEEPSPEED_{name}"] for name in expected} == expected
    assert not {"ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "ACCELERATE_GRADIENT_CLIPPING"} & environment.keys()


@pytest.mark.parametrize("config", ON_GPUS)
def test_how_many_gpus_must_be_said(config: str) -> None:
    with pytest.raises(ValueError, match="--num_processes"):
        launched(config)


def test_several_of_which_only_one_was_started_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``accelerate launch --num_processes 2`` does without GPUs."""
    monkeypatch.setenv("ACCELERATE_USE_CPU", "False")
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    with pytest.raises(AlignError, match=r"started one[^!]*cpu\.yaml"):
        join_processes()


def test_fsdp_that_would_silently_not_be_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PartialState(cpu=True), "distributed_type", DistributedType.MULTI_CPU)
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(AlignError, match="FSDP on GPUs only"):
        join_processes()


def test_a_run_goes_on_only_as_its_weights_were_spread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = tmp_path / "run" / "checkpoints" / "checkpoint-4"
    checkpoint.mkdir(parents=True)
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    mark_whole(checkpoint)
    assert to_go_on_from(checkpoint.parent, "data") == checkpoint
    monkeypatch.delenv("ACCELERATE_USE_FSDP")
    with pytest.raises(AlignError, match="began under FSDP, and cannot go on without"):
        to_go_on_from(checkpoint.parent, "data")
