"""`qingyi registry`: the registry's files in and out."""

from datetime import UTC, datetime
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from qingyi.console import console, counting, current_engine, errors, evidence_store
from records import audit
from records.database import reading, transaction
from records.registry.exchange import export_registry, import_registry
from records.sheets.table import TableFile
from records.sheets.write import write_csv, write_xlsx

app = typer.Typer(help="登记库：机构、站点、公众号、审查证明的导入与导出。", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Path = typer.Argument(help="表格文件（xlsx、xls、et、ods、xlsb、CSV）；表的种类由列名判断"),
    faults_to: Path = typer.Option(None, "--faults-to", help="把有误的行另存为文本文件"),
) -> None:
    """导入登记文件。有误的行按行列报告，其余照常保存；重复导入只更新。有误行时退出码为 1。"""
    with counting(f"导入 {file.name}") as progress:
        engine = current_engine()
        result = import_registry(engine, TableFile.of(file), progress)
    words = f"导入 {file.name}：新增 {result.added} 行，更新 {result.updated} 行"
    with transaction(engine) as session:
        audit.append(session, "system:command", "registry_changed", datetime.now(UTC), reason=words)
    for note in result.notes:
        console.print(note, style="dim", markup=False, highlight=False)
    for fault in result.faults:
        errors.print(str(fault), style="yellow", markup=False, highlight=False)
    if faults_to:
        faults_to.write_text("".join(f"{fault}\n" for fault in result.faults), "utf-8")
    console.print(
        f"新增 {result.added} 行，更新 {result.updated} 行，未变 {result.unchanged} 行；"
        f"有误未导入 {result.bad_rows} 行"
    )
    if result.faults:
        raise typer.Exit(1)


@app.command("export")
def export_file(file: Path = typer.Argument(help="xlsx 文件，或存放 CSV 的文件夹")) -> None:
    """导出整个登记库，格式与导入相同。"""
    counts = export_registry(current_engine(), file)
    console.print("，".join(f"{title} {count} 行" for title, count in counts.items()) + f" → {file}")


@app.command("unknown-sites")
def unknown_sites(
    file: Path | None = typer.Option(
        None, "--to", help="另存为 CSV 或 xlsx；核对并删去不属实的行后，用 registry import 导入即为登记"
    ),
) -> None:
    """列出已抓取页面中可能属于登记机构、而登记库没有的网站，依据为备案号、审查证明文号、电话和名称，最可靠的在前。"""
    # The crawler's platforms and the classifiers take a second to import, and the other commands do not need
    # them.
    from crawler.platforms import SOURCES  # noqa: PLC0415
    from records.unknown_sites import find_unknown_sites, site_rows  # noqa: PLC0415

    everybodys = frozenset(host for source in SOURCES for host in source.hosts)
    with reading(current_engine()) as session:
        rows = site_rows(find_unknown_sites(session, evidence_store(), everybodys))
    if not rows:
        console.print("没有发现登记库以外的网站")
        return
    headings = list(rows[0])
    if file and file.suffix.lower() == ".xlsx":
        write_xlsx(file, [("站点", headings, [list(row.values()) for row in rows])])
    elif file:
        write_csv(file, headings, [list(row.values()) for row in rows])
    else:
        table = Table(*headings)
        for row in rows:
            table.add_row(*map(escape, row.values()))
        console.print(table)
    console.print(f"{len(rows)} 个网站待核对" + (f" → {file}" if file else ""))
