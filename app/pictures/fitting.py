"""How a photo lies in the space there is: which part of it, and in how many cells."""

from __future__ import annotations

from app.pictures.wanted import Picture, View

ZOOMS = (1, 2, 4, 8)


def closer(view: View, by: int) -> View:
    """One step closer or further away, around the same middle; the same view where there is no further one."""
    at = ZOOMS.index(view.zoom) + by
    if not 0 <= at < len(ZOOMS):
        return view
    zoom = ZOOMS[at]
    return View(zoom, _inside(view.x, zoom), _inside(view.y, zoom))


def moved(view: View, x: int, y: int) -> View:
    """Half of what is seen to the right or left, down or up, as far as there is something."""
    step = 0.5 / view.zoom
    return View(view.zoom, _inside(view.x + x * step, view.zoom), _inside(view.y + y * step, view.zoom))


def _inside(middle: float, zoom: int) -> float:
    """The middle of a part, moved so that all of the part lies within the whole."""
    return min(1 - 0.5 / zoom, max(0.5 / zoom, middle))


def cells(picture: Picture, columns: int, rows: int, cell: tuple[int, int], *, grow: bool) -> tuple[int, int]:
    """Columns and rows for a picture in the space there is. A terminal that can `grow` it may draw it larger than it was
    sent, but never larger than the photo is."""
    wide, tall = cell
    most = max(1.0, picture.full_width / picture.width) if grow else 1.0
    scale = min(columns * wide / picture.width, rows * tall / picture.height, most)
    across, down = picture.width * scale / wide, picture.height * scale / tall
    return max(1, min(columns, round(across))), max(1, min(rows, round(down)))
