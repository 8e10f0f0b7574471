"""Write the generated pages of docs/ and the task files of the package. `--check` only compares.

Run it after a change of prompts, survey texts, tasks, hooks or commands: make docs
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "benchmarks"))


def generated() -> dict[Path, str]:
    """Every generated file with its content."""
    from pages import commands, hooks, prompts, speed, tasks, tension

    pages = (commands, hooks, prompts, speed, tasks, tension)
    files = {ROOT / "docs" / f"{one.__name__.rpartition('.')[2]}.md": one.page() for one in pages}
    return files | {ROOT / "task_yaml" / name: text for name, text in task_files().items()}


def task_files() -> dict[str, str]:
    """The package's own task files, made as those of a plugin are."""
    from align_tasks.plugins.builtin import CULTURE_TASKS, TENSION
    from align_tasks.plugins.loading import registry
    from align_tasks.task_folder import culture_files, tension_files

    files = tension_files(TENSION, "_tension")
    for offer in CULTURE_TASKS:
        files |= culture_files(offer, registry().cultures.values(), offer.template.name)
    return files


def main() -> int:
    """Write or compare; exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of date")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as empty:
        os.environ |= {"ALIGN_DATA": empty, "ALIGN_LOAD_PLUGINS": ""}
        files = generated()
    outdated = {path: text for path, text in files.items() if _differs(path, text)}
    names = ", ".join(str(path.relative_to(ROOT)) for path in outdated)
    if arguments.check and outdated:
        print(f"out of date, run `make docs`: {names}", file=sys.stderr)
        return 1
    for path, text in outdated.items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def _differs(path: Path, text: str) -> bool:
    return not path.is_file() or path.read_text(encoding="utf-8") != text


if __name__ == "__main__":
    sys.exit(main())
