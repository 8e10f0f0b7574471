"""`align data`: import downloaded files, list the tables, look into them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from align_tasks.errors import AlignError

app = typer.Typer(
    help="Import word associations, survey answers and word ratings; list and show them.",
    no_args_is_help=True,
)
import_app = typer.Typer(help="Import files as they were downloaded.", no_args_is_help=True)
app.add_typer(import_app, name="import")

# The readers tell what is wrong with a file, all in one way; typer's own check would be another.
File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="The file as downloaded, compressed or not.", readable=False),
]
Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE...", help="Files as downloaded, compressed or not.", readable=False),
]
Reader = Annotated[
    str | None,
    typer.Option("--reader", metavar="NAME", help="Read as this format, whatever the columns say."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Report as JSON on standard output.")]


@import_app.command("swow", epilog="Example: align data import swow strength.SWOW-EN.R123.csv --culture us")
def import_swow(
    file: File,
    culture: Annotated[str, typer.Option(help="Whose associations they are: us, zh, or a name of your own.")],
    language: Annotated[
        str | None, typer.Option(help="ISO 639-1 code; needed for a culture of your own.")
    ] = None,
    position: Annotated[
        Literal["R1", "R123"] | None,
        typer.Option(help="First responses only, or all three; for files of people's responses."),
    ] = None,
    reader: Reader = None,
    as_json: AsJson = False,
) -> None:
    """Import word associations: SWOW strength files or people's responses, of any SWOW language.

    Readers: swow-strength, swow-responses.
    """
    from align_tasks.data import imports

    spoken = _language_of(culture, language)
    _import_each(
        [file],
        as_json,
        lambda file: imports.import_swow(file, culture, spoken, position=position, reader=reader),
    )


@import_app.command("wvs", epilog="Example: align data import wvs WVS_Wave_7_Japan_Excel.xlsx --country JPN")
def import_wvs(
    files: Files,
    country: Annotated[
        list[str] | None,
        typer.Option(metavar="ISO3", help="Only this country, such as USA; may be repeated."),
    ] = None,
    reader: Reader = None,
    as_json: AsJson = False,
) -> None:
    """Import World Values Survey wave 7: cross-national CSV, a country's Excel workbook, or SPSS .sav.

    Readers: wvs-csv, wvs-excel, wvs-sav.
    """
    from align_tasks.data import imports

    _import_each(files, as_json, lambda file: imports.import_wvs(file, country or (), reader=reader))


@import_app.command("norms", epilog="Example: align data import norms BRM-emot-submit.csv --language en")
def import_norms(
    files: Files,
    language: Annotated[str, typer.Option(help="ISO 639-1 code of the words.")],
    reader: Reader = None,
    as_json: AsJson = False,
) -> None:
    """Import ratings of words: valence and arousal (Warriner 2013, CVAW), concreteness (Brysbaert 2014).

    Readers: warriner, brysbaert, cvaw.
    """
    from align_tasks.data import imports

    _import_each(files, as_json, lambda file: imports.import_norms(file, language, reader=reader))


@import_app.command("opinions", epilog="Example: align data import opinions global_opinions.csv")
def import_opinions(file: File, reader: Reader = None, as_json: AsJson = False) -> None:
    """Import GlobalOpinionQA: questions of Pew and WVS with the answer shares of many countries.

    Reader: opinions.
    """
    from align_tasks.data import imports

    _import_each([file], as_json, lambda file: imports.import_opinions(file, reader=reader))


@app.command("list", epilog="Example: align data list --json")
def list_tables(as_json: AsJson = False) -> None:
    """List the imported tables with their source, and what is missing with how to get it."""
    from align_tasks.data import tables, views

    found, missing = tables.list_tables(), _missing()
    if as_json:
        typer.echo(json.dumps({"tables": found, "missing": missing}, ensure_ascii=False, indent=1))
        return
    views.print_tables(found)
    for entry in missing:
        _tell(f"{entry['what']}: not imported. {entry['hint']}")


@app.command("show", epilog="Examples: align data show us red · align data show item Q6")
def show(
    what: Annotated[
        str, typer.Argument(metavar="CULTURE|item", help="A culture such as us; or the word item.")
    ],
    name: Annotated[str, typer.Argument(metavar="CUE|ITEM", help="A cue such as red; an item such as Q6.")],
) -> None:
    """Show what people answered: to a cue, with strengths, or to a survey item, by country."""
    from align_tasks.data import answers, views

    if what == "item":
        views.print_item(answers.item_answers(name))
    else:
        views.print_cue(answers.cue_answers(what, name))


def _import_each(
    files: list[Path], as_json: bool, import_file: Callable[[Path], list[dict[str, Any]]]
) -> None:
    """Import file after file; each is reported at once, since a later one may fail."""
    from align_tasks.data import views

    stored = []
    for file in files:
        _tell(f"Reading {file.name} …")
        found = import_file(file)
        views.print_imports(found)
        stored += found
    if as_json:
        typer.echo(json.dumps(stored, ensure_ascii=False, indent=1))


def _language_of(culture: str, language: str | None) -> str:
    from align_tasks.cultures import language_of

    try:
        return language_of(culture, language)
    except AlignError as error:
        raise typer.BadParameter(str(error)) from error


def _missing() -> list[dict[str, str]]:
    from align_tasks.cultures import CULTURES
    from align_tasks.data import store, tables

    rated = {name.split(".")[0] for name in store.names("ratings")}
    associations = store.names("associations")
    missing = [
        {"what": f"associations of {c.name} ({c.norms})", "hint": tables.associations_hint(c.name)}
        for c in CULTURES.values()
        if c.name not in associations
    ]
    languages = sorted({c.language for c in CULTURES.values()} - rated)
    return missing + [{"what": f"ratings in {x}", "hint": tables.ratings_hint(x)} for x in languages]


def _tell(text: str) -> None:
    typer.echo(text, err=True)
