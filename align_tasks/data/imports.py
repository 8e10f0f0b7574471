"""From a downloaded file to a table in the data directory: read, account for every row, store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from align_tasks import __version__
from align_tasks.data import tables
from align_tasks.readers import opinions, ratings, swow, wvs
from align_tasks.readers.report import Report, nothing_left

_SWOW_LICENCE = "CC BY-NC-ND 3.0 (De Deyne et al., smallworldofwords.org): not to be passed on"
_WVS_LICENCE = "free for non-commercial use after registration (worldvaluessurvey.org): not to be passed on"
_OPINIONS_LICENCE = "CC BY-NC-SA 4.0 (Durmus et al. 2023)"
_RATINGS_LICENCE = {
    "warriner": "for research; cite Warriner, Kuperman & Brysbaert 2013, doi:10.3758/s13428-012-0314-x",
    "brysbaert": "for research; cite Brysbaert, Warriner & Kuperman 2014, doi:10.3758/s13428-013-0403-5",
    "cvaw": "for research; cite Yu et al. 2016, Building Chinese Affective Resources, NAACL, N16-1066",
}


def import_swow(
    path: Path,
    culture: str,
    language: str,
    *,
    position: swow.Position | None = None,
    reader: str | None = None,
) -> list[dict[str, Any]]:
    """Import word associations as the norms of `culture`; see `align_tasks.readers.swow.read_swow`.

    Returns:
        What the import functions all return: of each stored table, its name, fingerprint and account.
    """
    frame, report = swow.read_swow(path, culture, language, position=position, reader=reader)
    return [_stored("associations", culture, frame, report, {"language": language, "licence": _SWOW_LICENCE})]


def import_wvs(
    path: Path, countries: Sequence[str] = (), *, reader: str | None = None
) -> list[dict[str, Any]]:
    """Import survey answers, one table per country; see `align_tasks.readers.wvs.read_wvs`."""
    frame, report = wvs.read_wvs(path, countries, reader=reader)
    if frame.is_empty():
        raise nothing_left(report.source, "valid answer", report.dropped)
    about = {"licence": _WVS_LICENCE}
    return [
        _stored("items", f"{wvs.SURVEY}.{country}", frame.filter(pl.col("culture") == country), report, about)
        for country in frame["culture"].unique().sort()
    ]


def import_norms(path: Path, language: str, *, reader: str | None = None) -> list[dict[str, Any]]:
    """Import ratings of words; see `align_tasks.readers.ratings.read_ratings_file`."""
    frame, report = ratings.read_ratings_file(path, language, reader=reader)
    about = {"licence": _RATINGS_LICENCE[report.reader]}
    return [_stored("ratings", f"{language}.{report.reader}", frame, report, about)]


def import_opinions(path: Path, *, reader: str | None = None) -> list[dict[str, Any]]:
    """Import GlobalOpinionQA; see `align_tasks.readers.opinions.read_opinions`."""
    frame, report = opinions.read_opinions(path, reader=reader)
    return [_stored("items", f"{opinions.SURVEY}.all", frame, report, {"licence": _OPINIONS_LICENCE})]


def _stored(
    kind: str, name: str, frame: pl.DataFrame, report: Report, about: dict[str, Any]
) -> dict[str, Any]:
    account = report.as_dict()
    sha256 = tables.write_table(
        kind, name, frame, {"package": f"align-tasks {__version__}", **about, **account}
    )
    return {"kind": kind, "name": name, "rows": frame.height, "fingerprint": sha256[:12], **account}
