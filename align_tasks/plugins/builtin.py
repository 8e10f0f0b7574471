"""What the package itself brings, registered as a plugin registers it.

Functions stand here by their names, so that starting `align` imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from align_tasks.commands import compare, data, demo, evaluate, plugins, report, run, tasks, train
from align_tasks.commands.command import Command
from align_tasks.cultures import Culture
from align_tasks.languages import Language
from align_tasks.plugins import hookimpl
from align_tasks.prompts import CHINESE, ENGLISH
from align_tasks.readers.reader import Reader
from align_tasks.rewards import Reward
from align_tasks.scores.metric import Metric
from align_tasks.survey.survey import Survey
from align_tasks.survey.wvs7 import FOLDER, WVS7
from align_tasks.task_folder import own_folder
from align_tasks.tasks.offers import CultureTask, TaskFolder, TaskOffer, TensionSet
from align_tasks.trainers import Trainer

_DEMO = Path(__file__).parents[1] / "norms" / "demo"


@hookimpl
def register_languages(register: Callable[[Language], None]) -> None:
    register(Language("en", ENGLISH, conjunctions=("and ", "or "), lists_by_blanks=True))
    register(
        Language("zh", CHINESE, has_blanks=False, normal_form="align_tasks.normalise:simplified_characters")
    )


@hookimpl
def register_cultures(register: Callable[[Culture], None]) -> None:
    for name, language, country, norms in (("us", "en", "USA", "SWOW-EN"), ("zh", "zh", "CHN", "SWOW-ZH")):
        answers = {WVS7.name: FOLDER / f"answers.{country}.json"}
        demo_norms = _DEMO / f"{name}.tsv"
        register(Culture(name, language, country, norms=norms, demo_norms=demo_norms, answers=answers))


@hookimpl
def register_surveys(register: Callable[[Survey], None]) -> None:
    register(WVS7)


@hookimpl
def register_readers(register: Callable[[Reader], None]) -> None:
    for reader in READERS:
        register(reader)


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    for metric in METRICS:
        register(metric)


@hookimpl
def register_tasks(register: Callable[[TaskOffer], None]) -> None:
    register(TaskFolder(own_folder()))
    for offer in CULTURE_TASKS:
        register(offer)
    register(TENSION)


@hookimpl
def register_rewards(register: Callable[[Reward], None]) -> None:
    for reward in REWARDS:
        register(reward)


@hookimpl
def register_trainers(register: Callable[[Trainer], None]) -> None:
    """None: trainers are packages of their own, so that evaluating needs nothing of theirs."""


@hookimpl
def register_commands(register: Callable[[Command], None]) -> None:
    register(Command("data", data.app))
    register(Command("tasks", tasks.app))
    register(Command("eval", evaluate.evaluate, example=evaluate.EXAMPLE))
    register(Command("train", train.app))
    register(Command("compare", compare.compare, example=compare.EXAMPLE))
    register(Command("run", run.run, example=run.EXAMPLE))
    register(Command("report", report.report, example=report.EXAMPLE))
    register(Command("plugins", plugins.app))
    register(Command("demo", demo.demo, example=demo.EXAMPLE))


def _has_norms(culture: Culture) -> bool:
    return culture.norms is not None


def _answers_wvs7(culture: Culture) -> bool:
    return WVS7.has_questions(culture.language)


CULTURE_TASKS = (
    CultureTask("swow_{culture}", own_folder() / "_association", applies=_has_norms),
    CultureTask("swow_{culture}_rank", own_folder() / "_ranking", applies=_has_norms),
    CultureTask("swow_{culture}_dist", own_folder() / "_likelihood", applies=_has_norms),
    CultureTask("wvs_{culture}", own_folder() / "_survey", applies=_answers_wvs7),
    CultureTask("wvs_{culture}_sampled", own_folder() / "_sampled", applies=_answers_wvs7),
)
TENSION = TensionSet(("us", "zh"), name="wvs_tension")

_SCORES = "align_tasks.scores"
METRICS = (
    Metric("association", "p_at_5", f"{_SCORES}.association:p_at_5", better="higher"),
    Metric("association", "p_at_10", f"{_SCORES}.association:p_at_10", better="higher"),
    Metric("association", "p_at_40", f"{_SCORES}.association:p_at_40", better="higher"),
    Metric("association", "ceiling_share", f"{_SCORES}.association:ceiling_share", better="higher"),
    Metric("association", "human_p_at_5", f"{_SCORES}.association:human_p_at_5"),
    Metric("association", "human_p_at_10", f"{_SCORES}.association:human_p_at_10"),
    Metric("association", "human_p_at_40", f"{_SCORES}.association:human_p_at_40"),
    Metric("association", "invalid", f"{_SCORES}.association:invalid", better="lower"),
    Metric("ranking", "spearman", f"{_SCORES}.ranking:spearman", better="higher"),
    Metric("ranking", "spearman_human", f"{_SCORES}.ranking:spearman_human"),
    Metric("ranking", "spearman_paper", f"{_SCORES}.ranking:spearman_paper", better="higher"),
    Metric("ranking", "invalid", f"{_SCORES}.ranking:invalid", better="lower"),
    Metric("ranking", "complete", f"{_SCORES}.ranking:complete", better="higher"),
    Metric("likelihood", "jsd", f"{_SCORES}.likelihood:jsd", better="lower"),
    Metric("likelihood", "jsd_human", f"{_SCORES}.likelihood:jsd_human"),
    Metric("likelihood", "spearman", f"{_SCORES}.likelihood:spearman", better="higher"),
    Metric("likelihood", "spearman_human", f"{_SCORES}.likelihood:spearman_human"),
    Metric("survey", "jsd", f"{_SCORES}.survey:jsd", better="lower"),
    Metric("survey", "jsd_uniform", f"{_SCORES}.survey:jsd_uniform"),
    Metric("survey", "jsd_human", f"{_SCORES}.survey:jsd_human"),
    Metric("survey", "emd", f"{_SCORES}.survey:emd", better="lower"),
    Metric("survey", "emd_uniform", f"{_SCORES}.survey:emd_uniform"),
    Metric("survey", "emd_human", f"{_SCORES}.survey:emd_human"),
    Metric("survey", "order_effect", f"{_SCORES}.survey:order_effect", better="lower"),
    Metric("tension", "distance_{culture}", f"{_SCORES}.tension:distance", better="lower"),
    Metric("tension", "{culture}_aligned", f"{_SCORES}.tension:aligned", better="higher"),
    Metric("tension", "distance_{culture}_uniform", f"{_SCORES}.tension:distance_uniform"),
    Metric("tension", "{culture}_aligned_uniform", f"{_SCORES}.tension:aligned_uniform"),
    Metric("tension", "distance_{culture}_human", f"{_SCORES}.tension:distance_human"),
    Metric("tension", "{culture}_aligned_paper", f"{_SCORES}.tension:aligned_paper", better="higher"),
)

_REWARDS = f"{_SCORES}.ranking_rewards"
REWARDS = (
    Reward("spearman", f"{_REWARDS}:spearman", summary="correlation with people's order, -1 to 1"),
    Reward("ndcg", f"{_REWARDS}:ndcg", summary="people's counts, discounted by place, 0 to 1"),
    Reward("p_at_5", f"{_REWARDS}:p_at_5", summary="share of the five most frequent in front, 0 to 1"),
    Reward("neg_jsd", f"{_REWARDS}:neg_jsd", summary="minus the distance from people's strengths, -1 to 0"),
    Reward("format", f"{_REWARDS}:list_format", summary="a list of candidates and nothing else, 0 to 1"),
    Reward("coverage", f"{_REWARDS}:coverage", summary="share of the candidates named, 0 to 1"),
    Reward("rank", f"{_REWARDS}:rank", summary="pairs in people's order less those against it, -1 to 1"),
)


def _reader(name: str, functions: str, **fields: Any) -> Reader:
    """A reader whose functions are ``is_X`` and ``read_X`` of a module: `functions` is ``module:X``."""
    module, _, suffix = functions.partition(":")
    prefix = f"align_tasks.readers.{module}"
    return Reader(name, recognises=f"{prefix}:is_{suffix}", read=f"{prefix}:read_{suffix}", **fields)


_SWOW = {
    "source": "swow",
    "kind": "associations",
    "table": "{culture}",
    "licence": "CC BY-NC-ND 3.0 (De Deyne et al., smallworldofwords.org): not to be passed on",
}
_WVS = {
    "source": "wvs",
    "kind": "items",
    "table": "wvs7.{culture}",
    "licence": "free for non-commercial use after registration (worldvaluessurvey.org): not to be passed on",
}
_RATINGS = {"source": "norms", "kind": "ratings"}
READERS = (
    _reader(
        "swow-strength",
        "swow:strength",
        describes="strength files: cue, response, R1 or R123, N",
        **_SWOW,
    ),
    _reader("swow-responses", "swow:responses", describes="people's responses: cue, R1, R2, R3", **_SWOW),
    _reader(
        "wvs-csv",
        "wvs:csv",
        describes="the cross-national CSV file, numeric codes: B_COUNTRY_ALPHA, W_WEIGHT, Q1 …",
        **_WVS,
    ),
    _reader("wvs-excel", "wvs:excel", describes="a country's Excel workbook, labels in the cells", **_WVS),
    _reader("wvs-sav", "wvs:sav", describes="an SPSS file (needs pip install 'align-tasks[sav]')", **_WVS),
    _reader(
        "warriner",
        "ratings:warriner",
        describes="valence and arousal of English words (Warriner et al. 2013): Word, V.Mean.Sum, A.Mean.Sum",
        licence="for research; cite Warriner, Kuperman & Brysbaert 2013, doi:10.3758/s13428-012-0314-x",
        table="{language}.warriner",
        **_RATINGS,
    ),
    _reader(
        "brysbaert",
        "ratings:brysbaert",
        describes="concreteness of English words (Brysbaert et al. 2014): Word, Conc.M",
        licence="for research; cite Brysbaert, Warriner & Kuperman 2014, doi:10.3758/s13428-013-0403-5",
        table="{language}.brysbaert",
        **_RATINGS,
    ),
    _reader(
        "cvaw",
        "ratings:cvaw",
        describes="valence and arousal of Chinese words (CVAW): Word, Valence_Mean, Arousal_Mean",
        licence="for research; cite Yu et al. 2016, Building Chinese Affective Resources, NAACL, N16-1066",
        table="{language}.cvaw",
        **_RATINGS,
    ),
)
