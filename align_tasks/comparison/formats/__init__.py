"""A comparison as text: for the terminal, Markdown, LaTeX, CSV and JSON."""
