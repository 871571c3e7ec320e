"""Functions that make calls from decoded heads, written for just the properties that are read.

The source of each is a few lines made from names that are only ever string literals, and compiled once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from simulator.history.calls import Call, CallKind, IdType
from simulator.history.heads import REFUSED_ATTRIBUTES, REFUSED_DATA, Shape, Value, Values, values_struct
from simulator.history.wanted import Properties

Maker = Callable[[Any, int], Call]  # head, line
_ALL_AT_ONCE = 8  # above this many properties it is rare that all are there


class DoesNotFit(Exception):
    """The head is well-formed, and the record still is the general reader's."""


def event_maker(shape: Shape, name: str, keep: Properties, data: Values) -> Maker:
    """What makes the call of an event called *name*, its data only the properties to *keep*."""
    return _maker(shape, CallKind.EVENT, name, keep, REFUSED_DATA, data)


def identify_maker(shape: Shape, keep: Properties, attributes: Values) -> Maker:
    """What makes an identify call, its data only the attributes to *keep*."""
    return _maker(shape, CallKind.IDENTIFY, "", keep, REFUSED_ATTRIBUTES, attributes)


def _maker(shape: Shape, kind: CallKind, name: str, keep: Properties, refused: frozenset[str], values: Values) -> Maker:
    known: dict[str, Any] = {
        "Call": Call, "KIND": kind, "NAME": name, "ID": IdType.ID, "EMAIL": IdType.EMAIL, "U": msgspec.UNSET,
        "floor": math.floor, "refused": refused, "DoesNotFit": DoesNotFit,
    }  # fmt: skip
    if keep is None:
        known["decode"] = msgspec.json.Decoder(dict[str, Value]).decode
        lines = ["data = decode(r.data)", "if not refused.isdisjoint(data): raise DoesNotFit"]
    else:
        names = sorted(keep - refused)
        positions = values.positions
        if positions is None:
            positions = {name: at for at, name in enumerate(names)}
            known["decode"] = msgspec.json.Decoder(values_struct(names, refused)).decode
            lines = ["d = decode(r.data)"]
        else:
            lines = ["d = r.data"]
        lines += _dict_lines(names, positions)
    lines.append(
        f"return Call(line, KIND, {shape.person}, {shape.id_type}, NAME, data, {shape.at}, {shape.timestamp}, r.id"
        + (f", {shape.anonymous})" if shape.anonymous != "None" else ")")
    )
    source = "def make(r, line):\n" + "".join(f"    {line}\n" for line in lines)
    exec(compile(source, f"<maker of {kind}>", "exec"), known)  # noqa: S102  # names stand in it as literals only
    maker: Maker = known["make"]
    return maker


def _dict_lines(names: list[str], positions: Mapping[str, int]) -> list[str]:
    """Source that makes `data` of those fields of `d` that are set."""
    lines = [f"v{at} = d.f{positions[name]}" for at, name in enumerate(names)]
    single = ["data = {}", *(f"if v{at} is not U: data[{name!r}] = v{at}" for at, name in enumerate(names))]
    if not 1 <= len(names) <= _ALL_AT_ONCE:
        return lines + single
    whole = ", ".join(f"{name!r}: v{at}" for at, name in enumerate(names))
    condition = " and ".join(f"v{at} is not U" for at in range(len(names)))
    return [*lines, f"if {condition}: data = {{{whole}}}", "else:", *(f"    {line}" for line in single)]
