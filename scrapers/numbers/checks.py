"""Check digits of tracking numbers, by the name records of number families call them by.

Sources: UPU S10 (weighted modulus 11), USPS IMpb and GS1 (modulus 10), Correos (modulus 23), UPS 1Z (modulus
10 over letters made digits), ISO/IEC 7064 (modulus 37, 36), Luhn. Every function takes any text.
"""

import re
from collections.abc import Callable, Mapping

_S10 = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_IMPB = re.compile(r"9[1-5][0-9]{18}(?:[0-9]{2}|[0-9]{6})?")
_CORREOS = re.compile(r"[A-Z]{2}[A-Z0-9]{13}(?:[A-Z0-9]{7})?[A-Z]")
_CORREOS_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_UPS = re.compile(r"1Z[A-Z0-9]{15}[0-9]")
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def is_s10(number: str) -> bool:
    """Whether `number` has the form and the check digit of UPU S10 (two letters, nine digits, country)."""
    if not _S10.fullmatch(number):
        return False
    digits = [int(d) for d in number[2:11]]
    rest = 11 - sum(w * d for w, d in zip((8, 6, 4, 2, 3, 5, 9, 7), digits, strict=False)) % 11
    return {10: 0, 11: 5}.get(rest, rest) == digits[8]


def s10_country(number: str) -> str | None:
    """The issuing country's ISO code of an S10 number, None if it is none."""
    return number[-2:] if is_s10(number) else None


def is_impb(number: str) -> bool:
    """Whether `number` is a USPS IMpb: 20, 22 or 26 digits beginning 91 to 95, with its check digit."""
    return bool(_IMPB.fullmatch(number)) and is_mod10(number)


def is_old_usps(number: str) -> bool:
    """Whether `number` is an older label's 20 digits; the check digit may count an unprinted 91."""
    return bool(re.fullmatch(r"[0-9]{20}", number)) and (is_mod10(number) or is_mod10("91" + number))


def is_correos(number: str) -> bool:
    """Whether `number` is a Correos parcel (23) or expedition (16 characters) code with its check letter."""
    if not _CORREOS.fullmatch(number):
        return False
    return _CORREOS_LETTERS[sum(map(ord, number[:-1])) % 23] == number[-1]


def alternating(even: int, odd: int, *, from_right: bool = False) -> Callable[[str], bool]:
    """Two weights in turn over all characters but the last, modulus 10; the last makes the sum full.

    Letters count 2, 3, ... 9, 0, 1, ... `even` weighs the first character and every other after it.
    """

    def fits(number: str) -> bool:
        if not re.fullmatch(r"[0-9A-Z]+[0-9]", number):
            return False
        values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in number[:-1]]
        ordered = reversed(values) if from_right else values
        return -sum(v * (odd if i % 2 else even) for i, v in enumerate(ordered)) % 10 == int(number[-1])

    return fits


def is_ups(number: str) -> bool:
    """Whether `number` is a UPS 1Z number with its check digit."""
    return bool(_UPS.fullmatch(number)) and _UPS_SUM(number[2:])


def is_mod10(number: str) -> bool:
    """Whether the last of its digits is GS1's: weights 3 and 1 from the right, modulus 10."""
    return bool(re.fullmatch(r"[0-9]{2,}", number)) and _GS1_SUM(number)


def is_luhn(number: str) -> bool:
    """Whether the last of its digits is Luhn's."""
    if not re.fullmatch(r"[0-9]{2,}", number):
        return False
    doubled = [sum(divmod(int(d) * (2 if i % 2 else 1), 10)) for i, d in enumerate(reversed(number))]
    return sum(doubled) % 10 == 0


def is_mod37_36(number: str) -> bool:
    """Whether the last of its letters and digits is ISO/IEC 7064's, modulus 37, 36 (DPD prints it apart)."""
    if not re.fullmatch(r"[0-9A-Z]{2,}", number):
        return False
    rest = 36
    for character in number[:-1]:
        rest = (rest + _BASE36.index(character)) % 36 or 36
        rest = rest * 2 % 37
    return (rest + _BASE36.index(number[-1])) % 36 == 1


def is_mod7(number: str) -> bool:
    """Whether the last of its digits is the rest of the others by 7; of 50 digits at most."""
    return bool(re.fullmatch(r"[0-9]{2,50}", number)) and int(number[:-1]) % 7 == int(number[-1])


def weighted(weights: tuple[int, ...], modulus: int) -> Callable[[str], bool]:
    """Weights from the left over all digits but the last, the sum's rest by `modulus`, its last digit."""

    def fits(number: str) -> bool:
        if not re.fullmatch(rf"[0-9]{{{len(weights) + 1}}}", number):
            return False
        total = sum(w * int(d) for w, d in zip(weights, number, strict=False))
        return total % modulus % 10 == int(number[-1])

    return fits


_UPS_SUM = alternating(1, 2)
_GS1_SUM = alternating(3, 1, from_right=True)

#: By the name that records give.
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "s10": is_s10,
    "impb": is_impb,
    "old_usps": is_old_usps,
    "correos": is_correos,
    "ups": is_ups,
    "ups_waybill": _UPS_SUM,
    "mod10": is_mod10,
    "luhn": is_luhn,
    "mod37_36": is_mod37_36,
    "fedex_12": weighted((3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1), 11),
    "mod7": is_mod7,
}
