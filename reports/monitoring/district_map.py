"""The map of districts: boundaries from a GeoJSON file (RFC 7946), placed and coloured by the rate of each district."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, cos, isfinite, radians
from pathlib import Path

from records.figures.monitoring import RateRow

WIDTH = 640
_MOST_BYTES, _MOST_HEIGHT, _SHADES = 20_000_000, 900, 5
Point = tuple[float, float]
Ring = Sequence[Point]


class BoundariesUnreadable(Exception):
    """The file holds no boundaries of districts; the message says what is wrong and where, in Chinese."""


@dataclass(frozen=True)
class District:
    """A district on the map: its boundaries, the middle of its largest part, and its rate. `shade` is 0 where nothing was
    monitored, then 1 (the lowest rates) to 5."""

    name: str
    rings: Sequence[Ring]
    x: float
    y: float
    shade: int
    words: str

    @property
    def path(self) -> str:
        """The boundaries as the path of an SVG."""
        return "".join(f"M{'L'.join(f'{x:.1f},{y:.1f}' for x, y in ring)}Z" for ring in self.rings)


@dataclass(frozen=True)
class DistrictMap:
    """The map in units of its width; `steps` are the shades with the rates that they stand for, `missing` the districts
    that have a rate and no boundaries."""

    width: int
    height: int
    districts: Sequence[District]
    steps: Sequence[tuple[int, str]]
    missing: Sequence[str]


def district_map(file: Path, rows: Sequence[RateRow]) -> DistrictMap:
    """The map of the boundaries in `file` with the rates of `rows`, by district. Raises BoundariesUnreadable."""
    try:
        stamp = file.stat()
    except OSError as fault:
        raise BoundariesUnreadable(f"{file.name}：读不到（{fault.strerror}）") from None
    if stamp.st_size > _MOST_BYTES:
        raise BoundariesUnreadable(f"{file.name}：大于 {_MOST_BYTES // 1_000_000} MB，请先简化边界")
    shapes = _read(file, stamp.st_mtime_ns)
    return _drawn(shapes, {row.title: row for row in rows})


@lru_cache(maxsize=4)
def _read(file: Path, _changed: int) -> Mapping[str, Sequence[Ring]]:
    """The rings of each district, by its name."""
    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise BoundariesUnreadable(f"{file.name}：不是 JSON（{fault}）") from None
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not features:
        raise BoundariesUnreadable(f"{file.name}：不是 GeoJSON 的 FeatureCollection，或没有要素")
    shapes: dict[str, list[Ring]] = {}
    for number, feature in enumerate(features, 1):
        where = f"{file.name}：第 {number} 个要素"
        properties = feature.get("properties") if isinstance(feature, dict) else None
        name = properties.get("name") if isinstance(properties, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise BoundariesUnreadable(f"{where}没有名称（properties.name）")
        try:
            rings = list(_rings(feature["geometry"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            raise BoundariesUnreadable(
                f"{where}（{name[:20]}）不是 Polygon 或 MultiPolygon，或坐标有误"
            ) from None
        if not rings:
            raise BoundariesUnreadable(f"{where}（{name[:20]}）没有边界")
        shapes.setdefault(name.strip(), []).extend(rings)
    return shapes


def _rings(geometry: Mapping[str, object]) -> Iterator[Ring]:
    parts = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        parts = [parts]
    elif geometry["type"] != "MultiPolygon":
        raise ValueError(geometry["type"])
    if not isinstance(parts, list) or not parts:
        raise ValueError("no parts")
    for part in parts:
        for ring in part:
            points = [(float(point[0]), float(point[1])) for point in ring]
            if len(points) < 4 or not all(isfinite(x) and -90 <= y <= 90 for x, y in points):
                raise ValueError("not a ring of degrees")
            yield points


def _drawn(shapes: Mapping[str, Sequence[Ring]], rows: Mapping[str, RateRow]) -> DistrictMap:
    every = [point for rings in shapes.values() for ring in rings for point in ring]
    west, south = min(x for x, _ in every), min(y for _, y in every)
    east, north = max(x for x, _ in every), max(y for _, y in every)
    narrow = cos(radians((south + north) / 2))  # a degree of longitude, in degrees of latitude
    scale = min(WIDTH / ((east - west) * narrow or 1), _MOST_HEIGHT / ((north - south) or 1))

    def placed(point: Point) -> Point:
        return (point[0] - west) * narrow * scale, (north - point[1]) * scale

    top = max((row.rate or 0 for row in rows.values()), default=0) or 1
    districts = []
    for name, rings in shapes.items():
        inside = [[placed(point) for point in ring] for ring in rings]
        x, y = _middle(max(inside, key=_area))
        row = rows.get(name)
        rate = row.rate if row else None
        words = "没有监测" if rate is None else f"{rate:.1%}"
        districts.append(District(name, inside, round(x, 1), round(y, 1), _shade(rate, top), words))
    steps = [(0, "没有监测"), *((step, f"≤ {top * step / _SHADES:.1%}") for step in range(1, _SHADES + 1))]
    missing = [name for name in rows if name not in shapes]
    width, height = placed((east, south))
    return DistrictMap(round(width) or 1, round(height) or 1, districts, steps, missing)


def _shade(rate: float | None, top: float) -> int:
    return 0 if rate is None else max(1, min(_SHADES, ceil(rate / top * _SHADES - 1e-9)))


def _area(ring: Ring) -> float:
    following = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in following)) / 2


def _middle(ring: Ring) -> Point:
    """The middle of the box round a ring: its label is read, not measured."""
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
