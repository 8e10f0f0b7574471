"""What lm-eval asks the model for, with and without a chat template, and what it records."""

from __future__ import annotations

from typing import Any

import pytest
from lm_eval import evaluate

from align_tasks.evaluation import task_manager
from align_tasks.splits import split_of
from align_tasks.tasks.task import DATA_COLUMNS, PROMPT_COLUMNS, fingerprint

SURVEY, ASSOCIATION = "wvs_tension_zh", "swow_us"


def _run(model: Any, *names: str, **options: Any) -> Any:
    loaded = task_manager({"norms": "demo"}).load(list(names))
    shots = options.pop("num_fewshot", 0)
    for task in loaded["tasks"].values():
        task.set_config("num_fewshot", shots if task.config.num_fewshot is None else 0)
        task.set_fewshot_seed(1234)
    return evaluate(lm=model, task_dict=loaded, limit=2, bootstrap_iters=0, **options)


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
