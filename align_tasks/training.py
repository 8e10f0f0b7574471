"""Carrying out a training job: the trainer works in the job's folder, which is sealed when it is done."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stdout

from align_tasks.errors import AlignError
from align_tasks.runs import NAME_ANOTHER, Run, is_first_process
from align_tasks.trainers import Trainer, TrainingJob, TrainingResult


def carry_out(trainer: Trainer, job: TrainingJob, *, is_last: bool = True) -> None:
    """Do a job, or what is left of it, and seal its folder; of several processes all train, the first seals.

    Tells on standard error what was done and what to do next; what the trainer prints goes there, too.

    Args:
        trainer: that does it.
        job: what is to be done.
        is_last: False where the caller goes on by itself, so that nothing is told of what to do next.

    Raises:
        AlignError: the adapter to start from cannot be used, the folder holds another run or is in use, a
            library is missing, or the trainer says so.
    """
    from align_tasks.adapters.seal import seal
    from align_tasks.adapters.start import read_start

    start = read_start(job.adapter, job.model) if job.adapter else None
    run = Run.of(trainer, job)
    state = run.state(job.output)
    if state == "finished":
        _tell(_finished(job), *_next(job, is_last))
        return
    if not is_first_process():
        _trained(trainer, job)
        return
    with run.held(job.output):
        if state == "unfinished":
            _tell(f"Going on with the unfinished run in {job.output}")
        seal(job, trainer, _trained(trainer, job), start)
    _tell(f"The trained weights are in {job.output}", *_next(job, is_last))


def _finished(job: TrainingJob) -> str:
    """That nothing is left to do, and on which norms it was done, which may have been imported anew since.

    Raises:
        AlignError: its weights are gone.
    """
    from align_tasks.adapters.record import read_record

    record = read_record(job.output)
    assert record is not None
    weights = [name for name in record.files if name.endswith(".safetensors")]
    gone = [name for name in weights if not (job.output / name).is_file()]
    if gone:
        raise AlignError(
            f"the run in {job.output} is finished, and its weights are gone: {', '.join(gone)}",
            hint=NAME_ANOTHER,
        )
    return (
        f"The run in {job.output} is finished already: it learned from the norms {record.data.get('norms')}"
    )


def _trained(trainer: Trainer, job: TrainingJob) -> TrainingResult:
    with redirect_stdout(sys.stderr):
        result = trainer.function()(job)
    if not isinstance(result, TrainingResult):
        raise AlignError(f"the trainer {trainer.name!r} returned {result!r}, not a TrainingResult")
    return result


def _next(job: TrainingJob, is_last: bool) -> list[str]:
    """The command that evaluates what was trained, in the format in which it was; none within more work."""
    if not is_last:
        return []
    is_adapter = (job.output / "adapter_config.json").is_file()
    what = (
        ["--model", job.model, "--adapter", str(job.output)] if is_adapter else ["--model", str(job.output)]
    )
    chat = " --apply-chat-template" if getattr(job.recipe, "apply_chat_template", False) else ""
    tasks = f"swow_{job.culture.name},swow_{job.culture.name}_rank"
    return [f"Next: align eval {shlex.join(what)} --tasks {tasks}{chat} --output results"]


def _tell(*lines: str) -> None:
    if is_first_process():
        print(*lines, sep="\n", file=sys.stderr)
