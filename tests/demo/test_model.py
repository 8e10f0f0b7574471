"""The model of the demo, as it is made ready."""

from __future__ import annotations

from pathlib import Path

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from align_tasks.demo_model import _convert


class Made:
    """Stands in for models, tokenizers and their settings: loads nothing and writes a file."""

    def save_pretrained(self, folder: Path) -> None:
        (folder / "config.json").write_text("{}")

    state_dict = load_state_dict = lambda *_: {}


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    for loads in (AutoModelForCausalLM, AutoTokenizer):
        monkeypatch.setattr(loads, "from_pretrained", lambda **_: Made())
    monkeypatch.setattr("transformers.AutoConfig.from_pretrained", lambda **_: None)
    monkeypatch.setattr(AutoModelForCausalLM, "from_config", lambda *_, **__: Made())


def test_of_two_processes_that_make_it_at_once_the_slower_takes_what_is_there(
    made: None, tmp_path: Path
) -> None:
    folder = tmp_path / "models" / "model"
    _convert(tmp_path / "model.gguf", folder)
    _convert(tmp_path / "model.gguf", folder)
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_what_stands_in_the_way_is_told(made: None, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "other").mkdir(parents=True)
    with pytest.raises(OSError, match="not empty"):
        _convert(tmp_path / "model.gguf", folder)
    assert [path.name for path in folder.iterdir()] == ["other"]
