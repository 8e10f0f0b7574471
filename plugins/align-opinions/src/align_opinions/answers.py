"""Options that are no answer: people did not know, would not say, or were not asked."""

from __future__ import annotations

import re

_MARK = re.compile(r"\((?:vol|volunteered|do not read|specify|evs)\.?\)", re.IGNORECASE)
_MISSING = re.compile(r"(?:other )?missing(?:;.*)?")
_NO_ANSWER = re.compile(
    r"dk|don'?t know|do not know|not sure|unsure|unknown|no opinion|can'?t say|cannot say"
    r"|refused?(?: to answer)?|refusal|prefer not to (?:say|answer)|no (?:answer|response)"
    r"|na|not applicable|inapplicable|not available|not asked(?: in survey)?"
    r"|never heard(?: of .*| of)?|(?:haven't|have not) heard(?: enough)?.*"
    r"|other(?: answer| response)?"
)


def is_answer(option: str) -> bool:
    """Whether an option is an answer to its question.

    ``DK/Refused``, ``No answer``, ``Missing; Unknown``, ``Never heard of`` and ``Other`` are none. What
    people volunteered is one, even though it was not offered: ``Both (VOL)``, ``None of these (VOL)``.
    """
    text = without_marks(option)
    parts = [part for part in re.split(r"\s*(?:[/;,]|\bor\b)\s*", text) if part]
    wholly = _MISSING.fullmatch(text) or _NO_ANSWER.fullmatch(text)
    return not (wholly or all(_NO_ANSWER.fullmatch(part) for part in parts))


def without_marks(option: str) -> str:
    """A label in lower case, without interviewers' marks such as ``(VOL)``, its apostrophes straight."""
    return " ".join(_MARK.sub(" ", re.sub("[’‘´`]", "'", option)).casefold().split())
