"""`orderdesk` and `python -m orderdesk`."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from orderdesk.desk.preferences import preferences
from orderdesk.desk.where import DATABASE_VARIABLE, user_folder
from orderdesk.i18n import LANGUAGES, language, language_of_locale, lend_words, set_language

GLOBAL_OPTIONS = ("--database", "--role", "--lang")
"""These may stand anywhere on the line, also behind the command."""
_PASSWORD = re.compile(r"://[^/@]*:[^@]*@|[?&]password=")


def main() -> None:
    """Choose the language before any help text is read, then hand over to the command line.

    The line's own `--lang` counts first, then what was last chosen on a screen, then the machine.
    """
    _stand_in_for_closed_streams()
    arguments = globals_first(sys.argv[1:])
    _hide_password(arguments)
    set_language(_language_of(arguments) or _language_kept() or language_of_locale())
    if not arguments and sys.stdin.isatty() and sys.stdout.isatty():
        # The desk all day long: straight to the first screen, without the command line's parser.
        from orderdesk.app import run_app

        run_app(None, None, language())
        return
    lend_words()
    from orderdesk.cli import run

    run(arguments)


def _stand_in_for_closed_streams() -> None:
    """A job scheduler may close all three: then nobody reads, and nothing goes wrong for that."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - for good
            setattr(sys, name, stream)


def globals_first(arguments: list[str]) -> list[str]:
    """`arguments` with the global options, and their values, moved to the front."""
    front: list[str] = []
    rest: list[str] = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            rest += [argument, *left]
        elif argument in GLOBAL_OPTIONS:
            value = next(left, None)
            front += [f"{argument}="] if value is None else [argument, value]
        elif argument.split("=")[0] in GLOBAL_OPTIONS:
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest


def _hide_password(arguments: list[str]) -> None:
    """Start again with the address of the database in the environment, if it holds a password:
    everybody on the machine can read the line of a program that runs."""
    if sys.platform == "win32":  # there, only administrators can, and nothing can be replaced
        return
    for at, argument in enumerate(arguments):
        address, rest = argument.removeprefix("--database="), arguments[at + 1 :]
        if argument == "--database" and rest:
            address, rest = rest[0], rest[1:]
        if argument.startswith("--database") and _PASSWORD.search(address):
            os.environ[DATABASE_VARIABLE] = address
            line = [sys.executable, "-m", "orderdesk", *arguments[:at], *rest]
            os.execv(sys.executable, line)


def _language_kept() -> str | None:
    kept = preferences(user_folder()).get("language")
    return kept if kept in LANGUAGES else None


def _language_of(arguments: list[str]) -> str | None:
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        value = following if argument == "--lang" else argument.removeprefix("--lang=")
        if argument.startswith("--lang") and value in LANGUAGES:
            return value
    return None


if __name__ == "__main__":
    main()
