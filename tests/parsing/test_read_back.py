from __future__ import annotations

import re
from dataclasses import replace

import pytest

from align_tasks.errors import AlignError
from align_tasks.languages import COMMAS, Language
from align_tasks.parsing.read_back import check_separator
from align_tasks.prompts import ENGLISH

MARKS = [
    ", ",
    ",",
    "، ",
    "،",
    "؛ ",
    "; ",
    "、",
    "，",
    " | ",
    " / ",
    "፣ ",
    "၊ ",
    " ~ ",
    " • ",
    " · ",
    "·",
    "\n",
    "\t",
]
ODD = ["", "-", " - ", "'", ": ", "：", " -> ", " → ", ". ", "。", "! ", "? ", "(", "\n- ", "\n1. "]
WORDS = [" and ", " و", "1", " x "]


def _language(separator: str, *, has_blanks: bool) -> Language:
    return Language("xx", replace(ENGLISH, separator=separator), has_blanks=has_blanks)


@pytest.mark.parametrize("has_blanks", [True, False])
@pytest.mark.parametrize("separator", MARKS)
def test_marks_that_only_separate_are_taken(separator: str, has_blanks: bool) -> None:
    assert _language(separator, has_blanks=has_blanks).wording.separator == separator


@pytest.mark.parametrize("has_blanks", [True, False])
@pytest.mark.parametrize("separator", [*ODD, *WORDS])
def test_what_also_stands_in_words_or_sentences_is_refused(separator: str, has_blanks: bool) -> None:
    told = f"the separator {separator!r} of language 'xx' cannot be told from what stands within words"
    with pytest.raises(AlignError, match=re.escape(told)) as error:
        _language(separator, has_blanks=has_blanks)
    assert str(error.value.hint).startswith("Take a mark that only separates, such as ', '")


def test_a_blank_separates_only_where_words_have_none_between_them() -> None:
    _language(" ", has_blanks=False)
    with pytest.raises(AlignError, match="the separator ' ' of language 'xx'"):
        _language(" ", has_blanks=True)


@pytest.mark.parametrize("has_blanks", [True, False])
@pytest.mark.parametrize("separator", COMMAS)
def test_separators_that_are_taken_unchecked_would_pass(separator: str, has_blanks: bool) -> None:
    check_separator(_language(separator, has_blanks=has_blanks))
