"""Draw the newest line of a history of benchmarks: how many times as fast, and seconds by number of cues.

python scripts/draw_bench.py benchmarks/history.jsonl --output docs/pictures/speed.svg
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt

COMPARED = ("scoring", "sampling", "adapters", "start")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("history", type=Path)
    parser.add_argument("--output", type=Path, required=True, help="SVG file")
    options = parser.parse_args()
    newest = json.loads(options.history.read_text(encoding="utf-8").splitlines()[-1])
    picture = alt.hconcat(times_as_fast(newest), by_size(newest)).configure(background="white")
    picture.save(options.output, format="svg")


def times_as_fast(newest: dict[str, Any]) -> alt.LayerChart:
    """A bar for each figure that is compared with another."""
    rows = alt.Data(values=list(bars(newest)))
    base = alt.Chart(rows, title="times as fast", width=320).encode(
        x=alt.X("times:Q", scale=alt.Scale(type="log", domain=[1, 1000]), title=None),
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=400)),
    )
    number = base.mark_text(align="left", dx=3).encode(text=alt.Text("times:Q", format=".3g"))
    return base.mark_bar().encode(x2=alt.datum(1)) + number


def bars(newest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Names and ratios of the bars."""
    for part in COMPARED:
        first = {}
        for row in newest.get(part, ()):
            if "times as fast" not in row:
                first = row
                continue
            name = " ".join(
                filter(None, [row.get("task"), row["by"], "beside", first.get("task"), first["by"]])
            )
            yield {"name": name, "times": row["times as fast"]}


def by_size(newest: dict[str, Any]) -> alt.Chart:
    """Seconds for more and more cues."""
    rows = alt.Data(values=[{"cues": row["rows"], "seconds": row["seconds"]} for row in newest["size"]])
    return (
        alt.Chart(rows, title="seconds to score cues", width=240, height=200)
        .mark_line(point=True)
        .encode(
            x=alt.X("cues:Q", scale=alt.Scale(type="log")), y=alt.Y("seconds:Q", scale=alt.Scale(type="log"))
        )
    )


if __name__ == "__main__":
    main()
