"""CSV in any encoding and with any separator; a file that cannot be read whole is refused by line."""

import pytest

from records.sheets.table import FileRefused
from tests.records.sheets.made import cells, read, read_text

TEXT = "代码,名称,电话\r\n001,云溪医院,0571-1\r\n002,河湾诊所,\r\n"
ROWS = [(2, {"代码": "001", "名称": "云溪医院", "电话": "0571-1"}), (3, {"代码": "002", "名称": "河湾诊所"})]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，", "；"])
def test_encodings_and_separators_are_found(encoding: str, separator: str) -> None:
    assert cells(read_text(TEXT.replace(",", separator), encoding)) == ROWS


def test_a_mark_of_order_is_no_part_of_a_heading() -> None:
    assert cells(read("\ufeff".encode("utf-16-be") + TEXT.encode("utf-16-be"), "表.csv")) == ROWS


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;  "])
def test_a_separator_that_is_named_is_taken(line: str) -> None:
    found = cells(read_text(f"{line}\r\n" + TEXT.replace(",", ";")))
    assert found == [(number + 1, row) for number, row in ROWS], "lines count as programs count them"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_line_ends_of_all_systems_are_read(end: str) -> None:
    assert cells(read_text(TEXT.replace("\r\n", end))) == ROWS


def test_a_line_break_and_a_separator_in_quotes_belong_to_their_cell() -> None:
    sheet = read_text('代码,名称\n1,"云溪\n医院, 南区"\n2,河湾\n')
    assert cells(sheet) == [
        (2, {"代码": "1", "名称": "云溪\n医院, 南区"}),
        (4, {"代码": "2", "名称": "河湾"}),
    ]


def test_a_gbk_file_that_might_be_utf_8_is_told_by_its_headings() -> None:
    assert cells(read("代码,名称\n1,联通\n".encode("gbk"), "表.csv")) == [(2, {"代码": "1", "名称": "联通"})]


def test_a_cell_too_many_is_refused_by_its_line() -> None:
    sheet = read_text("代码,名称\n1,云溪,南区医院\n2,河湾\n3,城东,\n")
    assert [str(fault) for row in sheet.rows for fault in row.faults(sheet.name)] == [
        "表 第 2 行“整行”：有 3 格，表头只有 2 格：内容里有分隔符的，要加引号"
    ]


def test_a_cell_that_lost_its_digits_is_refused_by_line_and_column() -> None:
    sheet = read_text("代码,名称\n9.13301E+17,云溪\n")
    (fault,) = sheet.rows[0].faults(sheet.name)
    assert (fault.line, fault.column, "末尾的数字已经丢失" in fault.reason) == (2, "代码", True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('代码,名称\n1,云溪\n2,"河湾\n3,城东\n', 3),
        ('代码,名称\n1,"云溪"南区\n2,河湾\n', 2),
    ],
)
def test_quotes_that_do_not_close_swallow_no_rows(text: str, line: int) -> None:
    with pytest.raises(FileRefused, match=f"从第 {line} 行起不能读：引号不成对"):
        read_text(text)


def test_one_broken_byte_makes_no_other_encoding() -> None:
    broken = "代码,名称\n1,云溪医院\n2,河湾".encode()[:-1] + b"\n"
    with pytest.raises(FileRefused, match="第 3 行有不能识别的字符"):
        read(broken, "表.csv")


def test_a_cell_of_endless_length_is_refused() -> None:
    with pytest.raises(FileRefused, match="从第 2 行起不能读：有一格过长"):
        read_text("代码,名称\n1," + "长" * 200_000 + "\n")
