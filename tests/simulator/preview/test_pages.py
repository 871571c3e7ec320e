"""The page in a real browser: each view, what edits do to it, and what an email cannot do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from previewing import SOON, Server, Tab, start

THANKS = "campaigns/order/thanks.liquid"
PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("size", [{"width": 1280, "height": 800}, PHONE], ids=["desktop", "phone"])
def test_the_first_page_shows_an_email(shared_server: Server, new_tab: Any, size: dict[str, int]):
    tab = new_tab(shared_server, viewport=size).open()
    tab.page.wait_for_selector(".frames[data-shown]", timeout=SOON)
    assert tab.page.url.startswith(f"{shared_server.base}/email/")
    assert "token" not in tab.page.url


def test_an_email_is_shown_for_the_first_sample_that_fits(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    assert "You paid 20 at https://qa.example.org. Your orders 1 Harbour Row" in tab.text()
    expect(tab.page.locator(".letterhead .subject")).to_have_text(re.compile("Thanks, Ana!"))


def test_another_sample_workspace_and_language_show_another_picture(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.page.select_option("#sample", "ines")
    tab.wait_for_text("Gracias")
    tab.page.select_option("#language", "default")
    tab.wait_for_text("You paid 900")
    tab.page.select_option("#workspace", "prod")
    tab.wait_for_text("at https://www.example.org")
    assert {"sample=ines", "as=prod", "lang=default"} <= set(tab.page.url.partition("?")[2].split("&"))


def test_the_address_brings_the_same_view_back(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.page.fill("#event-total", "77")
    tab.wait_for_text("You paid 77")
    tab.page.keyboard.press("Escape")
    tab.page.click("button:has-text('Phone')")
    address = tab.page.url
    other = new_tab(shared_server).open(address.removeprefix(shared_server.base))
    other.wait_for_text("You paid 77")
    assert "phone" in (other.page.get_attribute(".paper", "class") or "")


def test_the_form_says_what_the_schema_does_not_foresee(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.page.fill("#event-total", "many")
    expect(tab.page.locator("#event-total-help")).to_contain_text("'total' is no number")
    tab.page.click("button:has-text('JSON')")
    tab.page.fill("#json", '{"name": "ordered", "data": {"total": 3, "size": "huge"}}')
    tab.wait_for_text("You paid 3")
    tab.page.fill("#json", '{"name": ')
    expect(tab.page.locator("#json-says")).not_to_be_empty()
    assert "You paid 3" in tab.text()


def test_a_pasted_payload_is_shown_whatever_its_shape(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.picture()
    tab.page.keyboard.press("v")
    tab.page.fill("#payload", '{"type": "track", "event": "ordered", "userId": "7", "properties": {"total": 41}}')
    tab.page.click("text=Show it")
    tab.wait_for_text("You paid 41")


def test_dark_mode_uses_the_emails_own_dark_styles(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    colour = "() => getComputedStyle(document.body).backgroundColor"
    assert tab.picture().evaluate(colour) == "rgb(255, 255, 255)"
    tab.page.keyboard.press("d")
    tab.page.wait_for_function("() => document.querySelector('.paper.dark')", timeout=SOON)
    for _ in range(100):
        if tab.picture().evaluate(colour) == "rgb(16, 16, 16)":
            break
        tab.page.wait_for_timeout(40)
    assert tab.picture().evaluate(colour) == "rgb(16, 16, 16)"


def test_a_phone_is_as_wide_as_one(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks?width=phone")
    assert tab.picture().evaluate("() => innerWidth") == 376


@pytest.mark.parametrize(
    ("key", "selector", "text"),
    [
        pytest.param("2", ".inbox.row", "Thanks, Ana!", id="inbox"),
        pytest.param("3", ".listing .code", "You paid 20", id="plain text"),
        pytest.param("4", ".listing .code", "<h1", id="source"),
        pytest.param("5", ".blocks", "You paid 20", id="blocks"),
    ],
)
def test_each_look_has_a_key(shared_server: Server, new_tab: Any, key: str, selector: str, text: str):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.picture()
    tab.page.keyboard.press(key)
    expect(tab.page.locator(selector).first).to_contain_text(text, timeout=SOON)


def test_a_block_says_which_line_of_which_file_it_comes_from(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks?tab=blocks")
    row = tab.page.locator(".block", has_text="You paid 20")
    expect(row.locator(".place")).to_have_text("line 7", timeout=SOON)
    assert (row.locator(".place").get_attribute("href") or "").endswith("campaigns/order/thanks.liquid:7")
    expect(tab.page.locator(".blocks h2").first).to_have_text("campaigns/order/thanks.liquid")
    expect(tab.page.locator(".block", has_text="1 Harbour Row").locator(".place")).to_have_text("line 1")


def test_the_matrix_shows_one_email_for_all_people_and_all_emails(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.picture()
    tab.page.keyboard.press("m")
    expect(tab.page.locator(".matrix li")).to_have_count(2, timeout=SOON)
    expect(tab.page.locator(".matrix")).to_contain_text("¡Gracias, Inés!")
    expect(tab.page.locator(".matrix .frames[data-shown]")).to_have_count(2, timeout=SOON)
    tab.page.goto(f"{shared_server.base}/email/order/thanks?over=emails")
    failed = tab.page.locator(".matrix li.failed", has_text="survey")
    expect(failed).to_contain_text("event.missing", timeout=SOON)


def test_a_campaign_is_a_diagram_with_the_way_lit(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/campaign/order?sample=ana")
    lit = tab.page.locator(".diagram .box.lit")
    expect(lit).to_have_count(7, timeout=SOON)
    assert {box.get_attribute("data-step") for box in lit.all()} >= {"thanks", "wait-2", "gift", "survey", "(end)"}
    expect(tab.page.locator(".verdict")).to_contain_text("Entered")
    expect(tab.page.locator(".story")).to_contain_text("person.vip is true")
    tab.page.select_option("#sample", "ines")
    expect(tab.page.locator("#box-gift.lit")).to_have_count(0, timeout=SOON)


def test_the_slider_goes_through_virtual_time(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/campaign/order?sample=ana")
    slider = tab.page.locator("#clock")
    slider.wait_for(timeout=SOON)
    slider.focus()
    tab.page.keyboard.press("Home")
    expect(tab.page.locator(".clock output")).to_contain_text("2026-01-05 10:00 UTC")
    expect(tab.page.locator("#box-gift.lit")).to_have_count(0)
    expect(tab.page.locator("#box-thanks.lit")).to_have_count(1)
    tab.page.keyboard.press("End")
    expect(tab.page.locator(".clock output")).to_contain_text("2026-01-07 10:00 UTC, +2d")
    expect(tab.page.locator("#box-gift.lit")).to_have_count(1)


def test_a_step_of_the_diagram_leads_to_its_email_as_sent(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/campaign/order?sample=ana")
    tab.page.locator("#box-gift").focus()
    tab.page.keyboard.press("Enter")
    tab.page.click(".details a:has-text('as sent')")
    tab.wait_for_text("A gift for Ana")
    assert "sent=1767780000" in tab.page.url
    expect(tab.page.locator(".edited")).to_contain_text("2026-01-07 10:00 UTC")


def test_what_fires_names_the_clause_that_decided(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/fires?sample=ana")
    rows = tab.page.locator(".fires summary")
    expect(rows).to_have_count(2, timeout=SOON)
    expect(rows.nth(0)).to_contain_text("Order")
    expect(rows.nth(0)).to_contain_text("fires")
    expect(rows.nth(1)).to_contain_text("total is below 10; saw 20")
    tab.page.fill("#event-total", "4")
    expect(rows.nth(0)).to_contain_text("Small order", timeout=SOON)


def test_problems_of_check_stand_beside_what_they_are_about(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/survey")
    expect(tab.page.locator("#to-email-order-survey .mark")).to_be_visible(timeout=2 * SOON)
    tab.page.keyboard.press("x")
    expect(tab.page.locator(".problem").first).to_contain_text("missing", timeout=SOON)
    link = tab.page.locator(".problem .place").first.get_attribute("href") or ""
    assert re.match(r"vscode://file/.*campaigns/order/survey\.liquid:\d+$", link)


def test_an_email_that_fails_says_why_and_where(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/survey?sample=ana")
    fault = tab.page.locator(".fault")
    expect(fault).to_contain_text("event.missing", timeout=SOON)
    expect(fault.locator(".place")).to_have_text("campaigns/order/survey.liquid:4")


def test_layouts_and_snippets_show_the_emails_that_use_them(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/snippet/address")
    expect(tab.page.locator(".matrix li")).to_have_count(2, timeout=SOON)
    tab.page.goto(f"{shared_server.base}/layout/plain%401")
    expect(tab.page.locator(".matrix .frames[data-shown]")).to_have_count(2, timeout=SOON)
    tab.page.goto(f"{shared_server.base}/segment/staff")
    expect(tab.page.locator(".view h1")).to_have_text("staff")


def test_search_finds_and_enter_opens(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/thanks")
    tab.picture()
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("gift")
    expect(tab.page.locator(".side .entry")).to_have_count(2)
    tab.page.keyboard.press("Enter")
    tab.wait_for_text("A gift for")


def test_the_keys_are_told_and_go_from_email_to_email(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/order/gift")
    tab.picture()
    tab.page.keyboard.press("?")
    expect(tab.page.locator("dialog")).to_contain_text("Next sample")
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("j")
    expect(tab.page.locator(".view h1")).to_contain_text("survey")
    tab.page.keyboard.press("w")
    expect(tab.page.locator(".diagram")).to_be_visible(timeout=SOON)


def test_a_message_that_is_no_email_is_shown_too(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server).open("/email/hostile/note?sample=ana")
    expect(tab.page.locator(".fault, .bubble").first).to_be_visible(timeout=SOON)


def test_everything_is_reached_on_a_phone(shared_server: Server, new_tab: Any):
    tab = new_tab(shared_server, viewport=PHONE).open("/email/order/thanks")
    tab.picture()
    for name, place in (("Browse", "#side"), ("Data", "#panel"), ("Picture", "#stage")):
        tab.page.click(f".places button:has-text('{name}')")
        expect(tab.page.locator(place)).to_be_visible()
    assert tab.page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]


# --- edits ------------------------------------------------------------------------------------------------------------


def test_a_saved_file_is_on_the_screen_by_itself(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    other = new_tab(server).open("/email/order/thanks?sample=ines&lang=default")
    tab.wait_for_text("You paid 20")
    other.wait_for_text("You paid 900")
    server.write(THANKS, (server.root / THANKS).read_text("utf-8").replace("You paid", "You have paid"))
    tab.wait_for_text("You have paid 20")
    other.wait_for_text("You have paid 900")
    server.write("layouts/_snippets/address.liquid", "<b>2 New Street</b>\n")
    tab.wait_for_text("2 New Street")


def test_the_changed_block_comes_into_view(server: Server, new_tab: Any):
    text = (server.root / THANKS).read_text("utf-8") + "".join(f"<p>line {number}</p>\n" for number in range(300))
    server.write(THANKS, text)
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("line 299")
    server.write(THANKS, text.replace("line 280", "line 280 changed"))
    tab.wait_for_text("line 280 changed")
    assert tab.picture().evaluate("() => scrollY") > 2000


def test_a_mistake_while_typing_leaves_the_last_good_picture(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    good = (server.root / THANKS).read_text("utf-8")
    server.write(THANKS, good.replace("{{ event.total }}", "{{ event.total | "))
    expect(tab.page.locator(".fault")).to_contain_text("last good picture", timeout=SOON)
    assert "You paid 20" in tab.text()
    server.write(THANKS, good.replace("You paid", "Paid"))
    tab.wait_for_text("Paid 20")
    expect(tab.page.locator(".fault")).to_have_count(0)


def test_a_front_matter_that_cannot_be_read_leaves_the_last_good_state(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    good = (server.root / THANKS).read_text("utf-8")
    server.write(THANKS, good.replace("preheader:", "preheadr:"))
    expect(tab.page.locator(".fault")).to_contain_text("last good state", timeout=SOON)
    assert "You paid 20" in tab.text()
    server.write("campaigns/order/campaign.yaml", "name: Order\ntrigger: {event: [\n")
    server.write(THANKS, good.replace("You paid", "Paid"))
    tab.wait_for_text("Paid 20")


def test_a_deleted_email_is_said_to_be_gone_and_comes_back(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/gift?sample=ana")
    tab.wait_for_text("A gift for Ana")
    path = server.root / "campaigns/order/gift.liquid"
    text = path.read_text("utf-8")
    path.unlink()
    expect(tab.page.locator(".fault")).to_contain_text("This is gone", timeout=SOON)
    assert "A gift for Ana" in tab.text()
    tab.errors.clear()  # the browser notes every answer that is a refusal
    path.write_text(text.replace("A gift for", "Back for"), "utf-8")
    tab.wait_for_text("Back for Ana")


def test_a_new_campaign_appears_at_the_left(server: Server, new_tab: Any):
    tab = new_tab(server).open("/email/order/thanks")
    tab.picture()
    (server.root / "campaigns/fresh").mkdir()
    server.write("campaigns/fresh/hello.liquid", "---\nsubject: Hello\n---\n<p>Fresh</p>\n")
    server.write(
        "campaigns/fresh/campaign.yaml", "name: Fresh\ntrigger: {event: joined}\nworkflow:\n  - email: hello\n"
    )
    tab.page.click("#to-email-fresh-hello", timeout=SOON)
    expect(tab.page.locator(".view h1")).to_contain_text("hello")
    expect(tab.page.locator(".fault")).to_contain_text("No sample fits this campaign", timeout=SOON)
    tab.page.select_option("#sample", "ana")
    tab.wait_for_text("Fresh")


def test_a_workflow_is_drawn_again_when_it_changes(server: Server, new_tab: Any):
    tab = new_tab(server).open("/campaign/order?sample=ana")
    expect(tab.page.locator("#box-wait-2")).to_contain_text("Wait 2d", timeout=SOON)
    file = "campaigns/order/campaign.yaml"
    server.write(file, (server.root / file).read_text("utf-8").replace("wait: 2d", "wait: 5d"))
    expect(tab.page.locator("#box-wait-2")).to_contain_text("Wait 5d", timeout=SOON)


def test_a_tab_lives_through_a_restart_of_the_server(project: Path, new_tab: Any):
    first = start(project, "--port", "0")
    tab = new_tab(first).open("/email/order/thanks")
    tab.wait_for_text("You paid 20")
    assert first.stop() == 0
    expect(tab.page.locator("#connection")).to_have_text("waiting for the server", timeout=SOON)
    assert "You paid 20" in tab.text()
    second = start(project, "--port", str(first.port))
    try:
        expect(tab.page.locator("#connection")).to_have_text("restarted: open the new address", timeout=SOON)
        fresh = tab.page.context.new_page()
        fresh.goto(second.url)
        expect(tab.page.locator("#connection")).to_have_text("live", timeout=SOON)
        second.write(THANKS, (project / THANKS).read_text("utf-8").replace("You paid", "Again"))
        tab.wait_for_text("Again 20")
        tab.page.context.close()
        tab.errors.clear()  # connections that were refused while there was no server
    finally:
        second.stop()


# --- trust ------------------------------------------------------------------------------------------------------------


def test_a_hostile_email_does_nothing_but_look_bad(server: Server, new_tab: Any):
    tab: Tab = new_tab(server).open("/email/hostile/attack?sample=ana")
    tab.wait_for_text("400.12")
    before = tab.page.url
    frame = tab.picture()
    assert frame.evaluate("() => origin") == "null"
    for name in ("#link", "#top", "#js", "#pay"):
        frame.evaluate("name => document.querySelector(name).click()", name)
    tab.page.wait_for_timeout(300)
    assert tab.page.url == before
    assert "taken" not in tab.page.title()
    assert "400.12" in tab.text()
    expect(tab.page.locator(".letterhead .subject")).to_contain_text("<img src=x onerror=alert(1)>")
    # Chromium notes what it did not let happen; nothing else may be among it.
    blocked = re.compile("sandboxed|Content Security Policy|refresh", re.IGNORECASE)
    assert [error for error in tab.errors if not blocked.search(error)] == []
    tab.errors.clear()


def test_images_are_asked_for_only_when_somebody_wants_them(server: Server, new_tab: Any):
    server.write(
        "campaigns/order/gift.liquid",
        '---\nsubject: A gift\n---\n<p>Look</p><img src="https://images.example.org/a.png" alt="A">\n',
    )
    tab: Tab = new_tab(server).open("/email/order/gift?sample=ana")
    tab.wait_for_text("Look")
    expect(tab.page.locator(".remote")).to_contain_text("1 thing from elsewhere is not loaded")
    assert tab.outside == []
    tab.page.click("text=Load")
    for _ in range(100):
        if tab.outside:
            break
        tab.page.wait_for_timeout(40)
    assert set(tab.outside) == {"images.example.org"}
    tab.page.context.close()
    tab.errors.clear()  # nobody answers there
    assert tab.trap is not None
    tab.trap.caught.clear()
