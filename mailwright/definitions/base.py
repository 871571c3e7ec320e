"""The one base of everything an author writes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Definition(BaseModel):
    """A frozen value that refuses keys it does not know."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=False,
        arbitrary_types_allowed=True,
        defer_build=True,
        populate_by_name=True,
        use_attribute_docstrings=False,  # mailwright.schema_descriptions reads them, only when a schema is written
    )
