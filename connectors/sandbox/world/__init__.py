"""Pretend buyers: who they are, what they bought, what they write, and that they write back. Same seed, same world.

It reads no clock and knows nothing of the desk; texts and names are data beside the code.
"""

from connectors.sandbox.world.make import make_world
from connectors.sandbox.world.people import shops
from connectors.sandbox.world.records import Account, Buyer, File, Order, Parcel, Shop, Talk, Turn, World

__all__ = ["Account", "Buyer", "File", "Order", "Parcel", "Shop", "Talk", "Turn", "World", "make_world", "shops"]
