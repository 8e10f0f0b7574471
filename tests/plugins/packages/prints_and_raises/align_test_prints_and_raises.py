"""Prints, then fails while it is imported."""

print("{} looking for a GPU")

raise RuntimeError("no GPU\nand no second line")
