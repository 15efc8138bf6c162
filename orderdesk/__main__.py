"""`orderdesk` and `python -m orderdesk`."""

from __future__ import annotations

import sys

from orderdesk.i18n import LANGUAGES, language_of_locale, set_language


def main() -> None:
    """Choose the language before any help text is read, then hand over to the command line."""
    set_language(_language_of(sys.argv[1:]) or language_of_locale())
    from orderdesk.cli import run

    run()


def _language_of(arguments: list[str]) -> str | None:
    for n, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=")
        if argument == "--lang":
            value = arguments[n + 1] if n + 1 < len(arguments) else ""
        if argument.startswith("--lang") and value in LANGUAGES:
            return value
    return None


if __name__ == "__main__":
    main()
