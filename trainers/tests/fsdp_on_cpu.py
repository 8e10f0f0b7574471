"""`align` in CPU processes that may do FSDP: PyTorch can, and accelerate leaves it to GPUs and the like.

Started by ``accelerate launch`` in place of ``-m align_tasks``.
"""

from __future__ import annotations

import runpy
from typing import Any

from accelerate import DistributedType, PartialState

join = PartialState.__init__


def join_as_accelerators(self: PartialState, *args: Any, **kwargs: Any) -> None:
    join(self, *args, **kwargs)
    if self.distributed_type == DistributedType.MULTI_CPU:
        self.distributed_type = DistributedType.MULTI_XPU


PartialState.__init__ = join_as_accelerators
runpy.run_module("align_tasks", run_name="__main__")
