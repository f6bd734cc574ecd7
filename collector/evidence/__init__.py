"""Evidence for a dispute: one ZIP with what portals claimed and when, and the check of such a ZIP.

subject    what is asked for, and the visits that concern it
hiding     texts without what is personal; excerpt: a small database of what may be told
claims, checklist, letter, report     what the bundle says
archived   the stored pages; chain, manifest, archive: what holds the bundle together
making     puts a bundle together; verifying takes one apart
"""
