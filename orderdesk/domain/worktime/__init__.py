"""Dutch working-time law: one checker for solver, screens, imports and tests.

The norms are data (`data/working_time_law.toml`), each with its article, the exceptions agreed for
the team and the day from which it holds. The checker reads stretches of work, as far back as they
are known, and returns findings. It is vectorised over all people at once; every rule is one
function over the columns of `Board`.

How the text of the Act is read:

- Two stretches with less than 8 h between them are one shift (ATW 1:7).
- "In each 24 h" and "in each 7 x 24 h" are windows that open at the start of any shift: a window
  that opened inside a rest would cut every ordinary night in two. (For weekly rest this equals the
  inspectorate's reading, which opens the window at the start of each series of shifts.)
- A week is an ISO week, Monday 00:00 in Amsterdam. Work over that midnight is split, its break
  with it.
- Work (arbeidstijd) is elapsed time less breaks. Where in a shift the break lies isn't known, so
  night hours are counted with their breaks: the careful side.
- Before the first known stretch and after the last one a person rests.
- Notice is counted in days of the calendar: told on a Monday for a Monday four weeks on is 28 days.
"""

from orderdesk.domain.worktime.checker import check, check_columns, check_duties, check_team, errors
from orderdesk.domain.worktime.norms import (
    NEVER_FOR_BOA,
    NightShiftNorm,
    Severity,
    WorkingTimeLaw,
    require_lawful,
)
from orderdesk.domain.worktime.on_call import check_on_call
from orderdesk.domain.worktime.stretches import Columns, Finding, Stretch, clock, stretches

__all__ = [
    "NEVER_FOR_BOA",
    "Columns",
    "Finding",
    "NightShiftNorm",
    "Severity",
    "Stretch",
    "WorkingTimeLaw",
    "check",
    "check_columns",
    "check_duties",
    "check_on_call",
    "check_team",
    "clock",
    "errors",
    "require_lawful",
    "stretches",
]
