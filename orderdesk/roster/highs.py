"""The linear and integer solver HiGHS, silent and repeatable."""

from __future__ import annotations

from typing import Any


def solver(**options: object) -> Any:
    """A solver with one thread and a fixed seed, and these options.

    highspy's own class greets on standard output, where the screen is; its core keeps silent.
    """
    import highspy

    core: Any = highspy.highs
    made = core._Highs()
    for name, value in {"output_flag": False, "threads": 1, "random_seed": 1, **options}.items():
        made.setOptionValue(name, value)
    return made
