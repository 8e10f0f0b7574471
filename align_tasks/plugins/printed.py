"""What plugins print while they are loaded, kept off standard output, where commands write for programs."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import IO, Any, TextIO

STDOUT = 1


@contextmanager
def printed_apart() -> Iterator[Callable[[], str]]:
    """Send standard output to a temporary file; the function gives what was written since its last call.

    Descriptor 1 leads there, and with it what child processes write. `sys.stdout` stays the stream that it
    is, because a plugin may keep it, in a log handler for instance; one that does not write to descriptor 1,
    such as a notebook's, has a `_Relay` in its place. Each call puts right what was done to `sys.stdout`.
    """
    with _scratch_file() as file:
        stream = _stream_kept() if _writes_to_descriptor(sys.stdout) else _stream_relayed(file)
        _flush()
        with _descriptor_redirected(file), stream as put_right:
            start = 0

            def written() -> str:
                nonlocal start
                _flush()
                put_right()
                file.seek(start)  # the place of descriptor 1, too, which reading brings back to the end
                text = file.read()
                start += len(text)
                return text.decode("utf-8", errors="replace")

            try:
                yield written
            finally:
                _flush()
                put_right()


def _scratch_file() -> IO[bytes]:
    try:
        return TemporaryFile(buffering=0)
    except OSError:  # no folder can be written to, as on a full disk
        return open(os.devnull, "rb+", buffering=0)


def _flush() -> None:
    for stream in (sys.stdout, sys.__stdout__):
        with suppress(Exception):  # None, closed, or whatever a plugin put there
            stream.flush()  # type: ignore[union-attr]


def _writes_to_descriptor(stream: Any) -> bool:
    with suppress(Exception):
        return bool(stream.fileno() == STDOUT)
    return False


def _text_stream(descriptor: int, encoding: str, errors: str) -> TextIO:
    buffer = io.BufferedWriter(io.FileIO(descriptor, "w", closefd=False))
    return io.TextIOWrapper(buffer, encoding, errors, line_buffering=True)


@contextmanager
def _descriptor_redirected(file: IO[bytes]) -> Iterator[None]:
    try:
        own = os.dup(STDOUT)
    except OSError:  # it is closed
        yield
        return
    try:
        os.dup2(file.fileno(), STDOUT)
        yield
    finally:
        os.dup2(own, STDOUT)
        os.close(own)


@contextmanager
def _stream_kept() -> Iterator[Callable[[], None]]:
    """Keep `sys.stdout`; where a plugin closed or detached it, open descriptor 1 anew."""
    stream: Any = sys.stdout
    encoding, errors = getattr(stream, "encoding", "utf-8"), getattr(stream, "errors", "strict")

    def put_right() -> None:
        nonlocal stream
        sys.stdout = stream
        try:
            stream.reconfigure(encoding=encoding, errors=errors)
        except ValueError:
            stream = sys.stdout = _text_stream(STDOUT, encoding, errors)
        except (AttributeError, OSError):  # a stream of another make, or one that cannot be flushed
            pass

    yield put_right


@contextmanager
def _stream_relayed(file: IO[bytes]) -> Iterator[Callable[[], None]]:
    """Have `sys.stdout` write to the file, and whoever keeps it to the real stream afterwards."""
    stream: Any = sys.stdout
    relay: Any = _Relay()

    def put_right() -> None:
        relay.target = _text_stream(file.fileno(), "utf-8", "backslashreplace")
        sys.stdout = relay

    put_right()
    try:
        yield put_right
    finally:
        relay.target = sys.stdout = stream


class _Relay:
    """A stream that is another one, its `target`."""

    target: Any

    def __getattr__(self, name: str) -> Any:
        return getattr(self.target, name)
