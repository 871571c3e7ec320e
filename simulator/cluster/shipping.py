"""This program on the workers: seen to be there, and sent along where only its own modules are missing."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mailwright
from simulator.cluster.errors import ClusterError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_OWN = ("mailwright", "simulator")
_PROBES = 16  # tasks that look around, so that most workers are asked
_KEPT_OUT = {"__pycache__", "static", "_example"}


def see_workers(spark: SparkSession, folder: Path) -> bool:
    """See that the workers can replay; gives whether this program's own modules had to be sent, packed in *folder*.

    Raises: ClusterError when a package is missing there, or another version of this program is installed.
    """
    missing, versions = _looked_around(spark)
    shipped = bool(missing & set(_OWN))
    if shipped:
        package = packed(folder)
        context = getattr(spark, "_sc", None)  # a session of Spark Connect has none
        if context is not None:
            context.addPyFile(str(package))
        else:
            spark.addArtifacts(str(package), pyfile=True)
        missing, versions = _looked_around(spark)
    if missing:
        raise ClusterError(
            f"the workers' Python has no module '{min(missing)}'",
            hint="install mailwright with its packages on every worker; docs/scale.md says how",
        )
    others = sorted(versions - {mailwright.__version__})
    if others:
        raise ClusterError(
            f"the workers have mailwright {others[0]}, and this is {mailwright.__version__}",
            hint="the same version on both sides, as the answer may hang on it",
        )
    return shipped


def packed(folder: Path) -> Path:
    """This program's own modules and their data as one zip file in *folder*, which Python imports from."""
    target = folder / f"mailwright-{mailwright.__version__}.zip"
    home = Path(mailwright.__file__).resolve().parent.parent
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for package in _OWN:
            for file in sorted((home / package).rglob("*")):
                if file.is_file() and _KEPT_OUT.isdisjoint(file.relative_to(home).parts):
                    pack.write(file, file.relative_to(home))
    return target


def _looked_around(spark: SparkSession) -> tuple[set[str], set[str]]:
    """The modules that some workers miss, and the versions of this program that they have."""

    # Defined here so that it travels whole: the worker may not have this module.
    def look(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa

        for _ in batches:
            missing, version = "", ""
            try:
                import mailwright
                import simulator.cluster.blocks
                import simulator.cluster.replaying  # noqa: F401  # to see that it can be

                version = mailwright.__version__
            except ModuleNotFoundError as error:
                missing = (error.name or "").partition(".")[0]
            yield pa.RecordBatch.from_pydict({"missing": [missing], "version": [version]})

    found = spark.range(0, _PROBES, 1, _PROBES).mapInArrow(look, "missing string, version string").distinct().collect()
    return {row[0] for row in found if row[0]}, {row[1] for row in found if row[1]}
