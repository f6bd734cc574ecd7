"""`python -m benchmarks.collecting.site`: the server of the invented portals, in a process of its own.

Its first line says on which port of this machine it answers. `/-/told` says what it was asked so far. It ends
with its standard input.
"""

import argparse
import asyncio
import json
import socket
import struct
import sys
from collections import Counter
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from benchmarks.collecting.pages import Reply, answer, fails_first

DOCUMENT_S, RESOURCE_S = 0.150, 0.040
_TOLD = "/-/told"


class Site:
    """Answers, and counts what it was asked."""

    def __init__(self, failing_percent: int) -> None:
        self._failing_percent = failing_percent
        self._failed: set[str] = set()
        self._told: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open for any number of requests."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self._told["bytes in"] += len(head)
                target, host = _asked(head)
                if not await self._answer(host, target, writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, host: str, target: str, writer: asyncio.StreamWriter) -> bool:
        """Sends the reply; whether the connection stays open."""
        if target == _TOLD:
            told = Reply(json.dumps(self._told).encode(), "application/json")
            writer.write(_message(told))
            await writer.drain()
            return True
        reply = answer(host, target)
        self._told["requests"] += 1
        self._told["documents"] += reply.is_document
        await asyncio.sleep(DOCUMENT_S if reply.is_document else RESOURCE_S)
        failure = self._failure(target) if reply.is_document else None
        if failure == "reset":
            _reset(writer)
            return False
        message = _message(Reply(b"Busy", "text/plain", is_kept=False, status=503) if failure else reply)
        self._told["bytes out"] += len(message)
        writer.write(message)
        await writer.drain()
        return True

    def _failure(self, target: str) -> str | None:
        number = parse_qs(urlsplit(target).query).get("n", [""])[0]
        if number in self._failed:
            return None
        self._failed.add(number)
        return fails_first(number, self._failing_percent)


def _asked(head: bytes) -> tuple[str, str]:
    """Target and host of a request."""
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return first.split(" ")[1], headers.get("host", "").partition(":")[0]


def _message(reply: Reply) -> bytes:
    kept = "max-age=3600" if reply.is_kept else "no-store"
    head = (
        f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\nContent-Type: {reply.media_type}\r\n"
        f"Content-Length: {len(reply.body)}\r\nCache-Control: {kept}\r\n\r\n"
    )
    return head.encode() + reply.body


def _reset(writer: asyncio.StreamWriter) -> None:
    """Ends the connection as a router in trouble would."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _run(failing_percent: int) -> None:
    server = await asyncio.start_server(Site(failing_percent).serve, "127.0.0.1", 0, backlog=200)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def main() -> None:
    """Answers until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collecting.site", description=__doc__)
    parser.add_argument("--failing", type=int, default=0, metavar="PERCENT")
    asyncio.run(_run(parser.parse_args().failing))


if __name__ == "__main__":
    main()
