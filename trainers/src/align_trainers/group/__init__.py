"""Group relative trainers, GRPO and RLOO: an answer is compared with others to the same question."""
