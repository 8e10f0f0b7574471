"""Readers of the official release files, one module per kind of file."""
