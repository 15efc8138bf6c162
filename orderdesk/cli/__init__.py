"""The command line: parses, asks the desk, prints. The same jobs as on the screens.

Exit codes: 0 done, 1 a rule says no (or the database can't), 2 bad input. Nothing heavy is
imported before a command needs it.
"""

from __future__ import annotations

import contextlib
import os
import sys

from typer._click.exceptions import ClickException
from typer.exceptions import Abort

from orderdesk.cli import files, planner, setup, signals, upkeep, work
from orderdesk.cli.base import app, fail
from orderdesk.cli.parser import PARSER_WORDS, refusal
from orderdesk.errors import OrderdeskError
from orderdesk.i18n import _

__all__ = ["PARSER_WORDS", "app", "files", "planner", "run", "setup", "signals", "upkeep", "work"]

STOPPED = 130
"""Exit code after Ctrl-C, as shells expect it."""


def run(arguments: list[str]) -> None:
    """Run the command line: one sentence and an exit code for whatever goes wrong."""
    try:
        code = app(arguments, prog_name="orderdesk", standalone_mode=False)
        sys.stdout.flush()
    except OrderdeskError as problem:
        fail(str(problem), problem.exit_code)
    except ClickException as problem:
        fail(refusal(problem), problem.exit_code)
    except (KeyboardInterrupt, Abort):
        fail(_("stopped"), STOPPED)
    except BrokenPipeError:
        _reader_has_gone()
    except SystemExit as ended:  # the parser ends with 1 where the pipe breaks under it
        if isinstance(ended.__context__, BrokenPipeError):
            _reader_has_gone()
        raise
    except Exception as fault:
        from orderdesk.desk.faults import keep

        fail(keep(fault), 1)
    if code == STOPPED:
        fail(_("stopped"), STOPPED)
    raise SystemExit(code if isinstance(code, int) else 0)


def _reader_has_gone() -> None:
    """The program behind the pipe read enough: nothing is left to say, nor to flush at the end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0)
