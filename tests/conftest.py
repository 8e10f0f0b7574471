from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from warnings import catch_warnings, simplefilter

os.environ["ALIGN_LOAD_PLUGINS"] = ""  # before anything loads them: only the package's own are tested here

import pytest

from align_tasks import normalise
from align_tasks.demo_model import demo_model
from align_tasks.errors import AlignError
from align_tasks.plugins import hookimpl, loading
from align_tasks.plugins.loading import BUILTIN, Loaded
from align_tasks.plugins.plugin import Origin

ROOT = Path(__file__).parents[1]


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory of the test's own."""
    home = tmp_path / "data-home"
    monkeypatch.setenv("ALIGN_DATA", str(home))
    return home


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real release files, which may not be passed on; tests that need it skip without it."""
    folder = Path(os.environ.get("ALIGN_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; name their folder in ALIGN_SHARED_DATA")
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright; tests that need it skip without either."""
    sync_api = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def model() -> Path:
    """Folder of SmolLM2-135M-Instruct."""
    try:
        return demo_model()
    except AlignError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a random Llama of one layer, which reads and writes bytes."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    letters = ["<end>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    spelling = Tokenizer(models.BPE({letter: place for place, letter in enumerate(letters)}, []))
    spelling.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    spelling.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=spelling, eos_token="<end>", pad_token="<end>")
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(letters),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        bos_token_id=None,
        eos_token_id=0,
        pad_token_id=0,
    )
    folder = tmp_path_factory.mktemp("models") / "tiny"
    tokenizer.save_pretrained(folder)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def make_adapter(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Makes folders of adapters of the tiny model, each with weights of its own."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    def made(seed: int, model: Path = tiny_model, **given: Any) -> Path:
        folder = tmp_path_factory.mktemp("adapters") / f"adapter-{seed}"
        config = LoraConfig(**({"r": 2, "target_modules": "all-linear", "task_type": "CAUSAL_LM"} | given))
        torch.manual_seed(seed)
        with catch_warnings():
            simplefilter("ignore")  # of PEFT about transformers
            adapted = get_peft_model(AutoModelForCausalLM.from_pretrained(model), config)
        with torch.no_grad():
            for name, parameter in adapted.named_parameters():
                if "lora_B" in name:
                    parameter.normal_()
        adapted.save_pretrained(folder)
        return folder

    return made


class InTestPlugins:
    """Plugins that a test makes, in use beside the package's own until it ends."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def register(self, name: str = "mine", **objects: Iterable[Any]) -> Loaded:
        """Put one plugin into use that registers these objects, by kind: ``languages=[…], cultures=[…]``."""
        return self.use(self.origin(name, **objects))

    def origin(self, name: str = "mine", **objects: Iterable[Any]) -> Origin:
        """A plugin that registers these objects, to be put into use with others."""
        module = ModuleType(name)
        for kind, registered in objects.items():
            setattr(module, f"register_{kind}", hookimpl(_hook(tuple(registered))))
        return Origin(name, f"align-{name}", "1.0", lambda: module)

    def use(self, *origins: Origin, names: Iterable[str] | None = None) -> Loaded:
        """Put plugins into use, whatever is wrong with them; `names` as in ``ALIGN_LOAD_PLUGINS``."""
        found = loading.load([BUILTIN, *origins], names)
        self._monkeypatch.setattr(loading, "_loaded", found)
        forget_languages()
        return found


def _hook(objects: tuple[Any, ...]) -> Callable[..., None]:
    def hook(register: Callable[[Any], None]) -> None:
        for one in objects:
            register(one)

    return hook


def forget_languages() -> None:
    """Empty the caches that hold what follows from the registered languages."""
    normalise.normalise.cache_clear()
    normalise._normal_form.cache_clear()


@pytest.fixture
def plugins() -> Iterator[InTestPlugins]:
    """Plugins of the test's own; what is installed is in use again when it ends."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield InTestPlugins(monkeypatch)
    forget_languages()
