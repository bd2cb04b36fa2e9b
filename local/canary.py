"""A canary: a word that only values of secrets have, and how it is found wherever somebody has put it.

It is found as it is, in hexadecimal, in Base64 (also inside of something longer, and twice), and inside of gzip. The
word has only letters and digits, so JSON and URLs write it as it is.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

LENGTH = 20
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_GZIP, _GZIP_IN_BASE64 = b"\x1f\x8b\x08", re.compile(rb"H4sI[A-Za-z0-9+/=_-]{20,}")
_WINDOW = 31
"""``wbits`` of zlib for gzip."""
_MOST = 64 * 1024 * 1024


def word(draw: Random) -> str:
    """A new canary."""
    return "Zk" + "".join(draw.choices(_LETTERS, k=LENGTH))


@dataclass(frozen=True, slots=True)
class Canary:
    """Finds a word.

    Args:
        forms: every form in which it is looked for.
    """

    forms: tuple[bytes, ...]

    @classmethod
    def of(cls, text: str) -> Canary:
        """The canary of a word.

        Args:
            text: letters and digits.

        Raises:
            ValueError: it has others, or is so short that Base64 would hide it among its neighbours.
        """
        if not (text.isascii() and text.isalnum() and len(text) >= LENGTH):
            raise ValueError(f"a canary has {LENGTH} letters and digits or more")
        plain = text.encode()
        once = _in_base64(plain)
        twice = [form for one in once for form in _in_base64(one)]
        return cls((plain, binascii.hexlify(plain), binascii.hexlify(plain).upper(), *once, *twice))

    def is_in(self, found: str | bytes) -> bool:
        """Whether something has it in any form.

        Args:
            found: text or bytes of any kind.
        """
        raw = found.encode(errors="surrogatepass") if isinstance(found, str) else found
        if any(form in raw for form in self.forms):
            return True
        if raw.startswith(_GZIP):
            return self.is_in(_unzipped(raw))
        return any(self.is_in(_unzipped(_decoded(one))) for one in _GZIP_IN_BASE64.findall(raw))


def _in_base64(plain: bytes) -> list[bytes]:
    """What of its Base64 is the same whatever stands before and after it, for the three ways it may lie."""
    found = []
    for before in range(3):
        coded = base64.b64encode(bytes(before) + plain)
        first, last = -(-8 * before // 6), 8 * (before + len(plain)) // 6
        found.append(coded[first:last])
    return found


def _decoded(text: bytes) -> bytes:
    plain = text.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
    return base64.b64decode(plain[: len(plain) // 4 * 4])


def _unzipped(raw: bytes) -> bytes:
    """As much as there is; nothing when it only looks like gzip."""
    try:
        return zlib.decompressobj(_WINDOW).decompress(raw, _MOST)
    except zlib.error:
        return b""
