"""The house's words as data: statuses, priorities, issue types. Ids are stored; labels are message ids."""

from __future__ import annotations

from store.errors import N_

STATUSES = {
    "new": N_("New"),
    "open": N_("Open"),
    "pending": N_("Pending"),
    "on_hold": N_("On hold"),
    "solved": N_("Solved"),
    "closed": N_("Closed"),
}
PICTURE = "Image"
"""The fact of a product that is the address of its picture."""
OPEN_STATUSES = ("new", "open", "pending", "on_hold")

PRIORITIES = {"low": N_("Low"), "normal": N_("Normal"), "high": N_("High"), "urgent": N_("Urgent")}
PRIORITY_NUMBERS = {name: number for number, name in enumerate(PRIORITIES)}

# The twenty main issues of after-sales mail, causes before asks (design's taxonomy).
TYPES = {
    "shipping_status": N_("Shipping"),
    "not_received": N_("Not received"),
    "damaged": N_("Damaged"),
    "defective": N_("Defective"),
    "quality": N_("Quality"),
    "not_as_described": N_("Not as described"),
    "wrong_item": N_("Wrong item"),
    "missing_parts": N_("Missing parts"),
    "size_fit": N_("Size"),
    "incompatible": N_("Incompatible"),
    "changed_mind": N_("Changed mind"),
    "cancel": N_("Cancel"),
    "address": N_("Address"),
    "return_exchange": N_("Return"),
    "refund": N_("Refund"),
    "customs_tax": N_("Customs"),
    "invoice_payment": N_("Invoice"),
    "counterfeit_safety": N_("Safety"),
    "usage_warranty": N_("Usage"),
    "dispute_review": N_("Dispute"),
    "other": N_("Other"),
}

CLASSES = {
    "order": (N_("About orders"), ("shipping_status", "not_received", "cancel", "address", "customs_tax",
                                   "invoice_payment")),
    "after_sales": (N_("After-sales"), ("damaged", "defective", "quality", "not_as_described", "wrong_item",
                                        "missing_parts", "incompatible", "counterfeit_safety", "usage_warranty",
                                        "dispute_review")),
    "return": (N_("Returns and exchanges"), ("size_fit", "changed_mind", "return_exchange", "refund")),
    "general": (N_("General questions"), ("other",)),
}  # fmt: skip
"""Four coarse classes: what each is called and the issue types in it. Every type is in exactly one."""

CLOCK_KINDS = {
    "first_response": N_("first reply"),
    "next_response": N_("next reply"),
    "resolution": N_("resolution"),
    "step": N_("step"),
    "periodic": N_("update"),
    "platform": N_("platform's own date"),
}
