"""What a cluster says when it gives up, in a sentence for whoever can mend it, without Java's stacks."""

from __future__ import annotations

import re

from mailwright.diagnostics import ConfigurationError, HistoryError, MailwrightError

_SHORT = 300
_NO_NEWS = ("at ", "Traceback", "File ", "WARNING:", "Using Spark's default", "Setting default log level", "To adjust")


class ClusterError(MailwrightError):
    """A cluster that cannot be reached, or that gave a job up; in a sentence, without Java's stacks."""

    exit_code = 4


_DISK_FULL = re.compile(r"No space left on device|Disk quota exceeded|File too large")
_NO_MODULE = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")
_VERSIONS = re.compile(r"PYTHON_VERSION_MISMATCH[^\n]*|Python in worker has different version[^\n]*")
_NO_PARQUET = re.compile(
    r"(?:Could not read footer for file:?|is not a Parquet file|Encountered error while reading file)"
)
_FILE = re.compile(r"\b(?:file|s3a?|gs|hdfs|dbfs|abfss?|wasbs?):/[^\s'\"\])]+")
_MISSING = re.compile(r"\[PATH_NOT_FOUND\] Path does not exist: (\S+?)\.? ")
_UNKNOWN_COLUMN_TYPE = re.compile(r"Illegal Parquet type: ([^\n.]+)")
_CLASS = re.compile(r"^(?:[\w$]+\.)+[\w$]*(?:Exception|Error): ")
_MASTER = re.compile(r"Could not parse Master URL: '([^'\n]*)'")
_CUT_OFF = re.compile(r"EOFException|ZipException|incorrect header check|Unexpected end of")
_WORKER = re.compile(r"(?:from the Python worker|PythonException)")
_RAISED = re.compile(r"^([A-Za-z_][\w.]*(?:Error|Exception|Warning|Interrupt))\b", re.MULTILINE)
_LOST = re.compile(
    r"ExecutorLostFailure|executor \d+ exited|Job aborted due to stage failure: .*?worker exited unexpectedly"
)
_MEMORY = re.compile(r"OutOfMemoryError|\bMemoryError\b|OOM")
_REFUSED = re.compile(
    r"Connection refused|All masters are unresponsive|UNAVAILABLE|failed to connect|UnknownHostException"
)


def told(error: Exception) -> MailwrightError:
    """*error*, raised by Spark, as one sentence and one thing to try."""
    text = str(error)
    if _DISK_FULL.search(text):
        return ClusterError(
            "a disk that Spark writes to is full",
            hint="room in spark.local.dir, or --spark-conf spark.local.dir=FOLDER",
        )
    if found := _NO_MODULE.search(text):
        return ClusterError(
            f"the workers' Python has no module '{found[1]}'",
            hint="install mailwright with its packages on every worker; docs/scale.md says how",
        )
    if _VERSIONS.search(text):
        return ClusterError(
            "the workers run another Python than this one",
            hint="the same minor version on both sides; PYSPARK_PYTHON names the workers' Python",
        )
    if found := _MISSING.search(text + " "):
        return HistoryError(f"there is no event log '{found[1]}'", hint="check the address, and who may read it")
    if found := _UNKNOWN_COLUMN_TYPE.search(text):
        return HistoryError(
            f"Spark cannot read a column of type {found[1].strip()}{_of_file(text)}",
            hint="times in microseconds, or as Unix seconds; or replay on one machine, which reads it",
        )
    if _NO_PARQUET.search(text):
        return HistoryError(
            f"a Parquet file cannot be read{_of_file(text)}", hint="is it damaged or cut off? write it again"
        )
    if found := _MASTER.search(text):
        return ConfigurationError(
            f"'{found[1]}' is no master that Spark knows", hint="local[4], spark://HOST:7077, yarn, or k8s://HOST"
        )
    if _MEMORY.search(text):
        return ClusterError(
            "a worker ran out of memory",
            hint="more sets of people (--sets), or more memory for executors and their Python",
        )
    if _LOST.search(text):
        return ClusterError(
            "the cluster lost its workers again and again, and gave up",
            hint="look at the executors' logs: often memory; more --sets make each replay smaller",
        )
    if _WORKER.search(text):
        # Only its kind: what it says may hold a person's values.
        raised = _RAISED.findall(text.partition("JVM stacktrace")[0])
        return ClusterError(
            f"Python broke in a worker: {raised[-1] if raised else 'no reason given'}",
            hint="MAILWRIGHT_TRACE=1 shows all that it said; please report it",
        )
    if _CUT_OFF.search(text):
        return HistoryError(f"a packed file is damaged or cut off{_of_file(text)}", hint="copy or download it again")
    if _REFUSED.search(text):
        return unreachable("the cluster")
    return ClusterError(f"Spark gave up: {first_sentence(text)}", hint="MAILWRIGHT_TRACE=1 shows all that it said")


def unreachable(what: str) -> ClusterError:
    """Nobody answers at a cluster's address."""
    return ClusterError(f"{what} cannot be reached", hint="is the address right, and the cluster started?")


def no_spark(missing: str) -> ConfigurationError:
    """A Python package that the engine needs is not there."""
    return ConfigurationError(
        f"--engine spark needs the Python package '{missing}'", hint="pip install 'mailwright[spark]'"
    )


def no_java(said: str = "") -> ConfigurationError:
    """Java is not there, or does not start."""
    because = f": {first_sentence(said)}" if said.strip() else ""
    return ConfigurationError(
        f"--engine spark needs Java 17 or newer on this machine{because}",
        hint="apt-get install openjdk-17-jre-headless, or JAVA_HOME; --connect URL needs none here",
    )


def first_sentence(text: str) -> str:
    """The first line that says something, without class names, and not too long."""
    lines = [line.strip() for line in text.splitlines()]
    said = next((line for line in lines if line and not line.startswith(_NO_NEWS)), "no reason given")
    while found := _CLASS.match(said):
        said = said[found.end() :]
    return said if len(said) <= _SHORT else f"{said[:_SHORT]}…"


def _of_file(text: str) -> str:
    found = _FILE.search(text)
    return f": {found[0].rstrip('.,:')}" if found else ""
