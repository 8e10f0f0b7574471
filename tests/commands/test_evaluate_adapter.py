"""An adapter that was trained on test cues, as lm-eval's own command and ours evaluate it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from align_tasks.adapters.cues import cue_hash, cues_text
from align_tasks.adapters.identity import identify_model
from align_tasks.adapters.record import AdapterRecord, write_record
from align_tasks.tasks.association import dataset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing.* is deprecated:FutureWarning"),  # in PEFT
]

SHARED = ("--tasks", "swow_us,wvs_us", "--limit", "1", "--device", "cpu", "--metadata", '{"norms": "demo"}')


@pytest.fixture(scope="module")
def adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a LoRA adapter on the tiny model, whose record names three test cues, and the demo norms."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("adapters") / "tiny"
    base = AutoModelForCausalLM.from_pretrained(tiny_model)
    config = LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM")
    get_peft_model(base, config).save_pretrained(folder)
    test_cues = dataset("us", "demo").splits["test"]["cue"]
    (folder / "training_cues.txt").write_text(cues_text(map(cue_hash, ["not a test cue", *test_cues[:3]])))
    record = AdapterRecord(
        trainer="sft",
        plugin="align-trainers 0.1.0",
        culture="us",
        language="en",
        base_model=identify_model(str(tiny_model)),
        recipe={},
        steps=1,
        metrics={},
        data={"norms": "demo"},
        versions={},
        files={},
        created="2026-01-01T00:00:00+00:00",
    )
    write_record(folder, record)
    return folder


def _run(command: str, *arguments: str, data: Path) -> tuple[str, str]:
    """What a command prints, and what it logs."""
    environment = {**os.environ, "ALIGN_DATA": str(data), "HF_HUB_OFFLINE": "1"}
    program = str(Path(sys.executable).with_name(command))
    done = subprocess.run([program, *arguments, *SHARED], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def _results(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in folder.rglob("results_*.json")]


def test_both_commands_tell_the_test_cues_that_were_trained_on(
    tiny_model: Path, adapter: Path, tmp_path: Path
) -> None:
    plain, ours = tmp_path / "plain", tmp_path / "ours"
    arguments = f"pretrained={tiny_model},peft={adapter},dtype=float32"
    of_plain = _run(
        *("lm_eval", "--model", "hf", "--model_args", arguments, "--output_path", str(plain)),
        data=tmp_path / "data",
    )
    of_ours = _run(
        *("align", "eval", "--model", str(tiny_model), "--adapter", str(adapter), "--dtype", "float32"),
        *("--output", str(ours)),
        data=tmp_path / "data",
    )
    row = "|swow_us (demo norms) (trained on demo norms) (trained on 3 test cues)"
    for table, log in (of_plain, of_ours):
        assert log.count(f"{adapter}: trained on 3 of the ") == log.count(" test cues of swow_us: ") == 1
        assert table.count(row) == 1
        assert table.count("|wvs_us (trained on demo norms) ") == 1
    assert of_ours[0].count("trained on") == 3  # the model alone was trained on nothing

    (first,) = _results(plain)
    base, second = sorted(_results(ours), key=lambda results: results["align"]["adapter"] is not None)
    assert first["results"] == second["results"]
    assert second["align"]["adapter"]["trained_test_cues"] == {"swow_us": 3}
    assert "trained_test_cues" not in base["configs"]["swow_us"]["metadata"]
    for results in (first, second):
        assert results["configs"]["swow_us"]["metadata"]["trained_test_cues"] == 3
        assert "trained_test_cues" not in results["configs"]["wvs_us"]["metadata"]
