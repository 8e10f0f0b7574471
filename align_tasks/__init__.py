"""Evaluate and improve the cultural alignment of language models (arXiv 2508.13426)."""

__version__ = "0.1.0"
