"""Seconds a step of TRL's own PPO trainer, for bench_ppo.py, which runs it beside ours.

    PY benchmarks/bench_ppo_trl.py --prompts FILE.json --model FOLDER --steps 3 --stop-ids 2,198

TRL has had no PPO since 1.13, so PY is the Python of an environment of its own:

    python -m venv trl112
    trl112/bin/pip install torch==2.13.0 trl==1.12.0 'transformers==5.23.*' 'accelerate==1.15.*' \
        'peft==0.21.*' scipy polars pluggy pydantic platformdirs

FILE.json holds {"prompts": [[token ids], ...], "samples": answers to each prompt, "rows": [...]}, where rows
are the ranking questions of the prompts; without them every answer earns the same. A step takes the next
rollouts / samples prompts, in their order.

TRL's trainer is set up as fast as it lets itself be: float32, no gradient checkpointing, an optimizer step of
each minibatch, no shuffling, nothing written. It needs a value model beside the policy, which is trained
whole, and takes the adapter off for its reference. Prints JSON in the last line.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    TrainerCallback,
    set_seed,
)
from trl.experimental.ppo import PPOConfig, PPOTrainer

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "trainers" / "src")]  # the package is not installed beside TRL 1.12

REWARDS = {"spearman": 1.0, "format": 0.5, "coverage": 0.5}
UNFINISHED_PENALTY = 1.0


class Clock(TrainerCallback):
    """When training began, and when each step ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_train_begin(self, *_: Any, **__: Any) -> None:
        self.times.append(time.perf_counter())

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.times.append(time.perf_counter())


class Reward(torch.nn.Module):
    """Our reward in the shape of a reward model: reads answers back from token ids, and scores their texts.

    Attributes:
        tokens: of all answers so far, those that ended them included.
        scores: what they earned.
    """

    base_model_prefix = "reader"

    def __init__(self, tokenizer: Any, content: dict[str, Any], stops: set[int]) -> None:
        from align_trainers.ranking.scoring import Scoring

        super().__init__()
        self.tokens: list[int] = []
        self.scores: list[float] = []
        self._tokenizer = tokenizer
        self._rows = dict(zip(map(tuple, content["prompts"]), content.get("rows", []), strict=False))
        self._lengths = sorted({len(prompt) for prompt in content["prompts"]}, reverse=True)
        self._prompts = set(map(tuple, content["prompts"]))
        self._scoring = Scoring(REWARDS, UNFINISHED_PENALTY)
        self._stops = stops

    def reader(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any) -> Any:
        """The score of each answer, at every position."""
        pairs = zip(input_ids, attention_mask.bool(), strict=True)
        found = [self._read(ids[mask].tolist()) for ids, mask in pairs]
        scores = torch.tensor(self._scored(found)).repeat_interleave(input_ids.shape[1])
        self.tokens += [len(answer) for _, answer in found]
        self.scores += scores[:: input_ids.shape[1]].tolist()
        return SimpleNamespace(hidden_states=[scores.view(*input_ids.shape, 1)])

    def score(self, hidden: torch.Tensor) -> torch.Tensor:
        """What `reader` found."""
        return hidden

    def _read(self, ids: list[int]) -> tuple[tuple[int, ...], list[int]]:
        """A prompt and the answer to it."""
        for length in self._lengths:
            if (prompt := tuple(ids[:length])) in self._prompts:
                return prompt, ids[length:]
        raise AssertionError("an answer to no prompt")

    def _scored(self, found: list[tuple[tuple[int, ...], list[int]]]) -> list[float]:
        from align_tasks.scores.ranking import read_answer

        if not self._rows:
            return [0.0] * len(found)
        answers = [
            read_answer(
                self._rows[prompt],
                [self._tokenizer.decode(ids, skip_special_tokens=True).partition("\n")[0]],
            )
            for prompt, ids in found
        ]
        return self._scoring.score(answers, [ids[-1] in self._stops for _, ids in found]).totals


def main() -> None:
    """Train for some steps, and print what they took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prompts", type=Path, required=True, help="file of token ids, see above")
    parser.add_argument("--model", required=True, help="folder of the model")
    parser.add_argument("--steps", type=int, default=3, help="of which the first is not counted")
    parser.add_argument("--rollouts", type=int, default=64, help="answers in a step")
    parser.add_argument("--minibatch", type=int, default=32, help="answers in an optimizer step")
    parser.add_argument(
        "--micro-batch",
        type=int,
        help="answers computed at once while learning; fewer than --minibatch need less memory, and TRL 1.12 "
        "then takes one optimizer step an epoch",
    )
    parser.add_argument(
        "--rollout-batch", type=int, help="answers computed at once while sampling; all of them"
    )
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--max-new-tokens", type=int, default=48)
    parser.add_argument("--stop-ids", required=True, help="token ids that end an answer, separated by commas")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(options, folder)))


def measure(options: argparse.Namespace, folder: str) -> dict[str, Any]:
    """Seconds of each step but the first, and what was sampled in them."""
    content = json.loads(options.prompts.read_text(encoding="utf-8"))
    stops = [int(number) for number in options.stop_ids.split(",")]
    set_seed(1)
    tokenizer = AutoTokenizer.from_pretrained(options.model, padding_side="left")
    tokenizer.pad_token_id = free_token(tokenizer, content["prompts"], stops)
    reward, clock = Reward(tokenizer, content, set(stops)), Clock()
    trainer = ppo_trainer(options, content, tokenizer, stops, reward, clock, folder)
    trainer.train()
    seconds = [after - before for before, after in zip(clock.times, clock.times[1:], strict=False)][1:]
    counted = reward.tokens[options.rollouts :]
    return {
        "seconds": seconds,
        "rollouts_per_second": options.rollouts * len(seconds) / sum(seconds) if seconds else None,
        "response_tokens": [
            sum(counted[start : start + options.rollouts])
            for start in range(0, len(counted), options.rollouts)
        ],
        "reward": sum(reward.scores) / len(reward.scores),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def free_token(tokenizer: Any, prompts: list[list[int]], stops: list[int]) -> int:
    """A special token to pad with that nothing else needs, since TRL takes every pad token for padding."""
    taken = set(stops).union(*prompts)
    return next(number for number in sorted(tokenizer.added_tokens_decoder) if number not in taken)


def ppo_trainer(
    options: argparse.Namespace,
    content: dict[str, Any],
    tokenizer: Any,
    stops: list[int],
    reward: Reward,
    clock: Clock,
    folder: str,
) -> PPOTrainer:
    """TRL's trainer on the prompts, each as often as it is to be answered."""
    policy = AutoModelForCausalLM.from_pretrained(options.model, dtype=torch.float32)
    value_model = AutoModelForSequenceClassification.from_pretrained(
        options.model, dtype=torch.float32, num_labels=1
    )
    asked = [prompt for prompt in content["prompts"] for _ in range(content["samples"])]
    collator = DataCollatorWithPadding(tokenizer)
    trainer = PPOTrainer(
        args=settings(options, folder),
        processing_class=tokenizer,
        model=policy,
        ref_model=None,
        reward_model=reward,
        value_model=value_model,
        train_dataset=Dataset.from_dict({"input_ids": asked}),
        data_collator=collator,
        callbacks=[clock],
        peft_config=LoraConfig(
            r=16, lora_alpha=32, lora_dropout=0.0, target_modules="all-linear", task_type="CAUSAL_LM"
        ),
    )
    # Its own setting takes one token that ends answers, and its own loader shuffles the answers to a prompt.
    policy.generation_config.eos_token_id = stops
    policy.generation_config.pad_token_id = tokenizer.pad_token_id
    loader = DataLoader(trainer.train_dataset, options.rollouts, collate_fn=collator, drop_last=True)
    trainer.dataloader = trainer.accelerator.prepare(loader)
    return trainer


def settings(options: argparse.Namespace, folder: str) -> PPOConfig:
    """TRL's settings.

    It counts an optimizer step after `gradient_accumulation_steps` micro-batches of any minibatch, so that
    minibatches are stepped on only where each is one micro-batch of a device batch that holds all answers.
    """
    micro_batch = options.micro_batch or options.minibatch
    at_once = options.rollouts if micro_batch == options.minibatch else micro_batch
    return PPOConfig(
        output_dir=folder,
        total_episodes=options.steps * options.rollouts,
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=options.rollouts // at_once,
        num_mini_batches=options.rollouts // options.minibatch,
        local_rollout_forward_batch_size=options.rollout_batch or options.rollouts,
        num_ppo_epochs=options.epochs,
        response_length=options.max_new_tokens,
        temperature=1.0,
        learning_rate=1e-5,
        num_sample_generations=0,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=1,
    )


if __name__ == "__main__":
    main()
