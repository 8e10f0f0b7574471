"""Stands in for `align` in tests of the engine: leaves what a step leaves, as quickly as can be.

A command of words: ``OUTPUT [file | folder] [fails] [waits] [large]``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

LARGE = 200_000  # bytes


def main(words: list[str]) -> int:
    output, *rest = words
    size = LARGE if "large" in rest else 0
    target = Path(output)
    ran = Path(__file__).with_name("ran")
    with ran.open("a") as file:
        file.write(f"{target.name}\n")
    print(f"working on {target.name}", file=sys.stderr, flush=True)
    if "waits" in rest:
        while Path(__file__).with_name("wait").exists():
            time.sleep(0.05)
    if "fails" in rest and not Path(__file__).with_name("mended").exists():
        if "folder" in rest:
            target.mkdir(parents=True)
            (target / "half").write_text("half")
        print("no luck today", file=sys.stderr)
        return 1
    if "folder" in rest:
        target.mkdir(parents=True)
        (target / "results.json").write_text("{}" + " " * size)
    elif "file" in rest:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("made" + " " * size)
    else:
        print("printed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
