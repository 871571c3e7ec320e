"""The same journeys three times: counted by class, call by call, and as processes of simpy."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

from contents import content_of

from simulator.bulk.asked import asked_by
from simulator.bulk.counting import Counting
from simulator.bulk.reading import LogColumns
from simulator.content import compile_content
from simulator.history.calls import Call, CallKind, IdType
from simulator.messages import Unrendered
from simulator.summary import Summary
from simulator.tallying import Tally

DAY = 86400
START = 1767225600
LAST = 40 * DAY


class JourneyPair:
    """So many entries of one campaign of `twelve/`: email, a day, a branch, an email more or not, two days, email.

    A tenth of the people reach the goal at some time, which ends what they are in.
    """

    def __init__(self, entries: int, folder: Path) -> None:
        chance = random.Random(5)
        project = content_of()
        slug = "photo-received"
        self._content = compile_content(replace(project, campaigns={slug: project.campaigns[slug]}))
        self._entries = [
            (
                START + chance.randrange(LAST),
                chance.random() < 0.5,
                START + chance.randrange(LAST) if chance.random() < 0.1 else None,
            )
            for _ in range(entries)
        ]
        self._calls = self._as_calls()
        self._log = self._written(folder / f"journeys-{entries}.ndjson")
        self._asked = asked_by(self._content, Unrendered())
        with LogColumns(str(self._log), self._asked, 2) as log:
            self._columns = log.read()
        self.sends = self.on_simpy()

    def _as_calls(self) -> list[Call]:
        calls: list[Call] = []
        for number, (at, verified, goal) in enumerate(self._entries):
            person = f"p{number}"
            attributes = {"email": f"{person}@example.org", "email_verified": verified}
            calls.append(_call(person, CallKind.IDENTIFY, "", attributes, START - 1))
            calls.append(_call(person, CallKind.EVENT, "campaign_signup_post", {"type": "photo"}, at))
            if goal is not None:
                calls.append(_call(person, CallKind.EVENT, "campaign_review", {}, goal))
        return sorted(calls, key=lambda call: call.timestamp or 0)

    def _written(self, path: Path) -> Path:
        with path.open("w", encoding="utf-8") as file:
            for call in self._calls:
                identifies = call.kind is CallKind.IDENTIFY
                line = {"type": "identify" if identifies else "track", "person": call.person, "at": call.timestamp}
                line |= {"attributes": call.data} if identifies else {"name": call.name, "data": call.data}
                file.write(json.dumps(line) + "\n")
        return path

    def by_class(self) -> int:
        """The emails sent, from the calls in columns."""
        with LogColumns(str(self._log), self._asked, 1) as log:
            found = Counting(self._asked, log, self._columns, None).counted()
        return found.summary.total(lambda campaign: campaign.sent("email"))

    def call_by_call(self) -> int:
        """The emails sent, by the counting replay."""
        summary = Summary()
        tally = Tally(self._content, Unrendered(), summary)
        for call in self._calls:
            tally.take(call)
        tally.finish()
        return summary.total(lambda campaign: campaign.sent("email"))

    def on_simpy(self) -> int:
        """The emails sent, by simpy."""
        import simpy

        environment = simpy.Environment()
        sent = 0

        def journey(at: int, verified: bool, goal: int | None):  # type: ignore[no-untyped-def]  # a generator of simpy's
            nonlocal sent
            yield environment.timeout(at - START)
            sent += 1
            yield environment.timeout(DAY)
            if goal is not None and at < goal <= START + environment.now:
                return
            if not verified:
                sent += 1
            yield environment.timeout(2 * DAY)
            if goal is not None and at < goal <= START + environment.now:
                return
            sent += 1

        for entry in self._entries:
            environment.process(journey(*entry))
        environment.run()
        return sent


def _call(person: str, kind: CallKind, name: str, data: dict[str, object], at: int) -> Call:
    return Call(1, kind, person, IdType.ID, name, data, None, at)
