"""A class made by our `dataclass` does what one of the standard library does."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import InitVar, field
from typing import Any, ClassVar

import pytest

from mailwright import values

NAN = float("nan")


def classes(dataclass: Any) -> dict[str, type]:
    """One class of each shape."""

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """Without fields."""

    @dataclass(frozen=True, slots=True)
    class One:
        """With one."""

        x: object

    @dataclass(frozen=True, slots=True)
    class Many:
        """With defaults, and a class's own."""

        x: int
        y: str = "y"
        z: list[int] = field(default_factory=list)
        known: ClassVar[int] = 3

        @property
        def both(self) -> str:
            return f"{self.x}{self.y}"

    @dataclass(frozen=True, slots=True)
    class More(Many):
        """With what it inherits."""

        w: tuple[int, ...] = ()

    @dataclass(frozen=True, slots=True)
    class Named:
        """With names and settings of fields."""

        x: int
        y: int = field(default=2, kw_only=True)
        hidden: int = field(default=3, repr=False, compare=False)
        fixed: int = field(default=4, init=False)
        made: list[int] = field(default_factory=lambda: [5], init=False, hash=False)

    @dataclass(frozen=True, slots=True)
    class Asking:
        """With a look at itself."""

        x: int
        double: tuple[int, int] = field(init=False)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("less than nothing")
            object.__setattr__(self, "double", (self.x, self.x))

    @dataclass(frozen=True, slots=True)
    class Own:
        """With methods of its own."""

        x: int

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, type(self))

        def __hash__(self) -> int:
            return 7

    @dataclass(frozen=True, slots=True)
    class Equal:
        """With a meaning of equal."""

        x: int

        def __eq__(self, other: object) -> bool:
            return True

    @dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        """Equal to itself only."""

        x: int

    @dataclass(frozen=True, slots=True, repr=False)
    class Unshown:
        """Not shown."""

        x: int

    @dataclass(slots=True)
    class Loose:
        """That may change."""

        x: int
        y: list[int] = field(default_factory=list)

    @dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        """In order."""

        x: int

    @dataclass(slots=True)
    class Handed:
        """Handed what it does not keep."""

        x: int = 0
        y: InitVar[int] = 1

        def __post_init__(self, y: int) -> None:
            self.x += y

    @dataclass
    class Plain:
        """Without slots."""

        x: int

    shapes = [Nothing, One, Many, More, Named, Asking, Own, Equal, Itself, Unshown, Loose, Ordered, Handed, Plain]
    return {shape.__name__: shape for shape in shapes}


OURS, THEIRS = classes(values.dataclass), classes(dataclasses.dataclass)
CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((1,), {}),
    ((2, "b"), {}),
    ((1, "y", [1]), {}),
    ((1,), {"y": 5}),
    ((1,), {"hidden": 9}),
    ((1, "y", [], (1,)), {}),
    ((-1,), {}),
    ((NAN,), {}),
    (([1],), {}),
    ((1,), {"unknown": 1}),
    ((), {"x": 3}),
]


def said_by(ask: Any, *given: Any, **named: Any) -> Any:
    """What comes of asking: an answer, or the kind and the words of a refusal."""
    try:
        return ask(*given, **named)
    except Exception as error:  # noqa: BLE001  # every refusal is compared
        return type(error), str(error)


@pytest.mark.parametrize("name", OURS)
def test_a_class_does_what_the_library_s_does(name: str):
    ours, theirs = OURS[name], THEIRS[name]
    assert [one.name for one in dataclasses.fields(ours)] == [one.name for one in dataclasses.fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__
    assert getattr(ours, "__slots__", None) == getattr(theirs, "__slots__", None)
    assert ours.__init__.__annotations__ == theirs.__init__.__annotations__
    assert (ours.__hash__ is None, ours.__doc__) == (theirs.__hash__ is None, theirs.__doc__)
    for arguments, named in CALLS:
        mine, other = said_by(ours, *arguments, **named), said_by(theirs, *arguments, **named)
        if not dataclasses.is_dataclass(other):
            assert mine == other
            continue
        values_of = {one.name: getattr(mine, one.name) for one in dataclasses.fields(mine)}
        assert repr(values_of) == repr({one.name: getattr(other, one.name) for one in dataclasses.fields(other)})
        if name not in ("Itself", "Unshown"):  # they show where they stand in memory
            assert said_by(repr, mine) == said_by(repr, other)
        if name != "Itself":
            assert said_by(hash, mine) == said_by(hash, other)
        again, changed = copy.deepcopy(mine), copy.deepcopy(other)
        assert (mine == again, mine == mine, mine == 1) == (other == changed, other == other, other == 1)
        if values_of:
            assert said_by(setattr, mine, "x", 2) == said_by(setattr, other, "x", 2)
            assert said_by(delattr, again, "x") == said_by(delattr, changed, "x")


def test_instances_of_two_classes_are_never_equal():
    assert OURS["Many"](1) != OURS["More"](1)
    assert {OURS["Many"](1, z=()), OURS["Many"](1, z=()), OURS["More"](1, z=())} == {
        OURS["Many"](1, z=()),
        OURS["More"](1, z=()),
    }


def test_nothing_is_added_to_a_value():
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'other'"):
        OURS["One"](1).other = 2  # type: ignore[attr-defined]  # that is refused
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'x'"):
        del OURS["One"](1).x  # type: ignore[attr-defined]  # that is refused


def test_a_value_is_replaced_told_and_matched():
    value = OURS["More"](1, w=(2,))
    assert dataclasses.replace(value, y="b") == OURS["More"](1, "b", w=(2,))
    assert dataclasses.asdict(value) == {"x": 1, "y": "y", "z": [], "w": (2,)}
    match Kept(1, (Kept(2),)):
        case Kept(1, (Kept(x=inner),)):
            assert inner == 2
        case _:
            pytest.fail("it is not matched by place")


@values.dataclass(frozen=True, slots=True)
class Kept:
    """A value that goes to another process."""

    x: int
    inner: tuple[Kept, ...] = ()


def test_a_value_comes_back_from_a_pickle_and_shows_itself_inside_itself():
    value = Kept(1, (Kept(2),))
    assert pickle.loads(pickle.dumps(value)) == value
    inside: list[Any] = []
    looped = OURS["One"](inside)
    inside.append(looped)
    assert repr(looped).endswith("One(x=[...])")


def test_a_value_of_a_frozen_class_of_the_library_is_left_to_the_library():
    derived = values.dataclass(frozen=True, slots=True)(
        type("Derived", (THEIRS["One"],), {"__annotations__": {"y": "int"}})
    )
    assert repr(derived(1, 2)) == "Derived(x=1, y=2)"
    with pytest.raises(dataclasses.FrozenInstanceError):
        derived(1, 2).y = 3
