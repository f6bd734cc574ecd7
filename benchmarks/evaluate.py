"""`python -m benchmarks.evaluate`: how right Crosstrack is on worlds with known truth, beside other ways."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence

from benchmarks.answers import Answer
from benchmarks.crosstrack import ImportFailed, crosstrack
from benchmarks.judging import judge
from benchmarks.mistakes import worst
from benchmarks.naive import day, labels
from benchmarks.oracle import oracle
from benchmarks.scores import figures
from benchmarks.tables import Scores, by_profile, by_reconciler, summary
from benchmarks.worlds import World, make_world, profile, profile_names

RECONCILERS: dict[str, Callable[[World], Answer]] = {
    "labels": labels,
    "day": day,
    "crosstrack": crosstrack,
    "oracle": oracle,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything was measured, 1 if an import failed."""
    options = _options(arguments)
    scores: Scores = {}
    try:
        for name in options.profile:
            scores[name] = _measured(name, options)
    except ImportFailed as error:
        print(f"the import failed:\n{error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(summary(scores), ensure_ascii=False, indent=2))
    elif len(scores) > 1:
        print(by_profile(scores))
    else:
        print(by_reconciler(scores[options.profile[0]]))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__)
    parser.add_argument(
        "--profile",
        action="append",
        choices=(*profile_names(), "all"),
        help='how hard the worlds are (repeatable; "all" for every one; default: usual)',
    )
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="worlds per profile (default: 3)")
    parser.add_argument(
        "--first-seed", type=int, default=1, metavar="N", help="the first world's (default: 1)"
    )
    parser.add_argument(
        "--parcels", type=int, default=60, metavar="N", help="parcels per world (default: 60)"
    )
    parser.add_argument(
        "--reconciler",
        action="append",
        choices=tuple(RECONCILERS),
        help="only this one (repeatable; default: all)",
    )
    parser.add_argument("--json", action="store_true", help="every figure of every world, as JSON")
    parser.add_argument(
        "--explain",
        type=int,
        default=0,
        metavar="N",
        help="print the N worst mistakes of each sort, with rows",
    )
    options = parser.parse_args(arguments)
    chosen = options.profile or ["usual"]
    options.profile = list(profile_names()) if "all" in chosen else list(dict.fromkeys(chosen))
    options.reconciler = options.reconciler or list(RECONCILERS)
    return options


def _measured(name: str, options: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """The figures of every world of a profile, by reconciler."""
    found: dict[str, list[dict[str, float]]] = {one: [] for one in options.reconciler}
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        world = make_world(seed, options.parcels, profile(name))
        for one in options.reconciler:
            _tell(f"{name}, seed {seed}: {one} ...")
            judged = judge(world, RECONCILERS[one](world))
            found[one].append(figures(judged))
            if options.explain and (one == "crosstrack" or len(options.reconciler) == 1):
                print(worst(judged, options.explain), file=sys.stderr if options.json else sys.stdout)
    return found


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
