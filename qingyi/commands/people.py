"""`qingyi user` and `qingyi office`: who works with the system."""

from datetime import UTC, datetime

import typer
from rich.table import Table

from qingyi.console import console, current_engine, refuse
from records.database import reading, transaction
from records.local_time import local_day
from records.models import OfficeKind, Role
from records.people import offices as offices_of
from records.people.office_tokens import list_tokens
from records.people.offices import OfficeRefused, find_office
from records.people.second_factor import SecondFactorRefused, end_second_factor
from records.people.sign_in import PasswordWeak
from records.people.users import Person, PersonRefused, add_person, find_user

# The actor of the command line, in the log: whoever has the machine.
ACTOR = "system:command"

_ROLES = "；".join(f"{role.value} {role.label}" for role in Role)
_KINDS = "；".join(f"{kind.value} {kind.label}" for kind in OfficeKind)

users = typer.Typer(help="用户。", no_args_is_help=True)
offices = typer.Typer(help="处置部门及其接口令牌。", no_args_is_help=True)


@users.command("add")
def add(
    name: str = typer.Argument(help="登录名"),
    role: Role = typer.Option(..., help=_ROLES),
    display_name: str = typer.Option("", help="显示的姓名"),
    office: str = typer.Option("", help="处置员所属部门的名称"),
    district: str = typer.Option("", help="限于这个辖区，空为全部"),
    password: str = typer.Option(
        ..., prompt="密码", confirmation_prompt=True, hide_input=True, envvar="QINGYI_NEW_PASSWORD"
    ),
) -> None:
    """新增用户。密码从提示输入，或取自环境变量 QINGYI_NEW_PASSWORD。"""
    try:
        with transaction(current_engine()) as session:
            found = find_office(session, office) if office else None
            if office and found is None:
                refuse(f"没有名为“{office}”的部门")
            if role is Role.OFFICER and found is None:
                refuse("处置员必须用 --office 指定部门")
            wanted = Person(role, display_name, found.id if found else None, district, password=password)
            add_person(session, name, wanted, actor=ACTOR, now=datetime.now(UTC))
    except (PasswordWeak, PersonRefused) as error:
        refuse(str(error))
    console.print(f"已新增{role.label}“{name}”")


@users.command("reset")
def reset(name: str = typer.Argument(help="登录名")) -> None:
    """收回用户的动态码（手机丢失且没有恢复码时）；本人须重新登录。"""
    try:
        with transaction(current_engine()) as session:
            user = find_user(session, name)
            if user is None:
                refuse(f"没有名为“{name}”的用户")
            end_second_factor(session, user, actor=ACTOR, now=datetime.now(UTC))
    except SecondFactorRefused as refused:
        refuse(str(refused))
    console.print(f"已收回“{name}”的动态码")


@offices.command("add")
def add_office(
    name: str = typer.Argument(help="部门名称"),
    kind: OfficeKind = typer.Option(OfficeKind.CYBERSPACE, help=_KINDS),
) -> None:
    """新增处置部门。"""
    try:
        with transaction(current_engine()) as session:
            offices_of.add_office(session, name, kind, actor=ACTOR, now=datetime.now(UTC))
    except OfficeRefused as refused:
        refuse(str(refused))
    console.print(f"已新增部门“{name}”")


@offices.command("token")
def token(
    name: str = typer.Argument(help="部门名称"),
    days: int = typer.Option(365, min=1, max=3650, help="有效天数"),
    read_only: bool = typer.Option(False, "--read-only", help="只能查看，不能签收和反馈"),
) -> None:
    """为部门签发接口令牌。令牌只显示一次。更换时先签发新的，换用之后再 revoke 旧的。"""
    with transaction(current_engine()) as session:
        office = find_office(session, name)
        if office is None:
            refuse(f"没有名为“{name}”的部门")
        now = datetime.now(UTC)
        issued = offices_of.give_token(session, office, days, read_only=read_only, actor=ACTOR, now=now)
    console.print(issued, highlight=False, soft_wrap=True)


@offices.command("tokens")
def tokens() -> None:
    """列出接口令牌：部门、权限、期限、最近使用。令牌本身不保存。"""
    table = Table("编号", "部门", "权限", "签发", "到期", "最近使用")
    with reading(current_engine()) as session:
        for row in list_tokens(session):
            days = (row.created_at, row.expires_at, row.last_used_at)
            shown = (str(local_day(day)) if day else "—" for day in days)
            table.add_row(str(row.id), row.office.name, "、".join(row.scopes), *shown)
    console.print(table)


@offices.command("revoke")
def revoke(token_id: int = typer.Argument(help="令牌编号，见 qingyi office tokens")) -> None:
    """立即停用一个接口令牌。"""
    try:
        with transaction(current_engine()) as session:
            offices_of.end_token(session, token_id, actor=ACTOR, now=datetime.now(UTC))
    except OfficeRefused as refused:
        refuse(str(refused))
    console.print(f"已停用令牌 {token_id}")
