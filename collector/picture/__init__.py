"""The picture of a parcel: what portals say of it, when, and where they disagree, as one static drawing."""

from collector.picture.drawing import drawn
from collector.picture.gathering import parcel_story
from collector.picture.story import Story

__all__ = ["Story", "drawn", "parcel_story"]
