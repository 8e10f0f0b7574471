"""Score the real 7B outputs of the reference folder the paper's way and ours, beside the published figures.

    python scripts/compare_reference.py PATH_TO_REFERENCE_FOLDER

Prints a Markdown table. "Paper's way" is `align_tasks.paper`: words compared as written. "Ours" is
`align_tasks.parsing`, with people's responses normalised too: on the cues whose output the paper's way
parses, and on all cues, where an output that does not parse scores 0.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from align_tasks.metrics import precision_at_k
from align_tasks.normalise import normalise
from align_tasks.paper import parse_associations_paper
from align_tasks.parsing import parse_associations

OUTPUTS = "swow_zh.qwen2.5-7b-ppo.outputs.tsv.gz"
PEOPLE = "swow_zh.test_split.1004_cues.tsv.gz"
KS = (5, 10, 40)
PUBLISHED = {"Simple": (999, (0.522, 0.399, 0.103)), "Complex": (977, (0.429, 0.324, 0.127))}
HEADER = ("prompt", "setting", "outputs", "parsed", "averaged over", *(f"P@{k}" for k in KS))

Answers = Mapping[str, Sequence[str]]
People = Mapping[str, Collection[str]]


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("usage: compare_reference.py PATH_TO_REFERENCE_FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    missing = [name for name in (OUTPUTS, PEOPLE) if not (folder / name).is_file()]
    if missing:
        print(f"not in {folder}: {', '.join(missing)}", file=sys.stderr)
        return 1
    print(table(folder))
    return 0


def table(folder: Path) -> str:
    """The Markdown table of a folder that holds both reference files."""
    written = {row["cue"]: frozenset(split_responses(row["responses"])) for row in rows(folder / PEOPLE)}
    normal = {cue: frozenset(normalise(word, "zh") for word in words) for cue, words in written.items()}
    lines = [cells(HEADER), cells(["---"] * 2 + ["---:"] * (len(HEADER) - 2))]
    for prompt in PUBLISHED:
        outputs = {row["cue"]: row["output"] for row in rows(folder / OUTPUTS) if row["prompt"] == prompt}
        lines += compared(prompt, outputs, written, normal)
    return "\n".join(lines)


def compared(prompt: str, outputs: Mapping[str, str], written: People, normal: People) -> list[str]:
    """Table lines of one prompt."""
    theirs = {cue: parse_associations_paper(text) for cue, text in outputs.items()}
    papers = {cue: words for cue, words in theirs.items() if words is not None}
    ours = {cue: parse_associations(text, "zh", cue=cue) for cue, text in outputs.items()}
    parsed, figures = PUBLISHED[prompt]
    read = sum(map(bool, ours.values()))
    total = len(outputs)
    return [
        line(prompt, "published", total, parsed, parsed, figures),
        line(prompt, "paper's way", total, len(papers), len(papers), mean(papers, written, papers)),
        line(prompt, "ours, same cues", total, read, len(papers), mean(ours, normal, papers)),
        line(prompt, "ours, all cues", total, read, total, mean(ours, normal, outputs)),
    ]


def mean(answers: Answers, people: People, cues: Collection[str]) -> list[float]:
    """Mean precision at each of `KS` over some cues; an empty answer scores 0."""
    return [sum(precision_at_k(answers[cue], people[cue], k) for cue in cues) / len(cues) for k in KS]


def line(
    prompt: str, setting: str, outputs: int, parsed: int, averaged: int, figures: Sequence[float]
) -> str:
    return cells([prompt, setting, *map(str, (outputs, parsed, averaged)), *(f"{x:.3f}" for x in figures)])


def cells(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"


def split_responses(responses: str) -> list[str]:
    return [response.strip() for response in responses.split("，")]


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
