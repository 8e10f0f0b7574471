"""What the trainers that learn from rewards share: ranking questions, rewards, and measuring."""
