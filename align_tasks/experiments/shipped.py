"""Recipes of experiments: files of the user's, and those that come with the package, by name."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from align_tasks.errors import AlignError


def shipped_recipes() -> dict[str, Path]:
    """The recipes that come with the package: inside it once installed, beside it in a checkout."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "recipes", here.parents[2] / "recipes"):
        if folder.is_dir():
            return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    return {}


def folder_of_paths(file: Path) -> Path:
    """Folder that paths in a recipe count from: its own, and the current one for those of the package."""
    is_shipped = file.absolute() in [path.absolute() for path in shipped_recipes().values()]
    return Path.cwd() if is_shipped else file.absolute().parent


def recipe_file(source: str) -> Path:
    """The file of a recipe: of that name, which means the same in every folder, or at that path.

    Raises:
        AlignError: there is none; names those there are.
    """
    shipped = shipped_recipes()
    if source in shipped:
        return shipped[source]
    if not Path(source).is_file():
        close = get_close_matches(source, shipped, n=1)
        meant = f"Is {close[0]} meant? " if close else ""
        raise AlignError(
            f"there is no recipe {source!r}", hint=f"{meant}Name a file, or one of: {', '.join(shipped)}"
        )
    return Path(source)
