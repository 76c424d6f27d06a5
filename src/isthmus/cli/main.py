"""The command line: one table of commands, each in a file of its own, imported when it is asked for.

Exit codes: 0 done, 1 the answer is no (a ledger that does not verify, a missed bar), 2 bad input or configuration, 141
whoever read the output left. Errors go to the standard error stream, one a line, with where, what was expected and what
to do.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from pathlib import Path

import cyclopts

from isthmus import __version__
from isthmus.errors import ConfigError, IsthmusError

app = cyclopts.App(
    name="isthmus",
    version=__version__,
    help="The control point between one enterprise and two AI ecosystems. 企业与两个人工智能生态之间的控制点。",
)
_POSITIONAL = re.compile("--([A-Z]{2,})")
CLOSED_PIPE = 141  # as a shell says it of SIGPIPE: never to be taken for an answer
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("isthmus.cli.demo:demo", "Ten calls through one endpoint in front of two simulated ecosystems."),
    "serve": ("isthmus.cli.serve:serve", "Serve the endpoint that OpenAI, Anthropic and Gemini clients call."),
    "init": ("isthmus.cli.init:init", "Write a first configuration with its secrets into a folder."),
    "check": ("isthmus.cli.check:check", "Read a configuration and say every problem at once."),
    "scan": ("isthmus.cli.scan:app", "Find what must not leave in a text."),
    "protect": ("isthmus.cli.protect:protect", "A document with pseudonyms, and a key file that brings it back."),
    "unprotect": ("isthmus.cli.unprotect:unprotect", "Bring a protected document back with its key file."),
    "match": ("isthmus.cli.match:app", "Make exact lists of the enterprise's own people, held as keyed hashes."),
    "identifiers": ("isthmus.cli.identifiers:app", "What can be found: identifiers and their checks."),
    "law": ("isthmus.cli.law:app", "The rules: list, show, decide from facts."),
    "dialects": ("isthmus.cli.dialects:app", "The wire forms, what an answer says, what is carried between them."),
    "explain": ("isthmus.cli.explain:explain_", "What would happen to a call at each deployment, without sending it."),
    "models": ("isthmus.cli.models:models", "What a key could use now, and why the rest is not there."),
    "providers": ("isthmus.cli.providers:app", "Who sells models, where, on what terms and price."),
    "keys": ("isthmus.cli.keys:app", "Make keys for applications."),
    "registry": ("isthmus.cli.registry:app", "Record contracts, filings, consents and keys."),
    "ledger": ("isthmus.cli.ledger:app", "Show, verify and export the evidence."),
}
for _name, (_path, _help) in COMMANDS.items():
    app.command(_path, name=_name, help=_help)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and turn our own errors into lines and an exit code."""
    _open_streams()
    try:
        try:
            app(arguments, print_error=False, exit_on_error=False)
        finally:
            sys.stdout.flush()
    except cyclopts.CycloptsError as error:
        print(f"error: {_usage(error)}", file=sys.stderr)
        sys.exit(2)
    except ConfigError as error:
        for problem in error.problems or (error,):
            print(f"error: {problem}", file=sys.stderr)
        sys.exit(2)
    except IsthmusError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        _discard_output()
        sys.exit(CLOSED_PIPE)
    except OSError as error:
        _discard_output()
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror or type(error).__name__}; check path and rights", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


def _usage(error: cyclopts.CycloptsError) -> str:
    """What is wrong with a command line, in one line; arguments without dashes are called as the help calls them."""
    if isinstance(error, cyclopts.UnusedCliTokensError):
        said = f"{', '.join(f'`{token}`' for token in error.unused_tokens or ())}: nothing takes this here"
    else:
        said = _POSITIONAL.sub(r"\1", " ".join(str(error).split()))
        said = said[:1].lower() + (said[1:] if said.endswith("...") else said[1:].removesuffix("."))
    return f"{said}; `{' '.join(('isthmus', *(error.command_chain or ()), '--help'))}` says how"


def _open_streams() -> None:
    """Every standard stream is there, and a pipe or file gets UTF-8; a terminal what it can show."""
    sys.stdin = sys.stdin or Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115 - open until the end
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - the same
    sys.stderr = sys.stderr or sys.stdout
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def _discard_output() -> None:
    """What is still buffered goes nowhere, so that the interpreter's own end does not try again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
