from __future__ import annotations

from simulator.workspace.account import Account
from simulator.workspace.clock import Clock, ClockMode


def test_keys_hang_on_the_name_and_the_seed_alone():
    first, second, other = Account(), Account(), Account(key_seed="another")
    spaces = [account.add(name) for account in (first, second, other) for name in ("qa", "prod")]
    assert spaces[0].keys == spaces[2].keys != spaces[1].keys
    assert spaces[0].keys != spaces[4].keys
    assert len({spaces[0].keys.app_key, spaces[1].keys.app_key, spaces[0].keys.track_key}) == 3
    assert spaces[0].keys.app_key not in repr(spaces[0].keys)
    for account in (first, second, other):
        account.close()


def test_a_workspace_has_the_number_it_asks_for_unless_another_has_it():
    account = Account()
    numbers = [
        account.add(name, number=number).id for name, number in (("a", 4021), ("b", 4021), ("c", None), ("d", 7))
    ]
    assert numbers == [4021, 4022, 4023, 7]
    account.close()


def test_a_file_is_opened_again_as_it_was(tmp_path):
    account = Account(tmp_path / "w.db", key_seed="mine")
    space = account.add("qa", "eu", liquid="legacy")
    space.live_edit = False
    account.clock.freeze(1000)
    account.keep_clock()
    account.close()
    again = Account(tmp_path / "w.db")
    kept = again.named("qa")
    assert kept is not None
    assert (kept.id, kept.region, kept.liquid, kept.live_edit, kept.keys) == (
        space.id,
        "eu",
        "legacy",
        False,
        space.keys,
    )
    assert (again.clock.mode, again.clock.now()) == (ClockMode.FROZEN, 1000)
    assert again.service_account_token == account.service_account_token
    again.close()


def test_a_clock_stands_goes_and_jumps():
    machine = [500.9]
    clock = Clock(machine=lambda: machine[0])
    assert clock.now() == 500
    clock.advance(100)
    machine[0] += 10
    assert clock.now() == 610
    clock.freeze()
    machine[0] += 10
    assert clock.now() == 610
    clock.advance(5)
    assert clock.now() == 615
    clock.run_real()
    assert clock.now() == 520
