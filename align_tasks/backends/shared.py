"""lm-eval's transformers model, which computes once what several texts begin with."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from lm_eval.api.instance import Instance
from lm_eval.api.registry import register_model
from lm_eval.models.huggingface import HFLM
from lm_eval.models.utils_hf import clear_torch_cache
from tqdm import tqdm

from align_tasks.backends.answers import AnswerStore, answered
from align_tasks.backends.drawing import draw
from align_tasks.backends.loading import SHARED
from align_tasks.backends.output_layer import read_without_copies
from align_tasks.backends.prefix_tree import PrefixTree
from align_tasks.backends.rounding import is_rounding
from align_tasks.backends.rows import Text, plan_rows
from align_tasks.backends.sampling import sampling_of, told
from align_tasks.backends.steps import portions

ROW_TOKENS = 1024
ROW_TOKENS_GPU = 4096
LEAST_ROW_TOKENS = 64
LOGITS = 2**26  # of a row, at most: 256 MB in float32
LOGITS_OF_BATCH = 2**28  # of texts that are read one by one, at most: 1 GB in float32
PORTION = 256  # texts that are read one by one, whose answers are kept together
PROBED = 8
BATCH = 64
WINDOWS = ("sliding_window", "attention_chunk_size")

logger = logging.getLogger(__name__)

Request = tuple[tuple[str, str] | None, list[int], list[int]]
Answer = tuple[float, bool]


@register_model(SHARED)
class SharedPrefixLM(HFLM):  # type: ignore[misc]
    """``hf`` of lm-eval with the same arguments and, up to rounding, the same answers.

    Log-likelihoods are computed from rows that are prefix trees: an instruction, a cue or a question that
    many requests begin with is read once, and every token sees exactly the text before it. Their softmax is
    taken in float32. A model that cannot read such rows is asked as ``hf`` asks it, and a warning says so.

    Attributes:
        answers: where answers are kept and looked for; None keeps none.
    """

    answers: AnswerStore | None = None
    batch_size_per_gpu: int
    peft: str | None
    _model: Any

    def __init__(
        self, *args: Any, row_tokens: int | None = None, batch_size: int | str | None = None, **kwargs: Any
    ) -> None:
        """As lm-eval's ``hf``.

        Args:
            row_tokens: most tokens of a row, halved where memory is short; None for what suits the device.
            batch_size: how many answers are written at once; None or ``auto`` for many, halved likewise.
        """
        self._may_halve = batch_size in (None, "auto")
        super().__init__(*args, batch_size=BATCH if self._may_halve else batch_size, **kwargs)
        read_without_copies(self.model)
        if hasattr(self, "accelerator"):  # lm-eval sees to processes on GPUs of one machine only
            self._rank, self._world_size = self.accelerator.process_index, self.accelerator.num_processes
        self._row_tokens = row_tokens or (ROW_TOKENS_GPU if self.device.type == "cuda" else ROW_TOKENS)
        self._shares: bool | None = None

    def _loglikelihood_tokens(
        self, requests: list[Request], disable_tqdm: bool = False, override_bs: int | None = None
    ) -> list[Answer]:
        hidden = disable_tqdm or self.rank != 0
        if not self._can_share(requests):
            return self._asked_one_by_one(requests, hidden)
        answers: dict[int, Answer] = {}
        with tqdm(total=len(requests), disable=hidden, desc="Scoring answers") as bar:
            for row, found in self._scored_rows(requests):
                answers |= zip(row, found, strict=True)
                bar.update(len(row))
        return [answers[number] for number in range(len(requests))]

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """The texts that the model writes, batch by batch."""
        written: dict[int, str] = {}
        hidden = disable_tqdm or self.rank != 0
        waiting = sorted(range(len(requests)), key=lambda number: _written_with(requests[number]))
        with tqdm(total=len(requests), disable=hidden, desc="Writing answers") as bar:
            while waiting:
                batch = self._batch(requests, waiting)
                try:
                    found = self._write([requests[number] for number in batch])
                except torch.OutOfMemoryError:
                    if not self._may_halve or self.batch_size == 1:
                        raise
                    self.batch_size_per_gpu //= 2
                    clear_torch_cache()
                    logger.warning("memory is short: %d answers at once from here on", self.batch_size)
                    continue
                written |= zip(batch, found, strict=True)
                waiting = waiting[len(batch) :]
                bar.update(len(batch))
        return [written[number] for number in range(len(requests))]

    def _batch(self, requests: Sequence[Instance], waiting: Sequence[int]) -> list[int]:
        """The next requests that are written with the same settings."""
        settings = requests[waiting[0]].args[1]
        chosen = waiting[: self.batch_size]
        return [number for number in chosen if requests[number].args[1] == settings]

    def _write(self, requests: list[Instance]) -> list[str]:
        asked = [request.args for request in requests]
        write = super().generate_until

        def ask() -> list[str]:
            if sampling_of(requests[0].args[1]) is None:
                written: list[str] = write(requests, disable_tqdm=True)
                return written
            return [self._sample(request) for request in requests]

        return answered(self.answers, "generate_until", asked, ask)

    def _sample(self, request: Instance) -> str:
        context, settings = request.args
        sampling = sampling_of(settings)
        assert sampling is not None
        pairs = [self._encode_pair(context, choice) for choice in sampling.choices]
        spelled = [continuation for _, continuation in pairs]
        end, at_once = self.eot_token_id, self.batch_size
        return told(draw(self.model, pairs[0][0], spelled, sampling, end=end, at_once=at_once))

    def put_on(self, adapter: str) -> None:
        """Put an adapter on the base model."""
        from peft import PeftModel

        self._fit_vocabulary()
        self._model = PeftModel.from_pretrained(self._model, adapter, revision=self.revision)
        self.peft, self._shares = adapter, None

    def take_off(self) -> None:
        """The base model again."""
        has_layers = hasattr(self._model, "unload")  # an adapter of prompts has none
        self._model = self._model.unload() if has_layers else self._model.get_base_model()
        self.peft, self._shares = None, None

    def _fit_vocabulary(self) -> None:
        """As many embeddings as the tokenizer has tokens, as ``hf`` has it for a model with an adapter."""
        if self.model.config.get_text_config().vocab_size != len(self.tokenizer):
            self.model.resize_token_embeddings(len(self.tokenizer))
            read_without_copies(self.model)

    def _asked_one_by_one(self, requests: Sequence[Request], hidden: bool) -> list[Answer]:
        found: list[Answer] = []
        with tqdm(total=len(requests), disable=hidden, desc="Scoring answers") as bar:
            for portion in portions(requests, PORTION):
                found += self._kept(portion, partial(self._asked_as_hf, portion))
                bar.update(len(portion))
        return found

    def _asked_as_hf(self, requests: list[Request]) -> list[Answer]:
        """As ``hf`` asks, whose logits are of every token; as few texts at once as memory has room for."""
        usual = self.batch_size_per_gpu
        if self._may_halve:
            tokens = max(len(context) + len(continuation) for _, context, continuation in requests)
            at_once = LOGITS_OF_BATCH // (tokens * len(self.tokenizer))
            self.batch_size_per_gpu = min(usual, max(1, at_once))
        try:
            found: list[Answer] = super()._loglikelihood_tokens(requests, disable_tqdm=True)
        finally:
            self.batch_size_per_gpu = usual
        return found

    def _text(self, request: Request) -> Text:
        """The text of a request; of one that is too long, the end, as ``hf`` takes it."""
        _, context, continuation = request
        return Text(tuple([*context, *continuation][-(self.max_length + 1) :]), len(continuation))

    def _scored_rows(self, requests: Sequence[Request]) -> Iterator[tuple[list[int], list[Answer]]]:
        """The requests of each row, as places in `requests`, with their answers."""
        texts = [self._text(request) for request in requests]
        waiting = self._rows(texts, range(len(texts)))
        while waiting:
            row = waiting.pop(0)
            try:
                score = partial(self._score, [texts[number] for number in row])
                yield row, self._kept([requests[number] for number in row], score)
            except torch.OutOfMemoryError:
                if self._row_tokens <= LEAST_ROW_TOKENS:
                    raise
                self._row_tokens //= 2
                clear_torch_cache()
                logger.warning("memory is short: rows have %d tokens from here on", self._row_tokens)
                waiting = self._rows(texts, [number for one in (row, *waiting) for number in one])

    def _kept(self, requests: Sequence[Request], ask: Callable[[], list[Answer]]) -> list[Answer]:
        """The answers to requests that are asked together, kept where each has a text."""
        asked = [request[0] for request in requests if request[0] is not None]
        store = self.answers if len(asked) == len(requests) else None
        found = answered(store, "loglikelihood", asked, ask)
        return [(score, is_likeliest) for score, is_likeliest in found]

    def _rows(self, texts: Sequence[Text], numbers: Sequence[int]) -> list[list[int]]:
        most_predicted = max(1, LOGITS // len(self.tokenizer))
        planned = plan_rows([texts[number] for number in numbers], self._row_tokens, most_predicted)
        return [[numbers[place] for place in row] for row in planned]

    def _score(self, texts: Sequence[Text]) -> list[Answer]:
        """Log-likelihood of the scored tokens of each text, and whether each of them is the likeliest."""
        tree = PrefixTree()
        predicted_at = [place for text in texts for place in _predicting(tree, text)]
        columns = sorted(set(predicted_at))
        logits = self._logits(tree, columns)
        index = {place: number for number, place in enumerate(columns)}
        at = torch.tensor([index[place] for place in predicted_at], device=logits.device)
        tokens = torch.tensor(
            [token for text in texts for token in text.ids[-text.scored :]], device=logits.device
        )
        totals = torch.cat([part.float().logsumexp(dim=-1) for part in torch.split(logits, 64)])
        logprobs = (logits[at, tokens].float() - totals[at]).cpu()
        likeliest = (logits.argmax(dim=-1)[at] == tokens).cpu()
        lengths = [text.scored for text in texts]
        return [
            (float(of_text.sum()), bool(is_likeliest.all()))
            for of_text, is_likeliest in zip(
                torch.split(logprobs, lengths), torch.split(likeliest, lengths), strict=True
            )
        ]

    def _logits(self, tree: PrefixTree, columns: Sequence[int]) -> torch.Tensor:
        """What follows the tokens at these places of a row; shape (columns, vocabulary)."""
        hidden = torch.finfo(self.model.dtype).min
        sees = tree.sees().to(self.device)
        with (
            torch.inference_mode(),
            torch.autocast(
                self.device.type, self.mixed_precision_dtype, enabled=self.mixed_precision_dtype is not None
            ),
        ):
            found = self.model(
                input_ids=torch.tensor([tree.ids], device=self.device),
                position_ids=torch.tensor([tree.positions], device=self.device),
                attention_mask=torch.zeros(sees.shape, dtype=self.model.dtype, device=self.device)
                .masked_fill(~sees, hidden)
                .expand(1, 1, *sees.shape),
                logits_to_keep=torch.tensor(columns, device=self.device),
                use_cache=False,
            )
        logits: torch.Tensor = found.logits[0]
        return logits

    def _can_share(self, requests: Sequence[Request]) -> bool:
        """Whether the model reads rows of texts as it reads the texts; found out with the first of them."""
        if self.backend != "causal" or not requests:
            return False
        longest = max(len(context) + len(continuation) for _, context, continuation in requests)
        if longest > self._window():
            return False
        if self._shares is None:
            self._shares = self._is_the_same(requests)
        return self._shares

    def _window(self) -> float:
        """The longest text in which every token sees all before it."""
        config = self.model.config.get_text_config()
        return min((getattr(config, name, None) or float("inf") for name in WINDOWS), default=float("inf"))

    def _is_the_same(self, requests: Sequence[Request]) -> bool:
        asked: list[Request] = [(None, *request[1:]) for request in (*requests[:PROBED], requests[-1])]
        alone = self._asked_one_by_one(asked, True)
        try:
            together = self._score([self._text(request) for request in asked])
        except (RuntimeError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
            logger.warning("%s; its texts are read one by one, which takes longer", _cannot(self, error))
            return False
        pairs = zip(asked, alone, together, strict=True)
        apart = [abs(one[0] - other[0]) / len(scored) for (_, _, scored), one, other in pairs]
        is_the_same = is_rounding(apart, self.model.dtype)
        if not is_the_same:
            logger.warning(
                "%s reads texts in a row otherwise than alone (log-likelihoods differ by up to %.4f a token, "
                "by %.4f on average); they are read one by one, which takes longer",
                self.pretrained,
                max(apart),
                sum(apart) / len(apart),
            )
        return is_the_same


def _cannot(model: SharedPrefixLM, error: Exception) -> str:
    return f"{model.pretrained} cannot read several texts in a row: {type(error).__name__}: {error}"


def _written_with(request: Instance) -> tuple[str, int]:
    """What puts requests with equal settings side by side, the longest first, as memory is shortest there."""
    context, settings = request.args
    return json.dumps(settings, sort_keys=True), -len(context)


def _predicting(tree: PrefixTree, text: Text) -> list[int]:
    """Add what is read of a text; returns the places after which its scored tokens are predicted."""
    first = len(text.ids) - text.scored - 1
    last = tree.add(text.ids[: first + 1])
    places = [last]
    for token in text.ids[first + 1 : -1]:
        last = tree.child(last, token)
        places.append(last)
    return places
