"""A Spark session for as long as a replay lasts: this machine's, a cluster's, or the one that is there already."""

from __future__ import annotations

import importlib.util
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mailwright.diagnostics import ConfigurationError, MailwrightError
from simulator.cluster.errors import no_java, no_spark, told, unreachable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_PATIENCE = 5.0  # seconds to wait for somebody to answer at an address
_CONNECT_PORT = 15002
ROWS_KEPT_TOGETHER = "spark.sql.inMemoryColumnarStorage.batchSize"
_ALWAYS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.adaptive.enabled": "false",  # the sets are as many as they should be
}
# What the replay's own queries need, whoever's session it is.
_QUERIES = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.caseSensitive": "true",  # a table may have columns that differ in case only
    "spark.sql.execution.arrow.maxRecordsPerBatch": "1000",
    "spark.sql.execution.arrow.maxBytesPerBatch": "67108864",
    ROWS_KEPT_TOGETHER: "64",
}
_HERE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where to replay: a *master*'s or a Spark Connect server's address, or neither for this machine's own Spark."""

    master: str | None = None
    connect: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)  # Spark's own, by name

    @property
    def is_here(self) -> bool:
        return self.connect is None and (self.master or "local").startswith("local")


@contextmanager
def spark_session(cluster: Cluster) -> Iterator[SparkSession]:
    """A session for the block; one that was there before is taken where no address is given, and left running.

    Raises: ConfigurationError without pyspark or Java, or for an address that is none; ClusterError when nobody
    answers.
    """
    _see_packages(cluster)
    from pyspark.sql import SparkSession

    if cluster.master is None and cluster.connect is None:
        there = SparkSession.getActiveSession()
        if there is not None:
            with _with_settings(there):
                yield there
            return
    spark = _started(cluster)
    try:
        with _with_settings(spark):
            yield spark
    finally:
        # Java may have gone before, and what the block stopped for is what counts.
        with suppress(Exception):
            spark.stop()


def is_here(spark: SparkSession) -> bool:
    """Whether the session's workers are of this machine, and so have this Python and this program."""
    return str(spark.conf.get("spark.master", "")).startswith("local")


def _see_packages(cluster: Cluster) -> None:
    if cluster.master is not None and cluster.connect is not None:
        raise ConfigurationError("--master and --connect name two clusters", hint="one of them")
    for package in ("pyspark", "pyarrow"):
        if importlib.util.find_spec(package) is None:
            raise no_spark(package)
    if cluster.connect is not None:
        for package in ("grpc", "pandas"):
            if importlib.util.find_spec(package) is None:
                raise ConfigurationError(
                    f"--connect needs the Python package '{package}'", hint="pip install 'pyspark[connect]'"
                )
        if not cluster.connect.startswith("sc://"):
            raise ConfigurationError(f"'{cluster.connect}' is no address of Spark Connect", hint="sc://HOST:15002")
        _knock(cluster.connect, _CONNECT_PORT)
    elif not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise no_java()
    if cluster.master is not None and cluster.master.startswith("spark://"):
        for address in cluster.master.split(","):
            _knock(address if "//" in address else f"spark://{address}", 7077)


def _knock(address: str, default_port: int) -> None:
    """See that somebody answers at *address*: Spark would try for a minute, and say it in Java.

    Raises: ClusterError when nobody does; ConfigurationError for an address that is none.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or default_port
    except ValueError:
        host, port = None, default_port
    if not host:
        raise ConfigurationError(f"'{address}' is no address of a cluster", hint="spark://HOST:7077")
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError as error:
        raise unreachable(f"{parts.scheme}://{host}:{port}") from error


def _started(cluster: Cluster) -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("mailwright")
    if cluster.connect is not None:
        builder = builder.remote(cluster.connect)
        for name, value in cluster.settings.items():
            builder = builder.config(name, value)
        try:
            return builder.getOrCreate()
        except Exception as error:  # translated: grpc's and pyspark's kinds, which are many
            raise told(error) from error
    _settle_here(cluster)
    if cluster.master is not None or cluster.is_here:
        builder = builder.master(cluster.master or "local[*,4]")
    for name, value in {**_ALWAYS, **(_HERE if cluster.is_here else {}), **cluster.settings}.items():
        builder = builder.config(name, value)
    # What it logs of a call that was interrupted are stacks; they are told in `errors`.
    logging.getLogger("py4j").setLevel(logging.CRITICAL)
    with _own_interrupt(), _said_by_java() as said:
        try:
            spark = builder.getOrCreate()
        except MailwrightError:
            raise
        except Exception as error:  # translated: Java's own words are in the file
            words = said()
            if "Could not parse Master URL" in words + str(error):
                raise told(RuntimeError(words + str(error))) from error
            if "JAVA_GATEWAY_EXITED" in str(error) or "Java" in str(error).partition("\n")[0]:
                raise no_java(words) from error
            raise told(error) from error
    spark.sparkContext.setLogLevel("OFF" if cluster.is_here else "ERROR")
    return spark


def _settle_here(cluster: Cluster) -> None:
    """See that the workers of this machine run this Python, and that Spark needs no DNS to find itself."""
    if not cluster.is_here:
        return
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("SPARK_LOCAL_HOSTNAME", "localhost")


@contextmanager
def _own_interrupt() -> Iterator[None]:
    """Keep the way this program ends when it is interrupted: pyspark puts one of its own in place, which asks Java."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _said_by_java() -> Iterator[Callable[[], str]]:
    """Keep what Java says on standard error out of sight while it starts; the block is given what reads it.

    The process of Java has that file for its standard error from then on.
    """
    if os.environ.get("MAILWRIGHT_TRACE"):
        yield lambda: ""
        return
    with tempfile.TemporaryFile("w+b", prefix="mailwright-java-") as file:

        def said() -> str:
            file.seek(0)
            return file.read().decode("utf-8", "replace")

        sys.stderr.flush()
        before = os.dup(2)
        try:
            os.dup2(file.fileno(), 2)
            yield said
        finally:
            os.dup2(before, 2)
            os.close(before)


@contextmanager
def _with_settings(spark: SparkSession) -> Iterator[None]:
    """The settings of the replay's queries, put back afterwards: the session may be somebody's."""
    before: dict[str, str | None] = {}
    for name, value in _QUERIES.items():
        before[name] = spark.conf.get(name, None)
        spark.conf.set(name, value)
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                spark.conf.unset(name)
            else:
                spark.conf.set(name, old)
