"""What of a story is drawn where there is more than anybody can see at a glance. Pure."""

from collections import Counter
from dataclasses import replace

from collector.picture.story import Story

#: Of more events the newest are drawn, of more portals those that show most.
MOST_EVENTS, MOST_PORTALS = 300, 14


def trimmed(story: Story) -> tuple[Story, list[str]]:
    """The story as far as it is drawn, and what is said of what is not."""
    said = []
    if len(story.events) > MOST_EVENTS:
        said.append(f"the newest {MOST_EVENTS} of {len(story.events)} events")
        story = replace(story, events=story.events[-MOST_EVENTS:])
    if len(story.portals) > MOST_PORTALS:
        said.append(f"{MOST_PORTALS} of {len(story.portals)} portals, those that show most")
        story = _with_fewer_portals(story)
    return story, said


def _with_fewer_portals(story: Story) -> Story:
    shown = Counter(row.portal for row in story.standing_rows())
    most = sorted((portal.name for portal in story.portals), key=lambda name: (-shown[name], name))
    kept = frozenset(most[:MOST_PORTALS])
    return replace(
        story,
        portals=tuple(portal for portal in story.portals if portal.name in kept),
        rows=tuple(row for row in story.rows if row.portal in kept),
        disagreements=tuple(one for one in story.disagreements if {one.portal_a, one.portal_b} <= kept),
        findings=tuple(one for one in story.findings if {one.portal_a, one.portal_b} <= kept),
    )
