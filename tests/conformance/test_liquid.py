"""Every Liquid case renders to its text, fits its pattern, or fails in the way it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from mailwright.dialect import Dialect, LiquidFault, RenderSettings
from mailwright.dialect.environment import parse_template

# What a case sees as the present moment when it does not fix one; no case's text may depend on it.
ANY_MOMENT = 1_700_000_000


def rendered(case: Mapping[str, object]) -> str:
    """The text of a case's template.

    The recorded engine had no notion of triggers: a namespace that is not in the context is a missing variable.
    """
    moment = case.get("now", ANY_MOMENT)
    assert isinstance(moment, (int, float))
    settings = RenderSettings(now=datetime.fromtimestamp(moment, UTC), seed=str(case["id"]), wrong_namespace="fail")
    template = parse_template(str(case["template"]), Dialect(str(case["dialect"])), "case")
    return template.render(case.get("context") or {}, settings)  # type: ignore[arg-type]  # JSON is untyped


def test_liquid(liquid_case: Mapping[str, object]) -> None:
    if "error" not in liquid_case:
        text = rendered(liquid_case)
        if "expected" in liquid_case:
            assert text == liquid_case["expected"]
        else:
            assert re.search(str(liquid_case["expected_pattern"]), text), text
        return
    try:
        text = rendered(liquid_case)
    except LiquidFault as fault:
        wanted = liquid_case["error"]
        assert isinstance(wanted, dict)
        seen = {name: getattr(fault, name) for name in wanted if name in ("kind", "variable", "tag", "message")}
        assert seen == {name: wanted[name] for name in seen}
    else:
        raise AssertionError(f"rendered {text!r}, which should have failed with {liquid_case['error']}")
