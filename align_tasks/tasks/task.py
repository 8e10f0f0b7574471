"""The class behind every task of ours: lm-eval's configurable task, asked in our prompts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from inspect import signature
from random import Random
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.api.task import ConfigurableTask

from align_tasks.adapters.notice import TrainedCues, adapter_sha256, find_trained_cues, trained_on_demo
from align_tasks.backends.sampling import SETTING
from align_tasks.cultures import cultures
from align_tasks.errors import AlignError
from align_tasks.norms.load import seed_of
from align_tasks.plugins.loading import BUILTIN, loaded
from align_tasks.prompts import base_text, chat_messages
from align_tasks.scores.scorer import Scorer
from align_tasks.tasks.dataset import BuiltDataset, Doc, prompts_of

CHOICES = ("norms", "tension")
UNUSED_SETTINGS = (
    "description",
    "gen_prefix",
    "use_prompt",
    "fewshot_config",
    "fewshot_delimiter",
    "target_delimiter",
    "process_docs",
    "process_results",
    "metric_list",
)
ALL_CULTURES = "all"
OWN_SETTINGS = ("class", "read_answer", "metrics")
BASE_END = ["\n"]

logger = logging.getLogger(__name__)

Render = Callable[..., str]


class AlignTask(ConfigurableTask):  # type: ignore[misc]
    """A task of the YAML file's functions, whose metadata say which human data it holds."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        refuse_unused(config)
        refuse_incomplete(config)
        self._fewshot_seed = 0
        self._read_answer: Callable[[Doc, Any], Any] = config["read_answer"]
        arguments = dataset_arguments(config)
        self._scorer = Scorer(config["metrics"], arguments.get("cultures", ()))
        made = {
            "dataset_kwargs": arguments,
            "process_results": self._read_answer,
            "metric_list": self._scorer.metric_list(),
        }
        kept = {key: value for key, value in config.items() if key not in OWN_SETTINGS}
        super().__init__(config=kept | made)

    def download(self, *_: Any, **__: Any) -> None:
        """Build the dataset and record what it holds where lm-eval writes it into the results."""
        refuse_misspelt(self.config.metadata)
        taken = set(CHOICES) & set(signature(self.config.custom_dataset).parameters)
        chosen = {key: self.config.metadata[key] for key in taken if key in self.config.metadata}
        fixed = self.config.dataset_kwargs
        built: BuiltDataset = self.config.custom_dataset(**chosen, **fixed)
        self.dataset = built.splits
        self.trained_cues = self._find_trained_cues()
        told = fixed | built.describe() | {"plugins": self._plugins()} | self._weights()
        described = self._scorer.describe(self.dataset["test"][0])
        clashing = [key for key in described if key in told and described[key] != told[key]]
        if clashing:
            what = ", ".join(clashing)
            raise AlignError(f"{self.config.task}: a metric describes what the task itself does: {what}")
        self.config.metadata |= told | described
        self._mark(told)

    def _find_trained_cues(self) -> list[TrainedCues]:
        rows = self.dataset["test"]
        if "cue" not in rows.column_names:
            return []
        return find_trained_cues(self.config.task, rows["cue"], self.config.metadata)

    def _weights(self) -> dict[str, Any]:
        """Which adapter it is, and how many test cues were trained on, as far as files tell."""
        sha256 = adapter_sha256(self.config.metadata)
        told: dict[str, Any] = {"adapter_sha256": sha256} if sha256 else {}
        if self.trained_cues:
            told["trained_test_cues"] = len(frozenset().union(*(one.cues for one in self.trained_cues)))
        return told

    def _mark(self, told: Mapping[str, Any]) -> None:
        """Say in the task's name, as the table shows it, what its figures must not be taken for.

        Args:
            told: what the metadata say of the data and of the weights.
        """
        number = told.get("trained_test_cues", 0)
        marks = {
            "demo norms": told.get("norms") == "demo",
            "trained on demo norms": trained_on_demo(self.config.metadata),
            f"trained on {number} test cue{'' if number == 1 else 's'}": number > 0,
        }
        shown = [f"({mark})" for mark, holds in marks.items() if holds]
        if shown:
            self.config.task_alias = " ".join([self.config.task, *shown])

    def _plugins(self) -> list[str]:
        """Packages and versions of the plugins that take part in the task's numbers."""
        found = loaded()
        known = found.registry
        arguments = self.config.dataset_kwargs
        names = {arguments.get("culture"), *arguments.get("cultures", ())} & known.cultures.keys()
        named = [known.cultures[name] for name in names]
        languages = [known.languages[culture.language] for culture in named]
        surveys = [survey for name, survey in known.surveys.items() if name == arguments.get("survey")]
        origins = {found.origin_of(one) for one in (*self._scorer.metrics(), *named, *languages, *surveys)}
        origins |= {found.origin_of_module(self.config.custom_dataset.__module__)}
        return sorted(f"{origin.distribution} {origin.version}" for origin in origins - {BUILTIN})

    def build_all_requests(self, **options: Any) -> None:
        """Build the requests anew: lm-eval's cache of them does not know which norms they were built from."""
        if options.pop("cache_requests", False):
            logger.warning("%s: requests are not cached, they are quick to build", self.config.task)
        super().build_all_requests(**options)

    def set_fewshot_seed(self, seed: int | None = None) -> None:
        """Remember the seed of the worked examples, each row's of which follow from it and the row alone."""
        self._fewshot_seed = seed or 0
        super().set_fewshot_seed(seed=seed)

    def process_results(self, doc: Doc, results: Any) -> dict[str, float]:
        """Every metric of one row; with ``--predict_only`` there are none."""
        if "bypass" in self._metric_fn_list:
            return {"bypass": 999}
        return self._scorer.scores(self._read_answer(doc, results))

    def check_fewshot(self, count: int) -> None:
        """Refuse more worked examples than there are; a task that never shows any takes every number.

        Raises:
            AlignError: says how many there are.
        """
        available = len(self.dataset.get("train", ()))
        if count > available and self.config.num_fewshot != 0:
            raise AlignError(f"{self.config.task}: {count} worked examples wanted, {available} training cues")

    def fewshot_context(
        self,
        doc: Doc,
        num_fewshot: int,
        system_instruction: str | None = None,
        apply_chat_template: bool = False,
        fewshot_as_multiturn: bool = False,
        chat_template: Render | None = None,
        gen_prefix: str | None = None,
    ) -> str | list[str]:
        """The prompt text, or one for each of the row's questions."""
        examples = [(prompts_of(row)[0], str(row["answer"])) for row in self._examples(doc, num_fewshot)]
        system = [{"role": "system", "content": system_instruction}] if system_instruction else []
        texts = []
        for prompt in prompts_of(doc):
            if apply_chat_template and chat_template:
                messages = chat_messages(prompt, examples, multiturn=fewshot_as_multiturn)
                texts.append(chat_template(system + messages, add_generation_prompt=True))
            else:
                texts.append("\n\n".join([*(m["content"] for m in system), base_text(prompt, examples)]))
        return texts if len(texts) > 1 else texts[0]

    def _examples(self, doc: Doc, count: int) -> list[Doc]:
        """Worked examples for a row, drawn by the seed and the row: the same whatever else is evaluated."""
        if not count:
            return []
        self.check_fewshot(count)
        rows = self.dataset["train"]
        drawn = Random(seed_of(str(self._fewshot_seed), doc["questions"][0])).sample(range(len(rows)), count)
        return [rows[place] for place in drawn]

    def construct_requests(self, doc: Doc, ctx: str | list[str], **kwargs: Any) -> list[Instance]:
        """Requests for one row: a generation, or every choice after every one of its questions."""
        is_chat = kwargs.pop("apply_chat_template", False)
        kwargs.pop("chat_template", None)
        arguments: list[tuple[str, Any]]
        contexts = [ctx] if isinstance(ctx, str) else ctx
        request_type = "generate_until" if self.OUTPUT_TYPE == "generate_until" else "loglikelihood"
        settings = self._generation_settings(is_chat) if request_type == "generate_until" else {}
        choices = [("" if is_chat else doc["space"]) + choice for choice in doc.get("choices", ())]
        if request_type == "loglikelihood":
            arguments = [(text, choice) for text in contexts for choice in choices]
        elif SETTING in settings:
            arguments = [(text, drawn_from(choices, settings, text)) for text in contexts]
        else:
            arguments = [(text, settings) for text in contexts]
        return [
            Instance(request_type=request_type, doc=doc, arguments=argument, idx=place, **kwargs)
            for place, argument in enumerate(arguments)
        ]

    def _generation_settings(self, is_chat: bool) -> dict[str, Any]:
        """A base model's answer is one line; a chat model ends its own turn, unless told otherwise."""
        settings = dict(self.config.generation_kwargs)
        return {**settings, "until": []} if is_chat and settings["until"] == BASE_END else settings


def dataset_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """The ``dataset_kwargs`` of a task file; ``cultures: all`` are those that are registered."""
    arguments = dict(config.get("dataset_kwargs") or {})
    if arguments.get("cultures") == ALL_CULTURES:
        arguments["cultures"] = list(cultures())
    return arguments


def refuse_unused(config: Mapping[str, Any]) -> None:
    """Refuse settings of a task file that would stand in the results without having any effect.

    Raises:
        AlignError: names them.
    """
    unused = [key for key in UNUSED_SETTINGS if config.get(key) is not None]
    if unused:
        raise AlignError(
            f"task {config.get('task')!r} sets {', '.join(unused)}, which AlignTask does not use",
            hint="Prompts are rows of its custom_dataset, metrics are registered; take them out of the file.",
        )


def refuse_incomplete(config: Mapping[str, Any]) -> None:
    """Refuse a task file that does not say how its answers are read and scored.

    Raises:
        AlignError: names what is missing.
    """
    missing = [key for key in ("custom_dataset", "read_answer", "metrics") if not config.get(key)]
    if "version" not in (config.get("metadata") or {}):
        missing.append("metadata: {version: …}")
    if missing:
        raise AlignError(f"task {config.get('task')!r} does not set {', '.join(missing)}")


def refuse_misspelt(metadata: Mapping[str, Any]) -> None:
    """Refuse a choice that is nearly, but not quite, one of `CHOICES`: it would be recorded and ignored.

    Raises:
        AlignError: names it and the right one.
    """
    for key in metadata:
        close = get_close_matches(key, CHOICES, n=1, cutoff=0.75)
        if close and key not in CHOICES:
            raise AlignError(f"unknown choice {key!r} in the metadata: is {close[0]!r} meant?")


def drawn_from(choices: list[str], settings: dict[str, Any], context: str) -> dict[str, Any]:
    """Settings for drawing choices after a context; the seed follows from the task's and the context."""
    return settings | {"choices": choices, "seed": seed_of(str(settings["seed"]), context)}


def base_prompt(doc: Doc) -> str:
    """``doc_to_text`` of the YAML files: the zero-shot text for a base model."""
    return base_text(prompts_of(doc)[0])
