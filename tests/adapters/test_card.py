"""The model card: read as the hub reads it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import ModelCard

SWOW = "CC BY-NC-ND 3.0 (De Deyne et al., smallworldofwords.org): not to be passed on"
Seal = Callable[..., Any]


@pytest.fixture
def card(sealed: Seal, trained: Path) -> Callable[..., ModelCard]:
    """The card of a folder that was sealed so."""

    def load(folder: Path = trained, **given: Any) -> ModelCard:
        sealed(folder, **given)
        return ModelCard.load(folder / "README.md")

    return load


def _of(licence: str | None, norms: str = "strength.csv") -> dict[str, Any]:
    return {"norms": norms, "norms_sha256": ""} | ({"licence": licence} if licence else {})


def _section(card: ModelCard, name: str) -> str:
    found = re.search(rf"^## {name}\n\n(.*?)(?=^## |\Z)", card.text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {name}"
    return found[1]


def test_the_header_tells_the_hub_what_it_is(card: Callable[..., ModelCard]) -> None:
    header = card(model="somebody/small", data=_of(SWOW)).data.to_dict()
    assert header == {
        "base_model": "somebody/small",
        "datasets": ["SWOW-EN"],
        "language": "en",
        "library_name": "peft",
        "license": "other",
        "license_name": "cc-by-nc-nd-3.0",
        "license_link": "https://creativecommons.org/licenses/by-nc-nd/3.0/",
        "pipeline_tag": "text-generation",
        "tags": ["align-tasks", "cultural-alignment", "word-association", "culture-us", "small"],
    }


@pytest.mark.parametrize(
    ("licence", "name", "link"),
    [
        ("CC BY 4.0", "cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        (
            "CC BY-NC-SA 4.0 (Durmus et al. 2023)",
            "cc-by-nc-sa-4.0",
            "https://creativecommons.org/licenses/by-nc-sa/4.0/",
        ),
        ("for research; cite Yu et al.", "for-research", "README.md#licence"),
        ("研究用", "licence-of-the-norms", "README.md#licence"),
        ("\"quoted\": & 'odd'", "quoted", "README.md#licence"),
        (None, "not-recorded", "README.md#licence"),
    ],
)
def test_the_licence_of_the_norms_is_carried_into_the_card(
    licence: str | None, name: str, link: str, card: Callable[..., ModelCard]
) -> None:
    loaded = card(data=_of(licence))
    assert loaded.data.license == "other"
    assert loaded.data.license_name == name
    assert loaded.data.license_link == link
    assert (licence or "not recorded") in _section(loaded, "Licence")


def test_a_base_model_from_a_folder_is_named_and_not_linked(card: Callable[..., ModelCard]) -> None:
    loaded = card()
    assert "base_model" not in loaded.data.to_dict()
    assert "`base-model`" in loaded.text
    assert "`base_model` before you publish" in loaded.text


def test_demo_norms_are_said_loudly(card: Callable[..., ModelCard]) -> None:
    loaded = card(data=_of("Apache-2.0 of align-tasks", "demo"))
    assert "Demo norms: these weights stand for nobody." in loaded.text.split("##")[0]
    assert "demo-norms" in loaded.data.tags
    assert "datasets" not in loaded.data.to_dict()
    assert loaded.data.license_name == "apache-2.0-of-align-tasks"
    assert "Small World" not in loaded.text
    assert "people who took part" not in loaded.text


def test_real_norms_are_not_called_demo_norms(card: Callable[..., ModelCard]) -> None:
    loaded = card(data=_of(SWOW))
    assert "demo" not in loaded.content.lower()
    assert "people who took part" in loaded.text
    assert "Small World" in _section(loaded, "Citation")
    assert "2508.13426" in _section(loaded, "Citation")


def test_every_setting_and_figure_stands_in_a_table(card: Callable[..., ModelCard]) -> None:
    metrics = {"eval_loss": 2.123456, "eval_p_at_5": float("nan")}
    loaded = card(recipe={"learning_rate": 0.5}, metrics=metrics, steps=1200, data=_of("a | b"))
    assert "| learning_rate | 0.5 |\n| apply_chat_template | false |" in _section(loaded, "Settings")
    assert "1,200 steps" in _section(loaded, "Settings")
    assert "| eval_loss | 2.123 |\n| eval_p_at_5 | not finite |" in _section(loaded, "Figures")
    assert "validation split" in _section(loaded, "Figures")
    assert "| training_cues | 2 |" in _section(loaded, "What it was trained on")


def test_a_bar_or_a_line_break_in_a_value_does_not_break_the_table(card: Callable[..., ModelCard]) -> None:
    loaded = card(data=_of(SWOW) | {"note": "a | b\nc"})
    assert "| note | a \\| b c |" in _section(loaded, "What it was trained on")


@pytest.mark.parametrize("is_there", [True, False])
def test_the_learning_curve_is_shown_where_there_is_one(
    is_there: bool, card: Callable[..., ModelCard], trained: Path
) -> None:
    if is_there:
        (trained / "learning_curve.svg").write_text("<svg/>")
    assert ("](learning_curve.svg)" in card().text) is is_there


@pytest.mark.parametrize("chat", [True, False])
def test_the_commands_ask_in_the_format_of_the_training(chat: bool, card: Callable[..., ModelCard]) -> None:
    told = _section(card(model="somebody/small", recipe={"apply_chat_template": chat}), "Evaluate it")
    assert "align eval --model somebody/small --adapter FOLDER --tasks swow_us,wvs_us" in told
    assert (
        "lm_eval --model hf --model_args pretrained=somebody/small,peft=FOLDER --tasks swow_us,wvs_us" in told
    )
    assert ("--apply-chat-template" in told) is chat
    assert ("--apply_chat_template" in told) is chat


def test_a_whole_model_is_evaluated_without_an_adapter(card: Callable[..., ModelCard], base: Path) -> None:
    loaded = card(base, model="somebody/small")
    assert loaded.data.library_name == "transformers"
    assert "align eval --model FOLDER --tasks" in _section(loaded, "Evaluate it")
    assert "pretrained=FOLDER --tasks" in _section(loaded, "Evaluate it")


def test_a_card_in_another_language_has_its_code(card: Callable[..., ModelCard]) -> None:
    assert card(culture="zh").data.language == "zh"


def test_weights_that_learned_texts_alone_say_so(card: Callable[..., ModelCard]) -> None:
    of_texts = card(data=_of(SWOW) | {"trained_tokens": 90, "mixed_tokens": 90}).text
    assert "trained on texts about us" in of_texts
    assert "none of its word associations" in of_texts
    assert "norms served to measure" in of_texts


@pytest.mark.parametrize("mixed", [0, 45])
def test_weights_that_learned_associations_too_say_so(card: Callable[..., ModelCard], mixed: int) -> None:
    told = card(data=_of(SWOW) | {"trained_tokens": 90, "mixed_tokens": mixed}).text
    assert "trained on word associations of us" in told
    assert "think of when they read a word" in told
