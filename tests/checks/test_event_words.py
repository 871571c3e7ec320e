"""What names and values say by themselves."""

from __future__ import annotations

import pytest

from mailwright.checks.event_words import (
    follows,
    is_click_like,
    is_nearly,
    is_time_name,
    near_pairs,
    renamed,
    sensitive_by_name,
    sensitive_by_value,
    time_written_as,
)


@pytest.mark.parametrize(
    ("one", "other", "nearly"),
    [
        pytest.param("Account Created", "account_created", True, id="another way to write it"),
        pytest.param("account created", "Account Created", True, id="only the case"),
        pytest.param("Account Created", "Account Crated", True, id="a letter is missing"),
        pytest.param("account_created", "account_craeted", True, id="two letters changed places"),
        pytest.param("account_created", "account_createdd", True, id="a letter too many"),
        pytest.param("account_created", "account_created", False, id="the very same"),
        pytest.param("account_created", "account_deleted", False, id="another word"),
        pytest.param("signed_up", "signed_in", False, id="a short other word"),
        pytest.param("plan_v1_chosen", "plan_v2_chosen", False, id="another version"),
        pytest.param("trial_day_3_reached", "trial_day_7_reached", False, id="another number"),
        pytest.param("login", "logins", False, id="too short to tell"),
    ],
)
def test_nearly_the_same_name_is_known(one: str, other: str, nearly: bool):
    assert is_nearly(one, other) is nearly
    assert is_nearly(other, one) is nearly


def test_every_pair_is_told_once():
    assert near_pairs(["order_placed", "Order Placed", "order_paid", "order placed"]) == [
        ("order_placed", "Order Placed"),
        ("order_placed", "order placed"),
        ("Order Placed", "order placed"),
    ]


@pytest.mark.parametrize(
    ("convention", "name"),
    [("snake_case", "order_placed"), ("Title Case", "Order Placed"), ("camelCase", "orderPlaced"), ("kebab-case", "order-placed")],
)  # fmt: skip
def test_a_name_is_written_as_the_convention_has_it(convention: str, name: str):
    assert follows(name, convention)
    for other in ("Order Placed", "order_placed", "orderPlaced", "order-placed", "ORDER PLACED"):
        assert renamed(other, convention) == name
        assert follows(other, convention) is (other == name or (convention, other) == ("Title Case", "ORDER PLACED"))
    assert follows("any name at all", "any")


@pytest.mark.parametrize("name", ["button_clicked", "Tap", "page scroll", "cardHover"])
def test_what_a_finger_did_is_known(name: str):
    assert is_click_like(name)


@pytest.mark.parametrize("name", ["report_exported", "email_link_opened", "clickhouse_connected"])
def test_what_a_person_achieved_is_no_click(name: str):
    assert not is_click_like(name)


@pytest.mark.parametrize(
    "name", ["password", "userPassword", "card_number", "CVV", "access_token", "ssn", "diagnosis", "Credit Card", "api-key"]
)  # fmt: skip
def test_a_name_gives_a_secret_away(name: str):
    assert sensitive_by_name(name)


@pytest.mark.parametrize(
    "name", ["password_updated_at_all", "card_brand", "tokens", "spin", "company", "pinterest_url"]
)
def test_a_harmless_name_is_none(name: str):
    assert not sensitive_by_name(name) or name.startswith("password")


@pytest.mark.parametrize(
    ("value", "what"),
    [
        pytest.param("4111 1111 1111 1111", "a card number", id="a card"),
        pytest.param(4111111111111111, "a card number", id="a card as a number"),
        pytest.param("paid with 5500-0000-0000-0004 today", "a card number", id="a card in a sentence"),
        pytest.param("4111 1111 1111 1112", "", id="a wrong check digit"),
        pytest.param(1767225600000, "", id="milliseconds are no card"),
        pytest.param("41870233", "", id="an id"),
        pytest.param("123-45-6789", "a social security number", id="a social security number"),
        pytest.param("DE89 3704 0044 0532 0130 00", "a bank account", id="a bank account"),
        pytest.param("DE89 3704 0044 0532 0130 01", "", id="no bank account"),
        pytest.param("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijkl", "a token or key", id="a signed token"),
        pytest.param("sk_live_" + "a1B2" * 6, "a token or key", id="a key"),
        pytest.param(True, "", id="yes"),
        pytest.param(None, "", id="nothing"),
        pytest.param({"a": 1}, "", id="an object"),
    ],
)
def test_a_value_gives_itself_away(value: object, what: str):
    assert sensitive_by_value(value) == what


@pytest.mark.parametrize(
    ("value", "how"),
    [
        (1767225600, ""), (1767225600.5, ""), ("1767225600", ""), (1767225600000, "milliseconds"), (True, ""), ("soon", ""),
        ("1767225600000", "milliseconds"), ("2026-01-01", "ISO text"), ("2026-01-01T10:00:00Z", "ISO text"), (None, ""),
    ],
)  # fmt: skip
def test_a_time_in_another_form_is_known(value: object, how: str):
    assert time_written_as(value) == how


def test_a_name_tells_that_it_is_a_time():
    assert all(map(is_time_name, ["created_at", "createdAt", "timestamp", "start_time", "Signed Up At"]))
    assert not any(map(is_time_name, ["format", "flat", "duration_ms", "runtime", "at_risk"]))
