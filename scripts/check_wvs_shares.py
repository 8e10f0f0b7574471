"""Check the shipped survey shares against the imported microdata, item by item.

    align data import wvs WVS_Wave_7_United_States_Excel.xlsx
    python scripts/check_wvs_shares.py [--published wvs7.shares.6_countries.json]
    python scripts/check_wvs_shares.py --write

Compares the shipped shares of every country whose microdata have been imported. With --published, compares in
the same way a file of published shares: {"Q1": {"shares_percent": {"Japan": {"A": 92.84, …}}}}, where the
letters A, B, … stand for the codes 1, 2, … and X for 0. Prints Markdown; exit status 1 if a share is off by
more than half a point. With --write, puts the counted shares in place of the shipped ones where all agree.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from align_tasks.cultures import cultures
from align_tasks.data import store, tables
from align_tasks.errors import AlignError
from align_tasks.readers.wvs_labels import label_table
from align_tasks.survey.wvs7 import WVS7

TOLERANCE = 0.005
NAMES = {
    "China": "CHN",
    "Germany": "DEU",
    "Great Britain": "GBR",
    "Japan": "JPN",
    "South Korea": "KOR",
    "United States": "USA",
}
LETTERS = "XABCDEFGHIJ"

Published = dict[str, dict[str, list[float]]]  # item -> country -> shares, in the order of the item's codes


def main() -> int:
    """Run the checks; exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--published", type=Path, metavar="FILE", help="a further file of published shares")
    parser.add_argument("--write", action="store_true", help="regenerate the shipped shares")
    arguments = parser.parse_args()
    path = arguments.published
    countries = [name.split(".")[1] for name in store.names("items") if name.startswith("wvs7.")]
    if not countries:
        raise AlignError("no microdata have been imported", hint=WVS7.how_to_get.format(country="USA"))
    sources = {"shipped shares": _shipped()}
    if path:
        sources[path.name] = _read_published(path)
    checks = [_check(title, shares, country) for title, shares in sources.items() for country in countries]
    if all(checks) and arguments.write:
        _regenerate(countries)
    return 0 if all(checks) else 1


def _shipped() -> Published:
    """Shares of the cultures that publish them, by item and country."""
    shipped: Published = {}
    for culture in cultures().values():
        for item, answers in WVS7.published(culture).items():
            shipped.setdefault(item, {})[culture.country] = list(answers.shares)
    return shipped


def _regenerate(countries: list[str]) -> None:
    """Write the answers files of the cultures whose microdata were counted."""
    for culture in cultures().values():
        if culture.country in countries and WVS7.published(culture):
            _write(culture.answers[WVS7.name], _imported(culture.country, weighted=False))


def _write(file: Path, counted: dict[str, list[float]]) -> None:
    shipped = json.loads(file.read_text(encoding="utf-8"))
    percent = {item: [round(100 * share, 2) for share in counted[item]] for item in shipped["percent"]}
    members = [_member(key, value) for key, value in {**shipped, "percent": percent}.items()]
    file.write_text("{\n" + ",\n".join(members) + "\n}\n", encoding="utf-8")
    print(f"\nWrote {file.name} with the counted shares.")


def _member(key: str, value: Any) -> str:
    """A line of the file; of the shares, a line for each item."""
    if key != "percent":
        return f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
    rows = [f"  {json.dumps(item)}: {json.dumps(percents)}" for item, percents in value.items()]
    return f" {json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n }"


def _read_published(path: Path) -> Published:
    codes = {item: answers.codes for item, answers in label_table().items()}
    return {
        item: {
            NAMES[name]: [percents.get(LETTERS[code], 0.0) / 100 for code in codes[item]]
            for name, percents in entry["shares_percent"].items()
        }
        for item, entry in json.loads(path.read_text(encoding="utf-8")).items()
    }


def _check(title: str, published: Published, country: str) -> bool:
    """Compare one country with one source and print the result; whether every item agrees."""
    wanted = {item: shares[country] for item, shares in published.items() if country in shares}
    if not wanted:
        return True
    counted, weighted = _imported(country, weighted=False), _imported(country, weighted=True)
    common = [item for item in wanted if item in counted]
    off = {item: _largest(counted[item], wanted[item]) for item in common}
    beside = {item: _largest(weighted[item], wanted[item]) for item in common if item in weighted}
    wrong = [item for item in common if off[item] > TOLERANCE]
    print(f"\n## {country}: imported microdata against {title}\n")
    agreeing = len(common) - len(wrong)
    print(f"- {len(common)} of {len(wanted)} items are in both; {agreeing} agree within 0.5 points")
    print(f"- largest difference, unweighted: {_worst(off)}; weighted: {_worst(beside)}")
    print(f"- not imported: {', '.join(i for i in wanted if i not in counted) or 'none'}")
    print("\n| item | published | unweighted | weighted | n |\n|---|---|---|---|---|")
    people = {row["item"]: row["n"] for row in tables.read_items("wvs7", country).to_dicts()}
    for item in wrong or sorted(common, key=lambda i: -beside.get(i, 0))[:5]:
        cells = [_percents(shares.get(item, [])) for shares in (wanted, counted, weighted)]
        print(f"| {item} | {' | '.join(cells)} | {people[item]} |")
    print(
        "\nItems that do not agree."
        if wrong
        else "\nAll agree; shown: where weighting moves the shares most."
    )
    return not wrong


def _imported(country: str, *, weighted: bool) -> dict[str, list[float]]:
    try:
        rows = tables.read_items("wvs7", country, weighted=weighted)
    except AlignError:
        return {}
    return dict(rows.select("item", "distribution").iter_rows())


def _largest(shares: list[float], others: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(shares, others, strict=True))


def _worst(off: dict[str, float]) -> str:
    item = max(off, key=lambda i: off[i], default=None)
    return "none" if item is None else f"{100 * off[item]:.3f} points ({item})"


def _percents(shares: list[float]) -> str:
    return " ".join(f"{100 * share:.2f}" for share in shares) or "none"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except AlignError as error:
        sys.exit(f"check_wvs_shares: {error}")
