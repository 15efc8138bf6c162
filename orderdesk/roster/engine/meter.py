"""What a search may still spend: seconds of the clock, or work counted the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Meter:
    """Time until `seconds` after `begun`. A repeatable search counts its work instead, in seconds
    of an ordinary machine, so that every decision that looks at the time comes out the same."""

    seconds: float
    repeatable: bool = False
    stop: Callable[[], bool] = lambda: False
    begun: float = field(default_factory=perf_counter)
    work: float = 0.0

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return self.work if self.repeatable else perf_counter() - self.begun

    @property
    def left(self) -> float:
        """Seconds that are left; negative when it is over."""
        return self.seconds - self.spent

    @property
    def over(self) -> bool:
        """Whether the time is up, or somebody asked to stop."""
        return self.spent >= self.seconds or self.stop()

    def spend(self, seconds: float) -> None:
        """So much work was done, in seconds of an ordinary machine."""
        self.work += seconds
