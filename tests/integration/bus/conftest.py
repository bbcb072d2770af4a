"""Every test here gets a world: a bus over real servers."""

from tests.integration.bus.world import world

__all__ = ["world"]
