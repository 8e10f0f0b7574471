"""Examples per second of `align train sft` beside TRL's SFTTrainer: same data, model and steps, in one run.

    python benchmarks/bench_sft.py
    python benchmarks/bench_sft.py --model SmolLM2-135M-Instruct --steps 20 --culture zh

Every row trains a LoRA adapter from the same first weights on the same token ids in the same order, in a
process of its own, and measures the loss on the same held-out cues afterwards. Rows take turns, `--rounds`
times, so that other work on the machine falls on all; seconds are medians over the steps but the first.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from align_tasks.demo_model import demo_model

Changes = dict[str, Any]
BATCH = 8  # of a step, which is TRL's default
ROWS: dict[str, dict[str, Changes]] = {
    "TRL's SFTTrainer, defaults": {"trl": {}},
    "TRL's SFTTrainer, float32": {"trl": {"bf16": False}},
    "TRL's SFTTrainer, float32, no checkpointing": {"trl": {"bf16": False, "gradient_checkpointing": False}},
    "align train sft, no packing": {"align": {"packing": False}},
    "align train sft, defaults": {"align": {}},
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="folder or hub name of the model; that of the demo")
    parser.add_argument("--culture", default="us")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--row", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.model = options.model or str(demo_model())
    if options.row:
        print(json.dumps(measure(ROWS[options.row], options)))
        return
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ROWS}
    for number in range(options.rounds):
        for name in ROWS:
            print(f"round {number + 1}: {name}", file=sys.stderr)
            command = [sys.executable, *sys.argv, "--row", name]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    print_table(found)


def measure(row: dict[str, Any], options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of each step, peak memory, and the loss on held-out cues after the last."""
    import resource

    import torch
    from transformers import TrainerCallback, set_seed

    from align_tasks.cultures import get_culture
    from align_trainers.encoding import Encoder
    from align_trainers.model import AdapterShape, load_model, load_tokenizer
    from align_trainers.sft.packing import padded
    from align_trainers.sft.recipe import SFTRecipe
    from align_trainers.sft.trainer import nll
    from align_trainers.sft.training_set import training_set

    class Clock(TrainerCallback):
        times: list[float] = []  # noqa: RUF012

        def on_step_begin(self, *_: Any, **__: Any) -> None:
            self.times.append(time.perf_counter())

        def on_train_end(self, *_: Any, **__: Any) -> None:
            self.times.append(time.perf_counter())

    recipe = SFTRecipe(
        batch_size=BATCH, micro_batch_size=BATCH, max_steps=options.steps, validation_cues=32, keep="last"
    )
    encoder = Encoder(load_tokenizer(options.model), is_chat=False)
    data = training_set(get_culture(options.culture), recipe, encoder)
    set_seed(recipe.seed)
    shape = AdapterShape(recipe.lora_rank, recipe.lora_alpha, recipe.lora_dropout, recipe.lora_targets)
    model = load_model(options.model, "fp32", adapter=shape)
    with tempfile.TemporaryDirectory() as folder:
        make = trl_trainer if "trl" in row else align_trainer
        trainer = make(model, recipe, data, encoder, folder, *row.values())
        clock = Clock()
        trainer.add_callback(clock)
        trainer.train()
    seconds = [after - before for before, after in zip(clock.times, clock.times[1:], strict=False)]
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for feature in data.validation:
            losses = nll(model, padded([feature]))
            total, count = total + float(losses.sum()), count + int((losses != 0).sum())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds[1:], "loss": total / count, "memory": memory}


def trl_trainer(
    model: Any, recipe: Any, data: Any, encoder: Any, folder: str, changes: dict[str, Any]
) -> Any:
    """TRL's own trainer on the same token ids, with every setting that is not the point left alone."""
    import torch
    from trl import SFTConfig, SFTTrainer

    from align_trainers.sft.train import warmup_steps

    def row(one: dict[str, Any]) -> dict[str, Any]:
        return {"input_ids": one["ids"], "labels": [-100] * one["start"] + one["ids"][one["start"] :]}

    args = SFTConfig(
        output_dir=folder,
        max_steps=recipe.max_steps,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type=recipe.schedule,
        warmup_steps=warmup_steps(recipe, len(data.train)),
        seed=recipe.seed,
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_strategy="no",
        **changes,
    )
    rows = data.train.map(row, remove_columns=data.train.column_names)
    return SFTTrainer(model, args, train_dataset=rows, processing_class=encoder.tokenizer)


def align_trainer(
    model: Any, recipe: Any, data: Any, encoder: Any, folder: str, changes: dict[str, Any]
) -> Any:
    """Our trainer, without the measurements in between."""
    from pathlib import Path

    from align_trainers.sft.packing import packed, padded
    from align_trainers.sft.train import settings, warmup_steps
    from align_trainers.sft.trainer import AssociationTrainer

    args = settings(recipe, Path(folder), 1)
    args.save_strategy = args.eval_strategy = "no"
    args.warmup_steps = warmup_steps(recipe, len(data.train))
    return AssociationTrainer(
        model,
        args,
        train=data.train,
        validation=[],
        precision=None,
        ranking=None,
        collate=packed if changes.get("packing", True) else padded,
        lora_plus_ratio=None,
        tokenizer=encoder.tokenizer,
        callbacks=[],
    )


def print_table(found: dict[str, list[dict[str, Any]]]) -> None:
    """Medians over all steps of all rounds, and how many times faster than the first row."""
    seconds = {
        name: statistics.median(one for run in runs for one in run["seconds"]) for name, runs in found.items()
    }
    first = next(iter(seconds.values()))
    print("| | examples per second | times as fast | held-out loss after training | peak memory, MB |")
    print("|---|---:|---:|---:|---:|")
    for name, runs in found.items():
        losses = ", ".join(sorted({f"{run['loss']:.4f}" for run in runs}))
        print(
            f"| {name} | {BATCH / seconds[name]:.2f} | {first / seconds[name]:.2f} | {losses} "
            f"| {max(run['memory'] for run in runs):.0f} |"
        )


if __name__ == "__main__":
    main()
