"""Keys: hashes of all that a step's output depends on, so that what is there under a key need not be made."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from align_tasks.cultures import Culture
from align_tasks.data import store

LENGTH = 10


def key_of(*parts: Any) -> str:
    """A short hash of anything that JSON can hold."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def norms_key(culture: Culture, norms: str) -> str:
    """Which norms of a culture a training learns."""
    is_imported = norms != "demo" and culture.name in store.names("associations")
    return store.fingerprint("associations", culture.name) if is_imported else "demo"


def tables_key(*kinds: str) -> str:
    """All imported tables of some kinds."""
    found = [(kind, name, store.fingerprint(kind, name)) for kind in kinds for name in store.names(kind)]
    return key_of(found)
