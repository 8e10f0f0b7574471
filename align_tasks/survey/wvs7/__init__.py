"""World Values Survey wave 7: 163 items with the published answer shares of the USA and of China.

``items.json``         topic, scale, WVS codes of the options in the order asked, reverse-coding
``questions.*.json``   question and options in our own wording, one file a language
``answers.*.json``     published shares of a country, with their source and definition

Shares are unweighted and leave out missing answers. Source: C. Haerpfer et al. (eds.), World Values
Survey: Round Seven, country-pooled datafile, doi:10.14281/18241.
"""

from __future__ import annotations

from pathlib import Path

from align_tasks.survey.files import FileSurvey

FOLDER = Path(__file__).parent

WVS7 = FileSurvey(
    name="wvs7",
    title="World Values Survey wave 7",
    item_file=FOLDER / "items.json",
    question_files={language: FOLDER / f"questions.{language}.json" for language in ("en", "zh")},
    how_to_get=(
        "Download wave 7 from https://www.worldvaluessurvey.org (free after registration; it may not be "
        "passed on), then: align data import wvs FILE --country {country}"
    ),
    option_labels="align_tasks.readers.wvs_labels:option_labels",
)
