"""The rules of `check` that ask what workspaces have."""

from __future__ import annotations

from mailwright.rules.base import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        id="published-layout-edited",
        title="a layout version that a protected workspace has was edited",
        why="Every email in it would change at the next apply, and those that nobody looks at too. Layouts grow by "
        "versions: the new one is a file beside the old, and each email moves when it was looked at.",
        bad='# layouts/ds-default/2.liquid, which production has\n<body style="background: #fff">{{ content }}</body>',
        good="# layouts/ds-default/3.liquid, and `layout: ds-default@3` in the emails that move\n"
        '<body style="background: #fff">{{ content }}</body>',
    ),
)
