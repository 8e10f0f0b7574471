"""The training and validation examples of a run, as token ids."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pyarrow.compute
from tqdm import tqdm

from align_tasks.cultures import Culture
from align_tasks.errors import AlignError
from align_tasks.files import sha256_of
from align_tasks.normalise import normalise
from align_tasks.norms.load import Norms, load_norms
from align_tasks.prompts import join_words, wording
from align_tasks.runs import is_first_process
from align_tasks.splits import Split
from align_tasks.tasks.association import scored_rows
from align_tasks.tasks.dataset import Doc
from align_tasks.tasks.ranking import ranking_rows
from align_trainers.encoding import Encoded, Encoder
from align_trainers.sft.examples import Example, mimic, ranked, rankings
from align_trainers.sft.mixing import first_tokens, joined, read_examples, takes_all, tokens_for
from align_trainers.sft.packing import Feature, trained_tokens
from align_trainers.sft.recipe import SFTRecipe
from align_trainers.sft.weights import concreteness_weights, token_weights

SHOWN = 20_000  # examples from which on encoding them shows its progress
NORMS, RANKINGS = 0, 1  # sources of features; files that are mixed in have the numbers from 2 on

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingSet:
    """What a run learns from and is measured on.

    Attributes:
        train: rows with ``ids``, ``start``, ``weights`` and ``source``; see `align_trainers.sft.packing`.
        validation: such rows of held-out cues, for the loss; none of them weighted or mixed in.
        questions: rows of the association task on the same held-out cues, for its metrics.
        ranking_questions: rows of the ranking task on held-out cues, for its metrics.
        cues: normalised cues that are trained on.
        about: the data, for the record beside the adapter.
    """

    train: datasets.Dataset
    validation: list[Feature]
    questions: list[Doc]
    ranking_questions: list[Doc]
    cues: set[str]
    about: dict[str, Any]


def training_set(culture: Culture, recipe: SFTRecipe, encoder: Encoder) -> TrainingSet:
    """Examples of a culture by a recipe.

    Raises:
        AlignError: there are no norms, no cues to train on or to ask rankings of, no ratings where weights
            need them, or a file to mix in cannot be used.
    """
    norms = load_norms(culture, recipe.norms)
    examples = _examples(norms, "train", recipe)
    if not examples:
        raise AlignError(f"no cues to train on in the norms {norms.name!r} of culture {culture.name!r}")
    weights = _word_weights(examples, culture.language, recipe.concreteness_weight, encoder)
    learned = _features(examples, encoder, culture.language, weights, recipe.max_tokens)
    if not learned:
        raise AlignError(
            f"every example is longer than {recipe.max_tokens} tokens", hint="Raise --max-tokens."
        )
    total = sum(trained_tokens(feature) for _, feature in learned)
    mixed = _mixed_in(recipe, encoder, total, round(total / len(learned)))
    for_rankings = round(recipe.rankings * total)
    left = total - for_rankings - sum(trained_tokens(feature) for feature in mixed.features)
    kept = [] if takes_all(recipe.mix) else _first(learned, left)
    cues = {example.cue for example, _ in kept}
    ranked_too = _ranking_questions(norms, recipe, encoder, cues, for_rankings)
    questions = scored_rows(norms, "validation", recipe.validation_cues)
    rows = [*(feature for _, feature in (*kept, *ranked_too)), *mixed.features]
    return TrainingSet(
        train=_table(rows),
        validation=_validation(norms, recipe, encoder, {row["cue"] for row in questions}),
        questions=questions,
        ranking_questions=ranking_rows(norms, "validation", limit=recipe.ranking_validation_cues),
        cues=cues | {normalise(cue, culture.language) for cue in mixed.cues},
        about={
            **norms.describe(),
            **_lists(norms, recipe),
            "examples": len(kept),
            "ranking_questions": len(ranked_too),
            "mixed_examples": len(mixed.features),
            "trained_tokens": sum(trained_tokens(row) for row in rows),
            "ranking_tokens": sum(trained_tokens(feature) for _, feature in ranked_too),
            "mixed_tokens": sum(trained_tokens(row) for row in mixed.features),
            "training_data_sha256": fingerprint(
                (example for example, _ in chain(kept, ranked_too)), mixed.sha256
            ),
            **({"mixed_sha256": mixed.sha256} if mixed.sha256 else {}),
        },
    )


def longest(rows: datasets.Dataset, count: int) -> list[Feature]:
    """The rows with the most tokens."""
    lengths = pyarrow.compute.list_value_length(rows.data.column("ids")).to_numpy()
    return [rows[int(place)] for place in np.argsort(-lengths, kind="stable")[:count]]


def highest_id(rows: datasets.Dataset) -> int:
    """The highest of all token ids."""
    ids = pyarrow.compute.list_flatten(rows.data.column("ids"))
    return int(pyarrow.compute.max(ids).as_py())


def fingerprint(examples: Iterable[Example], mixed: Mapping[str, str]) -> str:
    """SHA-256 of the cues and words that are learned, and of the files that are mixed in, in hexadecimal.

    It is not of token ids, since the chat templates of some models hold the day's date.
    """
    digest = hashlib.sha256(repr(sorted(mixed.values())).encode())
    for example in examples:
        digest.update(repr((example.cue, example.words)).encode())
    return digest.hexdigest()


def _examples(norms: Norms, split: Split, recipe: SFTRecipe) -> list[Example]:
    fraction = recipe.fraction if split == "train" else 1.0
    if recipe.examples == "ranked":
        return ranked(norms, split, words=recipe.words, fraction=fraction)
    return mimic(norms, split, lists_per_cue=recipe.lists_per_cue, fraction=fraction, seed=recipe.seed)


def _lists(norms: Norms, recipe: SFTRecipe) -> dict[str, str]:
    """Whose lists mimic examples are."""
    if recipe.examples != "mimic":
        return {}
    return {"lists": "drawn by strength" if norms.participants is None else "of participants"}


def _word_weights(
    examples: Sequence[Example], language: str, strength: float, encoder: Encoder
) -> dict[str, float]:
    if not strength:
        return {}
    if not encoder.tokenizer.is_fast:
        raise AlignError("concreteness_weight needs a fast tokenizer: others do not tell where tokens end")
    return concreteness_weights([word for one in examples for word in one.words], language, strength)


def _features(
    examples: Sequence[Example],
    encoder: Encoder,
    language: str,
    weights: Mapping[str, float],
    max_tokens: int,
    source: int = NORMS,
) -> list[tuple[Example, Feature]]:
    """The examples, without those that are too long, with their features."""
    separator = wording(language).separator
    found = []
    hidden = len(examples) < SHOWN or not is_first_process()
    for example in tqdm(examples, desc="Encoding", unit=" examples", disable=hidden):
        encoded = encoder.encode(example.prompt, join_words(example.words, language))
        if len(encoded.ids) <= max_tokens:
            of_tokens = token_weights(example.words, separator, encoded.ends, weights) if weights else []
            found.append((example, _feature(encoded, source, of_tokens)))
    _tell_left_out(len(examples) - len(found), max_tokens)
    return found


def _tell_left_out(number: int, max_tokens: int) -> None:
    if number:
        logger.warning("%d examples are longer than %d tokens: left out", number, max_tokens)


def _ranking_questions(
    norms: Norms, recipe: SFTRecipe, encoder: Encoder, cues: Container[str], tokens: int
) -> list[tuple[Example, Feature]]:
    """Ranking questions with `tokens` trained tokens in all, as many on each cue as that takes."""
    if not tokens:
        return []

    def asked(per_cue: int) -> list[tuple[Example, Feature]]:
        examples = rankings(norms, cues, per_cue=per_cue, seed=recipe.seed)
        return _features(examples, encoder, norms.culture.language, {}, recipe.max_tokens, RANKINGS)

    once = sum(trained_tokens(feature) for _, feature in asked(1))
    if not once:
        raise AlignError(
            f"no training cue to rank responses of, in at most {recipe.max_tokens} tokens",
            hint="Set rankings: 0. A ranking question needs four responses, some more frequent than others.",
        )
    return _first(asked(1 + tokens // once), tokens)


def _validation(norms: Norms, recipe: SFTRecipe, encoder: Encoder, cues: set[str]) -> list[Feature]:
    examples = [one for one in _examples(norms, "validation", recipe) if one.cue in cues]
    return [
        feature for _, feature in _features(examples, encoder, norms.culture.language, {}, recipe.max_tokens)
    ]


def _feature(encoded: Encoded, source: int, weights: Sequence[float] = ()) -> Feature:
    ids = np.asarray(encoded.ids, dtype=np.int32)
    return {"ids": ids, "start": encoded.start, "weights": list(weights), "source": source}


def _table(features: Sequence[Feature]) -> datasets.Dataset:
    columns = {name: [feature[name] for feature in features] for name in features[0]}
    return datasets.Dataset.from_dict(columns)


@dataclass(frozen=True)
class _MixedIn:
    features: list[Feature]
    cues: set[str]
    sha256: dict[str, str]


def _mixed_in(recipe: SFTRecipe, encoder: Encoder, total: int, of_a_list: int) -> _MixedIn:
    """Features of the files to mix in, of each as many as make its share of `total` trained tokens.

    Args:
        of_a_list: trained tokens of a list of associations, on average.
    """
    max_tokens = recipe.max_tokens
    features: list[Feature] = []
    cues: set[str] = set()
    sha256: dict[str, str] = {}
    for source, (file, tokens) in enumerate(tokens_for(recipe.mix, total).items(), start=RANKINGS + 1):
        examples, named = read_examples(Path(file), encoder)
        short = [one for one in examples if len(one.ids) <= max_tokens]
        _tell_left_out(len(examples) - len(short), max_tokens)
        if not short:
            raise AlignError(
                f"every example of {file} is longer than {max_tokens} tokens", hint="Raise --max-tokens."
            )
        if recipe.join_texts:
            short = joined(short, of_a_list, before=len(encoder.prompt_ids("")), longest=max_tokens)
        chosen = [_feature(one, source) for one in first_tokens(short, tokens)]
        if not chosen:
            raise AlignError(
                f"the share of {file} is {tokens} tokens, and its first example is longer",
                hint="Raise the share, or cut its examples shorter.",
            )
        features += chosen
        cues |= named
        sha256[file] = sha256_of(Path(file))
    return _MixedIn(features, cues, sha256)


def _first(learned: list[tuple[Example, Feature]], tokens: int) -> list[tuple[Example, Feature]]:
    """The first examples, with `tokens` trained ones."""
    before = accumulate((trained_tokens(feature) for _, feature in learned), initial=0)
    return [one for one, taken in zip(learned, before, strict=False) if taken < tokens]
