"""Shared by all commands: the application, the actor, refusals as exit codes."""

import functools
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from registry import logs, runtime
from registry.app import create_node
from registry.domain import literals
from registry.domain.filing import cells
from registry.domain.permissions import SHELL, Actor
from registry.domain.publication.redaction import blot
from registry.errors import Fault, Refusal
from registry.queries.node import account_lookup
from registry.refusals.acts import AccountRequired, BodyRefused
from registry.unit_of_work import day_of

F = TypeVar("F", bound=Callable[..., Any])


ROW_NUMBER_MAX = 2**63 - 1


class WholeRange(click.IntRange):
    """A whole number within a range, in plain digits: ``int`` would also take 1_0. None is more than a row can have."""

    def __init__(self, least: int | None = None, most: int = ROW_NUMBER_MAX) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Parse the option; refuses what is no whole number."""
        if isinstance(value, str):
            try:
                literals.whole_number(value)
            except ValueError:
                if not (value.isascii() and value.isdigit()):  # row numbers may have more digits
                    self.fail(f"{value!r} is not a whole number", param, ctx)
        return super().convert(value, param, ctx)


def in_app(command: F) -> F:
    """Run a command inside the application of the environment's settings; a refusal exits 1 with its reasons."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            app = create_node()
            with app.app_context(), logs.writing(runtime.settings()), logs.bound(command=_name()):
                try:
                    _require_visible()
                    return command(*args, **kwargs)
                finally:
                    runtime.db.engine.dispose()
        except Refusal as refusal:
            exit_with_refusal(refusal)

    return run  # type: ignore[return-value]


def _require_visible() -> None:
    """Refuse words of the command line with invisible characters, as every other door does; paths may have any name."""
    context = click.get_current_context(silent=True)
    if context is None:
        return
    words = {
        param.name: context.params.get(param.name or "")
        for param in context.command.params
        if not isinstance(param.type, (click.Path, click.File))
    }
    places = tuple(cells.forbidden_places(words))
    if places:
        raise BodyRefused(faults=tuple(Fault(at, cells.FORBIDDEN, cells.FORBIDDEN_DETAIL) for at in places))


def _name() -> str:
    """The words of the command under way, without its arguments: they may name firms or persons."""
    context = click.get_current_context(silent=True)
    return context.command_path if context else ""


def exit_with_refusal(refusal: Refusal) -> None:
    """Print a refusal on standard error and exit 1."""
    click.echo(f"{refusal.code}: {refusal.title}", err=True)
    if refusal.detail and refusal.detail != refusal.title:
        click.echo(f"  {blot(refusal.detail)}", err=True)
    for name in refusal.members:
        click.echo(f"  {name}: {refusal.data[name]}", err=True)
    for fault in refusal.faults:
        click.echo(f"  {blot(fault.pointer)}: {fault.code}: {blot(fault.detail)}", err=True)
    sys.exit(1)


AS = click.option("--as", "account", help="Account that acts; may be left out while the node is being set up only.")
"""The account of an administrator."""


def operator_named(name: str | None) -> Actor:
    """The actor of an account; without a name the shell itself, as long as the node is being set up.

    Refuses ``AccountRequired`` once two security administrators are there.
    """
    if name is not None:
        return actor_named(name)
    with runtime.reading() as session:
        if not account_lookup.is_bootstrapping(session, day_of(runtime.clock())):
            raise AccountRequired()
    return SHELL


def echo_proposal(number: int) -> None:
    """Say that an act waits for another person."""
    click.echo(f"proposal {number}: 待另一人确认 waits for another person, registry proposals confirm {number}")


def actor_named(name: str) -> Actor:
    """The actor of an account on this node."""
    with runtime.reading() as session:
        return account_lookup.by_name(session, name, day_of(runtime.clock()))
