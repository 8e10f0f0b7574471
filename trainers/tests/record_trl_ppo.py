"""Record what TRL's own PPO trainer computes in a batch: writes trl_ppo_numbers.json, beside this script.

TRL has had no PPO since 1.13, so this runs in an environment of its own, which no test needs:

    python -m venv trl112
    trl112/bin/pip install torch==2.13.0 trl==1.12.0 'transformers==5.23.*' 'accelerate==1.15.*'
    trl112/bin/python trainers/tests/record_trl_ppo.py

Every number is TRL's: `PPOTrainer.train` runs for one batch on a tiny random Llama, and its local variables
are read when it is about to update and after each minibatch. Nothing of its arithmetic is repeated here.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from tokenizers import Tokenizer, models
from transformers import (
    DataCollatorWithPadding,
    LlamaConfig,
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedTokenizerFast,
    set_seed,
)
from trl.experimental.ppo import PPOConfig, PPOTrainer, ppo_trainer

TARGET = Path(__file__).with_name("trl_ppo_numbers.json")
WORDS = ["<end>", "<pad>", *"abcdefghij"]
PROMPTS = ["abc", "bcdef", "cdea", "jihg", "fgh", "hgfe", "efgab", "dcba"]
CASES: dict[str, dict[str, Any]] = {
    "pad is the end": {
        "seed": 9,
        "pad": "<end>",
        "settings": {"gamma": 1.0, "lam": 0.95, "kl_coef": 0.1, "kl_estimator": "k1", "num_mini_batches": 2},
    },
    "pad is the end, k3, whitened rewards": {
        "seed": 49,
        "pad": "<end>",
        "settings": {
            "gamma": 0.9,
            "lam": 0.8,
            "kl_coef": 0.3,
            "kl_estimator": "k3",
            "whiten_rewards": True,
            "missing_eos_penalty": 1.0,
            "num_mini_batches": 1,
        },
    },
    "pad of its own": {
        "seed": 23,
        "pad": "<pad>",
        "settings": {
            "gamma": 0.95,
            "lam": 0.9,
            "kl_coef": 0.1,
            "kl_estimator": "k1",
            "temperature": 0.7,
            "num_mini_batches": 2,
        },
    },
}
SHARED: dict[str, Any] = {
    "per_device_train_batch_size": len(PROMPTS),
    "gradient_accumulation_steps": 1,
    "num_ppo_epochs": 2,
    "response_length": 7,
    "temperature": 1.0,
    "whiten_rewards": False,
    "missing_eos_penalty": None,
    "cliprange": 0.2,
    "cliprange_value": 0.2,
    "vf_coef": 0.1,
    "learning_rate": 0.01,
}
KEPT = [*SHARED, "gamma", "lam", "kl_coef", "kl_estimator", "num_mini_batches"]
ABOUT = {
    "source": "PPOTrainer.train of TRL 1.12.0, on a tiny random Llama, one batch, float32",
    "shape": "rows are answers, columns are tokens of the answer; floats are float32, exactly",
    "masks": "action_mask: tokens in the policy loss and in the whitening of advantages (~padding_mask); "
    "lengths counts them. state_mask: states in the value loss and in the whitening of rewards "
    "(~padding_mask_p1), one position more where the row has one. TRL infers both from token ids: an answer "
    "ends before its first pad token. So where pad is the end token, the end token is no action but still a "
    "state, which gets the score; with a pad of its own, the end token is an action and the score comes one "
    "position later",
    "behind the end": "log-probabilities of old, new and reference are 1 outside action_mask, so that the "
    "divergence is 0 there; values, old and new, are 0 outside state_mask",
    "score": "added to the reward at score_index, the last position of state_mask",
    "missing_eos_penalty": "taken from the score of an answer without an end token; scores are after it",
    "divergence": "of each token, with r = reference - old log-probability: k1 is -r, k3 is exp(r) - 1 - r",
    "rewards": "-kl_coef * divergence, and the score. Where whiten_rewards: rewards_unwhitened are those; "
    "rewards are divided by sqrt(variance + 1e-8) over state_mask with their mean kept, 0 outside",
    "whitening": "mean and unbiased variance over the mask of the whole batch, epsilon 1e-8 under the root",
    "advantages": "advantages_unwhitened by GAE over all columns, returns are those + old values, and "
    "advantages are whitened over action_mask, 0 outside",
    "minibatches": "in the order of the updates, each after the step of the one before; answers: its rows. "
    "policy_loss is the mean over action_mask, value_loss half the mean over state_mask, loss is policy_loss "
    "+ vf_coef * value_loss, and the gradients are of loss. Clip fractions are means over the same masks and "
    "count where the clipped loss is strictly larger. approx_kl = mean((new - old)^2) / 2, ratio and entropy "
    "are means over all positions of the minibatch, those behind the end included",
    "temperature": "logits are divided by temperature + 1e-7 before log-probabilities and entropy, old, new "
    "and reference alike",
    "entropy": "of each token, from the logits of the first minibatch of the first case",
}

Locals = dict[str, Any]


def main() -> None:
    """Run every case and write the file."""
    torch.set_num_threads(1)
    recorded: dict[str, Any] = {"about": ABOUT, "cases": {}}
    for name, case in CASES.items():
        states, steps = run(case["seed"], case["pad"], {**SHARED, **case["settings"]})
        recorded["cases"][name] = {
            "settings": {key: {**SHARED, **case["settings"]}[key] for key in KEPT},
            "rollout": rollout(states),
            "minibatches": [minibatch(step) for step in steps],
        }
        if "entropy" not in recorded:
            recorded["entropy"] = {"logits": plain(steps[0]["logits"]), "entropy": plain(steps[0]["entropy"])}
    TARGET.write_text(readable(recorded) + "\n", encoding="utf-8")


def run(seed: int, pad: str, settings: dict[str, Any]) -> tuple[Locals, list[Locals]]:
    """Train for one batch.

    Returns:
        The local variables of `train` before the first update, and after each minibatch.
    """
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, "<end>")),
        eos_token="<end>",
        pad_token=pad,
        padding_side="left",
    )
    with tempfile.TemporaryDirectory() as folder:
        arguments = PPOConfig(
            output_dir=folder,
            seed=seed,
            total_episodes=len(PROMPTS),
            stop_token="eos",
            num_sample_generations=0,
            gradient_checkpointing=False,
            bf16=False,
            use_cpu=True,
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
            **settings,
        )
        trainer = PPOTrainer(
            args=arguments,
            processing_class=tokenizer,
            model=tiny(LlamaForCausalLM, seed + 1),
            ref_model=tiny(LlamaForCausalLM, seed + 1, noise=0.1),
            reward_model=tiny(LlamaForSequenceClassification, seed + 2),
            value_model=tiny(LlamaForSequenceClassification, seed + 3),
            train_dataset=Dataset.from_dict({"input_ids": [[WORDS.index(w) for w in p] for p in PROMPTS]}),
            data_collator=DataCollatorWithPadding(tokenizer),
        )
        set_seed(seed)
        return watch(trainer)


def tiny(kind: Any, seed: int, noise: float = 0.0) -> Any:
    """A random Llama of one layer, far from uniform, with `noise` added to its weights."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        initializer_range=0.3,
        num_labels=1,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
    )
    model = kind(config)
    with torch.no_grad():
        for weights in model.parameters():
            weights.add_(noise * torch.randn_like(weights))
    return model


def watch(trainer: PPOTrainer) -> tuple[Locals, list[Locals]]:
    """Run `train`, copying its local variables where it enters and leaves the update of a minibatch."""
    accelerator = trainer.accelerator
    before: list[Locals] = []
    after: list[Locals] = []
    accumulate, backward, whiten = accelerator.accumulate, accelerator.backward, ppo_trainer.masked_whiten
    whitened: list[torch.Tensor] = []

    @contextlib.contextmanager
    def watched(model: Any) -> Iterator[None]:
        if not before:
            before.append(copied(frame_of_train()))
        with accumulate(model):
            yield
        after.append(copied(frame_of_train()))

    def keeping_gradients(loss: torch.Tensor) -> None:
        found = frame_of_train()
        for name in ("new_logprobs", "vpred"):
            found[name].retain_grad()
        backward(loss)

    def noting(values: torch.Tensor, mask: torch.Tensor, shift_mean: bool = True) -> torch.Tensor:
        whitened.append(values.clone())
        return whiten(values, mask, shift_mean)

    accelerator.accumulate, accelerator.backward = watched, keeping_gradients
    ppo_trainer.masked_whiten = noting
    try:
        trainer.train()
    finally:
        ppo_trainer.masked_whiten = whiten
    return {**before[0], "unwhitened": whitened}, after


def frame_of_train() -> Locals:
    """The local variables of the call of `train` that is running."""
    frame: Any = sys._getframe()
    while frame.f_code is not PPOTrainer.train.__code__:
        frame = frame.f_back
    return dict(frame.f_locals)


def copied(found: Locals) -> Locals:
    """The tensors and arrays among local variables, and the gradients of those that have one."""
    kept: Locals = {}
    for name, value in found.items():
        if isinstance(value, torch.Tensor):
            kept[name] = value.detach().clone()
            if not value.is_leaf and value.retains_grad and value.grad is not None:
                kept[name + ".grad"] = value.grad.clone()
        elif name == "micro_batch_inds":
            kept[name] = torch.as_tensor(value)
    return kept


def rollout(found: Locals) -> dict[str, Any]:
    """What one batch was and became, by our names."""
    lengths = found["sequence_lengths"] + 1
    recorded = {
        "responses": found["responses"],
        "lengths": lengths,
        "action_mask": ~found["padding_mask"],
        "state_mask": ~found["padding_mask_p1"],
        "old_logprobs": found["logprobs"],
        "reference_logprobs": found["ref_logprobs"],
        "old_values": found["values"],
        "scores": found["scores"],
        "score_index": found["actual_end"],
        "divergence": found["kl"],
        "rewards": found["rewards"],
        "advantages_unwhitened": found["unwhitened"][-1],
        "returns": found["returns"],
        "advantages": found["advantages"],
    }
    if len(found["unwhitened"]) == 2:
        recorded["rewards_unwhitened"] = found["unwhitened"][0]
    check(recorded)
    return {name: plain(value) for name, value in recorded.items()}


def check(recorded: dict[str, torch.Tensor]) -> None:
    """A batch worth recording has answers of several lengths, finished and not."""
    lengths, responses = recorded["lengths"], recorded["responses"]
    assert lengths.min() >= 2, lengths
    assert len(lengths.unique()) >= 4, lengths
    finished = (responses == WORDS.index("<end>")).any(dim=1)
    assert finished.any(), responses
    assert not finished.all(), responses


def minibatch(found: Locals) -> dict[str, Any]:
    """What one update computed, by our names."""
    recorded = {
        "answers": found["micro_batch_inds"],
        "new_logprobs": found["new_logprobs"],
        "new_values": found["vpred"],
        "policy_loss": found["pg_loss"],
        "value_loss": found["vf_loss"],
        "loss": found["loss"],
        "policy_clip_fraction": found["pg_clipfrac"],
        "value_clip_fraction": found["vf_clipfrac"],
        "approx_kl": found["approxkl"],
        "ratio": found["ratio"].mean(),
        "entropy": found["entropy"].mean(),
        "gradient_of_logprobs": found["new_logprobs.grad"],
        "gradient_of_values": found["vpred.grad"],
    }
    return {name: plain(value) for name, value in recorded.items()}


def plain(value: torch.Tensor) -> Any:
    """As lists; a float has the fewest digits that are the float32."""
    if value.is_floating_point():
        flat = [float(str(number)) for number in value.detach().float().flatten().numpy()]
        return _nested(flat, list(value.shape))
    return value.tolist()


def _nested(flat: list[float], shape: list[int]) -> Any:
    if not shape:
        return flat[0]
    step = len(flat) // shape[0]
    return [_nested(flat[at * step : (at + 1) * step], shape[1:]) for at in range(shape[0])]


def readable(recorded: dict[str, Any]) -> str:
    """JSON with a line for each innermost list."""
    innermost = re.compile(r"\[[^\[\]{}\"]*\]")
    return innermost.sub(lambda found: json.dumps(json.loads(found[0])), json.dumps(recorded, indent=1))


if __name__ == "__main__":
    main()
