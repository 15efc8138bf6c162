"""The errors that orderdesk raises on purpose. Each can be shown to a user as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from orderdesk.i18n import N_, Msg, msg

_SHOWN = 80
"""Characters of a refused value that are shown again."""


class OrderdeskError(Exception):
    """Anything orderdesk refuses. `str()` is a sentence in the reader's language."""

    exit_code = 1

    def __init__(self, message: Msg | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class BadInput(OrderdeskError):
    """What was given can't be used: says which field, which value, and how to mend it."""

    exit_code = 2

    def __init__(self, field: str, value: object, mend: Msg | str) -> None:
        super().__init__(
            msg(
                "{field}: {value} can't be used. {mend}",
                field=Msg(field),
                value=_short(value),
                mend=mend,
            )
        )
        self.field, self.value, self.mend = field, value, mend

    @classmethod
    def of(cls, problem: Invalid, names: Mapping[str, str] | None = None) -> BadInput:
        """The first fault that a domain model found; `names` gives a field the form's name."""
        first = problem.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        return cls((names or {}).get(field, field), first["input"], what_is_allowed(first))


class Invalid(Protocol):
    """pydantic's ValidationError, as far as it is asked."""

    def errors(self) -> list[Any]:
        """What is wrong, one entry per field."""


_ALLOWED: Mapping[str, str] = {
    "greater_than_equal": N_("It must be {ge} or more."),
    "greater_than": N_("It must be more than {gt}."),
    "less_than_equal": N_("It must be {le} or less."),
    "less_than": N_("It must be less than {lt}."),
    "string_too_long": N_("Write at most {max_length} characters."),
    "string_too_short": N_("Write at least {min_length} characters."),
    "missing": N_("It is missing."),
    "extra_forbidden": N_("This key is unknown."),
    "finite_number": N_("It must be a finite number."),
    "literal_error": N_("Choose one of: {expected}."),
    "enum": N_("Choose one of: {expected}."),
}
_KINDS: Mapping[str, str] = {
    "int": N_("It must be a whole number."),
    "float": N_("It must be a number."),
    "string": N_("It must be text."),
    "bool": N_("It must be true or false."),
    "date": N_("It must be a date such as 2026-06-13."),
    "list": N_("It must be a list."),
    "tuple": N_("It must be a list."),
    "dict": N_("It must be a table of keys."),
    "model": N_("It must be a table of keys."),
}


def what_is_allowed(error: Mapping[str, Any]) -> Msg | str:
    """What a fault that pydantic found allows instead, in the reader's words."""
    kind, about = str(error["type"]), error.get("ctx") or {}
    if kind in _ALLOWED:
        return msg(_ALLOWED[kind], **about)
    if kind.removesuffix("_type") in _KINDS:
        return msg(_KINDS[kind.removesuffix("_type")])
    if kind.split("_")[0] in _KINDS and kind.endswith(("_parsing", "_from_float")):
        return msg(_KINDS[kind.split("_")[0]])
    if isinstance(why := about.get("error"), Exception):
        return str(why)
    return str(error["msg"])


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


class RuleSaysNo(OrderdeskError):
    """A rule of law or of the house forbids it. `rule` names the rule (a number or an article)."""

    def __init__(self, message: Msg | str, rule: str = "") -> None:
        super().__init__(message)
        self.rule = rule


class Stale(OrderdeskError):
    """Somebody else changed the record first. Carries both values; nothing typed is lost."""

    def __init__(self, message: Msg | str, theirs: object, mine: object) -> None:
        super().__init__(message)
        self.theirs, self.mine = theirs, mine


class StorageProblem(OrderdeskError):
    """The database or a file can't be used now: locked, full, read-only, damaged, too new."""


class OutOfReach(StorageProblem):
    """The database can't be reached now: the network is gone, or another program holds it.

    What somebody writes meanwhile is kept on this machine (`desk.offline`).
    """


class ReferenceProblem(OrderdeskError):
    """A file in `data/` is wrong: names file, key, value and what is allowed."""

    exit_code = 2
