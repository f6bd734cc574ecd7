"""Tracking pages made fit to be shown to anybody, by an allow-list: what nobody knows is masked.

    masked     every letter an x, every digit a 0: texts, values and keys that no rule names
    stays      tags, classes, ids, keys; short numbers; labels; dates; the portal's vocabulary; what the
               parser reads as a row (see `allowed`), cleaned of what names a person or a door (see `rules`)
    replaced   tracking numbers, by invented ones of the same form (see `invented`)
    gone       scripts but for their data, styles, comments, queries of addresses, values of hidden fields

`parse` reads the same rows from scrubbed pages, but for what was replaced. Scrubbing twice changes nothing
more. Pages of an account are scrubbed by their shop's own rules first. Pure: no clock, network or files.
"""

from collector.kit.scrubbing.pages import Scrubbed, readings_of, scrub

__all__ = ["Scrubbed", "readings_of", "scrub"]
