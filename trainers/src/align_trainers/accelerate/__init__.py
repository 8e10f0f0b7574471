"""Configurations for ``accelerate launch``; ``python -m align_trainers.accelerate`` prints their folder."""
