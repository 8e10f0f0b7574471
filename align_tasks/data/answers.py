"""What people answered to one cue or one survey item, gathered from every table at hand."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from align_tasks.cultures import Culture, cultures
from align_tasks.data import store, tables
from align_tasks.errors import AlignError
from align_tasks.normalise import normalise
from align_tasks.plugins.loading import BUILTIN, loaded, registry, tell_failure
from align_tasks.splits import split_of
from align_tasks.survey.survey import Item, Question, Survey, surveys


@dataclass(frozen=True)
class CueAnswers:
    """Responses to one cue, most frequent first; `norms` says whose, `is_demo` that nobody gave them."""

    culture: str
    norms: str
    is_demo: bool
    cue: str
    position: str
    split: str
    n: int
    responses: list[tuple[str, int, float]]


@dataclass(frozen=True)
class Shares:
    """Answer shares of one group of people, over options as worded there; `n` people, where it is known."""

    who: str
    options: list[str]
    shares: list[float]
    n: int | None


@dataclass(frozen=True)
class ItemAnswers:
    """One item of one survey with the answer shares at hand."""

    survey: str
    item: str
    label: str
    scale: str
    question: str
    shares: list[Shares]


def cue_answers(culture: str, cue: str) -> CueAnswers:
    """What people of `culture` answered to `cue`, or the demo set where no norms were imported.

    Raises:
        AlignError: no such norms, or no such cue in them; names cues that look alike.
    """
    frame, norms, language = _norms(culture)
    word = normalise(cue, language)
    rows = frame.filter(pl.col("cue") == word).sort("count", "response", descending=[True, False])
    if rows.is_empty():
        raise AlignError(
            f"{cue!r} is not a cue in the norms of {culture!r}",
            hint=_alike(word, frame["cue"].unique()),
        )
    return CueAnswers(
        culture=culture,
        norms=norms,
        is_demo=norms == "demo",
        cue=word,
        position=rows["position"][0],
        split=split_of(word),
        n=rows["n"][0],
        responses=list(rows.select("response", "count", "strength").iter_rows()),
    )


def item_answers(name: str) -> list[ItemAnswers]:
    """Question, options and answer shares of a survey item: those that are published, then those imported.

    Args:
        name: of the item, such as ``Q6``, in every survey that has one; ``wvs7:Q6`` in that survey alone.

    Raises:
        AlignError: no such item; names items that look alike.
    """
    there = dict.fromkeys([*surveys(), *(table.partition(".")[0] for table in store.names("items"))])
    survey, _, rest = name.partition(":")
    wanted, item = ([survey], rest) if rest and survey in there else (list(there), name)
    found = [answers for one in wanted if (answers := _of_survey(one, item))]
    if not found:
        raise AlignError(f"no survey item {item!r} is at hand", hint=_alike(item, _items_of(wanted)))
    return found


def _norms(culture: str) -> tuple[pl.DataFrame, str, str]:
    """Associations of a culture, the name of the norms, and their language."""
    if culture in store.names("associations"):
        about = store.provenance("associations", culture)
        return tables.read_associations(culture), about["source"]["name"], about["language"]
    known = cultures()
    if culture not in known:
        raise AlignError(
            f"there are no norms of culture {culture!r}",
            hint=f"{_alike(culture, [*known, *store.names('associations')])} For a survey item: "
            "align data show item NAME. To import norms: "
            "align data import swow FILE --culture NAME --language CODE",
        )
    from align_tasks.norms.load import load_norms

    found = load_norms(known[culture])
    return found.frame, found.name, known[culture].language


def _of_survey(name: str, item: str) -> ItemAnswers | None:
    """An item of a survey: as the survey words it, or as an imported table does where it has no wording."""
    imported = _imported(name, item)
    shares = [Shares(_who(row), row["options"], row["distribution"], row["n"]) for row in imported]
    survey = surveys().get(name)
    asked = _asked(survey, item) if survey else None
    if survey and asked:
        about, question = asked
        shares = _published(survey, item, list(question.options)) + shares
        return ItemAnswers(survey.title, item, about.label, about.scale, question.question, shares)
    if not imported:
        return None
    first, title = imported[0], survey.title if survey else name
    return ItemAnswers(title, item, first["question"], first["scale"], first["question"], shares)


def _asked(survey: Survey, item: str) -> tuple[Item, Question] | None:
    """An item and its text, in English or else in the first language that has it; None where it fails."""
    languages = sorted(registry().languages, key=lambda code: (code != "en", code))
    try:
        about = survey.items().get(item)
        worded = next((code for code in languages if survey.has_questions(code)), None)
        return (about, survey.questions(worded)[item]) if about and worded else None
    except Exception as error:
        tell_failure(survey, f"its survey {survey.name!r}", error)
        return None


def _items_of(names: Iterable[str]) -> list[str]:
    """Items of these surveys, those that were only imported too."""
    found: list[str] = []
    for name in names:
        survey = surveys().get(name)
        try:
            found += survey.items() if survey else ()
        except Exception as error:
            tell_failure(survey, f"its survey {name!r}", error)
        found += [item for rows in _imported_of(name) for item in rows["item"].unique()]
    return found


def _published(survey: Survey, item: str, options: list[str]) -> list[Shares]:
    """Shares that cultures publish in files of theirs; what was imported is shown as such."""
    found = []
    for culture in cultures().values():
        try:
            published = survey.published(culture)
        except Exception as error:
            tell_failed_answers(survey, culture, error)
            continue
        if item in published:
            found.append(Shares(f"{culture.country}, published", options, list(published[item].shares), None))
    return found


def tell_failed_answers(survey: Survey, culture: Culture, error: Exception) -> None:
    """Warn that a survey fails to say what a culture answered: the mistake of whichever a plugin brings.

    Raises:
        Exception: the error itself, where the package brings both.
    """
    if loaded().origin_of(survey) is BUILTIN:
        tell_failure(culture, f"its culture {culture.name!r}", error)
    else:
        tell_failure(survey, f"its survey {survey.name!r}, asked for {culture.country},", error)


def _imported(survey: str, item: str) -> list[dict[str, Any]]:
    """Rows of an item in the tables of one survey."""
    frames = [rows.filter(pl.col("item") == item) for rows in _imported_of(survey)]
    return pl.concat(frames).sort("culture", "weighted").to_dicts() if frames else []


def _imported_of(survey: str) -> list[pl.DataFrame]:
    """What was imported of a survey: without weights, and with them."""
    return [
        rows for weighted in (False, True) for rows in tables.item_tables(survey, weighted=weighted).values()
    ]


def _who(row: dict[str, Any]) -> str:
    return f"{row['culture']}, imported{', weighted' if row['weighted'] else ''}"


def _alike(word: str, words: Iterable[str]) -> str:
    known = {name.casefold(): name for name in words}
    if len(known) < 10:
        return f"There are: {', '.join(sorted(known.values()))}."
    close = [known[name] for name in difflib.get_close_matches(word.casefold(), known, n=5, cutoff=0.6)]
    return f"Did you mean: {', '.join(close)}?" if close else f"None of the {len(known):,} looks alike."
