"""The map of districts: what the file of boundaries says is drawn, and its faults are named."""

import json
from pathlib import Path

import pytest

from records.figures.monitoring import RateRow
from reports.monitoring.district_map import BoundariesUnreadable, district_map


def square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    corners = ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
    return [[west + size * x, south + size * y] for x, y in corners]


def written(folder: Path, *features: object) -> Path:
    file = folder / "districts.json"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return file


def feature(name: object, geometry: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def polygon(*rings: object) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": list(rings)}


def row(name: str, suspected: int, monitored: int = 100) -> RateRow:
    return RateRow(name, monitored, suspected, 0, 0, 0)


def test_districts_are_shaded_by_their_rates(tmp_path: Path) -> None:
    islands = {"type": "MultiPolygon", "coordinates": [[square(2, 30)], [square(3.5, 30, 0.1)]]}
    file = written(
        tmp_path,
        feature("城东区", polygon(square(0, 30))),
        feature("城西区", polygon(square(1, 30), square(1.2, 30.2, 0.2))),
        feature("湖滨区", islands),
        feature("远郊", polygon(square(0, 29))),
    )
    drawn = district_map(file, [row("城东区", 50), row("城西区", 10), row("湖滨区", 0), row("别处", 3)])
    assert [(one.name, one.shade, one.words) for one in drawn.districts] == [
        ("城东区", 5, "50.0%"),
        ("城西区", 1, "10.0%"),
        ("湖滨区", 1, "0.0%"),
        ("远郊", 0, "没有监测"),
    ]
    assert drawn.missing == ["别处"]
    assert [one.path.count("M") for one in drawn.districts] == [1, 2, 2, 1]
    east, lake = drawn.districts[0], drawn.districts[2]
    assert lake.x > east.x, "east is right, and the label stands on the larger island"
    assert drawn.districts[3].y > east.y, "south is below"


@pytest.mark.parametrize(
    ("written_features", "why"),
    [
        ([], "没有要素"),
        ([feature("", polygon(square(0, 0)))], "第 1 个要素没有名称"),
        ([feature("甲", polygon(square(0, 0))), feature(3, None)], "第 2 个要素没有名称"),
        ([feature("甲", {"type": "Point", "coordinates": [0, 0]})], "第 1 个要素（甲）不是 Polygon"),
        ([feature("甲", polygon([[0, 0], [1, 1], [0, 0]]))], "坐标有误"),
        ([feature("甲", polygon([[0, 0], ["东", 1], [1, 1], [0, 0]]))], "坐标有误"),
        ([feature("甲", polygon([[0, 95], [1, 95], [1, 96], [0, 95]]))], "坐标有误"),
        ([feature("甲", polygon())], "没有边界"),
        ([feature("甲", None)], "坐标有误"),
        (["甲"], "第 1 个要素没有名称"),
    ],
)
def test_a_fault_names_the_file_and_the_place(tmp_path: Path, written_features, why: str) -> None:
    with pytest.raises(BoundariesUnreadable, match=why):
        district_map(written(tmp_path, *written_features), [])


def test_a_file_that_is_not_json_or_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "districts.json"
    with pytest.raises(BoundariesUnreadable, match=r"districts.json：读不到"):
        district_map(file, [])
    file.write_text("{", "utf-8")
    with pytest.raises(BoundariesUnreadable, match="不是 JSON"):
        district_map(file, [])
