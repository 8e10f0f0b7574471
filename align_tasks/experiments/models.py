"""The models of an experiment: where they are, and which they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from align_tasks.errors import AlignError
from align_tasks.experiments.places import PlacedYaml


@dataclass(frozen=True)
class KnownModel:
    """A model.

    Attributes:
        name: in the recipe.
        source: absolute path of its folder, or its hub name.
        row: as comparisons call it.
        identity: what tells it from others: a hash of its weights, or its hub name.
    """

    name: str
    source: str
    row: str
    identity: str


def known_models(
    models: Mapping[str, str], file: PlacedYaml, from_flags: Collection[str]
) -> dict[str, KnownModel]:
    """The models of an experiment by name; a folder that is not there becomes a mistake of the file.

    Args:
        models: folder or hub name by name; relative folders count from that of the file.
        from_flags: those that a flag named, whose folders count from the current one.

    Raises:
        AlignError: a folder that a flag named holds no model.
    """
    found = {}
    for name, source in models.items():
        try:
            found[name] = _known(name, source, Path() if name in from_flags else file.path.parent)
        except AlignError as error:
            if name in from_flags:
                raise AlignError(f"--model {name}: {error.problem}", hint=error.hint) from error
            hint = f"; align run … --model {name}=FOLDER names another"
            file.mistake(("models", name), f"{error.problem}{hint}")
    return found


def _known(name: str, source: str, around: Path) -> KnownModel:
    from align_tasks.adapters.identity import identify_model
    from align_tasks.evaluation import check_model

    folder = around / Path(source).expanduser()
    if not folder.exists() and not source.startswith((".", "/", "~")):
        if Path(source).exists():
            raise AlignError(f"{source} is in the current folder, and not in that of the recipe")
        return KnownModel(name, source, source, source)  # of the hub, wherever its cache is
    check_model(str(folder.absolute()), None)
    identity = identify_model(str(folder))
    return KnownModel(
        name, str(folder.resolve()), folder.resolve().name, identity.sha256 or str(folder.resolve())
    )
