"""A PNG as a smaller one: with a palette a picture of text takes a third. Pure.

Only what a browser's screenshot is: 8 bits a channel, with or without transparency, not interlaced.
"""

import struct
import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {2: 3, 6: 4}  # by PNG's colour type: RGB and RGBA
_MOST_COLOURS = 256


class NotAScreenshot(ValueError):
    """The bytes are no PNG of the kind that a browser makes."""


def with_palette(png: bytes) -> bytes:
    """The same picture with at most 256 colours; transparency is dropped. Raises NotAScreenshot.

    Where there are more colours, neighbouring ones become one until they fit.
    """
    width, height, channels, data = _contents(png)
    pixels = _colours(_lines(data, width, height, channels), channels)
    for lost_bits in range(8):
        colours, indexed = _indexed(pixels, lost_bits)
        if len(colours) <= _MOST_COLOURS:
            break
    rows = b"".join(b"\0" + indexed[start : start + width] for start in range(0, width * height, width))
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", b"".join(colours)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _contents(png: bytes) -> tuple[int, int, int, bytes]:
    """Width, height, channels and the filtered lines."""
    chunks = list(_chunks(png))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise NotAScreenshot("no PNG")
    if chunks[-1][0] != b"IEND":
        raise NotAScreenshot("its end is missing")
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or kind not in _CHANNELS or interlaced:
        raise NotAScreenshot(f"colour type {kind} of {depth} bits")
    try:
        data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    except zlib.error as error:
        raise NotAScreenshot(str(error)) from error
    if len(data) != height * (1 + width * _CHANNELS[kind]):
        raise NotAScreenshot("lines are missing")
    return width, height, _CHANNELS[kind], data


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(_SIGNATURE):
        return
    at = len(_SIGNATURE)
    while at + 12 <= len(png):
        (length,) = struct.unpack_from(">I", png, at)
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += length + 12


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _lines(data: bytes, width: int, height: int, channels: int) -> Iterator[bytes]:
    """The lines with PNG's filters undone (section 9 of its specification)."""
    size = width * channels
    above = bytes(size)
    for start in range(0, height * (size + 1), size + 1):
        line = bytearray(data[start + 1 : start + 1 + size])
        _unfilter(data[start], line, above, channels)
        above = bytes(line)
        yield above


def _unfilter(kind: int, line: bytearray, above: bytes, step: int) -> None:
    if kind == 1:
        for i in range(step, len(line)):
            line[i] = (line[i] + line[i - step]) & 255
    elif kind == 2:
        line[:] = bytes((a + b) & 255 for a, b in zip(line, above, strict=True))
    elif kind == 3:
        for i in range(len(line)):
            line[i] = (line[i] + ((line[i - step] if i >= step else 0) + above[i]) // 2) & 255
    elif kind == 4:
        for i in range(len(line)):
            left, corner = (line[i - step], above[i - step]) if i >= step else (0, 0)
            line[i] = (line[i] + _nearest(left, above[i], corner)) & 255
    elif kind:
        raise NotAScreenshot(f"filter {kind}")


def _nearest(left: int, above: int, corner: int) -> int:
    """Paeth's predictor."""
    to_left, to_above, to_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    if to_left <= to_above and to_left <= to_corner:
        return left
    return above if to_above <= to_corner else corner


def _colours(lines: Iterator[bytes], channels: int) -> list[bytes]:
    return [line[i : i + 3] for line in lines for i in range(0, len(line), channels)]


def _indexed(pixels: list[bytes], lost_bits: int) -> tuple[list[bytes], bytes]:
    """The colours that differ in their upper bits, as their lightest shades, and the index of each pixel."""
    kept = 255 << lost_bits & 255
    coarse = {colour: bytes(c & kept for c in colour) for colour in set(pixels)}
    names = sorted(set(coarse.values()))
    if len(names) > _MOST_COLOURS:
        return names, b""
    number = {colour: names.index(coarse[colour]) for colour in coarse}
    shade: dict[int, bytes] = {}
    for colour in sorted(coarse, reverse=True):  # the lightest shade comes first: paper stays white
        shade.setdefault(number[colour], colour)
    return [shade[i] for i in range(len(names))], bytes(number[pixel] for pixel in pixels)
