"""`align eval`: evaluate a model and its adapters on our tasks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

EXAMPLE = "Example: align eval --model ./SmolLM2 --tasks swow_us,wvs_tension --output results --limit 20"


def evaluate(
    model: Annotated[str, typer.Option(help="Folder or hub name of the model.")],
    tasks: Annotated[str, typer.Option(help="Tasks or groups, separated by commas; see `align tasks`.")],
    output: Annotated[Path, typer.Option(help="Folder for the results and samples files.")],
    adapter: Annotated[
        list[str] | None,
        typer.Option(help="Folder of a LoRA adapter to evaluate after the model; repeatable."),
    ] = None,
    backend: Annotated[
        str,
        typer.Option(help="hf-shared, which reads what prompts have in common once; or lm-eval's hf, vllm."),
    ] = "hf-shared",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Rows of each task; a fair sample of them.")
    ] = None,
    batch_size: Annotated[
        str | None, typer.Option(help="Answers written at once: a number, or auto; what suits the backend.")
    ] = None,
    num_fewshot: Annotated[
        int | None, typer.Option(min=0, help="Worked examples from training cues; survey tasks have none.")
    ] = None,
    apply_chat_template: Annotated[
        bool, typer.Option("--apply-chat-template", help="Ask in the model's chat format.")
    ] = False,
    dtype: Annotated[str, typer.Option(help="Number format: float32, bfloat16, float16 or auto.")] = "auto",
    device: Annotated[str | None, typer.Option(help="Torch device; a GPU where there is one.")] = None,
    metadata: Annotated[
        str, typer.Option(help='Choices of the tasks as JSON, such as \'{"norms": "imported"}\'.')
    ] = "{}",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask everything anew: neither use nor keep earlier answers.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print lm-eval's results as JSON.")] = False,
) -> None:
    """Evaluate a model, then each adapter on it, and write lm-eval's results and samples files."""
    names = [name.strip() for name in tasks.split(",") if name.strip()]
    if not names:
        raise typer.BadParameter("name at least one; `align tasks` lists them", param_hint="'--tasks'")
    choices = _choices(metadata)

    from lm_eval.utils import handle_non_serializable, make_table

    from align_tasks.evaluation import Settings, evaluate_each

    settings = Settings(
        tasks=names,
        limit=limit,
        batch_size=batch_size,
        num_fewshot=num_fewshot,
        apply_chat_template=apply_chat_template,
        model_args={"dtype": dtype},
        metadata=choices,
        backend=backend,
        device=device,
        keep_answers=not fresh,
    )
    adapters = [None, *(adapter or ())]
    found = []
    for chosen, evaluation in zip(adapters, evaluate_each(model, adapters, output, settings), strict=False):
        found.append(evaluation.results)
        typer.echo(f"{chosen or model}: {evaluation.results_file}", err=True)
        if not as_json:
            typer.echo(make_table(evaluation.results))
            if "groups" in evaluation.results:
                typer.echo(make_table(evaluation.results, "groups"))
    if as_json and found:
        typer.echo(json.dumps(found, indent=2, default=handle_non_serializable, ensure_ascii=False))


def _choices(text: str) -> dict[str, Any]:
    try:
        choices = json.loads(text)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(f"--metadata is no JSON: {error}") from error
    if not isinstance(choices, dict):
        raise typer.BadParameter('--metadata must be a JSON object, such as \'{"norms": "imported"}\'')
    return choices
