"""What is missing for a session is told before Spark is asked."""

from __future__ import annotations

import socket

import pytest

from mailwright.diagnostics import ConfigurationError
from simulator.cluster.errors import ClusterError
from simulator.cluster.session import Cluster, spark_session


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def opened(cluster: Cluster) -> None:
    with spark_session(cluster):
        pass


def test_a_machine_without_java_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ConfigurationError, match="needs Java 17 or newer"):
        opened(Cluster())


def test_a_master_that_does_not_answer_is_told_at_once():
    with pytest.raises(ClusterError, match=r"spark://127.0.0.1:\d+ cannot be reached"):
        opened(Cluster(f"spark://127.0.0.1:{free_port()}"))


@pytest.mark.parametrize(
    ("cluster", "says"),
    [
        (Cluster("spark://"), "'spark://' is no address of a cluster"),
        (Cluster("spark://host:port"), "is no address of a cluster"),
        (Cluster("local[2]", "sc://host"), "--master and --connect name two clusters"),
    ],
)
def test_an_address_that_is_none_is_told(cluster: Cluster, says: str):
    with pytest.raises(ConfigurationError, match=says):
        opened(cluster)


def test_spark_connect_says_which_package_it_needs():
    with pytest.raises(ConfigurationError, match="--connect needs the Python package 'grpc'"):
        opened(Cluster(connect="sc://127.0.0.1"))


def test_a_cluster_is_here_unless_an_address_says_otherwise():
    assert [Cluster(master).is_here for master in (None, "local[2]", "local-cluster[2,1,1024]", "yarn")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert not Cluster(connect="sc://host").is_here
