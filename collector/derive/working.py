"""The part of deriving that only computes, which other processes may do: plain values in and out. Pure."""

import pickle
import zlib
from collections.abc import Callable, Collection, Sequence
from copyreg import dispatch_table
from dataclasses import fields
from io import BytesIO
from multiprocessing.reduction import ForkingPickler
from operator import attrgetter
from typing import Any

from collector.derive.gathering import Group, Shown
from collector.derive.rows import ParcelRows, Row, count_rows, parcel_rows
from collector.derive.tracks import FoldedParcel, folded_parcels
from collector.fold import Observation, Sighting
from collector.read.rows import ReadRow
from collector.reconcile import Reconciled, both_passes, counts, reconcile
from collector.reconcile.clocks import Estimates
from collector.reconcile.learn import used_estimates
from collector.store.facts import StoredPage, StoredVisit
from scrapers.contract import Reading
from scrapers.contract import Row as PrintedRow


def learned(groups: Sequence[Group]) -> tuple[bytes, list[Row]]:
    """The groups' parcels, folded and packed for `reconciled`, and the rows of `clock_counts` they give."""
    parcels = [p for group in groups for p in folded_parcels(group)]
    return _packed(parcels), [row for p in parcels for row in count_rows(p.id, counts(p.parcel))]


def told(groups: Sequence[Group], known: Estimates) -> tuple[list[ParcelRows], list[Row]]:
    """Both passes over the groups' parcels at once: their rows, reconciled, and those of `clock_counts`."""
    parcels, taught = [], []
    for p in (p for group in groups for p in folded_parcels(group)):
        counts, result = both_passes(p.parcel, known)
        taught += count_rows(p.id, counts)
        parcels.append(_as_rows(p, result, known))
    return parcels, taught


def _packed(parcels: Sequence[FoldedParcel]) -> bytes:
    out = BytesIO()
    _Packer(out, pickle.HIGHEST_PROTOCOL).dump(parcels)
    return zlib.compress(out.getbuffer(), 1)


def _as_call(kind: type) -> Callable[[Any], tuple[type, tuple[object, ...]]]:
    """How pickle takes a dataclass for the call that makes it: it looks up the fields of each object else."""
    values = attrgetter(*(field.name for field in fields(kind)))
    return lambda one: (kind, values(one))


class _Packer(pickle.Pickler):
    """Packs what there is most of in a third of the time."""

    dispatch_table = dispatch_table | {
        kind: _as_call(kind) for kind in (Observation, PrintedRow, ReadRow, Sighting)
    }


for _kind in (PrintedRow, Reading, Shown, StoredPage, StoredVisit):
    ForkingPickler.register(_kind, _as_call(_kind))  # what is handed to other processes


def reconciled(packed: bytes, known: Estimates, without: Collection[str]) -> list[ParcelRows]:
    """The rows of packed parcels, reconciled; but for those of the numbers `without`."""
    parcels: list[FoldedParcel] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - packed above
    return [_rows(p, known) for p in parcels if not any(number in without for number in p.numbers)]


def derived(groups: Sequence[Group], known: Estimates) -> list[ParcelRows]:
    """The rows of the groups' parcels, reconciled."""
    return [_rows(p, known) for group in groups for p in folded_parcels(group)]


def _rows(p: FoldedParcel, known: Estimates) -> ParcelRows:
    return _as_rows(p, reconcile(p.parcel, known), known)


def _as_rows(p: FoldedParcel, result: Reconciled, known: Estimates) -> ParcelRows:
    shown = (o for rows in p.parcel.tracks.values() for o in rows)
    return parcel_rows(p, result, used_estimates(shown, known))
