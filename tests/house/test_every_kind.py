"""Every kind that an author may write is known wherever kinds are told apart."""

from __future__ import annotations

from mailwright.definitions.assumptions import default_assumptions
from mailwright.definitions.steps import STEP_KINDS
from mailwright.definitions.triggers import TRIGGER_KINDS
from simulator.history.calls import CallKind
from simulator.intake import Intake
from simulator.reports.assumption_notes import NOTES
from simulator.steps import step_kinds_taken


def test_the_simulator_takes_every_step_kind():
    assert step_kinds_taken() == set(STEP_KINDS) - {"go_to"}, "which is no step of its own once a workflow is compiled"


def test_the_simulator_takes_every_kind_of_call():
    assert Intake.kinds_taken() == set(CallKind)


def test_every_trigger_kind_has_a_definition_of_its_own():
    assert len(set(TRIGGER_KINDS.values())) == len(TRIGGER_KINDS) == 11


def test_every_assumption_says_what_it_means():
    assert set(NOTES) == set(default_assumptions())
