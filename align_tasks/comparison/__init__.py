"""Comparisons of evaluated models: from the files of lm-eval to tables, pages and exports."""
