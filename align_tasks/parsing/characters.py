"""Classes of characters, each to stand between the brackets of a pattern."""

from __future__ import annotations

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters."""

KANA = "\u3041-\u30ff\uff66-\uff9f"
"""Japanese syllables."""

SOUTHEAST_ASIAN = "\u0e01-\u109f\u1780-\u17ff\u1950-\u1aad\ua9e0-\ua9ff\uaa60-\uaadf"
"""Thai, Lao, Tibetan, Burmese, Khmer and the Tai scripts, which write no blanks between words."""

_INDIC = range(0x0900, 0x0E00, 0x80)  # Devanagari to Sinhala: alike in layout, their digits from 0x66 on
_ZEROS = (0x0660, 0x06F0, *(block + 0x66 for block in _INDIC), 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x17E0)

DIGITS = "0-9" + "".join(f"{chr(zero)}-{chr(zero + 9)}" for zero in _ZEROS)
"""Decimal digits: European, Arabic, Persian, Indic and South-East Asian."""

MARKS = (
    "\u0300-\u036f\u0483-\u0487"  # on Latin, Greek and Cyrillic letters
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"  # Arabic
    + "".join(f"{chr(block)}-{chr(block + 0x63)}" for block in _INDIC)
    + "\u0a70\u0a71\u0a75\u0df2\u0df3"  # Punjabi and Sinhala, beside those
    "\u0e31-\u0e3a\u0e40-\u0e4e\u0eb1-\u0ece\u0f71-\u0f84\u0f86-\u0fbc"  # Thai, Lao, Tibetan
    "\u102b-\u103e\u1056-\u108f\u109a-\u109d\u135d-\u135f\u17b4-\u17d3"  # Burmese, Ethiopic, Khmer
)
r"""Vowel signs and accents, which are parts of words as letters are, and which ``\w`` leaves out."""

LATIN = "\u0000-\u024f\u1e00-\u1eff"
"""Latin letters, and the signs among them."""

FURTHER_LETTER = rf"[^\W\d_{LATIN}{HAN}{KANA}]"
"""A pattern of its own: a letter that is neither Latin, Han nor kana."""
