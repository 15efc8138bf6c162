"""The errors that orderdesk raises on purpose. Each can be shown to a user as it is."""

from __future__ import annotations

from orderdesk.i18n import Msg, msg


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
                value=repr(value),
                mend=mend,
            )
        )
        self.field, self.value, self.mend = field, value, mend


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
