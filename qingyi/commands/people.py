"""`qingyi user` and `qingyi office`: who works with the system."""

from datetime import UTC, datetime
from typing import NoReturn

import typer
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from qingyi.console import console, current_engine, errors
from records.database import transaction
from records.models import Office, OfficeKind, Role
from records.sign_in import PasswordTooShort, add_user, issue_token

users = typer.Typer(help="用户。", no_args_is_help=True)
offices = typer.Typer(help="处置部门及其接口令牌。", no_args_is_help=True)


@users.command("add")
def add(
    name: str = typer.Argument(help="登录名"),
    role: Role = typer.Option(..., help="reviewer 研判员，officer 处置员，administrator 管理员"),
    display_name: str = typer.Option("", help="显示的姓名"),
    office: str = typer.Option("", help="处置员所属部门的名称"),
    password: str = typer.Option(
        ..., prompt="密码", confirmation_prompt=True, hide_input=True, envvar="QINGYI_NEW_PASSWORD"
    ),
) -> None:
    """新增用户。密码从提示输入，或取自环境变量 QINGYI_NEW_PASSWORD。"""
    try:
        with transaction(current_engine()) as session:
            found = session.scalar(select(Office).where(Office.name == office)) if office else None
            if office and found is None:
                _refuse(f"没有名为“{office}”的部门")
            if role is Role.OFFICER and found is None:
                _refuse("处置员必须用 --office 指定部门")
            add_user(session, name, password, role, display_name=display_name, office=found)
    except PasswordTooShort as error:
        _refuse(str(error))
    except IntegrityError:
        _refuse(f"登录名“{name}”已存在")
    console.print(f"已新增{role.label}“{name}”")


@offices.command("add")
def add_office(
    name: str = typer.Argument(help="部门名称"),
    kind: OfficeKind = typer.Option(OfficeKind.CYBERSPACE, help="cyberspace 网信办，market 市场监管"),
) -> None:
    """新增处置部门。"""
    try:
        with transaction(current_engine()) as session:
            session.add(Office(name=name, kind=kind))
    except IntegrityError:
        _refuse(f"部门“{name}”已存在")
    console.print(f"已新增部门“{name}”")


@offices.command("token")
def token(
    name: str = typer.Argument(help="部门名称"),
    days: int = typer.Option(365, min=1, max=3650, help="有效天数"),
) -> None:
    """为部门签发接口令牌。令牌只显示一次。"""
    with transaction(current_engine()) as session:
        office = session.scalar(select(Office).where(Office.name == name))
        if office is None:
            _refuse(f"没有名为“{name}”的部门")
        issued = issue_token(session, office, datetime.now(UTC), days)
    console.print(issued, highlight=False, soft_wrap=True)


def _refuse(message: str) -> NoReturn:
    errors.print(f"错误：{message}", style="red", markup=False, highlight=False)
    raise typer.Exit(2)
