"""Functions that make calls from decoded heads, written for just the properties that are read.

The source of each is a few lines made from names that are only ever string literals, and compiled once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import msgspec

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.heads import REFUSED_ATTRIBUTES, REFUSED_DATA, Shape, Value, values_struct
from simulator.history.wanted import Properties

Maker = Callable[[Any, int], Call]  # head, line
_RARE_ATTRIBUTES = frozenset(("id", "cio_id"))  # always read, seldom there
_ALL_AT_ONCE = 8  # above this many properties it is rare that all are there


class DoesNotFit(Exception):
    """The head is well-formed, and the record still is the general reader's."""


def event_maker(shape: Shape, name: str, keep: Properties) -> Maker:
    """What makes the call of an event called *name*, its data only the properties to *keep*."""
    known: dict[str, Any] = {"NAME": name}
    if keep is None:
        return _maker(shape, CallKind.EVENT, _whole_lines(REFUSED_DATA, known), known)
    names = sorted(keep - REFUSED_DATA)
    if not names:
        known["decode"] = msgspec.json.Decoder(values_struct((), REFUSED_DATA)).decode
        return _maker(shape, CallKind.EVENT, ["decode(r.data)", "data = {}"], known)
    known["decode"] = msgspec.json.Decoder(values_struct(names, REFUSED_DATA)).decode
    return _maker(shape, CallKind.EVENT, ["d = decode(r.data)", *_dict_lines(names, frozenset())], known)


def identify_maker(shape: Shape, keep: Properties) -> Maker:
    """What makes an identify call, its data only the attributes to *keep*."""
    known: dict[str, Any] = {"NAME": ""}
    if keep is None:
        return _maker(shape, CallKind.IDENTIFY, _whole_lines(REFUSED_ATTRIBUTES, known), known)
    lines = ["d = r.data", *_dict_lines(sorted(keep - REFUSED_ATTRIBUTES), _RARE_ATTRIBUTES)]
    return _maker(shape, CallKind.IDENTIFY, lines, known)


def _whole_lines(refused: frozenset[str], known: dict[str, Any]) -> list[str]:
    """Source that makes `data` of all there is."""
    known |= {"decode": msgspec.json.Decoder(dict[str, Value]).decode, "refused": refused, "DoesNotFit": DoesNotFit}
    return ["data = decode(r.data)", "if not refused.isdisjoint(data): raise DoesNotFit"]


def _maker(shape: Shape, kind: CallKind, lines: list[str], known: dict[str, Any]) -> Maker:
    known |= {
        "Call": Call,
        "KIND": kind,
        "ID": IdType.ID,
        "EMAIL": IdType.EMAIL,
        "U": msgspec.UNSET,
        "floor": math.floor,
    }
    lines.append(
        f"return Call(line, KIND, {shape.person}, {shape.id_type}, NAME, data, {shape.at}, {shape.timestamp}, r.id"
        + (f", {shape.anonymous})" if shape.anonymous != "None" else ")")
    )
    source = "def make(r, line):\n" + "".join(f"    {line}\n" for line in lines)
    exec(compile(source, f"<maker of {kind}>", "exec"), known)  # noqa: S102  # names stand in it as literals only
    maker: Maker = known["make"]
    return maker


def _dict_lines(names: list[str], rare: frozenset[str]) -> list[str]:
    """Source that makes `data` of those fields of `d` that are set; all at once where only *rare* ones are missing."""
    lines = [f"v{at} = d.f{at}" for at in range(len(names))]
    single = {name: f"if v{at} is not U: data[{name!r}] = v{at}" for at, name in enumerate(names)}
    usual = {name: at for at, name in enumerate(names) if name not in rare}
    seldom = [single[name] for name in names if name in rare]
    if not 1 <= len(usual) <= _ALL_AT_ONCE:
        return [*lines, "data = {}", *single.values()]
    whole = ", ".join(f"{name!r}: v{at}" for name, at in usual.items())
    condition = " and ".join(f"v{at} is not U" for at in usual.values())
    apart = ["    data = {}", *(f"    {single[name]}" for name in usual)]
    return [*lines, f"if {condition}: data = {{{whole}}}", "else:", *apart, *seldom]
