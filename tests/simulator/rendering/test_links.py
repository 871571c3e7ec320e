from __future__ import annotations

import pytest

from mailwright.definitions.workspace import Workspace
from mailwright.dialect.settings import Links
from simulator.rendering.links import Decoration, decorate_links, inert_urls

ADDED = Decoration(parameters={"utm_source": "cio", "utm_campaign": "a b"}, inert=inert_urls(Links()))


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ('<a href="https://example.org/x">', "https://example.org/x?utm_source=cio&amp;utm_campaign=a+b"),
        (
            "<a href='https://example.org/x?a=1#end'>",
            "https://example.org/x?a=1&amp;utm_source=cio&amp;utm_campaign=a+b#end",
        ),
        (
            "<a href=https://example.org/x?utm_source=mine>",
            "https://example.org/x?utm_source=mine&amp;utm_campaign=a+b",
        ),
        ('<a class="b untracked" href="https://example.org/x">', "https://example.org/x"),
        ('<a class="disable-url-params" href="https://example.org/x">', "https://example.org/x"),
        ('<a href="mailto:a@example.org">', "mailto:a@example.org"),
        ('<a href="#top">', "#top"),
        ('<a href="">', ""),
        (f'<a href="{Links().unsubscribe}">', Links().unsubscribe),
        ('<a href="https://[bad/x">', "https://[bad/x"),
    ],
)
def test_only_tracked_links_get_the_workspaces_parameters(written, sent):
    page, _ = decorate_links(f"<p>{written}here</a></p>", ADDED)
    assert sent in page
    assert page.count("utm_source") == sent.count("utm_source")


def test_nothing_but_the_addresses_changes():
    page = '<!-- <a href="https://example.org/no"> -->\n<TD  ALIGN=left><a\n HREF="https://example.org/é">x &amp; y</a></TD>'
    decorated, links = decorate_links(page, ADDED)
    assert decorated.replace("?utm_source=cio&amp;utm_campaign=a+b", "").replace("href=", "HREF=", 2) == page.replace(
        "<a href", "<a HREF"
    )
    assert [(link.label, link.tracked, link.line) for link in links] == [("x & y", True, 3)]


def test_redirects_around_links_lead_nowhere_and_only_when_asked():
    plain, _ = decorate_links('<a href="https://example.org/">x</a>', Decoration())
    wrapped, links = decorate_links('<a href="https://example.org/">x</a>', Decoration(wrap=True))
    assert plain == '<a href="https://example.org/">x</a>'
    assert "https://links.example.org/click?to=https%3A%2F%2Fexample.org%2F" in wrapped
    assert links[0].url == "https://example.org/"


def test_parameters_are_liquid_and_an_email_can_do_without(render):
    workspace = Workspace(url_parameters={"plan": "{{ event.plan }}"})
    body = '<a href="https://example.org/">x</a> {% cio_link url:https://example.org/c %}'
    assert render(body, workspace=workspace).html.count("?plan=pro") == 2
    assert "plan=" not in render(body, workspace=workspace, url_parameters=False).html
    untracked = render('<a href="https://example.org/">x</a>', workspace=workspace, track_links=False)
    assert "plan=" not in untracked.html
