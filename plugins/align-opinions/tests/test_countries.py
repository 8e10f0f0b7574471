"""Every name of the released file: a country with its code, or a sample that is deliberately none.

The names are those that public code lists for the file; two independent lists agree on all of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_opinions.release import country_code, country_codes, is_sample
from align_tasks.data.imports import import_file
from align_tasks.data.tables import read_items

Make = Callable[..., Any]

COUNTRIES = {
    "ALB": "Albania",
    "AND": "Andorra",
    "AGO": "Angola",
    "ARG": "Argentina",
    "ARM": "Armenia",
    "AUS": "Australia",
    "AUT": "Austria",
    "AZE": "Azerbaijan",
    "BGD": "Bangladesh",
    "BLR": "Belarus",
    "BEL": "Belgium",
    "BOL": "Bolivia",
    "BIH": "Bosnia Herzegovina",
    "BRA": "Brazil",
    "GBR": "Britain|Great Britain",
    "BGR": "Bulgaria",
    "BFA": "Burkina Faso",
    "CAN": "Canada",
    "CHL": "Chile",
    "CHN": "China",
    "COL": "Colombia",
    "HRV": "Croatia",
    "CYP": "Cyprus",
    "CZE": "Czech Rep.|Czechia",
    "DNK": "Denmark",
    "ECU": "Ecuador",
    "EGY": "Egypt",
    "SLV": "El Salvador",
    "EST": "Estonia",
    "ETH": "Ethiopia",
    "FIN": "Finland",
    "FRA": "France",
    "GEO": "Georgia",
    "DEU": "Germany",
    "GHA": "Ghana",
    "GRC": "Greece",
    "GTM": "Guatemala",
    "HND": "Honduras",
    "HKG": "Hong Kong SAR",
    "HUN": "Hungary",
    "ISL": "Iceland",
    "IND": "India (Current national sample)",
    "IDN": "Indonesia",
    "IRN": "Iran",
    "IRQ": "Iraq",
    "ISR": "Israel",
    "ITA": "Italy",
    "CIV": "Ivory Coast",
    "JPN": "Japan",
    "JOR": "Jordan",
    "KAZ": "Kazakhstan",
    "KEN": "Kenya",
    "KWT": "Kuwait",
    "KGZ": "Kyrgyzstan",
    "LVA": "Latvia",
    "LBN": "Lebanon",
    "LBY": "Libya",
    "LTU": "Lithuania",
    "MAC": "Macau SAR",
    "MYS": "Malaysia",
    "MDV": "Maldives",
    "MLI": "Mali",
    "MEX": "Mexico",
    "MNG": "Mongolia",
    "MNE": "Montenegro",
    "MAR": "Morocco",
    "MMR": "Myanmar",
    "NLD": "Netherlands",
    "NZL": "New Zealand",
    "NIC": "Nicaragua",
    "NGA": "Nigeria",
    "MKD": "North Macedonia",
    "NOR": "Norway",
    "PAK": "Pakistan",
    "PSE": "Palest. ter.",
    "PER": "Peru",
    "PHL": "Philippines",
    "POL": "Poland",
    "PRT": "Portugal",
    "PRI": "Puerto Rico",
    "ROU": "Romania",
    "RUS": "Russia",
    "ZAF": "S. Africa",
    "KOR": "S. Korea|South Korea",
    "SEN": "Senegal",
    "SRB": "Serbia",
    "SGP": "Singapore",
    "SVK": "Slovakia",
    "SVN": "Slovenia",
    "ESP": "Spain",
    "SWE": "Sweden",
    "CHE": "Switzerland",
    "TWN": "Taiwan|Taiwan ROC",
    "TJK": "Tajikistan",
    "TZA": "Tanzania",
    "THA": "Thailand",
    "TUN": "Tunisia",
    "TUR": "Turkey",
    "UGA": "Uganda",
    "UKR": "Ukraine",
    "USA": "United States",
    "URY": "Uruguay",
    "UZB": "Uzbekistan",
    "VEN": "Venezuela",
    "VNM": "Vietnam",
    "ZWE": "Zimbabwe",
}
NOT_NATIONAL = (
    "Angola",
    "Bangladesh",
    "Bolivia",
    "Brazil",
    "China",
    "Colombia",
    "Egypt",
    "Ethiopia",
    "Guatemala",
    "Honduras",
    "India",
    "Indonesia",
    "Ivory Coast",
    "Jordan",
    "Mali",
    "Morocco",
    "Nigeria",
    "Pakistan",
    "Philippines",
    "Poland",
    "Russia",
    "S. Africa",
    "Senegal",
    "Tanzania",
    "Venezuela",
    "Vietnam",
)
SAMPLES = [
    *(f"{country} (Non-national sample)" for country in NOT_NATIONAL),
    "India (Old national sample)",
    "Northern Ireland",
]
CODES = [(name, code) for code, names in COUNTRIES.items() for name in names.split("|")]


def test_the_lists_hold_every_name_once() -> None:
    assert len({name for name, _ in CODES} | set(SAMPLES)) == len(CODES) + len(SAMPLES) == 138


@pytest.mark.parametrize(("name", "code"), CODES)
def test_a_country_goes_by_its_code(name: str, code: str) -> None:
    assert country_code(name) == code
    assert not is_sample(name)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_keeps_its_name(name: str) -> None:
    assert country_code(name) == name
    assert is_sample(name)


def test_no_name_is_both_a_country_and_a_sample() -> None:
    assert not [name for name in country_codes() if is_sample(name)]
    assert all(re.fullmatch("[A-Z]{3}", code) for code in country_codes().values())


def test_the_whole_list_is_imported_and_nothing_in_it_is_unknown(
    data_home: Path, write: Make, row: Make
) -> None:
    by_survey: dict[str, dict[str, list[float]]] = defaultdict(dict)
    for place, name in enumerate([name for name, _ in CODES] + SAMPLES):
        by_survey["GAS" if place % 2 else "WVS"][name] = [0.25, 0.75]
    rows = [row("Q?", ["a", "b"], shares, survey) for survey, shares in by_survey.items()]
    (about,) = import_file(write(*rows), "opinions")
    assert set(read_items("goqa")["culture"]) == set(COUNTRIES) | set(SAMPLES)
    assert about["facts"]["samples that are no whole country"] == sorted(SAMPLES)
    assert about["warnings"] == []


def test_a_name_that_nobody_knows_is_told_and_not_taken_for_a_sample(
    data_home: Path, write: Make, row: Make
) -> None:
    shares = {name: [0.5, 0.5] for name in ("Japan", "Atlantis", "Peru (New sample)", "Northern Ireland")}
    (about,) = import_file(write(row("Q?", ["a", "b"], shares)), "opinions")
    assert about["facts"]["samples that are no whole country"] == ["Northern Ireland"]
    assert about["warnings"] == [
        "names that are neither a country nor a sample we know, compared with nothing: "
        "Atlantis, Peru (New sample)"
    ]
