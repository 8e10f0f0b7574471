"""Experiments: one file that says what to train, evaluate and compare, carried out as a graph of steps."""
