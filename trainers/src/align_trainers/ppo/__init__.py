"""Proximal policy optimization (arXiv 1707.06347) for language models."""
