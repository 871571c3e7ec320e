"""Run a Customer.io workspace on this machine: its APIs, its campaigns, an inbox for what they send.

Without a project in the folder it serves two empty workspaces, prod and qa. Keys are made up from the workspaces' names
and open nothing else. With --exec it starts, runs a command that finds the addresses and keys in its environment
(MAILWRIGHT_TRACK_URL, MAILWRIGHT_QA_APP_KEY and so on), stops, and ends with the command's exit code.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

    from mailwright.definitions.project import Project
    from simulator.workspace.account import Account
    from simulator.workspace.server.local_server import LocalServer
    from simulator.workspace.server.service import Service

HOSTS = ("127.0.0.1", "localhost", "::1")
PORT = 8090


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `serve`."""
    parser.add_argument(
        "--port", type=int, metavar="N", help="0 takes a free one (default: 8090; with --exec a free one)"
    )
    parser.add_argument("--host", default=HOSTS[0], help=f"one of {', '.join(HOSTS)}")
    parser.add_argument("--file", metavar="DB", help="keep everything in this SQLite file (default: in memory)")
    parser.add_argument(
        "--workspace", action="append", default=[], metavar="NAME[:REGION]",
        help="serve this workspace, region us or eu; repeatable (default: the project's, else prod and qa)",
    )  # fmt: skip
    parser.add_argument("--seed", metavar="DIR", help="a project's content to begin with (default: the one here)")
    parser.add_argument("--empty", action="store_true", help="begin without a project's content")
    parser.add_argument(
        "--clock",
        metavar="real|frozen[:TIME]",
        help="whether time passes by itself (default: real, or as the file has it)",
    )
    parser.add_argument("--no-limits", action="store_true", help="take any number of requests a second")
    parser.add_argument("--smtp", metavar="HOST:PORT", help="also send every email to this mail server")
    parser.add_argument(
        "--webhooks-anywhere",
        action="store_true",
        help="reporting webhooks may leave this machine (default: held back)",
    )
    parser.add_argument("--exec", dest="command", metavar="CMD", help="run this command beside the server, then stop")
    parser.add_argument(
        "--admin-token", metavar="TOKEN", help="what changes under /_… need (default: made for this run)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json: one first line for programs")


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or until the command ends; gives its exit code.

    Raises: ConfigurationError for wrong arguments, a taken port or a file that is no database; ContentError when the
    project holds mistakes.
    """
    import asyncio
    import gc

    gc.disable()  # what is loaded now stays: looking through it again and again would only take time
    try:
        server, service = opened(args)
    finally:
        gc.freeze()
        gc.enable()
    try:
        return asyncio.run(_serve(args, server, service))
    finally:
        server.account.close()


def opened(args: argparse.Namespace) -> tuple[LocalServer, Service]:
    """The server that the arguments describe, seeded, on its port.

    Raises: ConfigurationError, ContentError, as `run`.
    """
    from mailwright.diagnostics import ConfigurationError
    from simulator.commands.serve_arguments import opened_account, project_to_seed, smtp_address, wanted_workspaces
    from simulator.workspace.opening import open_server, open_service
    from simulator.workspace.server.limits import NONE, Limits

    if args.host not in HOSTS:
        raise ConfigurationError(
            f"--host cannot be '{args.host}': its keys are no secret, so only this machine may reach it",
            hint=", ".join(HOSTS),
        )
    port = args.port if args.port is not None else 0 if args.command else PORT
    if not 0 <= port <= 65535:
        raise ConfigurationError("--port is between 0 and 65535", hint="--port 0 takes a free one")
    account = opened_account(args)
    try:
        project = project_to_seed(args) if not account.spaces else None
        wanted = wanted_workspaces(args, project)
        for name, region in wanted:
            if account.named(name) is None:
                _add(account, name, region, project)
        server = open_server(
            account, limits=Limits(dict(NONE)) if args.no_limits else None, admin_token=args.admin_token
        )
        _fill(server, project)
        server.remember_start()
        service = open_service(
            server,
            host=args.host,
            port=port,
            smtp=smtp_address(args.smtp),
            webhooks_anywhere=args.webhooks_anywhere,
        )
    except OSError as error:
        account.close()
        raise ConfigurationError(
            f"port {port} cannot be had: {error.strerror or error}", hint="--port 0 takes a free one"
        ) from error
    except BaseException:
        account.close()
        raise
    return server, service


def _add(account: Account, name: str, region: str, project: Project | None) -> None:
    known = project.settings.workspaces.get(name) if project is not None else None
    number = known.id if known is not None else None
    liquid = known.liquid if known is not None else "latest"
    account.add(name, "eu" if region == "eu" else "us", number=number, liquid=liquid)


def _fill(server: LocalServer, project: Project | None) -> None:
    """Put content into workspaces that have none, and say what the project could not bring there."""
    from simulator.workspace.documents import Kind
    from simulator.workspace.starter_content import add_starter_content

    for space in server.account.spaces.values():
        if space.documents.all(Kind.CAMPAIGN) or space.documents.all(Kind.TRANSACTIONAL):
            continue
        if project is None:
            add_starter_content(space)
            continue
        from simulator.workspace.server.seeding import seed_project

        found = server.seeded[space.id] = seed_project(space, project, None)
        if found["findings"]:
            count = len(found["findings"])
            print(
                f"{space.name}: {count} {'setting has' if count == 1 else 'settings have'} no form that Customer.io's"
                " sources show, and are kept in one of our own; GET /_seed lists them",
                file=sys.stderr,
            )


async def _serve(args: argparse.Namespace, server: LocalServer, service: Service) -> int:
    import asyncio

    from simulator.workspace.server.listening import stop_on_signals

    stop = asyncio.Event()
    stop_on_signals(stop.set)
    commands: list[asyncio.Future[int]] = []

    def ready() -> None:
        _announce(args, server)
        if args.command:
            commands.append(asyncio.ensure_future(_run_command(args.command, server, stop)))

    await service.run(stop, ready)
    return sum([await command for command in commands])


def _announce(args: argparse.Namespace, server: LocalServer) -> None:
    from simulator.workspace.server.announcing import announced, announced_as_text

    if args.format == "json":
        import json

        print(json.dumps(announced(server)), flush=True)
        return
    beside = sys.stderr if args.command else sys.stdout
    print(announced_as_text(server, file=args.file, stops_itself=bool(args.command)), file=beside, flush=True)


async def _run_command(command: str, server: LocalServer, stop: asyncio.Event) -> int:
    """Run the command to its end, then stop the server; a command that a signal ended counts as shells count it."""
    import asyncio
    import os

    from simulator.workspace.server.announcing import environment

    process = await asyncio.create_subprocess_shell(command, env=os.environ | environment(server))
    waiting, stopped = asyncio.ensure_future(process.wait()), asyncio.ensure_future(stop.wait())
    await asyncio.wait((waiting, stopped), return_when=asyncio.FIRST_COMPLETED)
    if not waiting.done():
        process.terminate()
    code = await waiting
    stopped.cancel()
    stop.set()
    return code if code >= 0 else 128 - code
