from __future__ import annotations

from align_trainers.group.log import rows_of_steps

HISTORY = [
    {"eval_spearman": 0.1, "eval_invalid": 0.5, "step": 0, "epoch": 0},
    {"loss": 0.2, "reward": 0.5, "reward/format": 1.0, "rewards/score/mean": 0.5, "step": 4, "epoch": 0.5}
    | {"clip_ratio/region_mean": 0.25, "completions/mean_length": 8.0, "kl": 0.5, "step_time": 3.0},
    {"loss": 0.1, "kl": 0.9, "kl_of_answers": 2.0, "completions/mean_length": 4.0, "step": 8, "epoch": 1.0},
    {"eval_spearman": 0.2, "eval_invalid": 0.4, "step": 8, "epoch": 1.0},
    {"train_runtime": 1.0, "step": 8, "epoch": 1.0},
]


def test_updates_become_steps_and_figures_get_the_names_of_ppo() -> None:
    zero, one, two = rows_of_steps(HISTORY, updates=4)
    assert zero == {"step": 0, "eval_spearman": 0.1, "eval_invalid": 0.5}
    assert one == {
        "step": 1,
        "loss": 0.2,
        "reward": 0.5,
        "reward/format": 1.0,
        "clip_fraction": 0.25,
        "answer_tokens": 8.0,
        "kl": 0.5 * 8.0,
    }
    assert two == {
        "step": 2,
        "loss": 0.1,
        "kl": 2.0,
        "answer_tokens": 4.0,
        "eval_spearman": 0.2,
        "eval_invalid": 0.4,
    }
