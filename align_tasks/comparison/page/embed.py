"""Code and data inside a page: written so that no text can leave its place, and named by their hashes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup

_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_END = re.compile(r"<(?=/(script|style)|!--)", re.IGNORECASE)


def data(value: Any) -> Markup:
    """A value as JSON that stands safely in a ``script`` element; numbers must be finite."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_ESCAPES))


def script(code: str) -> Markup:
    """JavaScript that stands safely in a ``script`` element: in its texts, ``<`` of an end is escaped."""
    return Markup(_END.sub(r"\\x3c", _one_newline(code)))


def style(code: str) -> Markup:
    """CSS for a ``style`` element.

    Raises:
        ValueError: it would end the element.
    """
    if _END.search(code):
        raise ValueError("a style sheet must not hold the end of its element")
    return Markup(_one_newline(code))


def policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """A content security policy by which nothing but these runs, and nothing is fetched or sent."""
    told = {
        "default-src": ["'none'"],
        "script-src": [_hash(code) for code in scripts],
        "style-src": [_hash(code) for code in styles],
        "img-src": ["data:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in told.items())


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def _one_newline(code: str) -> str:
    """Browsers read every line end as a newline before they take the hash."""
    return code.replace("\r\n", "\n").replace("\r", "\n")
