"""What `check` proves: campaigns that can both fire or never fire, events left unanswered, clauses and ways for nobody.

A finding is told only when it was shown; what could not be decided is told where the content claims it.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailwright.definitions.project import Project
from mailwright.diagnostics import ConfigurationError, Diagnostic
from mailwright.loading.variables import replaced_vars
from simulator.proof_checks.clauses import check_clauses, check_firing
from simulator.proof_checks.groups import check_groups
from simulator.proof_checks.pairs import check_pairs
from simulator.proof_checks.ways import check_ways
from simulator.proofs.context import context_of


def check_proofs(project: Project) -> Iterable[Diagnostic]:
    """Everything that proofs find wrong, in the workspace that a command means when it names none."""
    try:
        known, _ = replaced_vars(project, None)
        context_of(known)
    except ConfigurationError:
        return []  # `check` reports settings that do not fit on its own
    checks = (check_pairs, check_groups, check_clauses, check_firing, check_ways)
    return [problem for check in checks for problem in check(known)]
