"""Receive reporting webhooks: each verified, kept once, and handed to what you name."""

from __future__ import annotations

import argparse
import sys


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `listen`."""
    parser.add_argument("--key-env", metavar="NAME", default="MAILWRIGHT_WEBHOOK_KEY", help="the variable with the key")
    parser.add_argument("--store", metavar="WHERE", default="webhooks.duckdb", help="a .duckdb file or a database URL")
    parser.add_argument("--on", action="append", default=[], metavar="METRIC=HANDLER", help="see docs/listen.md")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: only this machine)")
    parser.add_argument("--port", type=int, default=8095, help="0 takes a free one")
    parser.add_argument("--retry", action="store_true", help="take up what handlers gave up, before listening")
    parser.add_argument("--counts", action="store_true", help="print how many events of each kind are kept, and end")
    parser.add_argument("--export", metavar="FILE", help="write all events to a Parquet file, and end")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the first line, or of --counts")


def run(args: argparse.Namespace) -> int:
    """Listen until interrupted.

    Raises: ConfigurationError when the key, the store, a handler or the address cannot be used.
    """
    if args.counts or args.export:
        return _look(args)
    import os

    from mailwright.diagnostics import ConfigurationError
    from mailwright.listen.handlers import handlers_from
    from mailwright.listen.settings import Settings

    key = os.environ.get(args.key_env, "")
    if not key:
        hint = "the signing key of the reporting webhook; the variable, not the key, is named here"
        raise ConfigurationError(f"{args.key_env} is not set", hint=hint)
    settings = Settings(key, args.store, tuple(handlers_from(args.on)))
    if args.retry:
        _take_up(args.store)
    return _serve(args, settings)


def _serve(args: argparse.Namespace, settings: object) -> int:
    import asyncio
    import json
    import socket

    import uvicorn

    from mailwright.diagnostics import ConfigurationError
    from mailwright.listen.receiver import application

    taken = socket.socket()
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((args.host, args.port))
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"{args.host}:{args.port} cannot be listened on", hint="another --port") from error
    url = f"http://{args.host}:{taken.getsockname()[1]}"
    first = json.dumps({"schema_version": 1, "url": url}) if args.format == "json" else f"listening on {url}/webhooks"
    print(first, flush=True)
    app = application(settings)  # type: ignore[arg-type]  # the settings' class is loaded only when it is needed
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5, lifespan="on")
    server = uvicorn.Server(config)
    try:
        asyncio.run(server.serve(sockets=[taken]))
    except KeyboardInterrupt:
        return 0
    return 0 if server.started else 3


def _take_up(where: str) -> None:
    import time

    from mailwright.listen.stores import open_store

    store = open_store(where)
    try:
        print(f"{store.try_again(int(time.time()))} to try again", file=sys.stderr)
    finally:
        store.close()


def _look(args: argparse.Namespace) -> int:
    import json
    from pathlib import Path

    from mailwright.diagnostics import ConfigurationError
    from mailwright.listen.stores import DuckStore, open_store

    store = open_store(args.store)
    try:
        if args.export:
            if not isinstance(store, DuckStore):
                raise ConfigurationError("--export reads a .duckdb file", hint="a database has ways of its own")
            store.write_parquet(Path(args.export))
            print(f"the events are in {args.export}", file=sys.stderr)
        if args.counts:
            counts = store.counts()
            if args.format == "json":
                print(json.dumps({"schema_version": 1, "events": counts}, indent=2))
            else:
                print(
                    "".join(f"{count:>10,}  {metric}\n" for metric, count in counts.items())
                    + f"{sum(counts.values()):,} events"
                )
    finally:
        store.close()
    return 0
