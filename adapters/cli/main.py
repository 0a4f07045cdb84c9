"""The command `thermiq`: a table of its commands, and what happens when one fails.

Only the command that was asked for is imported, so `--help` answers at once on a small machine.
Exit codes: 0 done and clean, 1 problems found, 2 wrong usage, 3 a limit of `diff --fail-on` is
passed, 70 an error inside ThermIQ, 74 the system refused to read or write, 130 interrupted.
"""

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
import typer.core

INTERNAL_ERROR = 70
"""BSD's EX_SOFTWARE: the fault is ours, not the operator's."""
SYSTEM_REFUSED = 74
"""BSD's EX_IOERR: a full disk, a missing permission."""
INTERRUPTED = 130
READER_HAS_GONE = 1


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the table: `function` is a typer command, or a `Typer` with sub-commands."""

    name: str
    module: str
    function: str
    summary: str


# To add a command, add its line; it is imported when it is asked for, and no sooner.
_PARTS = {
    "Write rules": (
        Command("new", "adapters.cli.new", "new", "Begin a site of your own."),
        Command("check", "adapters.cli.check", "check", "Tell what is wrong with rule files."),
        Command("fmt", "adapters.cli.fmt", "fmt", "Put rule files into the house's format."),
        Command("schema", "adapters.cli.schema", "schema", "Make JSON Schema for editors."),
        Command("lsp", "adapters.cli.lsp", "lsp", "Serve an editor: the language server."),
        Command("graph", "adapters.cli.graph", "graph", "Draw what reads what in rules."),
        Command("explain", "adapters.cli.explain", "explain", "Tell what a code or a word means."),
    ),
    "Try rules before they go live": (
        Command("test", "adapters.cli.test", "scenarios", "Play the scenarios beside the rules."),
        Command("prove", "adapters.cli.prove", "prove", "Prove what must never happen."),
        Command("dry-run", "adapters.cli.dry_run", "dry_run", "Run rules on recorded facts."),
        Command("diff", "adapters.cli.diff", "diff", "Tell what an edit of rules changes."),
        Command("simulate", "adapters.cli.simulate", "simulate", "Run rules on a simulated house."),
        Command("demo", "adapters.cli.demo", "demo", "Four weeks at Walda, summed up and drawn."),
    ),
    "Ask why": (
        Command("why", "adapters.cli.why", "why", "Tell why an output has its value."),
        Command("why-not", "adapters.cli.why", "why_not", "Tell what a rule lacks to fire."),
    ),
    "Keep what was measured": (
        Command(
            "import", "adapters.cli.recordings", "import_recording", "Turn a log into a recording."
        ),
        Command(
            "export",
            "adapters.cli.recordings",
            "export_recording",
            "Turn a recording into a table.",
        ),
        Command(
            "recording", "adapters.cli.recordings", "show_recording", "Show what a recording holds."
        ),
    ),
    "Run a plant": (
        Command("run", "adapters.cli.run", "run", "Run the plant: the daemon."),
        Command("status", "adapters.cli.status", "status", "Show what the running daemon does."),
        Command("watch", "adapters.cli.watch", "watch", "Tell every change with its reason."),
        Command("alarms", "adapters.cli.alarms", "alarms", "List what is wrong."),
        Command("ack", "adapters.cli.alarms", "ack", "Say that you have seen an alarm."),
        Command("reset", "adapters.cli.reset", "reset", "Release a latched trip, in two steps."),
        Command("override", "adapters.cli.override", "override", "Give an output a value a while."),
        Command("mode", "adapters.cli.mode", "mode", "Show the mode, or set another."),
        Command(
            "proof-test", "adapters.cli.proof_test", "proof_test", "Try a trip by hand, guided."
        ),
        Command("journal", "adapters.cli.journal", "journal", "List what happened to the daemon."),
        Command("resume", "adapters.cli.resume", "resume", "Leave safe mode: the rules run again."),
        Command(
            "simulate-house",
            "adapters.cli.simulate_house",
            "simulate_house",
            "Start the house on loopback, for a daemon beside it.",
        ),
    ),
    "Let edited rules run": (
        Command("reload", "adapters.cli.reload", "reload", "Try edited rules, and let them run."),
        Command(
            "candidate",
            "adapters.cli.candidate",
            "candidate",
            "Try edited rules beside those that run.",
        ),
        Command(
            "versions", "adapters.cli.versions", "versions", "List the rules that ran, and why."
        ),
        Command("rollback", "adapters.cli.versions", "rollback", "Let an older version run again."),
    ),
}
"""What people do, in the order of `--help`."""
COMMANDS = tuple(command for commands in _PARTS.values() for command in commands)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata  # noqa: PLC0415 - slow, and rarely asked for

        try:
            typer.echo(f"thermiq {metadata.version('thermiq')}")
        except metadata.PackageNotFoundError:
            typer.echo("thermiq, run from its sources without being installed")
        raise typer.Exit


def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Smart hybrid heating by rules: check them, try them on recordings, ask them why."""


class _InParts(typer.core.TyperGroup):
    """Lists the commands by what people do, not as one long list."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the library has no public types for them
        width = max(len(command.name) for command in COMMANDS)
        for title, commands in _PARTS.items():
            with formatter.section(title):
                formatter.write_dl([(each.name.ljust(width), each.summary) for each in commands])


def _not_loaded(name: str, summary: str) -> typer.Typer:
    """Stand in for a command of which only the name and the summary are wanted."""
    stub = typer.Typer(name=name, help=summary)
    stub.callback(invoke_without_command=True)(lambda: None)
    return stub


def build(asked_for: str | None) -> typer.Typer:
    """Return the application, with one command imported and the others by name alone."""
    # Plain help, for rich takes as long to import as everything else together.
    app = typer.Typer(
        name="thermiq",
        cls=_InParts,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_options)
    for command in COMMANDS:
        if command.name != asked_for:
            app.add_typer(_not_loaded(command.name, command.summary))
            continue
        target = getattr(importlib.import_module(command.module), command.function)
        if isinstance(target, typer.Typer):
            app.add_typer(target, name=command.name, help=command.summary)
        else:
            app.command(command.name)(target)
    return app


def _refusal(error: OSError) -> str:
    """Return what the system said, with the file it said it of and without its number."""
    told = error.strerror or str(error)
    return f"{error.filename}: {told}" if error.filename else told


def _report(error: Exception) -> None:
    if os.environ.get("THERMIQ_DEBUG"):
        traceback.print_exception(error)
    text = " ".join(str(error).split())
    typer.echo(
        f"thermiq: internal error, please report it: {type(error).__name__}: {text}"
        " (THERMIQ_DEBUG=1 shows where)",
        err=True,
    )


def _prepare_streams() -> None:
    """Let a terminal that lacks a letter show its code instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _leave_quietly() -> None:
    """Send what is still buffered nowhere, so that nothing complains about a closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _code(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    return stop.code if isinstance(stop.code, int) else 1


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; print, but never raise."""
    asked_for = next((word for word in arguments if not word.startswith("-")), None)
    try:
        typer.main.get_command(build(asked_for)).main(list(arguments), prog_name="thermiq")
    except SystemExit as stop:
        return _code(stop)
    except OSError as error:
        typer.echo(f"thermiq: {_refusal(error)}", err=True)
        return SYSTEM_REFUSED
    except Exception as error:  # noqa: BLE001 - the last line: an operator never sees a traceback
        _report(error)
        return INTERNAL_ERROR
    return 0


def main() -> None:
    """Run `thermiq` as a program."""
    _prepare_streams()
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        _leave_quietly()
        code = READER_HAS_GONE
    except OSError as error:
        typer.echo(f"thermiq: {_refusal(error)}", err=True)
        _leave_quietly()
        code = SYSTEM_REFUSED
    sys.exit(code)


if __name__ == "__main__":
    main()
