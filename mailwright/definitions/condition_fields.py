"""The pydantic fields that hold a condition.

A definition says only which *form* its author writes; the loader hands in what reads that form, so that this layer does
not know the short forms and every clause keeps its place.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from mailwright.definitions.conditions import ALWAYS, Condition, PlacedCondition


class Form(StrEnum):
    """How a condition is written in one place."""

    WHERE = "where"  # `property: test` lines about the event at hand
    PERSON = "person"  # `attribute: test` lines about the person
    OBJECT = "object"  # `attribute: test` lines about the object
    RELATIONSHIP = "relationship"
    FILTER = "filter"  # lines that start with their subject
    WAIT = "wait"  # a filter that may also name an event to wait for
    WAIT_ANY = "wait_any"  # the same, any line of which is enough


class ReadsConditions(Protocol):
    """What turns an authored condition into the tree; it keeps its problems to itself until all are found."""

    def read(self, raw: object, form: Form) -> PlacedCondition: ...


def _validator(form: Form) -> PlainValidator:
    def read(raw: object, info: ValidationInfo) -> PlacedCondition:
        if isinstance(raw, PlacedCondition):
            return raw
        if isinstance(raw, Condition):
            return PlacedCondition(raw)
        reader: ReadsConditions | None = (info.context or {}).get("conditions")
        if reader is None:
            raise ValueError("a condition is read by the loader")
        return reader.read(raw, form)

    return PlainValidator(read)


def _schema(form: Form) -> WithJsonSchema:
    # A placeholder: the schema writer puts the shared definition of the form in its place.
    return WithJsonSchema({"x-mailwright-condition": form.value})


def _plain(condition: PlacedCondition) -> str:
    return repr(condition.condition)


_SERIALIZER = PlainSerializer(_plain)

WhereCondition = Annotated[PlacedCondition, _validator(Form.WHERE), _schema(Form.WHERE), _SERIALIZER]
PersonCondition = Annotated[PlacedCondition, _validator(Form.PERSON), _schema(Form.PERSON), _SERIALIZER]
ObjectCondition = Annotated[PlacedCondition, _validator(Form.OBJECT), _schema(Form.OBJECT), _SERIALIZER]
RelationshipCondition = Annotated[
    PlacedCondition, _validator(Form.RELATIONSHIP), _schema(Form.RELATIONSHIP), _SERIALIZER
]
FilterCondition = Annotated[PlacedCondition, _validator(Form.FILTER), _schema(Form.FILTER), _SERIALIZER]
WaitCondition = Annotated[PlacedCondition, _validator(Form.WAIT), _schema(Form.WAIT), _SERIALIZER]
WaitAnyCondition = Annotated[PlacedCondition, _validator(Form.WAIT_ANY), _schema(Form.WAIT_ANY), _SERIALIZER]

UNCONDITIONAL = PlacedCondition(ALWAYS)
