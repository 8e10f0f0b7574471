"""An adapter to start from: which are refused, and what the adapter that comes of it says of the first."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from align_tasks.adapters.check import examine
from align_tasks.adapters.cues import cue_hash, read_cues
from align_tasks.adapters.notice import find_trained_cues, trained_on_demo
from align_tasks.adapters.record import AdapterRecord, read_record
from align_tasks.adapters.start import check_adapter, read_start
from align_tasks.errors import AlignError

Seal = Callable[..., AdapterRecord]

ENGLISH = {"norms": "strength.SWOW-EN.csv", "licence": "CC BY-NC-ND 3.0 (people)"}
CHINESE = {"norms": "chinese.csv", "licence": "CC BY 4.0 (others)"}
DEMO = {"norms": "demo", "licence": "Apache-2.0 of align-tasks"}


@pytest.fixture
def third(started: Path, tmp_path: Path) -> Path:
    """Folder of a third adapter, as a trainer leaves it."""
    folder = shutil.copytree(started, tmp_path / "third")
    (folder / "adapter_model.safetensors").write_bytes(b"weights of the third adapter")
    return folder


def _problems(base: Path, adapter: Path) -> list[str]:
    examined = examine(str(base), str(adapter), apply_chat_template=False)
    problems: list[str] = examined.describe([])["adapter"]["problems"]
    return problems


# Which adapters are refused


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (("",), r"no adapter in '.*adapter': there is no such folder"),
        (("adapter_config.json",), r"no adapter in '.*adapter': adapter_config\.json is not there"),
        (("adapter_model.safetensors",), r"its weights are gone: adapter_model\.safetensors"),
    ],
)
def test_a_folder_without_an_adapter_is_told(lacking: tuple[str], told: str, trained: Path) -> None:
    check_adapter(trained)
    path = trained / lacking[0]
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(AlignError, match=told):
        check_adapter(trained)


def test_a_pickled_adapter_is_refused(trained: Path) -> None:
    (trained / "adapter_model.safetensors").rename(trained / "adapter_model.bin")
    with pytest.raises(AlignError, match=r"holds adapter_model\.bin: loading such a file can run anything"):
        check_adapter(trained)


def test_an_adapter_of_another_model_is_refused(
    sealed: Seal, base: Path, trained: Path, tmp_path: Path
) -> None:
    sealed()
    other = shutil.copytree(base, tmp_path / "other-model")
    assert read_start(trained, str(other)).origin.record  # the same model under another name
    (other / "model.safetensors").write_bytes(b"weights of another base")
    with pytest.raises(AlignError, match=r"trained on the model base-model \(SHA-256 .*, and other-model \("):
        read_start(trained, str(other))


def test_where_it_cannot_be_told_whether_it_is_the_same_model_the_log_says_so(
    sealed: Seal, trained: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sealed()
    read_start(trained, "somebody/not-downloaded")
    assert "trained on base-model, and whether somebody/not-downloaded is the same cannot be" in caplog.text


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json", "training_cues.txt"])
def test_an_adapter_that_is_not_as_its_training_left_it_is_refused(
    name: str, sealed: Seal, base: Path, trained: Path
) -> None:
    sealed()
    (trained / name).write_text("{}")
    with pytest.raises(AlignError, match=f"{name} was changed since the training of this adapter ended"):
        read_start(trained, str(base))
    if name == "training_cues.txt":
        (trained / name).unlink()
        with pytest.raises(AlignError, match=f"{name} is missing since"):
            read_start(trained, str(base))


def test_the_card_of_an_adapter_to_start_from_may_be_edited(sealed: Seal, base: Path, trained: Path) -> None:
    sealed()
    (trained / "README.md").write_text("mine")
    assert read_start(trained, str(base)).cues == {cue_hash("red"), cue_hash("sea")}


def test_of_an_adapter_that_was_trained_elsewhere_it_is_said_that_nothing_is_known(
    base: Path, trained: Path, caplog: pytest.LogCaptureFixture
) -> None:
    start = read_start(trained, str(base))
    assert start.origin.model_dump() == {
        "name": "adapter",
        "sha256": hashlib.sha256(b"weights of the adapter").hexdigest(),
        "record": None,
    }
    assert start.cues == frozenset()
    assert "trained elsewhere, so nothing is known" in caplog.text


# What comes of it


def test_the_record_holds_that_of_the_adapter_it_started_from_and_no_path(
    sealed: Seal, trained: Path, started: Path, tmp_path: Path
) -> None:
    first = sealed(trained, recipe={"learning_rate": 0.5})
    second = sealed(started, start=trained)
    assert second.started_from is not None
    assert second.started_from.name == "adapter"
    assert second.started_from.sha256 == hashlib.sha256(b"weights of the adapter").hexdigest()
    assert second.started_from.record == first
    assert read_record(started) == second
    for name in ("align.json", "README.md"):
        assert str(tmp_path) not in (started / name).read_text()


def test_a_record_of_before_there_were_such_adapters_still_reads(sealed: Seal, trained: Path) -> None:
    made = sealed()
    file = trained / "align.json"
    old = {key: value for key, value in json.loads(file.read_text()).items() if key != "started_from"}
    file.write_text(json.dumps(old))
    assert read_record(trained) == made


def test_the_cues_of_each_training_are_kept_and_test_cues_among_them_told(
    sealed: Seal, base: Path, trained: Path, started: Path, third: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sealed(trained, cues=["red", "sea"])
    sealed(started, start=trained, cues=["sea", "moon"])
    last = sealed(third, start=started, cues=["tree"])
    assert read_cues(third) == {cue_hash(cue) for cue in ("red", "sea", "moon", "tree")}
    assert last.data["training_cues"] == 4
    found = find_trained_cues("swow_us", ["red", "moon", "sun"], {"peft": str(third)})
    assert [one.cues for one in found] == [{"red", "moon"}]
    assert "trained on 2 of the 3 test cues of swow_us" in caplog.text


def test_three_trainings_one_after_the_other_are_told_from_the_last_to_the_first(
    sealed: Seal, trained: Path, started: Path, third: Path
) -> None:
    first = sealed(trained, data=ENGLISH, steps=120)
    second = sealed(started, start=trained, data=CHINESE, culture="zh", steps=30)
    last = sealed(third, start=started, data=ENGLISH)
    assert [start.name for start in last.starts] == ["started", "adapter"]
    assert last.earlier == [second, first]
    told = last.told["starts"]
    assert [(one["name"], one["sha256"]) for one in told] == [(one.name, one.sha256) for one in last.starts]
    assert [(one["culture"], one["recipe"], one["data"]) for one in told] == [
        (one.culture, one.recipe, one.data) for one in (second, first)
    ]
    sums = [start.sha256[:12] for start in last.starts]
    card = ModelCard.load(third / "README.md").text
    assert (
        f"| `started`, SHA-256 `{sums[0]}` | trained by `small` on the norms chinese.csv of culture `zh`, "
        f"30 steps |\n"
        f"| `adapter`, SHA-256 `{sums[1]}` | trained by `small` on the norms strength.SWOW-EN.csv of culture "
        "`us`, 120 steps |"
    ) in card
    assert "kept the rank, the scale and the layers" in card


def test_an_adapter_that_started_from_none_says_nothing_of_it(sealed: Seal, trained: Path) -> None:
    sealed()
    told = (trained / "README.md").read_text()
    assert "began from" not in told
    assert "kept the rank" not in told


def test_what_started_from_a_demo_trained_adapter_still_says_so(
    sealed: Seal, base: Path, trained: Path, started: Path, third: Path
) -> None:
    sealed(trained, data=DEMO)
    second = sealed(started, start=trained, data=ENGLISH)
    assert not second.is_of_demo
    assert sealed(third, start=started, data=ENGLISH).is_demo
    card = ModelCard.load(third / "README.md")
    assert "demo-norms" in card.data.tags
    assert card.data.datasets == ["SWOW-EN"]
    assert "Demo norms: these weights stand for nobody." in card.text.split("##")[0]
    assert "It learned what people of culture `us`" in card.text
    assert trained_on_demo({"peft": str(third)})
    assert _problems(base, third) == [
        "trained on the demo norms, which were written by hand: do not cite its figures"
    ]


def test_licences_that_differ_are_all_in_the_card(
    sealed: Seal, trained: Path, started: Path, third: Path
) -> None:
    sealed(trained, data=ENGLISH)
    sealed(started, start=trained, data=CHINESE, culture="zh")
    sealed(third, start=started, data=CHINESE, culture="zh")
    card = ModelCard.load(third / "README.md")
    assert (card.data.license_name, card.data.license_link) == ("several", "README.md#licence")
    assert "are under: **CC BY 4.0 (others)** and **CC BY-NC-ND 3.0 (people)**." in card.text
    assert "not recorded" not in card.text.replace("not\nrecorded", "not recorded")
    assert "Small World" in card.text


def test_one_licence_of_every_norms_is_told_once(sealed: Seal, trained: Path, started: Path) -> None:
    sealed(trained, data=ENGLISH)
    sealed(started, start=trained, data=ENGLISH)
    card = ModelCard.load(started / "README.md")
    assert card.data.license_name == "cc-by-nc-nd-3.0"
    assert "are under: **CC BY-NC-ND 3.0 (people)**." in card.text


def test_that_nothing_is_known_of_the_first_adapter_is_told_in_card_and_evaluation(
    sealed: Seal, base: Path, trained: Path, started: Path, third: Path
) -> None:
    sealed(started, start=trained, data=ENGLISH)
    sealed(third, start=started, data=ENGLISH)
    card = ModelCard.load(third / "README.md")
    assert card.data.license_name == "several"
    assert "| trained elsewhere |" in card.text
    assert "The licence of something else" in card.text
    assert _problems(base, third) == [
        "its training began from the adapter adapter, which was trained elsewhere, so nothing is known of "
        "what that was trained on"
    ]
