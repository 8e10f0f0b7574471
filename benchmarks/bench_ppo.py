"""Answers per second and peak memory of `align train ppo` beside TRL 1.12's PPOTrainer, in one run.

    python benchmarks/bench_ppo.py --trl trl112/bin/python
    python benchmarks/bench_ppo.py --trl trl112/bin/python --steps 4 --rounds 2

TRL has had no PPO since 1.13, so it needs an environment of its own: bench_ppo_trl.py tells how to make it.
Both train a LoRA adapter of one shape on the same questions in the same order, with as many answers a step,
minibatches and epochs, the same longest answer and the same rewards. Rows take turns, `--rounds` times, each
in a process of its own, so that other work on the machine falls on both; the first step of each is not
counted. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from align_tasks.demo_model import demo_model

SAMPLES = 4
TRL = "TRL 1.12, PPOTrainer"
OURS = "align train ppo"


def main() -> None:
    """Run both, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--trl", required=True, help="Python of an environment with TRL 1.12")
    parser.add_argument("--model", help="folder of the model; that of the demo")
    parser.add_argument("--culture", default="us")
    parser.add_argument("--steps", type=int, default=3, help="of which the first is not counted")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rollouts", type=int, default=64, help="answers in a step")
    parser.add_argument("--minibatch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--max-new-tokens", type=int, default=48)
    parser.add_argument("--ours", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.model = options.model or str(demo_model())
    if options.ours:
        print(json.dumps(measure(options)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prompts.json"
        ends = write_prompts(options, file)
        found: dict[str, list[dict[str, Any]]] = {TRL: [], OURS: []}
        for _ in range(options.rounds):
            found[TRL].append(run(trl_command(options, file, ends)))
            found[OURS].append(run([sys.executable, *sys.argv, "--ours", str(file)]))
    print_table(found, options.rollouts)


def write_prompts(options: argparse.Namespace, file: Path) -> frozenset[int]:
    """Write the questions of all steps, in their order; returns the ids that end an answer."""
    from align_tasks.cultures import get_culture
    from align_trainers.encoding import Encoder
    from align_trainers.model import load_model, load_tokenizer
    from align_trainers.ppo.config import PPORecipe
    from align_trainers.ranking.questions import end_ids, read_questions

    encoder = Encoder(load_tokenizer(options.model), is_chat=False)
    recipe = PPORecipe(questions_per_cue=1, validation_cues=1)
    questions = read_questions(get_culture(options.culture), recipe, encoder)
    count = options.steps * options.rollouts // SAMPLES
    content = {
        "prompts": questions.prompts[:count],
        "samples": SAMPLES,
        "rows": questions.rows[:count],
    }
    file.write_text(json.dumps(content), encoding="utf-8")
    return end_ids(encoder, load_model(options.model, "fp32", adapter=None))


def trl_command(options: argparse.Namespace, file: Path, ends: frozenset[int]) -> list[str]:
    """The command that runs TRL's trainer."""
    script = Path(__file__).with_name("bench_ppo_trl.py")
    settings = {
        "prompts": file,
        "model": options.model,
        "steps": options.steps,
        "rollouts": options.rollouts,
        "minibatch": options.minibatch,
        "epochs": options.epochs,
        "max-new-tokens": options.max_new_tokens,
        "stop-ids": ",".join(map(str, sorted(ends))),
    }
    return [options.trl, str(script), *(f"--{name}={value}" for name, value in settings.items())]


def run(command: list[str]) -> dict[str, Any]:
    """What a process measured."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Seconds of each step of ours but the first, tokens of its answers, and peak memory."""
    from align_tasks.scores.ranking import read_answer
    from align_trainers.encoding import Encoder
    from align_trainers.model import AdapterShape, load_model, load_tokenizer
    from align_trainers.ppo.config import PPORecipe
    from align_trainers.ppo.trainer import PPOTrainer
    from align_trainers.ranking.questions import answer_text, end_ids
    from align_trainers.ranking.scoring import Scoring

    class InOrder(PPOTrainer):
        """Asks the questions in the order of the file, as TRL does."""

        def questions(self) -> list[int]:
            """Numbers of the step's prompts."""
            count = self.config.rollout_batch_size // SAMPLES
            return list(range(self.step * count, (self.step + 1) * count))

    content = json.loads(options.ours.read_text(encoding="utf-8"))
    recipe = PPORecipe(
        max_steps=options.steps,
        rollout_batch_size=options.rollouts,
        samples_per_question=SAMPLES,
        minibatch_size=options.minibatch,
        epochs=options.epochs,
        max_new_tokens=options.max_new_tokens,
        learning_rate=1e-5,
        warmup=0.0,
    )
    encoder = Encoder(load_tokenizer(options.model), is_chat=False)
    scoring = Scoring({"spearman": 1.0, "format": 0.5, "coverage": 0.5}, recipe.unfinished_penalty)

    def score(rollouts: Any) -> tuple[list[float], dict[str, float]]:
        answers = [
            read_answer(content["rows"][one.question], [answer_text(encoder, one.answer)]) for one in rollouts
        ]
        scores = scoring.score(answers, [one.is_finished for one in rollouts])
        return scores.totals, scores.figures

    model = load_model(options.model, "fp32", adapter=AdapterShape(16, 32, 0.0, "all-linear"))
    trainer = InOrder(model, recipe, prompts=content["prompts"], score=score, ends=end_ids(encoder, model))
    seconds, tokens = [], []
    for _ in range(options.steps):
        start = time.perf_counter()
        figures = trainer.take_step()
        seconds.append(time.perf_counter() - start)
        tokens.append(figures["answer_tokens"] * options.rollouts)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds[1:], "response_tokens": tokens[1:], "memory": memory}


def print_table(found: dict[str, list[dict[str, Any]]], rollouts: int) -> None:
    """The table as Markdown; ratios are to TRL."""
    columns = "seconds a step", "answers a second", "times as fast", "tokens an answer", "memory, MB", "share"
    print(f"| | {' | '.join(columns)} |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    medians = {
        name: statistics.median(time for one in measured for time in one["seconds"])
        for name, measured in found.items()
    }
    memory = {name: max(one["memory"] for one in measured) for name, measured in found.items()}
    for name, measured in found.items():
        tokens = statistics.fmean(count for one in measured for count in one["response_tokens"]) / rollouts
        print(
            f"| {name} | {medians[name]:.1f} | {rollouts / medians[name]:.2f} "
            f"| {medians[TRL] / medians[name]:.2f} | {tokens:.1f} | {memory[name]:.0f} "
            f"| {memory[name] / memory[TRL]:.2f} |"
        )


if __name__ == "__main__":
    main()
