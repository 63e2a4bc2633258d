"""Registry files: good rows are kept, bad rows are named by line and column, nothing comes twice."""

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import Engine, func, select
from stdnum.cn import uscc

from records.database import transaction
from records.models import Certificate, Institution, Source
from records.registry.exchange import export_registry, import_registry
from records.sheets.table import FileRefused, TableFile

HEADINGS = ["统一社会信用代码", "第一名称", "其他名称", "级别", "辖区", "诊疗科目", "电话"]


def code(number: int) -> str:
    base = f"91330100{number:09d}"
    return base + uscc.calc_check_digit(base)


def row(number: int, **changes: str) -> dict[str, str]:
    plain = {
        "统一社会信用代码": code(number),
        "第一名称": f"云溪第{number}医院",
        "其他名称": "云溪医院；城东医院",
        "级别": "其他",
        "辖区": "城东区",
        "诊疗科目": "内科、外科",
        "电话": "0571-00000000",
    }
    return {**plain, **changes}


def write(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8-sig", headings=HEADINGS) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, headings, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def imported(engine: Engine, path: Path):
    return import_registry(engine, TableFile.of(path))


def count(engine: Engine, table) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count()).select_from(table))


def bad_rows() -> list[tuple[dict[str, str], str, str]]:
    """Thirty rows, bad in different ways: the row, the column that is named, words of the reason."""
    codes = {
        "": "应为18位",
        "123": "应为18位",
        code(90001)[:-1]: "应为18位",
        code(90002) + "0": "应为18位",
        code(90003)[:-1] + ("0" if code(90003)[-1] != "0" else "1"): "校验位不正确",
        "I" + code(90004)[1:]: "应为18位",
        code(90005).replace("3", "O", 1): "应为18位",
        "９１": "应为18位",
        "==" + code(90006): "应为18位",
        "91330100-MA0QY0001-T": "校验位不正确",
        code(90007)[::-1]: "统一社会信用代码",
        "中" * 18: "应为18位",
    }
    bad = [
        (row(90100, 统一社会信用代码=value), "统一社会信用代码", words if value else "不能为空")
        for value, words in codes.items()
    ]
    bad += [
        (row(90200 + i, 第一名称=name), "第一名称", words)
        for i, (name, words) in enumerate([("", "不能为空"), ("   ", "不能为空"), ("院" * 201, "过长")])
    ]
    bad += [
        (row(90300 + i, 级别=level), "级别", words)
        for i, (level, words) in enumerate(
            [
                ("", "不能为空"),
                ("二级", "应为"),
                ("public", "应为"),
                ("二级以上公立 其他", "应为"),
                ("0", "应为"),
            ]
        )
    ]
    bad += [
        (row(90400 + i, 辖区=district), "辖区", words)
        for i, (district, words) in enumerate([("", "不能为空"), (" ", "不能为空"), ("区" * 61, "过长")])
    ]
    bad += [(row(1), "统一社会信用代码", "重复"), (row(2), "统一社会信用代码", "重复")]
    bad += [
        (row(90500, 级别="", 辖区=""), "级别", "不能为空"),
        (row(90501, 第一名称="", 级别="?"), "第一名称", "不能为空"),
        (row(90502, 统一社会信用代码="?", 第一名称=""), "统一社会信用代码", "应为18位"),
        (
            row(90503, 统一社会信用代码=code(90503)[:9] + "9" + code(90503)[10:]),
            "统一社会信用代码",
            "校验位不正确",
        ),
        (row(90504, 统一社会信用代码=code(90504)[:17] + "*"), "统一社会信用代码", "应为18位"),
    ]
    return bad


def test_of_ten_thousand_rows_the_thirty_bad_ones_are_named(engine: Engine, tmp_path: Path) -> None:
    bad = bad_rows()
    assert len(bad) == 30
    rows = [row(number) for number in range(1, 9971)]
    lines = {}
    for index, (broken, column, words) in enumerate(bad):
        position = 200 + index * 300
        rows.insert(position, broken)
        lines[position + 2] = (column, words)
    assert len(rows) == 10_000
    result = imported(engine, write(tmp_path / "机构.csv", rows))
    assert (result.added, result.kept, result.bad_rows) == (9970, 9970, 30)
    assert count(engine, Institution) == 9970
    named = {}
    for fault in result.faults:
        named.setdefault(fault.line, []).append((fault.column, fault.reason))
    assert set(named) == set(lines)
    for line, (column, words) in lines.items():
        assert any(found == column and words in reason for found, reason in named[line]), (line, named[line])


def test_importing_again_adds_nothing_and_updates_what_changed(engine: Engine, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [row(1), row(2)])
    imported(engine, path)
    again = imported(engine, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
    changed = imported(engine, write(path, [row(1, 第一名称="新名医院"), row(2)]))
    assert (changed.added, changed.updated, changed.unchanged) == (0, 1, 1)
    with transaction(engine) as session:
        assert session.scalars(select(Institution.name).order_by(Institution.id)).all() == [
            "新名医院",
            "云溪第2医院",
        ]


def test_a_file_in_the_encoding_of_chinese_spreadsheets_is_read(engine: Engine, tmp_path: Path) -> None:
    assert imported(engine, write(tmp_path / "a.csv", [row(1)], encoding="gb18030")).added == 1


def test_lists_in_a_cell_are_taken_apart(engine: Engine, tmp_path: Path) -> None:
    imported(engine, write(tmp_path / "a.csv", [row(1)]))
    with transaction(engine) as session:
        found = session.scalars(select(Institution)).one()
        assert (found.other_names, found.departments) == (["云溪医院", "城东医院"], ["内科", "外科"])


@pytest.mark.parametrize(
    ("column", "written", "kept"),
    [
        ("统一社会信用代码", "full", [code(1)]),
        ("统一社会信用代码", "spaced", [code(1)]),
        ("电话", "１３８００１３８０００", ["13800138000"]),
        ("电话", "'057188881234", ["057188881234"]),
        ("电话", "0571-88881234/13800138000", ["0571-88881234", "13800138000"]),
        ("电话", "0571-88881234 (0571)88885678", ["0571-88881234", "(0571)88885678"]),
        ("电话", "0571 88881234/5", ["0571 88881234/5"]),
        ("级别", "其它", ["其他"]),
        ("电话", "0571-1；4001234567、13800138000", ["0571-1", "4001234567", "13800138000"]),
        ("级别", "　其他\u200b", ["其他"]),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_an_input_method_made_of_a_value_is_that_value(
    engine: Engine, tmp_path: Path, column: str, written: str, kept: list[str]
) -> None:
    own = code(1)
    full = "".join(chr(ord(character) + 0xFEE0) for character in own)
    spaced = f"{own[:8]} {own[8:17]}\xa0{own[17:]}"
    value = {"full": full, "spaced": spaced}.get(written, written)
    result = imported(engine, write(tmp_path / "a.csv", [row(1, **{column: value})]))
    assert (result.added, result.faults) == (1, [])
    with transaction(engine) as session:
        found = session.scalars(select(Institution)).one()
        stored = {"统一社会信用代码": [found.credit_code], "电话": found.phones, "级别": [found.level.label]}
    assert stored[column] == kept


@pytest.mark.parametrize(
    ("column", "written", "words"),
    [
        ("电话", "57188881234", "缺少区号开头的 0"),
        ("电话", "1012345678", "缺少区号开头的 0"),
        ("电话", "1.38E+10", "末尾的数字已经丢失"),
        ("统一社会信用代码", "9.133E+17", "末尾的数字已经丢失"),
        ("统一社会信用代码", "913301000000000000", "末尾像是被表格软件改成了 0"),
        ("第一名称", "#REF!", "错误值"),
        ("辖区", "####", "列宽不足"),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_a_spreadsheet_made_of_a_value_is_refused(
    engine: Engine, tmp_path: Path, column: str, written: str, words: str
) -> None:
    result = imported(engine, write(tmp_path / "a.csv", [row(1, **{column: written}), row(2)]))
    (fault,) = result.faults
    assert (result.added, fault.line, fault.column) == (1, 2, column)
    assert words in fault.reason


def test_a_name_keeps_its_characters(engine: Engine, tmp_path: Path) -> None:
    name = "云溪（南区）门诊部"
    imported(engine, write(tmp_path / "a.csv", [row(1, 第一名称=name)]))
    with transaction(engine) as session:
        assert session.scalars(select(Institution.name)).one() == name


@pytest.mark.parametrize("name", ["out.xlsx", "folder"])
@pytest.mark.databases("sqlite")
def test_a_name_that_looks_like_a_formula_goes_out_and_in_as_text(
    engine: Engine, tmp_path: Path, name: str
) -> None:
    titles = ["=1+1", "+医", "-医", "@医", "'医"]
    rows = [row(number, 第一名称=title) for number, title in enumerate(titles, 1)]
    imported(engine, write(tmp_path / "a.csv", rows))
    export_registry(engine, tmp_path / name)
    file = tmp_path / name if name.endswith("xlsx") else tmp_path / name / "机构.csv"
    again = import_registry(engine, TableFile.of(file))
    assert (again.unchanged, again.updated, again.faults) == (5, 0, [])


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "证"
    sheet.append(["统一社会信用代码", "文号", "有效期起", "有效期止", "媒体类别", "成品样件", "审查机关"])
    sheet.append(
        [code(1), "（云）医广【2026】第03-10-0205号", "2026年3月10日", 20270309, "网络", "样件", "市卫健委"]
    )
    sheet.append([code(1), "不是文号", "2026-03-10", "2027-03-09", "网络", "样件", "市卫健委"])
    sheet.append(
        [code(1), "（云）医广【2026】第03-11-0206号", "2026-13-10", "2027-03-09", "网络", "样件", "市卫健委"]
    )
    sheet.append(
        [code(1), "（云）医广【2026】第03-12-0207号", "2027-03-10", "2026-03-09", "网络", "样件", "市卫健委"]
    )
    sheet.append(
        [code(7), "（云）医广【2026】第03-13-0208号", "2026-03-13", "2027-03-12", "网络", "样件", "市卫健委"]
    )
    sites = book.create_sheet("站")
    sites.append(["统一社会信用代码", "网址", "遵守robots", "不遵守理由"])
    sites.append([code(1), "http://example.test", "是", ""])
    sites.append([code(1), "ftp://example.test/", "是", ""])
    sites.append([code(1), "http://other.test/", "否", ""])
    institutions = book.create_sheet("机构")
    institutions.append(HEADINGS)
    institutions.append(list(row(1).values()))
    book.save(path)
    return path


def test_a_workbook_of_several_sheets_is_read_in_the_order_that_they_need(
    engine: Engine, tmp_path: Path
) -> None:
    result = imported(engine, workbook(tmp_path / "registry.xlsx"))
    assert (count(engine, Institution), count(engine, Certificate), count(engine, Source)) == (1, 1, 1)
    assert [(fault.sheet, fault.line, fault.column) for fault in result.faults] == [
        ("站", 3, "网址"),
        ("站", 4, "整行"),
        ("证", 3, "文号"),
        ("证", 4, "有效期起"),
        ("证", 5, "整行"),
        ("证", 6, "统一社会信用代码"),
    ]
    assert result.faults[3].reason == "没有“2026-13-10”这一天，应写作 2026-07-01"
    with transaction(engine) as session:
        found = session.scalars(select(Certificate)).one()
        assert (found.valid_from, found.valid_to) == (date(2026, 3, 10), date(2027, 3, 9))


@pytest.mark.parametrize("name", ["out.xlsx", "folder"])
def test_what_is_exported_can_be_imported_and_is_the_same(engine: Engine, tmp_path: Path, name: str) -> None:
    imported(engine, workbook(tmp_path / "registry.xlsx"))
    counts = export_registry(engine, tmp_path / name)
    assert counts == {"机构": 1, "站点": 1, "公众号": 0, "审查证明": 1}
    exported = tmp_path / name
    files = (
        [exported]
        if exported.is_file()
        else [exported / f"{title}.csv" for title in ("机构", "站点", "审查证明")]
    )
    results = [imported(engine, file) for file in files]
    assert not [fault for result in results for fault in result.faults]
    assert sum(result.unchanged for result in results) == 3
    assert sum(result.added + result.updated for result in results) == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "文件是空的"),
        ("a.csv", "统一社会信用代码,第一名称\n".encode(), "缺少列：级别、辖区"),
        ("a.txt", b"x", "只能导入 .xlsx、.xls、.et、.ods、.xlsb、.csv"),
        ("a.xlsx", b"not a workbook", "不是可读的 xlsx 文件"),
        ("a.csv", b"\xff\xff\n", "编码"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(
    engine: Engine, tmp_path: Path, name, content, words
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused, match=words):
        imported(engine, tmp_path / name)


def test_a_missing_file_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="没有这个文件"):
        imported(engine, tmp_path / "none.csv")
