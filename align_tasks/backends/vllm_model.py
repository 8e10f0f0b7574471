"""lm-eval's vLLM model, with adapters for every task, shared prefixes, drawn choices and kept answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lm_eval.api.instance import Instance
from lm_eval.models.vllm_causallms import VLLM
from vllm import SamplingParams
from vllm.lora.request import LoRARequest
from vllm.sampling_params import StructuredOutputsParams

from align_tasks.backends.answers import AnswerStore, answered
from align_tasks.backends.sampling import Sampling, sampling_of, told
from align_tasks.backends.steps import Following, Text, portions, put_together, steps, wanted

PORTION = 512
"""Requests that are asked, and whose answers are kept, together."""
TOKENS_ASKED = 128
"""Tokens whose log-probabilities one request may ask for: vLLM's own limit."""

Request = tuple[tuple[str, str] | None, list[int], list[int]]
Answer = tuple[float, bool]


class VLLMModel(VLLM):  # type: ignore[misc]
    """``vllm`` of lm-eval with the same arguments.

    A log-likelihood is put together from what vLLM says of the tokens that may follow a text, so that what
    several candidates begin with is read once, from vLLM's prefix cache, and adapters serve every task.

    Attributes:
        answers: where answers are kept and looked for; None keeps none.
    """

    answers: AnswerStore | None = None
    _adapters = 0

    def put_on(self, adapter: str) -> None:
        """Ask the base model with an adapter from here on."""
        self._adapters += 1
        self.lora_request = LoRARequest(f"adapter-{self._adapters}", self._adapters, adapter)

    def take_off(self) -> None:
        """Ask the base model again."""
        self.lora_request = None

    def _loglikelihood_tokens(self, requests: list[Request], disable_tqdm: bool = False) -> list[Answer]:
        texts = [self._text(request) for request in requests]
        order = sorted(range(len(requests)), key=lambda number: texts[number])
        found: dict[int, list[Any]] = {}
        for portion in portions(order, PORTION):
            asked = [known for known in (requests[number][0] for number in portion) if known is not None]
            store = self.answers if len(asked) == len(portion) else None
            scored = [steps(texts[number], len(requests[number][2])) for number in portion]
            answers = answered(store, "loglikelihood", asked, partial(self._score, scored))
            found |= zip(portion, answers, strict=True)
        return [(found[number][0], found[number][1]) for number in range(len(requests))]

    def _text(self, request: Request) -> Text:
        """Context and continuation; of a text that is too long, the end."""
        _, context, continuation = request
        return tuple([*context, *continuation][-(self.max_length - 1) :])

    def _score(self, scored: Sequence[Sequence[tuple[Text, int]]]) -> list[Answer]:
        told = self._following(wanted(step for taken in scored for step in taken))
        return [put_together(taken, told) for taken in scored]

    def _following(self, asked: Mapping[Text, Sequence[int]]) -> dict[Text, Following]:
        rows = [(text, part) for text, tokens in asked.items() for part in portions(tokens, TOKENS_ASKED)]
        settings = [
            SamplingParams(
                temperature=0, max_tokens=1, logprob_token_ids=part, ignore_eos=True, detokenize=False
            )
            for _, part in rows
        ]
        found = self._model_generate([list(text) for text, _ in rows], True, settings)
        told: dict[Text, Following] = {}
        for (text, part), output in zip(rows, found, strict=True):
            (answer,) = output.outputs
            following = told.setdefault(text, Following({}, answer.token_ids[0]))
            following.logprobs |= {token: answer.logprobs[0][token].logprob for token in part}
        return told

    def generate_until(self, requests: list[Instance], disable_tqdm: bool = False) -> list[str]:
        """Texts, or drawn choices."""
        order = sorted(range(len(requests)), key=lambda number: requests[number].args[0])
        drawn = [number for number in order if sampling_of(requests[number].args[1])]
        written = [number for number in order if not sampling_of(requests[number].args[1])]
        found: dict[int, str] = {}
        for numbers, ask in ((written, super().generate_until), (drawn, self._draw)):
            for portion in portions(numbers, PORTION):
                part = [requests[number] for number in portion]
                asked = [request.args for request in part]
                answers = answered(self.answers, "generate_until", asked, partial(ask, part))
                found |= zip(portion, answers, strict=True)
        return [found[number] for number in range(len(requests))]

    def _draw(self, requests: list[Instance]) -> list[str]:
        """Choices that are drawn, all those of a request at once."""
        contexts, spellings, settings = [], [], []
        for request in requests:
            sampling = sampling_of(request.args[1])
            assert sampling is not None
            pairs = [self._encode_pair(request.args[0], choice) for choice in sampling.choices]
            contexts.append(pairs[0][0])
            spelled = [tuple(ids) for _, ids in pairs]
            spellings.append(dict(zip(spelled, sampling.choices, strict=True)))
            settings.append(_drawing(sampling, spelled))
        found = self._model_generate(contexts, True, settings)
        return [
            told([spelled.get(tuple(answer.token_ids), answer.text) for answer in output.outputs])
            for spelled, output in zip(spellings, found, strict=True)
        ]


def _drawing(sampling: Sampling, spelled: Sequence[Sequence[int]]) -> SamplingParams:
    """Settings that leave the choices only: as single tokens, or, where some are longer, in any spelling."""
    if all(len(ids) == 1 for ids in spelled):
        limits = {"allowed_token_ids": [ids[0] for ids in spelled], "max_tokens": 1}
    else:
        choices = StructuredOutputsParams(choice=list(sampling.choices))
        limits = {"structured_outputs": choices, "max_tokens": max(map(len, spelled)) + 1}
    return SamplingParams(n=sampling.samples, temperature=sampling.temperature, seed=sampling.seed, **limits)
