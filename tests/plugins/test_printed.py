"""What plugins write to standard output while they are loaded, and what they do to it."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest

from align_tasks.plugins import printed

FIX = "Tell its authors to take the print out."
TOLD = "plugin {!r} (align-test-{} 1.0) works, but it prints when it is loaded: {!r}. " + FIX
PRINTS = TOLD.format("prints", "prints", '{"welcome": [1, 2]}')

SILENT = [
    "os.dup(sys.stdout.fileno())",
    "sys.stdout.close()",
    "sys.stdout = None",
    "import io; sys.stdout = io.StringIO(); print('to itself')",
    "import io; sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-16')",
    "import io; sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-16')",
    "sys.stdout.reconfigure(encoding='utf-16')",
    "os.close(1)",
]
LOUD = {
    "print('at last')": "at last",
    "sys.stdout.write('at last')": "at last",
    "print('before'); sys.stdout = None": "before",
    "os.write(1, b'from C')": "from C",
    "import subprocess; subprocess.run([sys.executable, '-c', 'print(1 + 1)'])": "2",
    "sys.__stdout__.write('all the same'); sys.stdout.close()": "all the same",
}


def _told(line: str) -> str:
    return TOLD.format("at_import", "at-import", line)


@pytest.mark.parametrize("does", SILENT)
def test_whatever_a_plugin_does_to_standard_output_commands_write_to_it(does: str, process: Any) -> None:
    done = process(["at_import"], "-m", "align_tasks", "plugins", "--json", ALIGN_TEST_AT_IMPORT=does)
    assert (done.returncode, done.stderr) == (0, "")
    assert {plugin["name"]: plugin["status"] for plugin in json.loads(done.stdout)}["at_import"] == "loaded"


@pytest.mark.parametrize("does", LOUD)
def test_whatever_way_a_plugin_prints_it_is_told_and_kept_off(does: str, process: Any) -> None:
    done = process(["at_import"], "-m", "align_tasks", "plugins", "--json", ALIGN_TEST_AT_IMPORT=does)
    assert done.stderr == f"WARNING {_told(LOUD[does])}\n"
    assert [plugin["name"] for plugin in json.loads(done.stdout)][:2] == ["align_tasks", "at_import"]


@pytest.mark.parametrize("does", [*SILENT, *LOUD])
def test_a_program_whose_standard_output_is_no_descriptor_sees_the_same(
    does: str, align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("at_import")
    monkeypatch.setenv("ALIGN_TEST_AT_IMPORT", does)
    own = sys.stdout
    done = align.run("plugins", "--json")
    assert [plugin["name"] for plugin in json.loads(done.out)] == ["align_tasks", "at_import"]
    assert done.warnings == ([_told(LOUD[does])] if does in LOUD else [])
    assert sys.stdout is own
    os.fstat(1)


def test_a_log_handler_that_a_plugin_keeps_writes_to_standard_output_when_it_is_used(
    align: Any, process: Any
) -> None:
    done = process(["at_import"], "-m", "align_tasks", "say")
    assert (done.stdout, done.stderr) == ("forty-two\n", "")
    align.install("at_import")
    assert align.run("say").out == "forty-two\n"


def test_each_plugin_is_told_with_what_it_printed_itself(align: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    align.install("at_import", "good", "prints")
    monkeypatch.setenv("ALIGN_TEST_AT_IMPORT", "sys.stdout.write('half a line')")
    done = align.run("plugins", "--json")
    assert done.warnings == [_told("half a line"), PRINTS]
    listed = {plugin["name"]: plugin for plugin in json.loads(done.out)}
    assert listed["good"]["status"] == "loaded"
    assert (listed["prints"]["problem"], listed["prints"]["fix"]) == (
        """it prints when it is loaded: '{"welcome": [1, 2]}'""",
        FIX,
    )
    assert listed["prints"]["adds"] == {"cultures": ["pr"]}


CLOSED = """
import os, sys
os.close(1)
sys.stdout = None
from align_tasks.plugins.loading import loaded
print([plugin.told() for plugin in loaded().plugins if plugin.problem], sys.stdout, file=sys.stderr)
try:
    os.fstat(1)
except OSError:
    print("still closed", file=sys.stderr)
"""


def test_where_standard_output_is_closed_it_stays_so(process: Any) -> None:
    done = process(["prints"], "-c", CLOSED)
    assert done.stderr == f"{PRINTS}\n{[PRINTS]} None\nstill closed\n"


def test_where_no_file_can_be_written_what_is_printed_is_still_kept_off(
    align: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    align.install("prints")
    monkeypatch.setattr(printed, "TemporaryFile", _refuse)
    done = align.run("plugins", "--json")
    assert [plugin["status"] for plugin in json.loads(done.out)] == ["loaded", "loaded"]


def _refuse(**options: Any) -> None:
    raise FileNotFoundError("no usable temporary directory")


def test_standard_output_is_there_again_when_the_user_stops_the_loading(
    plugins: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    origin = plugins.origin()
    own = sys.stdout
    with pytest.raises(KeyboardInterrupt):
        plugins.use(type(origin)(origin.name, origin.distribution, origin.version, _print_and_interrupt))
    assert sys.stdout is own
    os.write(1, b"afterwards")
    assert capfd.readouterr().out == "afterwards"


def _print_and_interrupt() -> None:
    print("meanwhile")
    raise KeyboardInterrupt
