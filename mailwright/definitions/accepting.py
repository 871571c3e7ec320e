"""Definitions made straight from their annotations, where every value is just what was asked for.

Before its first value pydantic builds a validator of all that a definition may hold, every kind of step and trigger
with it: in a small project that takes longer than everything else. So what plainly fits is taken here. Whatever is
*doubtful* (a mistake, a number for a text, an annotation that this module does not know) is left to pydantic, which
alone says what is wrong. Taken here means that pydantic would give an equal definition. Once there are many of a kind,
or a validator of it is there, pydantic is the quicker one.
"""

from __future__ import annotations

import re
import sys
import types
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Annotated, Any, ForwardRef, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import (
    BeforeValidator,
    Discriminator,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo

from mailwright.definitions.base import Definition

Model = TypeVar("Model", bound=Definition)


class Doubtful(Exception):
    """Pydantic has to look."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a validator may ask for beside the value."""

    context: Mapping[str, Any] | None


Take = Callable[[Any, Given], Any]

FEW = 100
"""Definitions of a kind for which no validator is built: about as many as take the time that building takes."""

_taken: Counter[type[Definition]] = Counter()
_EXACT = (str, int, bool, timedelta, type(None))
_EXACT_WHOLE = 2**53  # up to here every whole number is a float too
_KNOWN_SETTINGS = {*Definition.model_config, "json_schema_extra"}
_SILENT = (WithJsonSchema, PlainSerializer, Tag)
"""Annotations that say nothing about what is accepted."""


def definition_of(model: type[Model], data: object, context: Mapping[str, Any] | None = None) -> Model | None:
    """The definition that *data* plainly is; None where pydantic has to look, or would be quicker."""
    if model.__pydantic_complete__ or _taken[model] >= FEW:
        return None
    _taken[model] += 1
    return plain_definition(model, data, context)


def plain_definition(model: type[Model], data: object, context: Mapping[str, Any] | None = None) -> Model | None:
    """The definition that *data* plainly is; None where pydantic has to look, and to tell what is wrong."""
    try:
        return cast("Model", _of_definition(model)(data, Given(context)))
    except (Doubtful, ValueError, AssertionError, RecursionError):
        return None


def made(model: type[Model], **values: object) -> Model:
    """The definition with these *values*, and the rest as it is when nothing is said.

    Raises: pydantic.ValidationError when they do not fit.
    """
    found = definition_of(model, values)
    return model(**values) if found is None else found


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    key: str  # as an author writes it
    take: Take
    info: FieldInfo

    def default(self, given: Given) -> Any:
        """What it is when nothing is written."""
        factory = self.info.default_factory
        if factory is None:
            if self.info.is_required() or isinstance(self.info.default, (list, dict, set)):
                raise Doubtful
            return self.info.default
        if isinstance(factory, type) and issubclass(factory, Definition):
            return _of_definition(factory)({}, given)
        if self.info.default_factory_takes_validated_data:
            raise Doubtful
        return factory()  # type: ignore[call-arg]  # asked for one line above


@cache
def _of_definition(model: type[Definition]) -> Take:
    """What takes a mapping for *model*."""
    validators = model.__pydantic_decorators__.model_validators
    modes = {name: found.info.mode for name, found in validators.items()}
    if not _is_known(model) or not set(modes.values()) <= {"before", "after"}:
        return _doubt
    fields = [
        _Field(name, info.alias or name, _of_field(model, name, info), info)
        for name, info in model.model_fields.items()
    ]
    keys = {field.key for field in fields}
    before = [getattr(model, name) for name, mode in modes.items() if mode == "before"]
    after = [name for name, mode in modes.items() if mode == "after"]

    def take(value: Any, given: Given) -> Any:
        for change in before:
            value = change(value)
        if type(value) is model:
            return value
        if type(value) is not dict or not keys.issuperset(value):
            raise Doubtful
        found, written = {}, set()
        for field in fields:
            if field.key in value:
                found[field.name] = field.take(value[field.key], given)
                written.add(field.name)
            else:
                found[field.name] = field.default(given)
        whole = model.model_construct(written, **found)
        for name in after:
            getattr(whole, name)()
        return whole

    return take


def _is_known(model: type[Definition]) -> bool:
    """Whether nothing about the model but its fields and validators decides what it accepts."""
    decorators, fields = model.__pydantic_decorators__, model.model_fields
    aliases = {info.alias for info in fields.values() if info.alias is not None}
    return (
        model.model_config["extra"] == "forbid"
        and model.model_config.keys() <= _KNOWN_SETTINGS
        and not (decorators.validators or decorators.field_validators or decorators.root_validators)
        and not (model.__private_attributes__ or model.__pydantic_post_init__)
        and all(info.validation_alias in (None, info.alias) for info in fields.values())
        and not aliases & fields.keys()  # a key is one field's, however it is meant
    )


def _of_field(model: type[Definition], name: str, info: FieldInfo) -> Take:
    annotation: Any = info.annotation
    if isinstance(annotation, str | ForwardRef):
        # A step holds lists of steps, whose definition comes after its own.
        said = types.SimpleNamespace(__annotations__={name: annotation})
        annotation = get_type_hints(said, vars(sys.modules[model.__module__]), include_extras=True)[name]
    return _doubt if info.discriminator else _of(annotation, info.metadata)


def _of(annotation: Any, metadata: Iterable[Any] = (), *, alone: bool = True) -> Take:
    """What takes a value for *annotation*; not *alone* where it is one of several."""
    take = _of_type(annotation, alone)
    for one in metadata:
        take = _under(one, take, annotation)
    return take


def _of_type(annotation: Any, alone: bool) -> Take:
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation is Any or annotation is object:
        return lambda value, given: value
    if annotation in _EXACT or annotation is None:
        return _of_exact(type(None) if annotation is None else annotation)
    if annotation is float:
        return _number if alone else _of_exact(float)
    if origin is Annotated:
        return _of(inner[0], inner[1:], alone=alone)
    if origin is Literal:
        return _of_literal(inner)
    if origin is list:
        return _of_list(_of(inner[0], alone=alone))
    if origin is dict:
        return _of_dict(_of(inner[0], alone=alone), _of(inner[1], alone=alone))
    if origin in (Union, types.UnionType):
        return _of_one(inner)
    if isinstance(annotation, type) and issubclass(annotation, Definition):
        return lambda value, given: _of_definition(annotation)(value, given)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _of_enum(annotation)
    return _doubt


def _doubt(value: Any, given: Given) -> Any:
    raise Doubtful


def _of_exact(kind: type) -> Take:
    def take(value: Any, given: Given) -> Any:
        if type(value) is not kind:
            raise Doubtful
        return value

    return take


def _number(value: Any, given: Given) -> Any:
    if type(value) is float:
        return value
    if type(value) is int and abs(value) <= _EXACT_WHOLE:
        return float(value)
    raise Doubtful


def _of_literal(allowed: tuple[Any, ...]) -> Take:
    known = {(type(one), one) for one in allowed}

    def take(value: Any, given: Given) -> Any:
        if type(value) not in (str, int, bool) or (type(value), value) not in known:
            raise Doubtful
        return value

    return take


def _of_enum(kind: type[Enum]) -> Take:
    def take(value: Any, given: Given) -> Any:
        if type(value) is not kind and type(value) is not str:
            raise Doubtful
        return kind(value)

    return take


def _of_list(item: Take) -> Take:
    def take(value: Any, given: Given) -> Any:
        if type(value) is not list:
            raise Doubtful
        return [item(one, given) for one in value]

    return take


def _of_dict(key: Take, item: Take) -> Take:
    def take(value: Any, given: Given) -> Any:
        if type(value) is not dict:
            raise Doubtful
        return {key(name, given): item(one, given) for name, one in value.items()}

    return take


def _of_one(options: tuple[Any, ...]) -> Take:
    """What takes a value that is one of several things: it must fit just one of them."""
    takes = [_of(option, alone=False) for option in options if option is not type(None)]
    may_be_none = len(takes) < len(options)

    def take(value: Any, given: Given) -> Any:
        if value is None and may_be_none:
            return None
        found = []
        for one in takes:
            try:
                found.append(one(value, given))
            except (Doubtful, ValueError, AssertionError):
                continue
        if len(found) != 1:
            raise Doubtful
        return found[0]

    return take


def _of_tagged(kind: Callable[[Any], Any], options: tuple[Any, ...]) -> Take:
    """What takes a value whose kind tells which of the options it is."""
    tagged = {extra.tag: option for option in options for extra in get_args(option)[1:] if isinstance(extra, Tag)}

    @cache
    def of_kind(tag: str) -> Take:
        return _of(tagged[tag]) if tag in tagged else _doubt

    return lambda value, given: of_kind(kind(value))(value, given)


def _under(one: Any, take: Take, annotation: Any) -> Take:
    """What takes a value that *take* takes, and that the annotation *one* has no objection to."""
    match one:
        case BeforeValidator(func=func):
            ask = _call(func)
            return lambda value, given: take(ask(value, given), given)
        case PlainValidator(func=func):
            return _call(func)
        case Discriminator(discriminator=kind) if callable(kind):
            return _of_tagged(kind, get_args(annotation))
        case FieldInfo(metadata=parts):
            for part in parts:
                take = _under(part, take, annotation)
            return take
        case StringConstraints(strip_whitespace=None, to_upper=None, to_lower=None, strict=None, pattern=pattern):
            if getattr(one, "ascii_only", None):  # younger than the oldest pydantic that will do
                return _doubt
            bounds = [MinLen(one.min_length)] if one.min_length is not None else []
            limits = [MaxLen(one.max_length)] if one.max_length is not None else []
            for part in (*bounds, *limits):
                take = _under(part, take, annotation)
            return take if pattern is None else _matching(str(pattern), take)
        case MinLen(min_length=least):
            return _if(lambda value: len(value) >= least, take)
        case MaxLen(max_length=most):
            return _if(lambda value: len(value) <= most, take)
        case Ge(ge=bound):
            return _if(lambda value: value >= bound, take)
        case Gt(gt=bound):
            return _if(lambda value: value > bound, take)
        case Le(le=bound):
            return _if(lambda value: value <= bound, take)
        case Lt(lt=bound):
            return _if(lambda value: value < bound, take)
        case _ if isinstance(one, _SILENT):
            return take
        case _ if list(getattr(one, "__dict__", ())) == ["pattern"]:
            return _matching(str(one.pattern), take)
        case _:
            return _doubt


def _call(func: Any) -> Take:
    """A validator's function, handed what it asks for."""
    if not isinstance(func, types.FunctionType) or func.__code__.co_argcount not in (1, 2):
        return _doubt
    if func.__code__.co_argcount == 2:
        return cast("Take", func)
    return lambda value, given: func(value)


def _if(holds: Callable[[Any], bool], take: Take) -> Take:
    def asked(value: Any, given: Given) -> Any:
        found = take(value, given)
        if not holds(found):
            raise Doubtful
        return found

    return asked


def _matching(pattern: str, take: Take) -> Take:
    """What takes a text of the pattern; beyond plain ASCII, pydantic's patterns and Python's may differ."""
    search = re.compile(pattern).search
    return _if(lambda text: text.isascii() and "\n" not in text and search(text) is not None, take)
