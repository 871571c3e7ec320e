"""The standard library's `dataclass`, made several times as fast.

For a frozen class the library compiles six methods, each on its own: for the hundred and more classes that a small
command loads, that is a fifth of its time. Here only `__init__` is compiled, the other methods share their code. What a
class does is the same, to the words of its errors. A class of another kind is left to the library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """`dataclasses.dataclass`: the same options, the same class."""
        return _made(cls, options) if cls is not None else lambda given: _made(given, options)


Fields = tuple[dataclasses.Field[Any], ...]
Values = Callable[[Any], tuple[Any, ...]]

_KNOWN = {"frozen", "slots", "eq", "repr"}


def _made(cls: type, options: dict[str, bool]) -> type:
    if not options.get("slots") or not options.keys() <= _KNOWN or _is_strange(cls):
        return dataclasses.dataclass(**options)(cls)
    if not cls.__doc__:
        cls.__doc__ = cls.__name__  # the library would write the signature, which takes longer than all the rest
    is_frozen, written = options.get("frozen", False), set(vars(cls))
    made: Any = dataclasses.dataclass(init=not is_frozen, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    methods = dict(_frozen_methods(made, fields)) if is_frozen else {}
    if options.get("repr", True):
        methods["__repr__"] = _repr(tuple(field.name for field in fields if field.repr))
    if options.get("eq", True):
        methods |= _comparing(fields, is_frozen)
        if "__eq__" in written and vars(cls).get("__hash__") is None:
            written.discard("__hash__")  # Python's own word on a class that says only what is equal
    for name, method in methods.items():
        if name not in written:
            _give(made, name, method)
    whole: type = made
    return whole


def _is_strange(cls: type) -> bool:
    """Whether a base is a frozen class that the library made, or a field is none of the value's own."""
    params = [vars(base)["__dataclass_params__"] for base in cls.__mro__[1:] if "__dataclass_params__" in vars(base)]
    kinds = vars(cls).get("__annotations__", {})
    return (
        any(one.frozen for one in params) or "self" in kinds or any("InitVar" in str(kind) for kind in kinds.values())
    )


def _give(made: type, name: str, method: Any) -> None:
    if method is not None:
        method.__name__, method.__qualname__ = name, f"{made.__qualname__}.{name}"
        method.__module__ = made.__module__
    setattr(made, name, method)


def _frozen_methods(made: Any, fields: Fields) -> dict[str, Any]:
    """What a class has whose values never change."""
    names = tuple(field.name for field in fields)
    own = frozenset(names)

    def set_one(self: Any, name: str, value: Any) -> None:
        if type(self) is made or name in own:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(made, self).__setattr__(name, value)

    def delete_one(self: Any, name: str) -> None:
        if type(self) is made or name in own:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(made, self).__delattr__(name)

    def state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def set_state(self: Any, values: list[Any]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    return {
        "__init__": _init(made, fields),
        "__setattr__": set_one,
        "__delattr__": delete_one,
        "__getstate__": state,
        "__setstate__": set_state,
    }


def _init(made: type, fields: Fields) -> Any:
    """`__init__`, which sets what nothing else may set."""
    plain, named, lines = list[str](), list[str](), list[str]()
    names: dict[str, Any] = {"_missing": dataclasses.MISSING, "_set": object.__setattr__}
    for at, field in enumerate(fields):
        value, parameter = field.name, field.name
        if field.default_factory is not dataclasses.MISSING:
            names[f"_make{at}"] = field.default_factory
            parameter += "=_missing"
            value = f"_make{at}() if {value} is _missing else {value}" if field.init else f"_make{at}()"
        elif field.default is not dataclasses.MISSING:
            names[f"_default{at}"] = field.default
            parameter += f"=_default{at}"
            value = value if field.init else f"_default{at}"
        elif not field.init:
            continue
        if field.init:
            (named if field.kw_only else plain).append(parameter)
        slot = getattr(made, field.name, None)
        if isinstance(slot, MemberDescriptorType):  # quicker than by name
            names[f"_set{at}"] = slot.__set__
            lines.append(f"  _set{at}(self, {value})")
        else:
            lines.append(f"  _set(self, {field.name!r}, {value})")
    if hasattr(made, "__post_init__"):
        lines.append("  self.__post_init__()")
    parameters = ", ".join(["self", *plain, *(["*", *named] if named else [])])
    exec(f"def init({parameters}):\n" + ("\n".join(lines) or "  pass"), names)  # noqa: S102  # as the library makes it: of the names of our own classes
    init = names["init"]
    init.__annotations__ = {field.name: field.type for field in fields if field.init} | {"return": None}
    return init


def _repr(names: tuple[str, ...]) -> Any:
    @recursive_repr("...")
    def shown(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join([f'{name}={getattr(self, name)!r}' for name in names])})"

    return shown


def _comparing(fields: Fields, is_frozen: bool) -> dict[str, Any]:
    """How values are compared: by their fields, when they are of one class."""
    values = _values(tuple(field.name for field in fields if field.compare))
    hashed = _values(tuple(field.name for field in fields if (field.compare if field.hash is None else field.hash)))

    def equal(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: Any) -> int:
        return hash(hashed(self))

    return {"__eq__": equal, "__hash__": hash_of if is_frozen else None}


def _values(names: tuple[str, ...]) -> Values:
    """What gives these fields of a value, as one tuple."""
    if not names:
        return lambda one: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda one: (get(one),)
