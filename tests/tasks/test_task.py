"""What lm-eval asks the model for, with and without a chat template, and what it records."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from lm_eval import simple_evaluate

from align_tasks.adapters.cues import cue_hash, cues_text
from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.evaluation import task_manager
from align_tasks.scores.metric import Metric
from align_tasks.splits import split_of
from align_tasks.tasks.dataset import DATA_COLUMNS, PROMPT_COLUMNS, BuiltDataset, fingerprint
from align_tasks.tasks.task import AlignTask

SURVEY, ASSOCIATION = "wvs_tension_zh", "swow_us"
GOLDEN = {
    "swow_us": "3155dff683d4",
    "swow_zh": "41eb64c11923",
    "wvs_us": "f011a69fa046",
    "wvs_zh": "5662383f04bb",
    "wvs_tension_us": "409207aa55c5",
}


def _run(model: Any, *names: str, metadata: dict[str, str] | None = None, **options: Any) -> Any:
    return simple_evaluate(
        model=model,
        tasks=list(names),
        task_manager=task_manager(metadata or {"norms": "demo"}),
        **{"limit": 2, "bootstrap_iters": 0, **options},
    )


@pytest.fixture
def model(scripted: Any) -> Any:
    return scripted(score=lambda request: 0.0, write=lambda request: "one, two")


def test_a_survey_item_is_asked_in_both_orders_of_its_options(model: Any, data_home: Any) -> None:
    _run(model, SURVEY)
    first = [request for request in model.seen if request.doc_id == 0]
    options = first[0].doc["options"]
    given, backwards = first[0].args[0], first[-1].args[0]
    assert [request.args for request in first] == [
        (context, label) for context in (given, backwards) for label in "ABCDEFGHIJ"[: len(options)]
    ]
    assert f"A. {options[0]}\n" in given
    assert given.endswith("\n答案：")
    assert f"A. {options[-1]}\n" in backwards


def test_a_chat_model_answers_in_a_turn_of_its_own(model: Any, data_home: Any) -> None:
    _run(model, "wvs_us", apply_chat_template=True)
    context, continuation = model.seen[0].args
    assert context.startswith("<user>This is an interview")
    assert context.endswith("<assistant>")
    assert "Answer:" not in context
    assert continuation == "A"


def test_a_base_model_continues_after_a_blank(model: Any, data_home: Any) -> None:
    _run(model, "wvs_us")
    context, continuation = model.seen[0].args
    assert context.endswith("\nAnswer:")
    assert continuation == " A"


def test_a_base_model_answers_in_one_line_and_a_chat_model_ends_its_turn(model: Any, data_home: Any) -> None:
    _run(model, ASSOCIATION)
    assert model.seen[0].args[1]["until"] == ["\n"]
    model.seen.clear()
    _run(model, ASSOCIATION, apply_chat_template=True)
    assert model.seen[0].args[1]["until"] == []


def test_a_system_instruction_comes_first(model: Any, data_home: Any) -> None:
    _run(model, ASSOCIATION, system_instruction="Be brief.")
    assert model.seen[0].args[0].startswith("Be brief.\n\nWhich words")
    model.seen.clear()
    _run(model, ASSOCIATION, system_instruction="Be brief.", apply_chat_template=True)
    assert model.seen[0].args[0].startswith("<system>Be brief.<user>Which words")


def test_worked_examples_come_from_training_cues_only(model: Any, data_home: Any) -> None:
    _run(model, ASSOCIATION, num_fewshot=3)
    for request in model.seen:
        lines = request.args[0].splitlines()
        cues = [line.removeprefix("Word: ") for line in lines if line.startswith("Word: ")]
        assert [split_of(cue) for cue in cues] == ["train", "train", "train", "test"]
        assert sum(line.startswith("Associations: ") for line in lines) == 3


def test_worked_examples_can_be_turns_of_a_chat(model: Any, data_home: Any) -> None:
    _run(model, ASSOCIATION, num_fewshot=2, apply_chat_template=True, fewshot_as_multiturn=True)
    context = model.seen[0].args[0]
    assert context.count("<user>") == context.count("<assistant>") == 3
    assert context.count("Which words") == 1


def test_survey_tasks_take_no_worked_examples(model: Any, data_home: Any) -> None:
    _run(model, SURVEY, num_fewshot=3)
    assert model.seen[0].args[0].count("答案：") == 1


def test_results_say_what_the_data_are(model: Any, data_home: Any) -> None:
    results = _run(model, ASSOCIATION, SURVEY)
    association = results["configs"][ASSOCIATION]["metadata"]
    assert association["norms"] == "demo"
    assert association["culture"] == "us"
    assert association["version"] == 1.0
    assert results["results"][ASSOCIATION]["alias"] == "swow_us (demo norms)"
    survey = results["configs"][SURVEY]["metadata"]
    assert survey["countries"] == ["USA", "CHN"]
    assert survey["items"] == 50
    assert survey["data_fingerprint"] != association["data_fingerprint"]


def test_fingerprints_tell_data_and_prompts_apart() -> None:
    row = {"cue": "tea", "counts": [2, 1], "instruction": "Do it.", "ceiling": [0.1]}
    data, prompts = fingerprint([row], DATA_COLUMNS), fingerprint([row], PROMPT_COLUMNS)
    other_counts = {**row, "counts": [3, 1]}
    assert fingerprint([other_counts], DATA_COLUMNS) != data
    assert fingerprint([other_counts], PROMPT_COLUMNS) == prompts
    other_prompt = {**row, "instruction": "Please do it."}
    assert fingerprint([other_prompt], DATA_COLUMNS) == data
    assert fingerprint([other_prompt], PROMPT_COLUMNS) != prompts
    assert fingerprint([{**row, "ceiling": [0.2]}], DATA_COLUMNS) == data


def test_fingerprints_are_the_same_on_every_machine(data_home: Any) -> None:
    """They change when data or prompts do, and then on purpose."""
    names = ["swow_us", "swow_zh", "wvs_us", "wvs_zh", "wvs_tension_us"]
    tasks = task_manager({"norms": "demo"}).load(names)["tasks"]
    assert {name: tasks[name].config.metadata["data_fingerprint"] for name in names} == GOLDEN


def test_worked_examples_of_a_row_do_not_depend_on_what_else_is_evaluated(model: Any, data_home: Any) -> None:
    _run(model, ASSOCIATION, num_fewshot=2, limit=3)
    together = {request.doc["cue"]: request.args[0] for request in model.seen}
    model.seen.clear()
    _run(model, ASSOCIATION, num_fewshot=2, limit=None, samples={ASSOCIATION: [2]})
    (alone,) = model.seen
    assert together[alone.doc["cue"]] == alone.args[0]
    model.seen.clear()
    _run(model, ASSOCIATION, num_fewshot=2, limit=3, fewshot_random_seed=7)
    assert {request.doc["cue"]: request.args[0] for request in model.seen} != together


def test_more_worked_examples_than_training_cues_are_told(model: Any, data_home: Any) -> None:
    with pytest.raises(AlignError, match="500 worked examples wanted"):
        _run(model, ASSOCIATION, num_fewshot=500)


def test_predict_only_asks_and_scores_nothing(model: Any, data_home: Any) -> None:
    results = _run(model, ASSOCIATION, SURVEY, "swow_zh_dist", predict_only=True)
    for name in (ASSOCIATION, SURVEY, "swow_zh_dist"):
        assert results["results"][name]["bypass,none"] == 999


@pytest.mark.parametrize("chat", [False, True])
def test_a_stop_sequence_that_somebody_names_counts(chat: bool, model: Any, data_home: Any) -> None:
    _run(model, ASSOCIATION, apply_chat_template=chat, gen_kwargs={"until": ["END"]})
    assert model.seen[0].args[1]["until"] == ["END"]


def test_requests_of_other_norms_are_never_taken_from_a_cache(model: Any, data_home: Any) -> None:
    _run(model, SURVEY, cache_requests=True, limit=None)
    ours = [request.doc["item"] for request in model.seen]
    model.seen.clear()
    _run(model, SURVEY, cache_requests=True, limit=None, metadata={"tension": "paper"})
    assert [request.doc["item"] for request in model.seen] != ours


def test_the_culture_of_a_task_cannot_be_exchanged(model: Any, data_home: Any) -> None:
    results = _run(model, ASSOCIATION, metadata={"norms": "demo", "culture": "zh"})
    assert model.seen[0].args[0].startswith("Which words")
    assert results["configs"][ASSOCIATION]["metadata"]["culture"] == "us"


@pytest.mark.parametrize(("key", "right"), [("tensoin", "tension"), ("norm", "norms")])
def test_a_misspelt_choice_is_told(key: str, right: str, model: Any, data_home: Any) -> None:
    with pytest.raises(AlignError, match=f"'{key}'.*'{right}'"):
        _run(model, SURVEY, metadata={key: "paper"})


@pytest.mark.parametrize("setting", ["description", "process_results", "metric_list"])
def test_settings_that_would_have_no_effect_are_refused(setting: str) -> None:
    with pytest.raises(AlignError, match=f"'mine' sets {setting}, which AlignTask does not use"):
        AlignTask({"task": "mine", setting: "Be kind."})


def test_a_task_file_that_does_not_say_how_answers_are_scored_is_refused() -> None:
    with pytest.raises(
        AlignError, match=r"task 'mine' does not set read_answer, metrics, metadata: \{version"
    ):
        AlignTask({"task": "mine", "custom_dataset": len})


def test_a_task_of_a_kind_without_metrics_is_refused() -> None:
    functions = {"custom_dataset": len, "read_answer": len}
    settings = {"task": "mine", **functions, "metrics": "smell", "metadata": {"version": 1}}
    with pytest.raises(AlignError, match="no metrics of kind 'smell'"):
        AlignTask(settings)


def test_every_task_of_a_kind_reports_a_metric_of_a_plugin(model: Any, data_home: Any, plugins: Any) -> None:
    def rare(answer: Any) -> float | None:
        """Left out for one of the two rows."""
        return 7.0 if answer.cue == first else None

    _run(model, ASSOCIATION)
    first = model.seen[0].doc["cue"]
    plugins.register(
        metrics=[
            Metric("association", "words", lambda answer: len(answer.words), better="higher"),
            Metric("association", "rare", rare),
            Metric("association", "never", lambda answer: None),
            Metric("association", "broken", lambda answer: 1 / 0, describe=lambda row: {"broken": "always"}),
        ]
    )
    results = _run(model, ASSOCIATION, "swow_zh", "swow_us_rank", bootstrap_iters=1)
    found = results["results"][ASSOCIATION]
    assert (found["words,none"], found["words_stderr,none"]) == (2, 0)
    assert (found["rare,none"], found["rare_stderr,none"]) == (7, "N/A")
    assert "never,none" not in found
    assert math.isnan(found["broken,none"])
    assert found["invalid,none"] == 0
    assert results["configs"][ASSOCIATION]["metadata"]["broken"] == "always"
    assert results["higher_is_better"][ASSOCIATION]["words"] is True
    assert results["results"]["swow_zh"]["words,none"] == 2
    assert "words,none" not in results["results"]["swow_us_rank"]


def test_results_name_the_plugins_that_take_part(model: Any, data_home: Any, plugins: Any) -> None:
    plugins.use(
        plugins.origin("metric", metrics=[Metric("association", "words", lambda answer: 1.0)]),
        plugins.origin("culture", cultures=[Culture("uk", "en", "GBR")]),
        plugins.origin("other", metrics=[Metric("ranking", "words", lambda answer: 1.0)]),
    )
    results = _run(model, ASSOCIATION, SURVEY)
    assert results["configs"][ASSOCIATION]["metadata"]["plugins"] == ["align-metric 1.0"]
    assert results["configs"][SURVEY]["metadata"]["plugins"] == []


@pytest.mark.parametrize("key", ["norms", "data_fingerprint", "culture", "align_tasks"])
def test_a_metric_cannot_relabel_what_the_task_rests_on(
    key: str, model: Any, data_home: Any, plugins: Any
) -> None:
    plugins.register(
        metrics=[Metric("association", "words", lambda answer: 1.0, describe=lambda row: {key: "real"})]
    )
    with pytest.raises(AlignError, match=f"a metric describes what the task itself does: {key}"):
        _run(model, ASSOCIATION)


@pytest.mark.parametrize(("name", "language"), [("swow_zh", "zh"), ("wvs_us", "en"), (SURVEY, "zh")])
def test_results_name_the_language_that_was_asked(
    name: str, language: str, model: Any, data_home: Any
) -> None:
    metadata = {"norms": "demo", "language": "xx"}
    assert _run(model, name, metadata=metadata)["configs"][name]["metadata"]["language"] == language


def test_rows_whose_human_data_have_no_fingerprint_are_refused() -> None:
    with pytest.raises(AlignError, match=r"no column of the rows holds the human data: gold[\s\S]*_columns"):
        BuiltDataset([{"gold": 1}])
    first, second = (BuiltDataset([{"gold": n}], data_columns=("gold",)).describe() for n in (1, 2))
    assert first["data_fingerprint"] != second["data_fingerprint"]


def _folder_trained_on(folder: Path, *cues: str) -> str:
    folder.mkdir()
    (folder / "training_cues.txt").write_text(cues_text(map(cue_hash, cues)))
    return str(folder)


def test_test_cues_that_model_or_adapter_was_trained_on_are_counted_each_once(
    model: Any, data_home: Any, tmp_path: Path
) -> None:
    _run(model, ASSOCIATION, limit=None)
    cues = list(dict.fromkeys(request.doc["cue"] for request in model.seen))
    metadata = {
        "norms": "demo",
        "pretrained": _folder_trained_on(tmp_path / "model", *cues[:2]),
        "peft": _folder_trained_on(tmp_path / "adapter", *cues[1:3], "not a test cue"),
    }
    results = _run(model, ASSOCIATION, "swow_zh", SURVEY, metadata=metadata)
    numbers = {
        name: config["metadata"].get("trained_test_cues") for name, config in results["configs"].items()
    }
    assert numbers == {ASSOCIATION: 3, "swow_zh": 0, SURVEY: None}
    assert {name: found["alias"] for name, found in results["results"].items()} == {
        ASSOCIATION: "swow_us (demo norms) (trained on 3 test cues)",
        "swow_zh": "swow_zh (demo norms)",
        SURVEY: SURVEY,
    }


def test_one_test_cue_that_was_trained_on_is_told_in_the_singular(
    model: Any, data_home: Any, tmp_path: Path
) -> None:
    _run(model, ASSOCIATION)
    folder = _folder_trained_on(tmp_path / "adapter", model.seen[0].doc["cue"])
    results = _run(model, ASSOCIATION, metadata={"norms": "demo", "peft": folder})
    assert results["results"][ASSOCIATION]["alias"] == "swow_us (demo norms) (trained on 1 test cue)"


def test_weights_without_a_list_of_their_cues_are_not_said_to_have_seen_none(
    model: Any, data_home: Any, tmp_path: Path
) -> None:
    results = _run(model, ASSOCIATION, metadata={"norms": "demo", "pretrained": str(tmp_path)})
    assert "trained_test_cues" not in results["configs"][ASSOCIATION]["metadata"]
    assert results["results"][ASSOCIATION]["alias"] == "swow_us (demo norms)"
