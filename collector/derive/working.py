"""The part of deriving that only computes, which other processes may do: plain values in and out. Pure."""

import pickle
import zlib
from collections.abc import Collection, Sequence

from collector.derive.gathering import Group
from collector.derive.rows import ParcelRows, Row, count_rows, parcel_rows
from collector.derive.tracks import FoldedParcel, folded_parcels
from collector.reconcile import counts, reconcile
from collector.reconcile.clocks import Estimates
from collector.reconcile.learn import used_estimates


def learned(groups: Sequence[Group]) -> tuple[bytes, list[Row]]:
    """The groups' parcels, folded and packed for `reconciled`, and the rows of `clock_counts` they give."""
    parcels = [p for group in groups for p in folded_parcels(group)]
    packed = zlib.compress(pickle.dumps(parcels, pickle.HIGHEST_PROTOCOL), 1)
    return packed, [row for p in parcels for row in count_rows(p.id, counts(p.parcel))]


def reconciled(packed: bytes, known: Estimates, without: Collection[str]) -> list[ParcelRows]:
    """The rows of packed parcels, reconciled; but for those of the numbers `without`."""
    parcels: list[FoldedParcel] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed above
    return [_rows(p, known) for p in parcels if not any(number in without for number in p.numbers)]


def derived(groups: Sequence[Group], known: Estimates) -> list[ParcelRows]:
    """The rows of the groups' parcels, reconciled."""
    return [_rows(p, known) for group in groups for p in folded_parcels(group)]


def _rows(p: FoldedParcel, known: Estimates) -> ParcelRows:
    shown = (o for rows in p.parcel.tracks.values() for o in rows)
    return parcel_rows(p, reconcile(p.parcel, known), used_estimates(shown, known))
