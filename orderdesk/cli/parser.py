"""The command line's parser in our words: usage, help and every refusal, Dutch and English."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Any

import typer
from typer import _click
from typer.core import TyperCommand, TyperGroup, TyperOption

from orderdesk.errors import BadInput
from orderdesk.i18n import N_, _, msg

PARSER_WORDS = (
    N_("Arguments"), N_("Options"), N_("Commands"), N_("required"), N_("default: {default}"),
    N_("env var: {var}"), N_("(dynamic)"), N_("Missing command."), N_("Aborted!"),
)  # fmt: skip
"""What the parser says by itself, and asks of the standard gettext."""
KINDS = {"str": N_("text"), "int": N_("number"), "float": N_("number"), "path": N_("path")}
"""What the parser calls a kind of value, and we do."""
IN_ORDER = (
    "demo", "first", "import", "register", "score", "learn", "plan", "week", "forecast", "what-if",
    "roster", "oncall", "strength", "team", "leave",
    "incident", "call-off", "police", "worked", "calls", "signals", "review", "council", "export",
    "feeds", "backtest", "settings", "privacy", "db", "serve",
)  # fmt: skip
"""Commands as a day goes, in the help; what is not named here follows."""
_HELP = ("-h", "--help")


def _kind(shown: str | None) -> str:
    plain = (shown or "").strip("<>").removeprefix("list[").removesuffix("]").lower()
    return plain.removesuffix(" range")


def _shown_kind(kind: str, *_asked: Any, **_how: Any) -> str:
    return kind


class _OurWords:
    """What a command and a group of commands show in the same way."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """`Usage: orderdesk plan [options]`."""
        pieces = " ".join(self.collect_usage_pieces(ctx))  # type: ignore[attr-defined]
        pieces = pieces.replace("[OPTIONS]", _("[options]"))
        pieces = pieces.replace("COMMAND [ARGS]...", _("command ..."))
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Usage: "))

    def get_params(self, ctx: Any) -> list[Any]:
        """Options and arguments, their kinds and the help option in our words."""
        found: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for param in found:
            if not getattr(param, "is_flag", False) and param.metavar is None:
                kind = _kind(param.display_type(ctx))
                if kind in KINDS:
                    param.display_type_rich = partial(_shown_kind, f"<{_(KINDS[kind])}>")
            if param.name == "help":
                param.help = _("Show this text.")
        return found


class Command(_OurWords, TyperCommand):
    """One command."""


class Group(_OurWords, TyperGroup):
    """Commands under one name."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Names in the order of `IN_ORDER`."""
        place = {name: n for n, name in enumerate(IN_ORDER)}
        return sorted(super().list_commands(ctx), key=lambda name: place.get(name, len(place)))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command meant. Raises BadInput, with the names that come near."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            near = get_close_matches(args[0], known, n=2) or known
            raise BadInput(
                N_("command"), args[0], msg("Choose one of: {known}.", known=", ".join(near))
            )
        return super().resolve_command(ctx, args)


class App(typer.Typer):
    """A group whose commands all speak our words."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            cls=Group,
            rich_markup_mode=None,
            context_settings={"help_option_names": list(_HELP)},
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """As typer's, with our class of commands."""
        return super().command(name, cls=Command, **settings)


def refusal(problem: _click.exceptions.ClickException) -> str:
    """What the parser refuses, as field, value and mend, with the way to the help."""
    ctx = getattr(problem, "ctx", None)
    path = ctx.command_path if ctx is not None else "orderdesk"
    more = _("More: {command} --help").format(command=path)
    return f"{_sentence(problem)}\n{more}"


def _sentence(problem: _click.exceptions.ClickException) -> str:
    param = getattr(problem, "param", None)
    if isinstance(problem, _click.exceptions.MissingParameter) and param is not None:
        return _("{field} is missing. {help}").format(field=_name(param), help=_help(param)).strip()
    if isinstance(problem, _click.exceptions.BadParameter) and param is not None:
        return str(BadInput(_name(param), _value(problem), _allowed(param)))
    if isinstance(problem, _click.exceptions.NoSuchOption):
        near = ", ".join(sorted(problem.possibilities or ()))
        if near:
            mend = msg("Choose one of: {known}.", known=near)
        else:
            mend = msg("There is no such option.")
        return str(BadInput(N_("option"), problem.option_name, mend))
    if isinstance(problem, _click.exceptions.BadOptionUsage):
        if "does not take" in problem.message:
            return _("{field} takes no value.").format(field=problem.option_name)
        return _("{field} needs a value behind it.").format(field=problem.option_name)
    if extra := re.fullmatch(
        r"Got unexpected extra argument\(s\) \((.*)\)", problem.message, re.DOTALL
    ):
        return _("Too much on the line: {words}").format(words=extra[1])
    return problem.format_message()


def _name(param: Any) -> str:
    """`--weeks`, or what an argument is called."""
    if isinstance(param, TyperOption):
        return str(max(param.opts, key=len))
    return str(param.metavar or param.name)


def _help(param: Any) -> str:
    return str(getattr(param, "help", "") or "")


def _value(problem: Exception) -> Any:
    """What stood on the line, as far as the parser tells."""
    errors = getattr(problem.__cause__, "errors", None)
    found = errors() if errors else []
    return found[0].get("input", "") if found else ""


def _allowed(param: Any) -> Any:
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    if low is not None and high is not None:
        return msg("Give a number from {low} to {high}.", low=low, high=high)
    if low is not None:
        return msg("Give a number from {low} on.", low=low)
    kind = getattr(getattr(param, "type_descriptor", None), "annotation", None)
    if kind in (int, float):
        return msg("Give a number.")
    return _help(param)
