"""`python -m tests.fuzzing`: many broken pages for every portal, and a table of how their visits ended."""

import argparse
import logging
import sys
import time
from collections import Counter

from scrapers.contract import Portal
from scrapers.words import Outcome
from tests.fuzzing import portals, samples
from tests.fuzzing.mutations import case
from tests.fuzzing.oracle import judge
from tests.fuzzing.scrub_oracle import judge_scrubbing

_SHOWN = 10


def main() -> int:
    """0 if every promise held for every page, else 1."""
    names = [portal.name for portal in portals()]
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("--pages", type=int, default=10_000, help="broken pages per portal")
    parser.add_argument("--portal", choices=names, action="append", help="only this one (repeatable)")
    parser.add_argument("--seed", type=int, default=1, help="of the first page; the next has the next")
    options = parser.parse_args()
    logging.disable()  # a parser that fails is reported below, once
    chosen = [portal for portal in portals() if portal.name in (options.portal or names)]
    failures = [failure for portal in chosen for failure in _run(portal, options.seed, options.pages)]
    print(f"\n{len(failures)} of {options.pages * len(chosen)} pages broke a promise")
    for failure in failures[:_SHOWN]:
        print(failure)
    return 1 if failures else 0


def _run(portal: Portal, seed: int, pages: int) -> list[str]:
    """A line for each page that broke a promise; prints what became of all of them."""
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    incomplete = unseen = 0
    whole = len(samples(portal.name))
    began = time.perf_counter()
    for number in range(seed, seed + pages):
        tried = case(portal, number)
        verdict = judge(tried)
        if verdict.answer is not None:
            outcomes[verdict.answer.outcome] += 1
            incomplete += verdict.answer.outcome is Outcome.OK and not verdict.answer.complete
        unseen += verdict.unseen_loss
        if wrongs := (*verdict.wrongs, *judge_scrubbing(tried)):
            done = ", ".join(tried.mutations)
            again = f"--portal {portal.name} --pages 1 --seed {number}"
            failures.append(f"{again}  {tried.sample.source}: {done}\n    {wrongs[0][:400]}")
    speed = pages / (time.perf_counter() - began)
    print(f"{portal.name}: {pages} pages made of {whole}, {speed:.0f} a second")
    for outcome, count in outcomes.most_common():
        print(f"    {count:7} {outcome}")
    print(f"    {incomplete:7} of the ok ones called incomplete")
    print(f"    {unseen:7} cut inside the rows and closed as a browser closes them: nothing shows the loss")
    return failures


if __name__ == "__main__":
    sys.exit(main())
