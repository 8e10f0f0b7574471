"""Reading what a model wrote: a list of associations, or an order of candidates.

Real output is messy, so the rules go by the shape of a text, not by its wording:

===================  =================================================================================
what                 rule
===================  =================================================================================
end of the answer    a line that opens a question ("Word: …", "词语：…") ends it, unless it comes first and
                     repeats the cue; reasoning in ``<think>`` tags is left out
marked lists         with two or more numbered or bulleted lines, each of these is an entry and every
                     other line is chat; so are lines "word: explanation" when most lines are of that kind;
                     numbers in the digits of any script, and "1- " where neither Latin, Han nor kana follows
entries              "word - explanation" and "word: explanation" give the word; when three or more words
                     follow, or the cue itself stands in front, what follows is taken instead
headings             what ends with a colon names the list and is no association; within a line, a colon or
                     arrow ends the introduction, unless three or more short words stand before it
separators           commas and semicolons (Arabic ones too), bars, line breaks, slashes and dots between
                     words, and the language's own (`Wording.separator`); a comma within a number and a
                     slash beside a digit separate nothing
wide blanks          tabs, ideographic and double blanks separate where nothing else does
blanks, Chinese      separate where nothing else does, from three words on, or two when they are all there is;
                     so in every language that writes no blanks between words (`Language.has_blanks`), and
                     from two words on where the language's own separator is a blank, as in Thai
blanks, English      separate only in a text of one line without any separator and with more than three
                     words that is no sentence (two words such as "I", "is", "the", "of", or one such as "I"
                     and a full stop); "ice cream" and "don't know" stay whole
"and", English       before the last word of a list it is no part of the word
parentheses          after a word they explain it and are left out, to their end or that of the line
chat                 beside a list (three words or more), a lone sentence or a paragraph of one piece is chat;
                     in Chinese, so is a clause without ``、`` beside a list that uses it
length               more than 4 words, 64 characters, 10 Han characters or as much in other scripts without
                     blanks (20 kana, 30 of Thai and the like) are no association
===================  =================================================================================

Words that change script in the middle are kept whole: they are what was said, and match nothing.
"""

from __future__ import annotations

from align_tasks.parsing.associations import parse_associations
from align_tasks.parsing.ranking import parse_ranking

__all__ = ["parse_associations", "parse_ranking"]
