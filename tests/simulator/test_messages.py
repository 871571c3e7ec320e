"""How a replay asks for its messages."""

from __future__ import annotations

from building import START, campaign, identify, of_kind, project, run, track

from simulator.content import compile_content
from simulator.messages import MODES, Unrendered, messages_for
from simulator.trace import Delivery


def test_each_way_of_rendering_comes_to_the_same_statuses():
    calls = [identify(email="p@example.org"), identify("q"), track(), track(who="q", at=START + 1)]
    found = {
        mode: [(e.person, e.status, e.recipient) for e in of_kind(run(campaign(), *calls, render=mode), Delivery)]
        for mode in MODES
    }
    assert found["none"] == [("p", "sent", "p@example.org"), ("q", "failed", None)]
    assert found["all"] == found["outcome"] == found["none"]


def test_messages_without_their_text_read_nothing_and_are_all_alike():
    plain = messages_for(compile_content(project(campaign())), "none")
    assert isinstance(plain, Unrendered)
    assert plain.attributes_read() == frozenset()
