"""What Spark says when it gives up becomes one sentence, and an exit code."""

from __future__ import annotations

import pytest

from mailwright.diagnostics import ConfigurationError, HistoryError
from simulator.cluster.errors import ClusterError, first_sentence, no_java, no_spark, told

# As Spark 4 says them, cut to the parts that tell.
SAID = [
    (
        "Job aborted: Task 3 failed: java.io.IOException: No space left on device\n\tat java.base/java.io.FileOutputStream",
        ClusterError,
        "a disk that Spark writes to is full",
    ),
    (
        "An exception was thrown from the Python worker.\nTraceback:\n  File \"worker.py\", line 1\nModuleNotFoundError: No module named 'msgspec'\n",
        ClusterError,
        "the workers' Python has no module 'msgspec'",
    ),
    (
        "[PYTHON_VERSION_MISMATCH] Python in worker has different version: 3.9 than that in driver: 3.11",
        ClusterError,
        "the workers run another Python than this one",
    ),
    (
        "[PATH_NOT_FOUND] Path does not exist: s3a://bucket/none. SQLSTATE: 42K03",
        HistoryError,
        "there is no event log 's3a://bucket/none'",
    ),
    (
        "[FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER] Could not read footer for file:/logs/x/part-1.parquet. Please ensure",
        HistoryError,
        "a Parquet file cannot be read: file:/logs/x/part-1.parquet",
    ),
    (
        "org.apache.spark.sql.AnalysisException: Illegal Parquet type: INT64 (TIMESTAMP(NANOS,true)).",
        HistoryError,
        "Spark cannot read a column of type INT64 (TIMESTAMP(NANOS,true))",
    ),
    ("java.lang.OutOfMemoryError: Java heap space", ClusterError, "a worker ran out of memory"),
    (
        "Job aborted due to stage failure: ExecutorLostFailure (executor 7 exited caused by one of the running tasks)",
        ClusterError,
        "the cluster lost its workers again and again, and gave up",
    ),
    ("java.io.EOFException: Unexpected end of input stream", HistoryError, "a packed file is damaged or cut off"),
    (
        "<_InactiveRpcError UNAVAILABLE: failed to connect to all addresses>",
        ClusterError,
        "the cluster cannot be reached",
    ),
    ("Could not parse Master URL: 'nonsense'", ConfigurationError, "'nonsense' is no master that Spark knows"),
]


@pytest.mark.parametrize(("text", "kind", "sentence"), SAID, ids=[sentence for _, _, sentence in SAID])
def test_what_spark_says_becomes_a_sentence(text: str, kind: type, sentence: str):
    found = told(RuntimeError(text))
    assert type(found) is kind
    assert str(found) == sentence
    assert found.hint


def test_an_error_of_python_in_a_worker_says_its_kind_and_no_values():
    text = (
        "\n  An exception was thrown from the Python worker. Please see the stack trace below.\n"
        'Traceback (most recent call last):\n  File "x.py", line 3, in read\n    raise ValueError(person)\n'
        "ValueError: ana@example.org\n\nJVM stacktrace:\n\tat org.apache.spark.api.python.Base"
    )
    found = told(RuntimeError(text))
    assert str(found) == "Python broke in a worker: ValueError"
    assert "ana" not in str(found) + found.hint


def test_other_words_are_cut_to_their_first_sentence():
    found = told(RuntimeError("org.apache.spark.SparkException: java.io.IOException: it broke\n\tat somewhere"))
    assert str(found) == "Spark gave up: it broke"
    assert first_sentence("\n\n") == "no reason given"
    assert first_sentence("x" * 400).endswith("x…")
    assert first_sentence("WARNING: Using incubator modules: jdk\nError: no such flag") == "Error: no such flag"


def test_what_is_missing_here_is_a_matter_of_configuration():
    assert (no_java().exit_code, no_spark("pyspark").exit_code, told(RuntimeError("x")).exit_code) == (3, 3, 4)
    assert str(no_java("Unable to locate a Java Runtime.")).endswith(
        "on this machine: Unable to locate a Java Runtime."
    )
    assert str(no_spark("pyspark")) == "--engine spark needs the Python package 'pyspark'"
