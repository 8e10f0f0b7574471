"""Answer scales that lie on a line: each is a ladder of rungs, named from one end to the other.

A rung holds the labels that mean the same place on the line, between ``|``. Words that follow a label, or
that stand for ``*`` in it, are what the question is about ("very *important*", "no *confidence* at all"):
they must be the same in all options of a question that have any. Labels stand as
`align_opinions.scales.plain` writes them: in lower case, without punctuation, and without a, an, the and of.
"""

from __future__ import annotations

Ladder = tuple[str, ...]

DEGREE: Ladder = (
    "completely|totally|absolutely|extremely|entirely",
    "very|highly|definitely|strongly",
    "quite|rather|fairly|mostly|moderately|pretty|*",
    "somewhat|slightly|little|only little",
    "not very|not too|not so|not particularly|not especially",
    "not",
    "not at all|not * at all",
)
AMOUNT: Ladder = (
    "completely|entirely",
    "very much|extremely",
    "great deal|lot",
    "quite lot|fair amount|good deal|good amount",
    "some|somewhat|moderate amount",
    "little|only little|just little",
    "not much|not too much|not very much|not lot|very little|hardly any",
    "no|none|none at all|not at all|no * at all|nothing|nothing at all",
)
EXTENT: Ladder = (
    "* completely|* great deal|* lot|* very much",
    "* mostly|* fair amount",
    "* somewhat|* some",
    "not * very much|not * too much|do not * very much|do not * too much",
    "not * at all|do not * at all",
)
SIZE: Ladder = (
    "very big|very large|very serious|major",
    "moderately big|moderately large|moderate|somewhat serious|big|large|serious",
    "small|minor|slight|not too serious|not very serious|not very big",
    "no|not|none|no * at all|not * at all",
)
SHARE: Ladder = (
    "all|everyone|everybody",
    "almost all|nearly all",
    "most|majority",
    "many|half|about half",
    "some",
    "few|only few|very few|not many|hardly any",
    "none|nobody|no one|no",
)
QUALITY: Ladder = (
    "excellent",
    "very good",
    "good",
    "fair|only fair|average|satisfactory",
    "poor|bad",
    "very poor|very bad",
)
MEASURE: Ladder = (
    "too much|too many|too great|too big|too high|too strong|too fast|too far",
    "about right|about right amount|right amount|just right",
    "too little|too few|too small|too low|too weak|too slow|not enough|not far enough",
)
CERTAINTY: Ladder = (
    "definitely|definitely yes|yes definitely|definitely should",
    "probably|probably yes|yes probably|probably should|yes",
    "maybe|perhaps|possibly",
    "probably not|no probably not|probably no|no probably|probably should not|no",
    "definitely not|no definitely not|definitely no|no definitely|definitely should not",
)
FREQUENCY: Ladder = (
    "always|all time",
    "almost always|nearly always|most time|very often|very frequently",
    "often|frequently|usually|regularly|quite often|quite frequently",
    "sometimes|occasionally|from time to time",
    "rarely|seldom|hardly ever|not often|not very often|not frequently",
    "almost never",
    "never|never or almost never|never practically never|not at all often|not at all frequently",
)
CALENDAR: Ladder = (
    "several times day|more than once day",
    "once day|every day|daily",
    "several times week|several times each week|few times week|more than once week",
    "once week|every week|weekly|at least once week",
    "several times month|few times month|once or twice month|more than once month",
    "once month|every month|monthly|at least once month",
    "only when attending religious services",
    "only on special holy days",
    "several times year|few times year",
    "once year|every year|yearly",
    "less often|less than once year|less than once month|less than monthly|rarely|seldom",
    "never|never or almost never|never practically never",
)
OPPOSITES = (
    ("agree", "disagree"),
    ("approve", "disapprove"),
    ("support", "oppose"),
    ("favor", "oppose"),
    ("favour", "oppose"),
    ("favorable", "unfavorable"),
    ("favourable", "unfavourable"),
    ("good", "bad"),
    ("positive", "negative"),
    ("likely", "unlikely"),
    ("satisfied", "dissatisfied"),
    ("satisfied", "unsatisfied"),
    ("important", "unimportant"),
    ("happy", "unhappy"),
    ("optimistic", "pessimistic"),
    ("acceptable", "unacceptable"),
    ("comfortable", "uncomfortable"),
    ("effective", "ineffective"),
    ("justified", "unjustified"),
    ("fair", "unfair"),
    ("safe", "unsafe"),
    ("easy", "difficult"),
    ("trust", "distrust"),
    ("warm", "cold"),
)
BETWEEN_OPPOSITES: Ladder = (
    "completely {one}|totally {one}|absolutely {one}|extremely {one}|{one} completely",
    "very {one}|strongly {one}|definitely {one}|highly {one}|{one} strongly",
    "{one}|mostly {one}|generally {one}|quite {one}|rather {one}|fairly {one}|tend to {one}",
    "somewhat {one}|slightly {one}|little {one}|{one} somewhat|{one} slightly",
    "neither|neither {one} nor {other}|neither {other} nor {one}|neither {one} or {other}|neutral|no"
    "|hard to say|don't mind|do not mind",
    "somewhat {other}|slightly {other}|little {other}|{other} somewhat|{other} slightly",
    "{other}|mostly {other}|generally {other}|quite {other}|rather {other}|fairly {other}|tend to {other}",
    "very {other}|strongly {other}|definitely {other}|highly {other}|{other} strongly",
    "completely {other}|totally {other}|absolutely {other}|extremely {other}|{other} completely",
)
CHANGES = (
    ("better", "worse"),
    ("more", "less"),
    ("more", "fewer"),
    ("increase", "decrease"),
    ("increased", "decreased"),
    ("increasing", "decreasing"),
    ("improve", "worsen"),
    ("improved", "worsened"),
    ("get better", "get worse"),
    ("getting better", "getting worse"),
    ("gone up", "gone down"),
    ("higher", "lower"),
    ("stronger", "weaker"),
    ("larger", "smaller"),
    ("bigger", "smaller"),
    ("easier", "harder"),
    ("easier", "more difficult"),
    ("faster", "slower"),
    ("safer", "less safe"),
)
BETWEEN_CHANGES: Ladder = (
    "much {one}|lot {one}|far {one}|significantly {one}|{one} lot",
    "{one}|somewhat {one}|slightly {one}|little {one}|{one} little|{one} somewhat",
    "same|about same|stay same|stayed same|stay about same|stayed about same|remain same|remained same"
    "|unchanged|no change|no difference|no effect|neither|neither {one} nor {other}",
    "{other}|somewhat {other}|slightly {other}|little {other}|{other} little|{other} somewhat",
    "much {other}|lot {other}|far {other}|significantly {other}|{other} lot",
)


def _between(rungs: Ladder, pairs: tuple[tuple[str, str], ...]) -> tuple[Ladder, ...]:
    return tuple(tuple(rung.format(one=one, other=other) for rung in rungs) for one, other in pairs)


LADDERS: tuple[Ladder, ...] = (
    DEGREE,
    AMOUNT,
    EXTENT,
    SIZE,
    SHARE,
    QUALITY,
    MEASURE,
    CERTAINTY,
    FREQUENCY,
    CALENDAR,
    *_between(BETWEEN_OPPOSITES, OPPOSITES),
    *_between(BETWEEN_CHANGES, CHANGES),
)
