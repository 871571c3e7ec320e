"""One real cluster for all tests of a module: a master and two executors, processes of their own that talk over sockets."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

QUICK_TO_START = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    assert os.environ.get("JAVA_HOME") or shutil.which("java"), (
        "Java is not installed; ./mw test installs it where it may"
    )
    from simulator.cluster.engine import engine
    from simulator.cluster.session import Cluster

    settings = {
        "spark.sql.shuffle.partitions": "8",
        # Three young Java machines on two cores: what they spend on optimizing themselves never pays within these tests.
        "spark.driver.extraJavaOptions": QUICK_TO_START,
        "spark.executor.extraJavaOptions": QUICK_TO_START,
    }
    with engine(Cluster("local-cluster[2,1,1024]", settings=settings)) as session:
        yield session
