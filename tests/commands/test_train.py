"""`align train`: trainers and their flags, what is refused before anything heavy, and what is left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import Field

from align_tasks.commands import main
from align_tasks.plugins import AlignError, Recipe, Trainer, TrainingJob, TrainingResult

ADVICE = "pip install align-trainers (in a clone: pip install ./trainers)"


class Small(Recipe):
    """A setting of every kind that a flag can have."""

    learning_rate: float = Field(1e-4, gt=0, description="Highest learning rate, in [0, 1] or [/above].")
    patience: int | None = Field(None, ge=1, description="Measurements to wait.")
    packing: bool = Field(True, description="Several examples in a row.")
    method: Literal["lora", "full"] = Field("lora", description="What is trained.")
    mix: dict[str, float] = Field(default_factory=dict, description="Files with their shares.")
    layers: list[str] | None = Field(None, description="Names of layers.")
    note: str | None = Field("x", description="Anything.")


@dataclass
class Training:
    """The trainer of these tests: notes its jobs, and fails or writes as it is told."""

    jobs: list[TrainingJob]
    failure: BaseException | None = None
    result: Any = None

    def __call__(self, job: TrainingJob) -> Any:
        self.jobs.append(job)
        print("step 1")
        (job.output / "checkpoint-1").mkdir(exist_ok=True)
        if self.failure is not None:
            raise self.failure
        (job.output / "adapter_config.json").write_text('{"peft_type": "LORA"}')
        (job.output / "adapter_model.safetensors").write_bytes(b"weights")
        return self.result


@pytest.fixture
def training() -> Training:
    return Training(
        [], result=TrainingResult(data={"norms": "demo"}, cues=["red"], steps=1, metrics={"loss": 1})
    )


@dataclass(frozen=True)
class Outcome:
    """What a run of `align` left: exit status, standard output, and standard error without its frames."""

    status: int
    out: str
    err: str


Align = Callable[..., Outcome]


@pytest.fixture
def align(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_home: Path) -> Align:
    """The `align` command in this process."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("RANK", raising=False)

    def run(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["align", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
        out, err = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), out, " ".join(err.replace("│", " ").split()))

    return run


@pytest.fixture
def small(plugins: Any, training: Training, tmp_path: Path) -> Trainer:
    """The trainer ``small``, in use."""
    (tmp_path / "paper.yaml").write_text("learning_rate: 2e-5\npatience: 3\n")
    trainer = Trainer(
        "small",
        summary="Learns [/a] little.",
        train=training,
        recipe=Small,
        recipes={"paper": tmp_path / "paper.yaml"},
    )
    plugins.register(trainers=[trainer])
    return trainer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Folder of a model, as far as it is looked at here."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(b"weights of the base")
    return folder


@pytest.fixture
def job(small: Trainer, model: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    """The arguments of a job whose folder is ``out``."""
    return ("train", "small", "--model", model, "--culture", "us", "--output", tmp_path / "out")


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _shown(align: Align, *arguments: str | Path) -> Any:
    done = align("train", "small", "--show-recipe", *arguments)
    assert (done.status, done.err) == (0, "")
    return yaml.safe_load(done.out)


# Which trainers there are


def test_trainers_are_listed_without_importing_their_recipes(align: Align, plugins: Any) -> None:
    named = Trainer("late", summary="Learns [/late].", train="nowhere:train", recipe="nowhere:Recipe")
    plugins.register(trainers=[named])
    assert align("train") == Outcome(0, "late: Learns [/late].\n", "")
    shown = align("train", "--help")
    assert shown.status == 0
    assert "Trainers" in shown.out
    assert "│ late  Learns [/late]." in shown.out
    assert "Example: align train sft --model" in shown.out


def test_where_no_trainer_is_installed_it_is_told_how_to_get_ours(align: Align, plugins: Any) -> None:
    plugins.register()
    assert align("train") == Outcome(0, "", f"No trainer is installed. Install ours: {ADVICE}")
    done = align("train", "sft", "--model", "m", "--culture", "us", "--output", "o")
    told = f"align: unknown trainer 'sft' No trainer is installed. Install ours: {ADVICE}"
    assert done == Outcome(1, "", told)


def test_an_unknown_trainer_is_told_with_those_there_are(align: Align, plugins: Any, small: Trainer) -> None:
    told = "align: unknown trainer 'smal' Is small meant? Trainers: small."
    assert align("train", "smal") == Outcome(1, "", f"{told} Install more: {ADVICE}")
    plugins.register("trainers", trainers=[small])  # as the package align-trainers
    assert align("train", "smal") == Outcome(1, "", told)


@pytest.mark.parametrize("field", ["train", "recipe"])
def test_a_missing_library_is_told_with_what_to_install(
    field: str, align: Align, plugins: Any, job: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"lacks_for_{field}.py").write_text("import trl_of_another_world.sft\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    functions = {"train": print, "recipe": Small} | {field: f"lacks_for_{field}:thing"}
    told = "align: the trainer 'small' needs the module 'trl_of_another_world', which is not installed"
    for name, install in (("trainers", ADVICE), ("other", "pip install align-other")):
        plugins.register(name, trainers=[Trainer("small", summary="", **functions)])
        done = align(*job)
        assert (done.status, done.out) == (1, "")
        assert done.err == f"{told} Install it: {install}"
    assert _files(tmp_path).keys().isdisjoint({"out/run.json", "out/align.json"})


def test_a_recipe_that_is_none_is_told(align: Align, plugins: Any) -> None:
    plugins.register(trainers=[Trainer("small", summary="", train=print, recipe="builtins:dict")])
    done = align("train", "small", "--help")
    assert (done.status, done.err) == (
        1,
        "align: the recipe of the trainer 'small' is no subclass of Recipe: <class 'dict'>",
    )


def test_a_setting_cannot_be_called_as_a_flag_of_every_trainer(align: Align, plugins: Any) -> None:
    class Taken(Recipe):
        model: str = ""

    plugins.register(trainers=[Trainer("small", summary="", train=print, recipe=Taken)])
    done = align("train", "small", "--help")
    assert (done.status, done.err) == (1, "align: the trainer 'small' cannot call a setting 'model'")


# Flags and recipes


def test_the_help_has_every_setting_with_its_type_and_default(align: Align, small: Trainer) -> None:
    done = align("train", "small", "--help")
    assert done.status == 0
    text = " ".join(done.out.replace("│", " ").split())
    options, _, recipe = text.partition("Recipe ─")
    for flag in (
        "--model <str>",
        "--culture <str>",
        "--adapter <path>",
        "--output <path>",
        "--recipe <file|name>",
        "--show-recipe",
    ):
        assert flag in options
    assert "Learns [/a] little. Recipes of its own: paper" in options
    assert "--learning-rate <float> Highest learning rate, in [0, 1] or [/above]. [default: 0.0001]" in recipe
    assert "--patience <int|none> Measurements to wait. [default: none]" in recipe
    assert "--packing --no-packing <bool> Several examples in a row. [default: packing]" in recipe
    assert "--method <lora|full> What is trained. [default: lora]" in recipe
    assert "--mix <name=float> Files with their shares. --layers" in recipe
    assert "--note <str|none> Anything. [default: x]" in recipe
    assert text.endswith("Example: align train small --model ./SmolLM2 --culture us --output adapters/us")


def test_flags_reach_the_trainer_as_values(align: Align, job: Any, training: Training) -> None:
    flags = "--learning-rate 1e-3 --patience 2 --no-packing --method full --mix a=b.jsonl=1e-1 --mix c=1 "
    flags += "--layers q --layers v --note none"
    assert align(*job, *flags.split()).status == 0
    assert training.jobs[0].recipe == Small(
        learning_rate=1e-3,
        patience=2,
        packing=False,
        method="full",
        mix={"a=b.jsonl": 0.1, "c": 1.0},
        layers=["q", "v"],
        note=None,
    )


def test_the_recipe_that_would_be_used_is_shown(align: Align, small: Trainer, tmp_path: Path) -> None:
    assert _shown(align) == Small().model_dump()
    assert _shown(align, "--recipe", "paper") == Small(learning_rate=2e-5, patience=3).model_dump()
    flags = ("--patience", "none", "--mix", "a=.5", "--packing", "--layers", "q")
    both = Small(learning_rate=2e-5, mix={"a": 0.5}, layers=["q"])
    assert _shown(align, "--recipe", "paper", *flags) == both.model_dump()
    mine = tmp_path / "mine.yaml"
    mine.write_text(align("train", "small", "--show-recipe", "--recipe", "paper", *flags).out)
    assert "# Highest learning rate, in [0, 1] or [/above]. (a number above 0)\n" in mine.read_text()
    assert _shown(align, "--recipe", mine) == both.model_dump()
    assert _shown(align, "--recipe", mine, "--layers", "none", "--method", "full")["layers"] is None
    assert _shown(align, "--recipe", mine, "--mix", "none")["mix"] == {}


def test_a_flag_that_says_the_default_wins_over_the_file(align: Align, small: Trainer) -> None:
    assert (
        _shown(align, "--recipe", "paper", "--patience", "none", "--learning-rate", "0.0001")
        == Small().model_dump()
    )


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ("--learning-rate fast", "--learning-rate is 'fast', and must be a number above 0"),
        ("--learning-rate none", "--learning-rate is 'none', and must be a number above 0"),
        ("--patience 0", "--patience is '0', and must be a whole number at least 1, or none"),
        ("--patience 1.5", "--patience is '1.5', and must be a whole number at least 1, or none"),
        ("--method all", "--method is 'all', and must be lora or full"),
        ("--mix a", "Invalid value for '--mix': 'a' is not NAME=VALUE"),
        ("--mix =1", "Invalid value for '--mix': '=1' is not NAME=VALUE"),
        ("--mix a=1 --mix a=2", "Invalid value for '--mix': a is there twice"),
        ("--mix a=b", """--mix is {"a": "b"}, and must be names with values, each a number"""),
        ("--learning-rte 1", "No such option: --learning-rte"),
        ("--packing yes", "Got unexpected extra argument"),
        ("--patience 0 --method all", "--method is 'all', and must be lora or full"),
    ],
)
def test_a_wrong_flag_is_wrong_usage(
    flags: str, told: str, align: Align, job: Any, training: Training
) -> None:
    done = align(*job, *flags.split())
    assert (done.status, done.out, training.jobs) == (2, "", [])
    assert told in done.err


def test_a_wrong_recipe_file_is_told_before_the_folder_is_made(
    align: Align, job: Any, training: Training, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("packing: true\nlearning_rte: 1e-4\n")
    done = align(*job, "--recipe", tmp_path / "mine.yaml")
    assert (done.status, done.out, training.jobs) == (1, "", [])
    told = "learning_rte is no setting of this trainer; is learning_rate meant?"
    assert done.err.startswith(f"align: the recipe {tmp_path}/mine.yaml, line 2: {told}")
    assert not (tmp_path / "out").exists()
    assert align(*job, "--recipe", "nowhere").status == 1
    assert align(*job, "--recipe", tmp_path / "mine.yaml", "--patience", "0").status == 1


@pytest.mark.parametrize("left", ["--model", "--culture", "--output"])
def test_a_job_needs_a_model_a_culture_and_an_output(left: str, align: Align, job: Any) -> None:
    place = job.index(left)
    done = align(*job[:place], *job[place + 2 :])
    assert (done.status, done.out) == (2, "")
    assert "name --model, --culture and --output" in done.err


def test_what_cannot_be_trained_is_told_before_the_folder_is_made(
    align: Align, job: Any, training: Training, tmp_path: Path
) -> None:
    for flags, told in (
        (("--model", tmp_path), "config.json is not there"),
        (("--model", "./nowhere"), "there is no such folder"),
        (("--culture", "uk"), "unknown culture 'uk'"),
    ):
        done = align(*job, *flags)
        assert (done.status, done.out, training.jobs) == (1, "", [])
        assert told in done.err
    assert not (tmp_path / "out").exists()


# Runs


def test_a_run_leaves_a_sealed_folder_and_says_how_to_evaluate_it(
    align: Align, job: Any, model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = align(*job, "--patience", "2")
    assert (done.status, done.out) == (0, "")
    told = f"step 1 The trained weights are in {out} Next: align eval --model {model} --adapter {out}"
    assert done.err == f"{told} --tasks swow_us,swow_us_rank --output results"
    record = json.loads((out / "run.json").read_text())
    assert record == {
        "trainer": "small",
        "model": str(model),
        "culture": "us",
        "recipe": Small(patience=2).model_dump(),
        "adapter_sha256": None,
    }
    sealed = json.loads((out / "align.json").read_text())
    assert (sealed["trainer"], sealed["recipe"], sealed["steps"]) == ("small", record["recipe"], 1)
    assert {"README.md", "training_cues.txt"} <= set(_files(out))


def test_a_finished_run_is_told_and_left_alone(
    align: Align, job: Any, training: Training, tmp_path: Path
) -> None:
    align(*job)
    before = _files(tmp_path / "out")
    done = align(*job)
    assert (done.status, done.out, len(training.jobs)) == (0, "", 1)
    assert done.err.startswith(f"The run in {tmp_path}/out is finished already: it learned from the norms ")
    assert _files(tmp_path / "out") == before


def test_an_interrupted_run_goes_on_in_its_folder(
    align: Align, job: Any, training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training.failure = AlignError("the power is out")
    assert align(*job) == Outcome(1, "", "step 1 align: the power is out")
    assert set(_files(tmp_path / "out")) == {"run.json"}
    training.failure = None
    monkeypatch.chdir(tmp_path)
    again = [argument if argument != tmp_path / "model" else "./model" for argument in job]
    done = align(*again)
    assert done.status == 0
    assert done.err.startswith(
        f"Going on with the unfinished run in {tmp_path}/out step 1 The trained weights"
    )
    assert [job.output for job in training.jobs] == [tmp_path / "out"] * 2
    assert (tmp_path / "out" / "align.json").is_file()


def test_an_adapter_to_start_from_reaches_the_trainer_and_the_record(
    align: Align, job: Any, training: Training, tmp_path: Path
) -> None:
    first, second = tmp_path / "out", tmp_path / "second"
    assert align(*job).status == 0
    assert training.jobs[0].adapter is None
    training.result = TrainingResult(data={"norms": "demo"}, cues=["moon"], steps=1, metrics={})
    command = (*job[:-1], second, "--adapter", first)
    assert align(*command).status == 0
    assert training.jobs[1].adapter == first
    told = json.loads((second / "align.json").read_text())
    assert told["started_from"]["name"] == "out"
    assert told["started_from"]["record"] == json.loads((first / "align.json").read_text())
    assert told["data"]["training_cues"] == 2
    assert "is finished already" in align(*command).err
    assert "adapter_sha256: null there, " in align(*job, "--adapter", first).err


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda adapter, model: adapter.rename(adapter.parent / "away"), "there is no such folder"),
        (lambda adapter, model: (adapter / "adapter_model.safetensors").unlink(), "its weights are gone"),
        (lambda adapter, model: (adapter / "align.json").write_text("{"), "align.json is damaged"),
        (
            lambda adapter, model: (model / "model.safetensors").write_bytes(b"other"),
            "was trained on the model model (SHA-256",
        ),
    ],
)
def test_an_adapter_that_cannot_be_started_from_is_told_before_anything_is_made(
    change: Callable[[Path, Path], Any],
    told: str,
    align: Align,
    job: Any,
    model: Path,
    training: Training,
    tmp_path: Path,
) -> None:
    assert align(*job).status == 0
    change(tmp_path / "out", model)
    done = align(*job[:-1], tmp_path / "second", "--adapter", tmp_path / "out")
    assert (done.status, done.out, len(training.jobs)) == (1, "", 1)
    assert told in done.err
    assert not (tmp_path / "second").exists()


def test_another_run_is_not_begun_in_the_same_folder(
    align: Align, job: Any, training: Training, tmp_path: Path
) -> None:
    training.failure = AlignError("the power is out")
    align(*job)
    before = _files(tmp_path / "out")
    done = align(*job, "--learning-rate", "2e-4", "--mix", "a=1")
    assert (done.status, done.out, len(training.jobs)) == (1, "", 1)
    assert (
        f"the output folder {tmp_path}/out holds another run: learning_rate: 0.0001 there, 0.0002 here "
        'mix: {} there, {"a": 1.0} here'
    ) in done.err
    assert _files(tmp_path / "out") == before


def test_a_folder_of_other_things_is_left_alone(
    align: Align, job: Any, training: Training, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    done = align(*job)
    assert (done.status, done.out, training.jobs) == (1, "", [])
    assert f"the output folder {tmp_path}/out is not empty, and holds no run" in done.err
    assert list(_files(tmp_path / "out")) == ["thesis.tex"]


def test_a_trainer_that_returns_something_else_is_named(align: Align, job: Any, training: Training) -> None:
    training.result = {"loss": 1}
    done = align(*job)
    assert (done.status, done.out) == (1, "")
    assert "align: the trainer 'small' returned {'loss': 1}, not a TrainingResult" in done.err


def test_whole_models_are_evaluated_as_such(
    align: Align, plugins: Any, job: Any, training: Training, tmp_path: Path
) -> None:
    def train(job: TrainingJob) -> Any:
        (job.output / "config.json").write_text("{}")
        (job.output / "model.safetensors").write_bytes(b"weights")
        return training.result

    plugins.register(trainers=[Trainer("small", summary="", train=train, recipe=Small)])
    assert f"Next: align eval --model {tmp_path}/out --tasks swow_us,swow_us_rank" in align(*job).err


def test_what_was_trained_in_the_chat_format_is_evaluated_in_it(
    align: Align, plugins: Any, job: Any, training: Training
) -> None:
    class Chat(Recipe):
        apply_chat_template: bool = False

    plugins.register(trainers=[Trainer("small", summary="", train=training, recipe=Chat)])
    assert "swow_us_rank --apply-chat-template --output" in align(*job, "--apply-chat-template").err


def test_of_several_processes_all_train_and_the_first_alone_writes_records(
    align: Align, job: Any, training: Training, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").mkdir()
    monkeypatch.setenv("RANK", "1")
    assert align(*job) == Outcome(0, "", "step 1")
    assert set(_files(tmp_path / "out")) == {"adapter_config.json", "adapter_model.safetensors"}
    for name in _files(tmp_path / "out"):
        (tmp_path / "out" / name).unlink()
    (tmp_path / "out" / "checkpoint-1").rmdir()
    monkeypatch.setenv("RANK", "0")
    assert align(*job).status == 0
    assert (tmp_path / "out" / "align.json").is_file()
    monkeypatch.setenv("RANK", "1")
    assert align(*job) == Outcome(0, "", "")
    assert len(training.jobs) == 2


LISTED = """
import sys
from align_tasks.commands import main
from align_tasks.plugins import loading

app = main.build(loading.loaded())
assert "pydantic" not in sys.modules and "align_tasks.recipes" not in sys.modules
sys.argv = ["align", "train", "--help"]
try:
    app()
finally:
    print([name for name in ("align_tasks.recipes", "torch", "polars") if name in sys.modules])
"""


def test_listing_trainers_imports_nothing_of_recipes() -> None:
    done = subprocess.run([sys.executable, "-c", LISTED], capture_output=True, text=True)
    assert (done.returncode, done.stderr, done.stdout.splitlines()[-1]) == (0, "", "[]")
