"""What an apply needs of a workspace: read one thing afresh, write one change."""

from __future__ import annotations

from typing import Protocol

from sync.ledger import Identity
from sync.plan import Change
from sync.snapshot import Address, Document


class Target(Protocol):
    """An open workspace that takes changes; it keeps the ids of what it makes in the ledger."""

    @property
    def identity(self) -> Identity:
        """Which workspace it is."""

    def read(self, address: Address) -> Document | None:
        """The thing as it stands now, asked afresh; None: there is none.

        Raises: WorkspaceError.
        """

    def write(self, change: Change, live: Document | None) -> None:
        """Carry out one change on what stands there now.

        Writing a change again whose earlier attempt was cut short brings it to its end and makes nothing twice.
        Raises: WorkspaceError.
        """
