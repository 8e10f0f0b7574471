from __future__ import annotations

from itertools import permutations

import pytest

from align_opinions.answers import is_answer
from align_opinions.ladders import LADDERS
from align_opinions.scales import plain, scale_of

ON_A_LINE = [
    ("Very good", "Somewhat good", "Somewhat bad", "Very bad"),
    ("Very good", "Good", "Bad", "Very bad"),
    ("Very favorable", "Mostly favorable", "Mostly unfavorable", "Very unfavorable"),
    ("Completely agree", "Mostly agree", "Mostly disagree", "Completely disagree"),
    ("Agree strongly", "Agree", "Neither agree nor disagree", "Disagree", "Strongly disagree"),
    ("Disagree", "Hard to say", "Agree"),
    ("Completely dissatisfied", "Rather dissatisfied", "Rather satisfied", "Completely satisfied"),
    ("Good thing", "Don´t mind", "Bad thing"),
    ("Very big problem", "Moderately big problem", "Small problem", "Not a problem at all"),
    ("Major threat", "Minor threat", "Not a threat"),
    ("Very well", "Somewhat well", "Not too well", "Not well at all"),
    ("Very happy", "Quite happy", "Not very happy", "Not at all happy"),
    ("Very Frequently", "Quite frequently", "Not frequently", "Not at all frequently"),
    ("Very important", "Important", "Not important"),
    ("A great deal", "Quite a lot", "Not very much", "None at all"),
    ("Great deal", "Fair amount", "Not too much", "Not at all"),
    ("A lot of confidence", "Some confidence", "Not too much confidence", "No confidence at all"),
    ("Trust completely", "Trust somewhat", "Do not trust very much", "Do not trust at all"),
    ("Very much", "A great deal", "Not much", "Not at all"),
    ("None of them", "Few of them", "Most of them", "All of them"),
    ("Better", "About the same", "Worse"),
    ("More stable", "No difference (VOL)", "Less stable"),
    ("Increased", "Stayed the same", "Decreased"),
    ("Too great", "About right", "Too small"),
    ("Definitely should be open", "Probably should be open", "Probably should not be open"),
    ("Daily", "Weekly", "Monthly", "Less than monthly", "Never"),
    ("Often", "Sometimes", "Rarely", "Never"),
    ("Never justifiable", *map(str, range(2, 10)), "Always justifiable"),
    ("1", "2", "3", "4", "5"),
    ("10 (best)", "9", "8", "7 (worst)"),
]
NOT_ON_A_LINE = [
    ("Better", "Worse", "About the same"),
    ("Increased", "Decreased", "Stayed the same"),
    ("Good", "Bad", "Neither"),
    ("Agree", "Disagree", "Strongly agree", "Strongly disagree"),
    ("More stable", "No difference", "Less rich"),
    ("Very important", "Somewhat likely", "Not too important"),
    ("Very likely", "Somewhat likely", "Somewhat unlikely", "Very unlikely", "Has already happened"),
    ("Rather bad", "Quite bad", "Neither good nor bad", "Quite good", "Very good"),
    ("A religious person", "Not a religious person", "An atheist"),
    ("Apples", "Pears", "Plums"),
    ("2011 flood", "2015 drought", "2019 fire"),
    ("9/11", "2003 war", "2011 flood"),
    ("1", "3", "2"),
    ("Never", "2", "Always"),
]


@pytest.mark.parametrize("options", ON_A_LINE)
def test_options_that_lie_on_a_line_are_ordinal_in_either_direction(options: tuple[str, ...]) -> None:
    assert scale_of(options) == "ordinal"
    assert scale_of(options[::-1]) == "ordinal"


@pytest.mark.parametrize("options", NOT_ON_A_LINE)
def test_other_options_and_other_orders_are_nominal(options: tuple[str, ...]) -> None:
    assert scale_of(options) == "nominal"


@pytest.mark.parametrize("options", [options for options in ON_A_LINE if len(options) < 6])
def test_of_all_orders_only_the_two_along_the_line_are_ordinal(options: tuple[str, ...]) -> None:
    ordinal = {order for order in permutations(options) if scale_of(order) == "ordinal"}
    assert ordinal == ({options, options[::-1]} if len(options) > 2 else set(permutations(options)))


def test_two_options_are_ordinal_whatever_they_say() -> None:
    assert scale_of(("Apples", "Pears")) == "ordinal"


def test_ladders_are_written_as_labels_are_compared() -> None:
    for ladder in LADDERS:
        for wording in (wording for rung in ladder for wording in rung.split("|")):
            assert " ".join(map(plain, wording.split("*"))).split() == wording.replace("*", "").split()


@pytest.mark.parametrize(
    "label",
    [
        "DK/Refused",
        "Don't know",
        "Don’t know",
        "No answer",
        "No answer/refused",
        "Missing; Not available",
        "Other missing; Multiple answers Mail (EVS)",
        "Refused",
        "Never heard of",
        "Haven't heard enough (VOL)",
        "Other",
        "Other (VOL)",
        "  dk  ",
    ],
)
def test_labels_that_are_no_answer(label: str) -> None:
    assert not is_answer(label)


@pytest.mark.parametrize(
    "label",
    [
        "No",
        "None of these (VOL)",
        "Both (VOL)",
        "Neither/both (VOL)",
        "Other countries",
        "Not at all",
        "Don't mind",
        "Hard to say",
        "Refused refugees",
        "Missing persons",
        "Has already happened (DO NOT READ)",
    ],
)
def test_labels_that_are_an_answer(label: str) -> None:
    assert is_answer(label)
