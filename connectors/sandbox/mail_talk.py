"""Lines in and out of a stand-in session, dripping if the dial says so, and the step into TLS."""

from __future__ import annotations

import asyncio
import ssl

from connectors.sandbox.mail_state import Faults


class Talk:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, faults: Faults) -> None:
        self._reader, self._writer, self._faults = reader, writer, faults

    async def line(self) -> bytes:
        """One line without its end. Raises EOFError when the client is gone."""
        line = await self._reader.readline()
        if not line:
            raise EOFError
        return line.rstrip(b"\r\n")

    async def block(self, size: int) -> bytes:
        return await self._reader.readexactly(size)

    async def say(self, data: bytes) -> None:
        if self._faults.drip_seconds:
            for at in range(len(data)):
                self._writer.write(data[at : at + 1])
                await self._writer.drain()
                await asyncio.sleep(self._faults.drip_seconds)
            return
        self._writer.write(data)
        await self._writer.drain()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        await self._writer.start_tls(context)
