"""`align data`: import downloaded files, list the tables, look into them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from align_tasks.errors import AlignError
from align_tasks.readers.reader import Reader

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
ReaderName = Annotated[
    str | None,
    typer.Option("--reader", metavar="NAME", help="Read as this format, whatever the columns say."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Report as JSON on standard output.")]


def add_sources(readers: Iterable[Reader]) -> None:
    """Give ``align data import`` a command for each source of files that a reader knows."""
    import_app.registered_commands.clear()
    by_source: dict[str, list[Reader]] = {}
    for reader in readers:
        by_source.setdefault(reader.source, []).append(reader)
    for source, known in by_source.items():
        command, example = _COMMANDS[known[0].kind](source)
        title, _, rest = (command.__doc__ or "").partition("\n")
        names = "\n\n".join(f"- {_as_text(reader.name)}: {_as_text(reader.describes)}" for reader in known)
        help_text = f"{title}\n\nReaders:\n\n{names}{rest}"
        import_app.command(source, help=help_text, epilog=f"Example: align data import {example}")(command)


def _as_text(words: str) -> str:
    """Words as they are, where typer reads markup such as ``[red]``."""
    return re.sub(r"\[(?=[a-z#/@])", r"\\[", words)


def _associations(source: str) -> tuple[Callable[..., None], str]:
    def command(
        file: File,
        culture: Annotated[
            str, typer.Option(help="Whose associations they are: us, zh, or a name of your own.")
        ],
        language: Annotated[
            str | None, typer.Option(help="Its code, such as en; needed for a culture of your own.")
        ] = None,
        position: Annotated[
            Literal["R1", "R123"] | None,
            typer.Option(help="First responses only, or all three; for files of people's responses."),
        ] = None,
        reader: ReaderName = None,
        as_json: AsJson = False,
    ) -> None:
        """Import word associations as the norms of a culture."""
        spoken = _language_of(culture, language)
        options = {"culture": culture, "language": spoken, "position": position, "reader": reader}
        _import_each([file], source, as_json, options)

    return command, f"{source} strength.SWOW-EN.R123.csv --culture us"


def _items(source: str) -> tuple[Callable[..., None], str]:
    def command(
        files: Files,
        country: Annotated[
            list[str] | None,
            typer.Option(metavar="ISO3", help="Only this country, such as USA; may be repeated."),
        ] = None,
        reader: ReaderName = None,
        as_json: AsJson = False,
    ) -> None:
        """Import what people answered to the items of a survey."""
        _import_each(files, source, as_json, {"countries": country or (), "reader": reader})

    return command, f"{source} FILE --country JPN"


def _ratings(source: str) -> tuple[Callable[..., None], str]:
    def command(
        files: Files,
        language: Annotated[str, typer.Option(help="Of the words, by its code, such as en.")],
        reader: ReaderName = None,
        as_json: AsJson = False,
    ) -> None:
        """Import ratings of words, such as their valence, arousal and concreteness."""
        _import_each(files, source, as_json, {"language": language, "reader": reader})

    return command, f"{source} BRM-emot-submit.csv --language en"


_COMMANDS = {"associations": _associations, "items": _items, "ratings": _ratings}


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
        _tell(f"{entry['what']}: {entry['problem']}. {entry['hint']}")


@app.command("show", epilog="Examples: align data show us red · align data show item Q6")
def show(
    what: Annotated[
        str, typer.Argument(metavar="CULTURE|item", help="A culture such as us; or the word item.")
    ],
    name: Annotated[
        str,
        typer.Argument(
            metavar="CUE|ITEM",
            help="A cue such as red; an item such as Q6, or wvs7:Q6 for that of one survey alone.",
        ),
    ],
) -> None:
    """Show what people answered: to a cue, with strengths, or to a survey item, by country."""
    from align_tasks.data import answers, views

    if what == "item":
        views.print_items(answers.item_answers(name))
    else:
        views.print_cue(answers.cue_answers(what, name))


@app.command("statements", epilog="Example: align data statements --culture us --output statements.us.jsonl")
def write_statements(
    culture: Annotated[str, typer.Option(help="Whose answers, told in its language: us or zh.")],
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="JSONL file; a record of its items goes beside it, as .json.")
    ],
    hold_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ONE,OTHER",
            help="Cultures whose tension set is left out; may be repeated. us,zh unless given: the items of "
            "wvs_tension.",
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ITEM",
            help="A further item to leave out, such as one that asks for knowledge; may be repeated.",
        ),
    ] = None,
    survey: Annotated[str, typer.Option(help="Whose items.")] = "wvs7",
) -> None:
    """Write a culture's survey answers as sentences to train on, without the items of tension sets.

    Evaluate what was trained on them on those tension sets only: all other items were learned.
    """
    from align_tasks.cultures import get_culture
    from align_tasks.survey import statements
    from align_tasks.survey.survey import get_survey

    pairs = [_pair(text) for text in hold_out or ["us,zh"]]
    tension = [(get_culture(one), get_culture(other)) for one, other in pairs]
    record = statements.write_statements(
        output, get_survey(survey), get_culture(culture), tension, leave_out or ()
    )
    _tell(f"Wrote {len(record['items'])} items to {output}; {len(record['held_out'])} are held out.")


def _pair(text: str) -> tuple[str, str]:
    one, comma, other = text.partition(",")
    if not comma or "," in other or one.strip() == other.strip():
        raise typer.BadParameter(f"{text!r} is not two cultures, such as us,zh", param_hint="'--hold-out'")
    return one.strip(), other.strip()


def _import_each(files: list[Path], source: str, as_json: bool, options: dict[str, Any]) -> None:
    """Import file after file; each is reported at once, since a later one may fail."""
    from align_tasks.data import imports, views

    stored = []
    for file in files:
        _tell(f"Reading {file.name} …")
        found = imports.import_file(file, source, **options)
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
    from align_tasks.cultures import cultures
    from align_tasks.data import store, tables

    rated = {name.split(".")[0] for name in store.names("ratings")}
    associations = store.names("associations")
    missing = [
        _missing_entry(f"associations of {c.name} ({c.norms})", tables.associations_hint(c.name))
        for c in cultures().values()
        if c.norms is not None and c.name not in associations
    ]
    missing += _missing_answers()
    languages = sorted({c.language for c in cultures().values()} - rated)
    return missing + [_missing_entry(f"ratings in {x}", tables.ratings_hint(x)) for x in languages]


def _missing_answers() -> list[dict[str, str]]:
    """Survey answers that a culture's tasks would need, and that are neither published nor imported."""
    from align_tasks.cultures import cultures
    from align_tasks.data.answers import tell_failed_answers
    from align_tasks.survey.survey import surveys

    missing = []
    for survey in surveys().values():
        for culture in cultures().values():
            try:
                if survey.asks(culture):
                    survey.answers(culture)
            except AlignError as error:
                what = f"answers of {culture.country} ({survey.title})"
                missing.append(_missing_entry(what, error.hint or "", error.problem))
            except Exception as error:
                tell_failed_answers(survey, culture, error)
    return missing


def _missing_entry(what: str, hint: str, problem: str = "not imported") -> dict[str, str]:
    return {"what": what, "problem": problem, "hint": hint}


def _tell(text: str) -> None:
    typer.echo(text, err=True)
