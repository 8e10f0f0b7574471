"""What divergence from the model before training costs: a fixed price, or one that holds it at a target."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST_ERROR = 0.2


@dataclass
class KLPrice:
    """The price of a nat, which rises while divergence is above the target (arXiv 1909.08593, section 2.2).

    Attributes:
        coefficient: the price.
        target: divergence of an answer, in nats; None keeps the price.
        horizon: answers in which the price follows.
    """

    coefficient: float
    target: float | None
    horizon: int

    def update(self, divergence: float, answers: int) -> None:
        """Follow the divergence that the answers of a step had, in nats an answer."""
        if self.target is not None:
            error = max(-LARGEST_ERROR, min(LARGEST_ERROR, divergence / self.target - 1))
            self.coefficient *= 1 + error * answers / self.horizon
