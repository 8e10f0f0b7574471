"""What `align eval` notices about trained weights: each notice where it should be, and nowhere else."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from align_tasks.adapters.check import Evaluated, examine, examine_loaded
from align_tasks.adapters.identity import model_sha256
from align_tasks.adapters.notice import TrainedCues

Seal = Callable[..., Any]


@pytest.fixture
def look(base: Path, trained: Path) -> Callable[..., Evaluated]:
    """Examines the trained folder on its base model."""

    def examined(model: Path = base, adapter: Path | None = trained, chat: bool = False) -> Evaluated:
        return examine(str(model), adapter and str(adapter), apply_chat_template=chat)

    return examined


def _problems(found: Evaluated) -> list[str]:
    told: list[str] = found.describe([])["adapter"]["problems"]
    return told


def test_of_an_adapter_in_order_nothing_is_told(
    sealed: Seal, look: Callable[..., Evaluated], caplog: pytest.LogCaptureFixture
) -> None:
    record = sealed()
    found = look()
    assert caplog.records == []
    none = [TrainedCues(task, "peft", 3, frozenset()) for task in ("swow_us", "swow_us_rank")]
    assert found.describe(none)["adapter"] == {
        "sha256": hashlib.sha256(b"weights of the adapter").hexdigest(),
        "trainer": "small",
        "culture": "us",
        "recipe": record.recipe,
        "data": record.data,
        "starts": [],
        "problems": [],
        "trained_test_cues": {"swow_us": 0, "swow_us_rank": 0},
    }


def test_test_cues_that_were_trained_on_are_told_with_the_weights_that_were(
    sealed: Seal, look: Callable[..., Evaluated], base: Path, trained: Path, tmp_path: Path
) -> None:
    tuned = shutil.copytree(base, tmp_path / "tuned")
    sealed(tuned)
    sealed(trained, model=str(tuned))
    found = [
        TrainedCues("swow_us", "pretrained", 3, frozenset({"moon", "sea"})),
        TrainedCues("swow_us_rank", "pretrained", 1, frozenset()),
        TrainedCues("swow_us", "peft", 3, frozenset({"red"})),
        TrainedCues("swow_us_rank", "peft", 1, frozenset({"moon"})),
    ]
    told = look(tuned).describe(found)
    assert told["model"]["trained_test_cues"] == {"swow_us": 2, "swow_us_rank": 0}
    assert told["adapter"]["trained_test_cues"] == {"swow_us": 1, "swow_us_rank": 1}
    assert told["adapter"]["problems"] == [found[2].problem, found[3].problem]


@pytest.mark.parametrize(
    "name", ["adapter_model.safetensors", "adapter_config.json", "training_cues.txt", "learning_curve.svg"]
)
def test_one_changed_byte_of_a_recorded_file_is_told(
    name: str, sealed: Seal, look: Callable[..., Evaluated], trained: Path
) -> None:
    (trained / "learning_curve.svg").write_text("<svg/>")
    sealed()
    content = bytearray((trained / name).read_bytes())
    content[5] ^= 1
    (trained / name).write_bytes(content)
    changed = [problem for problem in _problems(look()) if "was changed" in problem]
    assert [problem.split()[0] for problem in changed] == [name]


def test_a_changed_file_of_the_same_age_and_size_is_told(
    sealed: Seal, look: Callable[..., Evaluated], trained: Path
) -> None:
    import os

    sealed()
    file = trained / "adapter_model.safetensors"
    stat = file.stat()
    file.write_bytes(file.read_bytes()[::-1])
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert [problem.split()[0] for problem in _problems(look())] == ["adapter_model.safetensors"]


def test_a_recorded_file_that_is_missing_is_told(
    sealed: Seal, look: Callable[..., Evaluated], trained: Path
) -> None:
    sealed()
    (trained / "training_cues.txt").unlink()
    assert _problems(look()) == ["training_cues.txt is missing, which was there when its training ended"]


def test_the_model_card_may_be_edited_and_files_added(
    sealed: Seal, look: Callable[..., Evaluated], trained: Path
) -> None:
    sealed()
    (trained / "README.md").write_text("my own words")
    (trained / "notes.txt").write_text("my own file")
    assert _problems(look()) == []
    (trained / "README.md").unlink()
    assert _problems(look()) == []


def test_another_base_model_is_told_with_both(
    sealed: Seal, look: Callable[..., Evaluated], base: Path, tmp_path: Path
) -> None:
    sealed()
    other = shutil.copytree(base, tmp_path / "other")
    (other / "model.safetensors").write_bytes(b"weights of the other")
    old, new = (str(model_sha256(folder))[:12] for folder in (base, other))
    assert _problems(look(other)) == [
        f"trained on the model base-model (SHA-256 {old}) and evaluated on another: other (SHA-256 {new})"
    ]


def test_the_same_base_model_under_another_name_is_the_same(
    sealed: Seal, look: Callable[..., Evaluated], base: Path, tmp_path: Path
) -> None:
    sealed()
    assert _problems(look(shutil.copytree(base, tmp_path / "renamed"))) == []


def test_a_base_model_that_cannot_be_compared_is_told_by_its_name(
    sealed: Seal, look: Callable[..., Evaluated], base: Path, tmp_path: Path
) -> None:
    sealed()
    unreadable = tmp_path / "other"
    unreadable.mkdir()
    loaded = examine_loaded(look(unreadable), str(unreadable), "adapter")
    assert _problems(loaded) == [
        "trained on the model base-model, and whether other is the same cannot be told"
    ]


def test_a_base_model_that_is_downloaded_meanwhile_is_compared_then(
    sealed: Seal, look: Callable[..., Evaluated], base: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sealed()
    later = tmp_path / "later"
    later.mkdir()
    before = look(later)
    assert _problems(before) == []
    assert before.describe([])["model"]["sha256"] is None
    shutil.copytree(base, later, dirs_exist_ok=True)
    same = examine_loaded(before, str(later), "adapter")
    assert _problems(same) == []
    assert same.describe([])["model"]["sha256"] == model_sha256(base)
    (later / "config.json").write_text("{}")
    assert caplog.records == []
    assert "evaluated on another: later" in _problems(examine_loaded(before, str(later), "adapter"))[0]
    assert "evaluated on another: later" in caplog.text


@pytest.mark.parametrize(
    ("trained_in_chat", "chat", "told"),
    [
        (True, True, None),
        (False, False, None),
        (
            True,
            False,
            "trained in the model's chat format and evaluated without it: add --apply-chat-template",
        ),
        (
            False,
            True,
            "trained without the model's chat format and evaluated in it: leave out --apply-chat-template",
        ),
    ],
)
def test_another_format_than_that_of_the_training_is_told(
    trained_in_chat: bool, chat: bool, told: str | None, sealed: Seal, look: Callable[..., Evaluated]
) -> None:
    sealed(recipe={"apply_chat_template": trained_in_chat})
    assert _problems(look(chat=chat)) == ([told] if told else [])


def test_demo_norms_are_told(sealed: Seal, look: Callable[..., Evaluated]) -> None:
    sealed(data={"norms": "demo", "norms_sha256": ""})
    assert _problems(look()) == [
        "trained on the demo norms, which were written by hand: do not cite its figures"
    ]


@pytest.mark.parametrize("weights", ["adapter_model.safetensors", "adapter_model.bin"])
def test_of_an_adapter_trained_elsewhere_the_hash_is_all_that_is_known(
    weights: str, look: Callable[..., Evaluated], trained: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (trained / "adapter_model.safetensors").unlink()
    (trained / weights).write_bytes(b"a stranger's")
    told = look().describe([])["adapter"]
    assert told["sha256"] == hashlib.sha256(b"a stranger's").hexdigest()
    assert told["problems"] == [
        "trained elsewhere: there is no align.json, so nothing is known of what it was trained on"
    ]
    assert told["trainer"] is told["culture"] is told["recipe"] is told["data"] is None
    assert "trained elsewhere" in caplog.text


def test_of_a_plain_model_nothing_but_its_identity_is_told(
    look: Callable[..., Evaluated], base: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert look(adapter=None).describe([]) == {
        "model": {"name": "base-model", "revision": None, "sha256": model_sha256(base)},
        "adapter": None,
    }
    assert caplog.records == []


def test_a_model_that_was_fine_tuned_as_a_whole_is_checked_like_an_adapter(
    sealed: Seal, look: Callable[..., Evaluated], base: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tuned = shutil.copytree(base, tmp_path / "tuned")
    (tuned / "model.safetensors").write_bytes(b"other weights")
    sealed(tuned)
    told = look(tuned, adapter=None).describe([])["model"]
    assert told["name"] == "tuned"
    assert told["sha256"] == model_sha256(tuned)
    assert told["problems"] == []
    (tuned / "model.safetensors").write_bytes(b"changed since")
    assert "model.safetensors was changed" in look(tuned, adapter=None).describe([])["model"]["problems"][-1]
