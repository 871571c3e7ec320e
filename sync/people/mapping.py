"""Rows → people: who each row is about, which attributes it says, and whether the person opted out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

from mailwright.definitions.event_schema import PeopleSchema, Property
from mailwright.definitions.people_sync import PeopleSync, Wanted
from mailwright.diagnostics import ConfigurationError, Diagnostic, Span, name_hint
from sync.people.problems import RULE, Problems, TableError
from sync.people.tables import ABSENT, Cells, Table
from sync.people.values import Unfit, is_true, value_of

UNSUBSCRIBED = "unsubscribed"
# Source: Track API reference: what these are is fixed, whether people.yaml tells of them or not.
RESERVED: Mapping[str, Property] = {
    "id": Property(type="text"),
    "email": Property(type="text"),
    UNSUBSCRIBED: Property(type="boolean"),
    "cio_subscription_preferences": Property(type="object"),
}
NOT_OURS = ("cio_id", "anonymous_id", "cio_relationships")
# Source: Track API reference, limits. Units: bytes, but for the count of attributes. Assumed: a batch's entries have
# the limit of a single entity.
ID_BYTES, NAME_BYTES, VALUE_BYTES, ATTRIBUTES, ENTITY_BYTES = 150, 150, 1000, 300, 32 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One person as the table has them. The representation holds nothing of it."""

    number: int
    kind: str  # id, email
    key: str
    attributes: Mapping[str, Any]  # None: the attribute goes
    is_suppressed: bool = False
    stays_unsubscribed: bool = False  # the table says false, which nobody allowed to be sent

    def __repr__(self) -> str:
        return f"Row({self.number})"


@dataclass(frozen=True, slots=True)
class Column:
    """One column that becomes an attribute."""

    at: int
    name: str
    attribute: str
    about: Property


@dataclass(frozen=True, slots=True)
class PeopleMapping:
    """What is made of a table's columns."""

    table: Table
    sync: PeopleSync
    key: Column
    columns: tuple[Column, ...]
    zone: tzinfo
    may_resubscribe: bool = False

    @property
    def kind(self) -> str:
        """The identifier that tells people apart: `id` or `email`."""
        return self.key.attribute

    def people(self, problems: Problems) -> Iterator[Row]:
        """The rows that can be understood; what is wrong with the others goes to *problems*."""
        for number, cells in self.table.rows(problems):
            row = self._row(number, cells, problems)
            if row is not None:
                yield row

    def _row(self, number: int, cells: Cells, problems: Problems) -> Row | None:
        is_fine = True
        attributes: dict[str, Any] = {}
        key = self._key(number, cells, problems)
        for column in self.columns:
            cell = cells[column.at]
            try:
                value = None if cell is ABSENT else value_of(cell, column.about, self.zone)
                reason = _too_large(value)
            except Unfit as error:
                value, reason = None, str(error)
            if not reason and value is None and column.about.required:
                reason = "is empty, and people.yaml requires the attribute"
            if reason:
                problems.add(number, column.name, reason)
                is_fine = False
            elif value not in (None, "") or (self.sync.empty == "remove" and cell is not ABSENT):
                attributes[column.attribute] = None if value == "" else value
        suppressed = self._holds(number, cells, self.sync.suppress_where, problems)
        unsubscribed = self._holds(number, cells, self.sync.unsubscribe_where, problems)
        if not is_fine or key is None or suppressed is None or unsubscribed is None:
            return None
        if suppressed:
            return Row(number, self.kind, key, {}, is_suppressed=True)
        if unsubscribed:
            attributes[UNSUBSCRIBED] = True
        stays = not self.may_resubscribe and UNSUBSCRIBED in attributes and not attributes[UNSUBSCRIBED]
        if stays:
            del attributes[UNSUBSCRIBED]
        if len(orjson.dumps(attributes)) > ENTITY_BYTES - 2 * ID_BYTES:
            problems.add(number, "", f"is larger than the {ENTITY_BYTES:,} bytes that a person may have")
            return None
        return Row(number, self.kind, key, attributes, stays_unsubscribed=stays)

    def _key(self, number: int, cells: Cells, problems: Problems) -> str | None:
        cell = cells[self.key.at]
        try:
            found = "" if cell is ABSENT or cell is None else str(value_of(cell, self.key.about, self.zone)).strip()
            reason = "" if found else "is empty, and tells people apart"
        except Unfit as error:
            found, reason = "", str(error)
        if len(found.encode("utf-8", "replace")) > ID_BYTES:
            reason = f"is longer than {ID_BYTES} bytes"
        elif found and self.kind == "email" and "@" not in found:
            reason = "is no address"
        if reason:
            problems.add(number, self.key.name, reason)
            return None
        return found

    def _holds(self, number: int, cells: Cells, where: Mapping[str, Wanted], problems: Problems) -> bool | None:
        """Whether all of *where* holds; None when a cell cannot be understood."""
        for name, wanted in where.items():
            cell = cells[self.table.columns.index(name)]
            try:
                if not _is_one_of(None if cell is ABSENT else cell, wanted):
                    return False
            except Unfit as error:
                problems.add(number, name, str(error))
                return None
        return bool(where)


def _is_one_of(cell: Any, wanted: Wanted) -> bool:
    """Raises: Unfit when yes or no was asked, and the cell says neither."""
    values = wanted if isinstance(wanted, list) else [wanted]
    for value in values:
        if isinstance(value, bool):
            if is_true(cell) is value:
                return True
        elif cell is not None and str(cell).strip().lower() == str(value).strip().lower():
            return True
    return False


def _too_large(value: Any) -> str:
    if isinstance(value, str) and len(value) * 4 > VALUE_BYTES and len(value.encode()) > VALUE_BYTES:
        return f"is longer than the {VALUE_BYTES:,} bytes that an attribute may have"
    return ""


def mapping_of(table: Table, sync: PeopleSync, schema: PeopleSchema, file: str, **wishes: bool) -> PeopleMapping:
    """What becomes of the table's columns; *file* is where people.yaml stands.

    Raises: TableError with every column that does not fit; ConfigurationError when nothing tells people apart.
    """
    _refuse_unknown(table, sync)
    try:
        zone = ZoneInfo(sync.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(f"'{sync.zone}' is no time zone", hint="zone: Europe/Berlin") from error
    meant = {name: _attribute(name, sync) for name in table.columns}
    key = _key_column(table, sync, schema, meant)
    asked = {*sync.suppress_where, *sync.unsubscribe_where}
    columns, wrong = [], []
    taken: dict[str, str] = {key.attribute: key.name}
    for at, (name, attribute) in enumerate(meant.items()):
        if attribute is None or name == key.name:
            continue
        about = _about(attribute, schema)
        if about is None and name in asked and name not in sync.columns:
            continue  # it says who opted out, and is nothing that messages tell
        problem = _why_not(attribute, about, taken.get(attribute))
        if problem:
            wrong.append(_told(table, name, problem, attribute, schema, file))
        elif about is not None:
            taken[attribute] = name
            columns.append(Column(at, name, attribute, about))
    if len(columns) > ATTRIBUTES:
        message = f"{len(columns)} columns become attributes, and a person may have {ATTRIBUTES}"
        wrong.append(Diagnostic(RULE, message, Span(table.name), "leave some out"))
    if wrong:
        raise TableError(wrong, hint="")
    return PeopleMapping(table, sync, key, tuple(columns), zone, **wishes)


def _attribute(column: str, sync: PeopleSync) -> str | None:
    if column in sync.columns:
        return sync.columns[column]
    return column if sync.others == "by_name" else None


def _about(attribute: str, schema: PeopleSchema) -> Property | None:
    """What is known of an attribute; where people.yaml names none at all, each may be anything."""
    known = schema.attributes.get(attribute) or RESERVED.get(attribute)
    return known if known is not None or schema.attributes else Property()


def _why_not(attribute: str, about: Property | None, taken_by: str | None) -> str:
    if taken_by is not None:
        return f"becomes '{attribute}', as column '{taken_by}' does"
    if attribute in NOT_OURS or attribute.startswith("_"):
        return f"would be '{attribute}', which is Customer.io's own"
    if len(attribute.encode()) > NAME_BYTES:
        return f"has a name longer than {NAME_BYTES} bytes"
    return "" if about is not None else "is no attribute that people.yaml knows"


def _told(table: Table, column: str, problem: str, attribute: str, schema: PeopleSchema, file: str) -> Diagnostic:
    hint = "leave it out: --leave-out COLUMN, or `columns: {COLUMN: null}` in people-sync.yaml"
    if "people.yaml" in problem:
        near = name_hint(attribute, list(schema.attributes), "attributes")
        hint = f"{near}: --rename COLUMN=ATTRIBUTE; or describe it in {file}; or --leave-out it"
    hint = hint.replace("COLUMN", column)
    return Diagnostic(RULE, f"column '{column}' {problem}", table.places.get(column, Span(table.name)), hint)


def _refuse_unknown(table: Table, sync: PeopleSync) -> None:
    """Raises: ConfigurationError when the mapping names a column that the table does not have."""
    for name in (*filter(None, [sync.key]), *sync.columns, *sync.suppress_where, *sync.unsubscribe_where):
        if name not in table.columns:
            hint = name_hint(name, list(table.columns), "columns")
            raise ConfigurationError(f"{table.name} has no column '{name}'", hint=hint)


def _key_column(table: Table, sync: PeopleSync, schema: PeopleSchema, meant: Mapping[str, str | None]) -> Column:
    kinds = ("id", "email") if schema.identifier == "id_or_email" else (schema.identifier,)
    if sync.key is not None:
        kind = next((one for one in kinds if one == meant[sync.key]), kinds[0])
        return Column(table.columns.index(sync.key), sync.key, kind, RESERVED[kind])
    for kind in kinds:
        for at, (name, attribute) in enumerate(meant.items()):
            if attribute == kind:
                return Column(at, name, kind, RESERVED[kind])
    hint = f"--key COLUMN: which of {', '.join(table.columns[:8])} is the person's {' or '.join(kinds)}"
    raise ConfigurationError(f"no column of {table.name} tells people apart", hint=hint)
