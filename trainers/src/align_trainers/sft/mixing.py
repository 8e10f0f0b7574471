"""Other texts in the training set, such as value statements, at an equal number of trained tokens."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

from align_tasks.errors import AlignError
from align_trainers.encoding import Encoded, Encoder

HINT = (
    'A line is {"text": …}, {"prompt": …, "completion": …}, or {"messages": [{"role": …, "content": …}, …]}.'
)


def read_examples(file: Path, encoder: Encoder) -> tuple[list[Encoded], set[str]]:
    """The examples of a JSONL file, and the cues that its lines name under ``cue``.

    In the chat format, prompt and completion are a user's message and the answer to it; a text stays a text.

    Raises:
        AlignError: the file cannot be read, is empty, or a line is no such example; names the line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise AlignError(f"cannot read the file to mix in, {file}: {error}") from error
    found, cues = [], set()
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = _row(line, f"{file}, line {number}")
            found.append(_encoded(row, encoder, f"{file}, line {number}"))
            if isinstance(row.get("cue"), str):
                cues.add(row["cue"])
    if not found:
        raise AlignError(f"the file to mix in, {file}, holds no examples", hint=HINT)
    return found, cues


def tokens_for(shares: Mapping[str, float], total: int) -> dict[str, int]:
    """Trained tokens that each file contributes to `total`.

    Raises:
        AlignError: a share is not above 0, or they take more than all tokens.
    """
    for file, share in shares.items():
        if not 0 < share <= 1:
            raise AlignError(f"the share of {file} must lie above 0 and be at most 1, and is {share}")
    if sum(shares.values()) > 1 and not takes_all(shares):
        raise AlignError(f"the files to mix in take {sum(shares.values()):g} of all tokens: 1 is all of them")
    return {file: round(share * total) for file, share in shares.items()}


def takes_all(shares: Mapping[str, float]) -> bool:
    """Whether the files leave nothing to the associations."""
    return math.isclose(sum(shares.values()), 1)


def first_tokens(examples: Sequence[Encoded], tokens: int) -> Iterator[Encoded]:
    """Examples from the first on, over and over where there are too few, until about `tokens` are trained."""
    taken = 0
    for example in cycle(examples):
        if taken + _trained(example) / 2 > tokens:
            return
        taken += _trained(example)
        yield example


def joined(examples: Sequence[Encoded], tokens: int, *, before: int, longest: int) -> list[Encoded]:
    """Texts that follow each other as one example, of about `tokens` trained ones; prompts stay as they are.

    Each text keeps the token that ends it. The model reads a text behind the others of its example, as in the
    packing of pre-training (Brown et al. 2020, arXiv 2005.14165, appendix B).

    Args:
        examples: in order.
        tokens: how many an example should have.
        before: tokens that begin every text: examples with more of a prompt are no texts.
        longest: most tokens of an example.
    """
    found: list[Encoded] = []
    for example in examples:
        added = example.ids[before:]
        last = found[-1] if found else None
        if (
            last is not None
            and last.start == example.start == before
            and _trained(last) + len(added) / 2 <= tokens
            and len(last.ids) + len(added) <= longest
        ):
            found[-1] = Encoded([*last.ids, *added], before, [])
        else:
            found.append(example)
    return found


def _trained(example: Encoded) -> int:
    return len(example.ids) - max(example.start, 1)


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise AlignError(f"{where}: no JSON: {error}", hint=HINT) from error
    if not isinstance(row, dict):
        raise AlignError(f"{where}: no JSON object", hint=HINT)
    return row


def _encoded(row: dict[str, Any], encoder: Encoder, where: str) -> Encoded:
    match row:
        case {"messages": [*messages, {"role": "assistant", "content": str()} as answer]} if messages:
            if not encoder.is_chat:
                raise AlignError(f"{where}: messages need the chat format", hint="Add --apply-chat-template.")
            try:
                return encoder.encode_messages([*messages, answer])
            except AlignError as error:
                raise AlignError(f"{where}: {error.problem}", hint=error.hint) from error
        case {"prompt": str(prompt), "completion": str(completion)} if prompt and completion.strip():
            if encoder.is_chat:
                answer = {"role": "assistant", "content": completion.strip()}
                return encoder.encode_messages([{"role": "user", "content": prompt}, answer])
            return encoder.encode_text(prompt, completion)
        case {"text": str(text)} if text.strip():
            return encoder.encode_text("", text)
    raise AlignError(f"{where}: no example", hint=HINT)
