"""Supervised fine-tuning on word associations (arXiv 2508.13426)."""
