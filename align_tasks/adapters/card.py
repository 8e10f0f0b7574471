"""The model card: what trained weights are, in Hugging Face's format, for people who find them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from align_tasks.adapters import texts
from align_tasks.adapters.record import AdapterRecord, StartedFrom
from align_tasks.cultures import Culture

FILE = "README.md"
CURVE = "learning_curve.svg"
HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)


@dataclass(frozen=True)
class Card:
    """What the model card is made of.

    Attributes:
        record: of the training run.
        summary: what the trainer does, one line.
        culture: whose associations were learned.
        base_on_hub: whether the base model's name is one of the hub, and not that of a folder.
        is_adapter: a PEFT adapter, and not a whole model.
        has_curve: whether a picture of the learning curve is beside it.
    """

    record: AdapterRecord
    summary: str
    culture: Culture
    base_on_hub: bool
    is_adapter: bool
    has_curve: bool

    @property
    def licences(self) -> list[str | None]:
        """Each licence of norms that were learned from, by this run and then by those before it.

        They are in the words of the norms' provenance; None stands for one that was not recorded.
        """
        records = [self.record, *(start.record for start in self.record.starts)]
        told = (one.data.get("licence") if one else None for one in records)
        return list(dict.fromkeys(str(licence) if licence else None for licence in told))


def card_text(card: Card) -> str:
    """The whole model card, its YAML header first."""
    return f"---\n{_header(card)}\n---\n\n{_body(card)}\n"


def _header(card: Card) -> str:
    from huggingface_hub import ModelCardData

    name, link = _licence_name(card)
    norms = card.culture.norms or ""
    data = ModelCardData(
        base_model=card.record.base_model.name if card.base_on_hub else None,
        datasets=None if card.record.is_of_demo or not HUB_NAME.fullmatch(norms) else [norms],
        language=card.record.language.partition("-")[0],
        library_name="peft" if card.is_adapter else "transformers",
        license="other",
        license_name=name,
        license_link=link,
        pipeline_tag="text-generation",
        tags=[
            "align-tasks",
            "cultural-alignment",
            "word-association",
            f"culture-{card.culture.name}",
            card.record.trainer,
            *(["demo-norms"] if card.record.is_demo else []),
        ],
    )
    return data.to_yaml()


def _licence_name(card: Card) -> tuple[str, str]:
    """Name and link of the licence for the header; a name there is lower-case letters, digits, - and ."""
    in_card = f"{FILE}#licence"
    if len(card.licences) > 1:
        return "several", in_card
    licence = card.licences[0]
    if licence is None:
        return "not-recorded", in_card
    short = re.split("[(:,;]", licence)[0].strip().lower()
    name = re.sub("[^a-z0-9.]+", "-", short)[:60].strip("-.") or "licence-of-the-norms"
    creative = re.fullmatch(r"cc-(by(?:-nc|-nd|-sa)*)-(\d\.\d)", name)
    if creative is None:
        return name, in_card
    return name, f"https://creativecommons.org/licenses/{creative[1]}/{creative[2]}/"


def _body(card: Card) -> str:
    sections = {
        "": _what(card),
        "What it was trained on": _trained_on(card),
        "Licence": _licence(card),
        "Figures": _figures(card),
        "Evaluate it": _evaluate(card),
        "Intended use and limits": _limits(card),
        "Settings": _settings(card),
        "Citation": _citation(card),
    }
    learned = "texts about" if _is_of_texts(card) else "word associations of"
    title = f"# {card.record.base_model.name}, trained on {learned} {card.culture.name}"
    return "\n\n".join(
        [title, *(f"## {name}\n\n{text}" if name else text for name, text in sections.items())]
    )


def _what(card: Card) -> str:
    record, base = card.record, card.record.base_model
    kind = (
        "A PEFT adapter for the model" if card.is_adapter else "A model that was fine-tuned as a whole from"
    )
    known = [f"commit `{base.revision}`"] if base.revision else []
    known += [f"SHA-256 of configuration and weights `{base.sha256}`"] if base.sha256 else []
    about = f" ({', '.join(known)})" if known else ""
    told = (
        f"{kind} `{base.name}`{about}. {_learned(card)} "
        f"Trainer `{record.trainer}`: {card.summary.rstrip('.')}."
    )
    return _paragraphs(
        texts.DEMO if card.record.is_demo else "", told, "" if card.base_on_hub else texts.UNLINKED
    )


def _learned(card: Card) -> str:
    """What the run taught."""
    record = card.record
    culture = f"culture `{record.culture}` ({card.culture.country}, language `{record.language}`)"
    if _is_of_texts(card):
        return f"It learned texts that were chosen for {culture}, and none of its word associations."
    who = "demo norms say that people" if record.is_of_demo else "people"
    return f"It learned what {who} of {culture} think of when they read a word."


def _is_of_texts(card: Card) -> bool:
    """Whether the run learned texts that were mixed in, and nothing else."""
    mixed = card.record.data.get("mixed_tokens")
    return bool(mixed) and mixed == card.record.data.get("trained_tokens")


def _trained_on(card: Card) -> str:
    told = {key: value for key, value in card.record.data.items() if key != "licence"}
    what = texts.TRAINED_ON_TEXTS if _is_of_texts(card) else texts.TRAINED_ON
    return _paragraphs(what, _table("data", "", told), _before(card))


def _before(card: Card) -> str:
    """What the weights had learned before, in the runs that this one went on from; none for a new adapter."""
    if not card.record.starts:
        return ""
    runs = {f"`{start.name}`, SHA-256 `{start.sha256[:12]}`": _run(start) for start in card.record.starts}
    unknown = any(start.record is None for start in card.record.starts)
    return _paragraphs(
        texts.STARTED_FROM,
        _table("adapter", "what is known of it", runs),
        texts.UNKNOWN_START if unknown else "",
    )


def _run(start: StartedFrom) -> str:
    known = start.record
    if known is None:
        return "trained elsewhere"
    return (
        f"trained by `{known.trainer}` on the norms {known.data.get('norms')} of culture `{known.culture}`, "
        f"{known.steps:,} steps"
    )


def _licence(card: Card) -> str:
    known = [licence for licence in card.licences if licence]
    if not known:
        return texts.UNKNOWN_LICENCE
    told = texts.LICENCE.format(licence="** and **".join(known))
    return _paragraphs(told, texts.PARTLY_UNKNOWN_LICENCE if None in card.licences else "")


def _figures(card: Card) -> str:
    metrics = card.record.metrics.items()
    shown = {name: "not finite" if value is None else f"{value:.4g}" for name, value in metrics}
    told = (
        _paragraphs(texts.FIGURES, _table("figure", "value", shown))
        if shown
        else "None was measured in training."
    )
    return _paragraphs(told, f"![Learning curve]({CURVE})" if card.has_curve else "")


def _evaluate(card: Card) -> str:
    base = card.record.base_model.name if card.base_on_hub else "BASE_MODEL"
    tasks = f"swow_{card.culture.name},wvs_{card.culture.name}"
    ours = f"--model {base} --adapter FOLDER" if card.is_adapter else "--model FOLDER"
    plain = f"pretrained={base},peft=FOLDER" if card.is_adapter else "pretrained=FOLDER"
    chat = card.record.recipe.get("apply_chat_template") is True
    dashed, underscored = (" --apply-chat-template", " --apply_chat_template") if chat else ("", "")
    return f"""`FOLDER` is the folder of this card.

```sh
align eval {ours} --tasks {tasks}{dashed} --output results
lm_eval --model hf --model_args {plain} --tasks {tasks}{underscored}
```

Both tell when test cues were trained on; `align eval` also when a file here was changed, and when the base
model is another one."""


def _limits(card: Card) -> str:
    return texts.LIMITS.format(
        people="" if card.record.is_of_demo else texts.PEOPLE, culture=card.culture.name
    )


def _settings(card: Card) -> str:
    by = f"Trainer `{card.record.trainer}` of {card.record.plugin}, {card.record.steps:,} steps."
    return _paragraphs(
        by, texts.SHAPE if card.record.started_from else "", _table("setting", "value", card.record.recipe)
    )


def _citation(card: Card) -> str:
    own = not card.record.is_of_demo and "SWOW" in (card.culture.norms or "")
    has_swow = own or any("SWOW" in str(one.data.get("norms")) for one in card.record.earlier)
    return _paragraphs(texts.PAPER, texts.SWOW if has_swow else "")


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


def _table(first: str, second: str, rows: Mapping[str, Any]) -> str:
    lines = [f"| {first} | {second} |", "|---|---|"]
    lines += [f"| {_cell(key)} | {_cell(value)} |" for key, value in rows.items()]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.replace("|", "\\|").split())
