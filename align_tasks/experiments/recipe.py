"""What the file of an experiment says: models, training runs, evaluations and comparisons."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]*$", max_length=60)]
Names = Annotated[list[Name], Field(min_length=1)]
Seeds = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Needs(_Part):
    """What one step needs. The engine runs no more steps at once than there is room for."""

    cores: int | None = Field(
        default=None, ge=1, description="Processor cores; all that --cores gives, unless set."
    )
    memory_gb: float | None = Field(default=None, gt=0, description="Memory in GB; see --memory.")
    gpus: int | None = Field(default=None, ge=0, description="GPUs; see --gpus.")
    hours: float | None = Field(default=None, gt=0, description="Longest time, which clusters ask for.")


NO_NEEDS = Needs()


class TrainingRun(_Part):
    """A training of one or more models, with one or more seeds."""

    trainer: str = Field(description="As `align train` lists them.")
    culture: str = Field(description="Whose associations to learn.")
    models: Names | None = Field(None, description="Names of the models to train; all, unless set.")
    adapter: Name | None = Field(
        None, description="The run whose adapter training starts from: that of the same model and seed."
    )
    recipe: str | None = Field(None, description="A recipe of the trainer's own, or a YAML file.")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the trainer; they win over those of `recipe`."
    )
    vary: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="Settings with a list of values each: a run for each value, and each combination.",
    )
    seeds: Seeds | None = Field(None, description="Those of the experiment, unless set.")
    needs: Needs = Field(NO_NEEDS, description="What training one adapter needs.")


class Evaluation(_Part):
    """Tasks that models and what was trained on them are asked, as `align eval` asks them."""

    tasks: Annotated[list[str], Field(min_length=1)] = Field(
        description="Tasks or groups; see `align tasks`."
    )
    models: Names | None = Field(None, description="Names of the models to ask; all, unless set.")
    runs: list[Name] | None = Field(
        None, description="Runs whose adapters to ask: all of these models, unless set; [] for none."
    )
    limit: int | None = Field(None, ge=1, description="Rows of each task, a fair sample; all, unless set.")
    num_fewshot: int | None = Field(None, ge=0, description="Worked examples from training cues.")
    apply_chat_template: bool = Field(False, description="Ask in the model's chat format.")
    batch_size: int | Literal["auto"] | None = Field(None, description="Answers written at once.")
    needs: Needs = Field(NO_NEEDS, description="What evaluating one model or adapter needs.")


class Comparison(_Part):
    """Tables of models and what was trained on them, as `align compare` prints them."""

    baseline: Name = Field(description="The model that changes are told against.")
    models: Names | None = Field(
        None, description="Names of the models in it, with what was trained on them; all, unless set."
    )
    each_seed: bool = Field(False, description="Show the seeds of a run one by one.")


class Experiment(_Part):
    """An experiment, as `align run` carries it out."""

    name: Name = Field(description="Short name, of the folder of results among others.")
    question: str = Field(min_length=1, description="What the experiment is to answer, in one sentence.")
    models: Annotated[dict[Name, str], Field(min_length=1)] = Field(
        description="A name for each model, with its folder or hub name; --model NAME=FOLDER takes another."
    )
    norms: Literal["imported", "demo", "auto"] = Field(
        "imported", description="Norms to learn and to ask about; auto takes demo where none are imported."
    )
    seeds: Seeds = Field([1], description="Each run is trained once with each of them.")
    runs: dict[Name, TrainingRun] = Field(default_factory=dict, description="What to train, by name.")
    evaluate: Annotated[list[Evaluation], Field(min_length=1)] = Field(description="What to ask.")
    compare: dict[Name, Comparison] = Field(
        default_factory=dict, description="Tables, by name of their files."
    )
    backend: str = Field("hf-shared", description="What runs the models in evaluations; see `align eval`.")
    dtype: str = Field("auto", description="Number format in evaluations, such as bfloat16.")
    device: str | None = Field(None, description="Torch device in evaluations; a GPU where there is one.")
