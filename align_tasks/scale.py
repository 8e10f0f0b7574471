"""The two kinds of answer scale."""

from __future__ import annotations

from typing import Literal, TypeAlias

Scale: TypeAlias = Literal["ordinal", "nominal"]
"""``ordinal`` when the options lie on a line, ``nominal`` when they do not."""
