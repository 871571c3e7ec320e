"""Hands every email that is sent to a mail server too, such as one that shows what it gets."""

from __future__ import annotations

import asyncio
import smtplib
import sys
from collections import deque
from email.utils import getaddresses

from simulator.workspace.inbox.eml import email_of
from simulator.workspace.inbox.letters import Letter

TIMEOUT = 10.0
KEPT = 10_000
"""Emails that wait at most; with a mail server that is gone, the oldest are dropped."""


class Relay:
    """The mail server behind the inbox. One that cannot be reached is told once, and never stops the workspace."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self.relayed = 0
        self.failed = 0
        self._waiting: deque[Letter] = deque(maxlen=KEPT)
        self._wake = asyncio.Event()
        self._sending = asyncio.Lock()

    def take(self, letter: Letter) -> None:
        """Put an email in the queue."""
        self._waiting.append(letter)
        self._wake.set()

    async def run(self) -> None:
        """Relay what waits, again and again."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.send_waiting()

    async def send_waiting(self) -> None:
        """Relay everything that waits."""
        async with self._sending:
            letters = [*self._waiting]
            self._waiting.clear()
            if letters:
                await asyncio.to_thread(self._send, letters)

    def _send(self, letters: list[Letter]) -> None:
        try:
            with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT) as server:
                for letter in letters:
                    self._send_one(server, letter)
        except (OSError, smtplib.SMTPException) as error:
            if not self.failed:
                print(f"the mail server at {self.host}:{self.port}: {type(error).__name__}", file=sys.stderr)
            self.failed += len(letters)

    def _send_one(self, server: smtplib.SMTP, letter: Letter) -> None:
        everyone = [address for _, address in getaddresses([*letter.to, *letter.cc, *letter.bcc]) if address]
        sender = next((address for _, address in getaddresses([letter.sender])), "") or "mailwright@localhost"
        try:
            server.send_message(email_of(letter), from_addr=sender, to_addrs=everyone)
            self.relayed += 1
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError, ValueError):
            self.failed += 1
            server.rset()
