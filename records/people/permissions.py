"""Who may do what: by role, and within a district 辖区."""

from collections.abc import Mapping
from enum import StrEnum

from records.models import Case, Institution, Role, User


class Permission(StrEnum):
    """The permission that a route requires."""

    SEE_CASES = "see_cases"
    REVIEW = "review"
    APPROVE = "approve"
    DISPOSE = "dispose"
    ADD_TIPS = "add_tips"
    SEE_LISTS = "see_lists"
    EDIT_LISTS = "edit_lists"
    SEE_FIGURES = "see_figures"
    KEEP_FIGURES = "keep_figures"
    SANCTION = "sanction"
    ADMINISTER = "administer"
    SEE_AUDIT = "see_audit"


_READ_EVERYTHING = frozenset({Permission.SEE_CASES, Permission.SEE_LISTS, Permission.SEE_FIGURES})
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.REVIEWER: _READ_EVERYTHING | {Permission.REVIEW, Permission.ADD_TIPS},
    Role.APPROVER: _READ_EVERYTHING
    | {Permission.REVIEW, Permission.APPROVE, Permission.ADD_TIPS, Permission.KEEP_FIGURES}
    | {Permission.SANCTION},
    Role.OFFICER: frozenset({Permission.DISPOSE}),
    Role.ANALYST: _READ_EVERYTHING | {Permission.EDIT_LISTS},
    Role.LEADER: _READ_EVERYTHING | {Permission.KEEP_FIGURES, Permission.SANCTION},
    Role.ADMINISTRATOR: _READ_EVERYTHING
    | {Permission.REVIEW, Permission.APPROVE, Permission.ADD_TIPS, Permission.EDIT_LISTS}
    | {Permission.ADMINISTER, Permission.SEE_AUDIT, Permission.KEEP_FIGURES, Permission.SANCTION},
    Role.AUDITOR: _READ_EVERYTHING | {Permission.SEE_AUDIT},
}


def may(user: User, permission: Permission) -> bool:
    """Whether the user's role allows it."""
    return permission in PERMISSIONS[user.role]


def roles_that_may(permission: Permission) -> list[Role]:
    """The roles that have the permission."""
    return [role for role, allowed in PERMISSIONS.items() if permission in allowed]


def is_in_reach(user: User, case: Case) -> bool:
    """Whether the case's institution is in the district that the user is limited to."""
    return is_in_district(user, case.page.source.institution)


def is_in_district(user: User, institution: Institution) -> bool:
    """Whether the institution is in the district that the user is limited to."""
    return user.district is None or institution.district == user.district
