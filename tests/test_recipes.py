"""Recipes: what is read from files and flags, what is told of mistakes, and what is shown."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError, field_validator, model_validator

from align_tasks.errors import AlignError
from align_tasks.recipes import FlagError, Recipe, read_recipe, show_recipe

Share = Annotated[float, Field(gt=0, le=1)]


class Every(Recipe):
    """A setting of every kind."""

    learning_rate: float = Field(1e-4, gt=0, description="Highest learning rate.")
    dropout: float = Field(0.0, ge=0, lt=1, description="Share of inputs that are dropped.")
    steps: int | None = Field(None, ge=1, description="Optimizer steps; without them, epochs count.")
    seed: int = Field(1, description="Seed.")
    packing: bool = Field(True, description="Several examples in a row.")
    examples: Literal["ranked", "mimic"] = Field("ranked", description="Which examples.")
    bits: Literal[4, 8] = Field(8, description="Bits of a weight.")
    batch: Literal["auto"] | int = Field("auto", description="Examples in a batch.")
    mix: dict[str, Share] = Field(default_factory=dict, description="Files with their shares.")
    layers: tuple[str, ...] = Field(("q", "v"), description="Names of layers.")
    note: str | None = Field(None, description="Anything.")
    file: Path | None = Field(None, description="A file.")


class Strict(Recipe):
    """Settings with conditions of the trainer's own."""

    name: str = Field("a", max_length=3)
    low: int = 1
    high: int = 2
    needed: int

    @field_validator("name")
    @classmethod
    def _no_spaces(cls, name: str) -> str:
        if " " in name:
            raise ValueError("a name has no spaces")
        return name

    @model_validator(mode="after")
    def _ordered(self) -> Strict:
        if self.low > self.high:
            raise ValueError(f"low is {self.low}, and high only {self.high}")
        return self


Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a recipe file."""

    def write(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def _told(write: Write, text: str, kind: type[Recipe] = Every) -> str:
    """What is told of a recipe file, without its name, and in no words of pydantic's."""
    with pytest.raises(AlignError) as error:
        read_recipe(kind, write(text))
    assert type(error.value) is AlignError
    assert "ydantic" not in str(error.value)
    assert "Input should" not in str(error.value)
    return error.value.problem.replace(f"{write(text)}", "FILE")


def test_what_neither_file_nor_flag_sets_has_its_default(write: Write) -> None:
    assert read_recipe(Every) == Every()
    assert read_recipe(Every, write("seed: 7\n")) == Every(seed=7)
    assert read_recipe(Every, write("# nothing\n")) == Every()
    assert read_recipe(Every, write("")) == Every()


def test_flags_win_over_the_file(write: Write) -> None:
    file = write("seed: 7\ndropout: 0.5\nmix: {a.jsonl: 0.1}\n")
    found = read_recipe(Every, file, {}, {"seed": "8", "mix": {"b.jsonl": "2e-1"}})
    assert found == Every(seed=8, dropout=0.5, mix={"b.jsonl": 0.2})


def test_the_name_of_a_shipped_recipe_means_the_same_in_every_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shipped.yaml").write_text("seed: 1\n")
    (tmp_path / "paper").write_text("seed: 2\n")
    monkeypatch.chdir(tmp_path)
    shipped = {"paper": tmp_path / "shipped.yaml"}
    assert read_recipe(Every, "paper", shipped).seed == 1
    assert read_recipe(Every, "./paper", shipped).seed == 2
    assert read_recipe(Every, Path("paper"), shipped).seed == 2
    assert read_recipe(Every, "paper").seed == 2


def test_a_recipe_that_is_not_there_is_told_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(AlignError) as error:
        read_recipe(Every, "papr", {"paper": tmp_path, "quick": tmp_path})
    assert error.value.problem == "there is no recipe 'papr'"
    assert error.value.hint == "Recipes that come with the trainer: paper, quick. Is paper meant?"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("learning_rate: 1e-4", {"learning_rate": 1e-4}),  # text to YAML 1.1
        ("learning_rate: 2E5", {"learning_rate": 2e5}),
        ("learning_rate: '0.5'", {"learning_rate": 0.5}),
        ("learning_rate: 1", {"learning_rate": 1.0}),
        ("steps: '10'", {"steps": 10}),
        ("steps: null", {"steps": None}),
        ("steps:", {"steps": None}),
        ("steps: none", {"steps": None}),
        ("note: none", {"note": "none"}),  # any text is a note
        ("note: 'true'", {"note": "true"}),
        ("packing: false", {"packing": False}),
        ("packing: 'no'", None),
        ("bits: '4'", {"bits": 4}),
        ("batch: auto", {"batch": "auto"}),
        ("batch: 4", {"batch": 4}),
        ("batch: '4'", {"batch": 4}),
        ("mix: {a b: 1e-1, c: 1}", {"mix": {"a b": 0.1, "c": 1.0}}),
        ("mix: {1: .5}", {"mix": {"1": 0.5}}),
        ("layers: [k]", {"layers": ("k",)}),
        ("file: a/b", {"file": Path("a/b")}),
    ],
)
def test_values_are_what_is_meant_by_them(text: str, expected: dict[str, Any] | None, write: Write) -> None:
    if expected is None:
        assert "must be true or false" in _told(write, text)
        return
    found = read_recipe(Every, write(text))
    assert found == Every(**expected)
    for name, value in expected.items():
        assert type(getattr(found, name)) is type(value) or isinstance(value, Path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: true", "seed is true, and must be a whole number"),
        ("seed: 1.0", "seed is 1.0, and must be a whole number"),
        ("learning_rate: true", "learning_rate is true, and must be a number above 0"),
        ("learning_rate: 0", "learning_rate is 0, and must be a number above 0"),
        ("learning_rate: .nan", "learning_rate is NaN, and must be a number above 0"),
        ("learning_rate: .inf", "learning_rate is Infinity, and must be a number above 0"),
        ("learning_rate: fast", "learning_rate is 'fast', and must be a number above 0"),
        ("learning_rate: [1]", "learning_rate is [1], and must be a number above 0"),
        ("learning_rate:", "learning_rate is null, and must be a number above 0"),
        ("dropout: 1", "dropout is 1, and must be a number at least 0 and below 1"),
        ("steps: 0", "steps is 0, and must be a whole number at least 1, or null"),
        ("packing: 1", "packing is 1, and must be true or false"),
        ("examples: all", "examples is 'all', and must be ranked or mimic"),
        ("bits: true", "bits is true, and must be 4 or 8"),
        ("bits: 5", "bits is 5, and must be 4 or 8"),
        ("batch: false", "batch is false, and must be auto, or a whole number"),
        (
            "mix: {a: 2}",
            'mix is {"a": 2}, and must be names with values, each a number above 0 and at most 1',
        ),
        ("mix: {a: true}", 'mix is {"a": true}, and must be names with values, each a number above 0'),
        ("mix: a", "mix is 'a', and must be names with values"),
        ("layers: q", "layers is 'q', and must be a list, each text"),
        ("layers: [1]", "layers is [1], and must be a list, each text"),
        ("note: no", "note is false, and must be text, or null (YAML reads some words so; in quotes they"),
        ("note: 2026-01-01", None),
    ],
)
def test_a_value_that_a_setting_does_not_take_is_told_with_what_it_takes(
    text: str, told: str | None, write: Write
) -> None:
    if told is None:
        assert read_recipe(Every, write(text)).note == text.partition(": ")[2]
    else:
        assert _told(write, f"# first\n{text}\n").startswith(f"the recipe FILE, line 2: {told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "seed: 1\nlearning_rte: 1e-4",
            "line 2: learning_rte is no setting of this trainer; is learning_rate ",
        ),
        (
            "learning-rate: 1e-4",
            "line 1: learning-rate is no setting of this trainer; is learning_rate meant?",
        ),
        ("true: 1", "line 1: true is no setting of this trainer"),
        ("1: 1", "line 1: 1 is no setting of this trainer"),
        ("seed: 1\npacking: true\nseed: 2", "line 3: seed is there twice, first in line 1"),
        ("mix:\n  a: 1\n  b: 1\n  a: 1", "line 4: a is there twice, first in line 2"),
        ("mix: {a: {b: 1, b: 2}}", "line 1: b is there twice, first in line 1"),
    ],
)
def test_a_name_that_is_wrong_is_told_with_its_line(text: str, told: str, write: Write) -> None:
    assert told in _told(write, text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("seed: 1\npacking: [true\n", "FILE, line 3, column 1: expected ',' or ']', but got"),
        (
            "seed: 1\n\tpacking: true",
            r"FILE, line 2, column 1: found character '\t' that cannot start any token",
        ),
        ("seed: 1\n---\nseed: 2", "FILE, line 2, column 1: but found another document"),
        ("- seed", "FILE, line 1: no list of settings and values, such as seed: 1"),
        ("seed", "FILE, line 1: no list of settings and values, such as seed: 1"),
        ("\n[a]: 1", "FILE, line 2: the name of a setting must be a word"),
        ("seed: 2026-13-01", "FILE, line 1: month must be in 1..12"),
        ("seed: !!python/name:os.system ''", "FILE, line 1, column 7: could not determine a constructor"),
        ("mix: &a {b: *a}", "FILE, line 1, column 6: found unconstructable recursive node"),
    ],
)
def test_a_file_that_is_no_recipe_is_told_with_the_place(text: str, told: str, write: Write) -> None:
    assert _told(write, text).startswith(told)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(AlignError, match=f"cannot read {tmp_path}: Is a directory"):
        read_recipe(Every, tmp_path)
    (tmp_path / "latin").write_bytes(b"note: \xe9\xe8")
    with pytest.raises(AlignError, match="latin: no text in UTF-8: invalid continuation byte, at position 6"):
        read_recipe(Every, tmp_path / "latin")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_lines(write: Write) -> None:
    file = write("sed: 1\nsteps: 0\npacking: maybe\nsteps: 0\n")
    with pytest.raises(AlignError) as error:
        read_recipe(Every, file, {}, {"learning_rate": "0", "steps": "-1"})
    assert str(error.value).splitlines() == [
        f"the recipe {file} has 5 mistakes:",
        "  line 1: sed is no setting of this trainer; is seed meant?",
        "  line 3: packing is 'maybe', and must be true or false",
        "  line 4: steps is there twice, first in line 2",
        "  --learning-rate is '0', and must be a number above 0",
        "  --steps is '-1', and must be a whole number at least 1, or none",
        "  --show-recipe shows every setting with its description.",
    ]


def test_mistakes_of_flags_alone_are_wrong_usage(write: Write) -> None:
    for file in (None, write("seed: 3\n")):
        with pytest.raises(FlagError) as error:
            read_recipe(Every, file, {}, {"learning_rate": "x", "epoch": "1"})
        assert error.value.problem.splitlines() == [
            "--epoch is no setting of this trainer",
            "  --learning-rate is 'x', and must be a number above 0",
        ]


def test_conditions_of_the_trainers_own_are_told_in_its_words(write: Write) -> None:
    assert (
        _told(write, "needed: 1\nname: a b", Strict) == "the recipe FILE, line 2: name: a name has no spaces"
    )
    assert _told(write, "needed: 1\nlow: 3", Strict) == "the recipe FILE, low is 3, and high only 2"
    told = _told(write, "name: abcd", Strict).splitlines()
    assert "line 1: name is 'abcd', and must be text at most 3 characters long" in told[1]
    assert told[2] == "  needed must be set: a whole number"


def test_a_recipe_does_not_change() -> None:
    with pytest.raises(ValidationError):
        Every().seed = 2  # type: ignore[misc]


texts = st.text(max_size=20)
every = st.builds(
    Every,
    learning_rate=st.floats(min_value=0, exclude_min=True, allow_infinity=False),
    dropout=st.floats(min_value=0, max_value=1, exclude_max=True),
    steps=st.none() | st.integers(min_value=1),
    seed=st.integers(),
    packing=st.booleans(),
    examples=st.sampled_from(["ranked", "mimic"]),
    bits=st.sampled_from([4, 8]),
    batch=st.just("auto") | st.integers(),
    mix=st.dictionaries(texts, st.floats(min_value=0, max_value=1, exclude_min=True), max_size=3),
    layers=st.lists(texts, max_size=3).map(tuple),
    note=st.none()
    | texts
    | st.sampled_from(["none", "null", "no", "1e-4", "true", "~", "# a", "2026-01-01"]),
    file=st.none() | st.sampled_from([Path("a b/c"), Path("none"), Path("1")]),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(recipe=every)
def test_a_recipe_reads_back_as_it_is_shown(recipe: Every, write: Write) -> None:
    assert read_recipe(Every, write(show_recipe(recipe))) == recipe


def test_a_recipe_is_shown_with_what_each_setting_means_above_it() -> None:
    shown = show_recipe(Every(steps=3, mix={"a.jsonl": 0.5}))
    first, second, third, *_ = shown.split("\n\n")
    assert first == "# Highest learning rate. (a number above 0)\nlearning_rate: 0.0001"
    assert second.endswith("(a number at least 0 and below 1)\ndropout: 0.0")
    assert third.splitlines() == [
        "# Optimizer steps; without them, epochs count. (a whole number at least 1, or null)",
        "steps: 3",
    ]
    assert list(yaml.safe_load(shown)) == list(Every.model_fields)
    assert max(map(len, show_recipe(Long()).splitlines())) <= 110


class Long(Recipe):
    """A description of many words, over several lines, some with a hash."""

    text: str = Field("", description=f"First line.\n# second\u2028third {'word ' * 60}")


def test_a_description_never_becomes_a_setting(write: Write) -> None:
    assert yaml.safe_load(show_recipe(Long())) == {"text": ""}


def test_the_schema_tells_an_editor_what_each_setting_takes_and_means() -> None:
    schema = Every.model_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["properties"]["learning_rate"] == {
        "title": "Learning Rate",
        "description": "Highest learning rate.",
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 1e-4,
    }
    assert schema["properties"]["examples"]["enum"] == ["ranked", "mimic"]
    assert {"type": "null"} in schema["properties"]["steps"]["anyOf"]
    assert all(about["description"] for about in schema["properties"].values())


def test_numbers_that_are_none_are_refused_in_python_as_well() -> None:
    with pytest.raises(ValidationError):
        Every(learning_rate=math.inf)
    with pytest.raises(ValidationError):
        Every(seed=True)
    with pytest.raises(ValidationError):
        Every(packing=1)  # type: ignore[arg-type]
