"""Columns of kept tables that take one of a few values: typed and shown by their labels."""

from typing import Annotated, Any, TypeVar

from pydantic import GetCoreSchemaHandler
from pydantic_core import PydanticCustomError, core_schema

from records.models.base import LabelledEnum

Kind = TypeVar("Kind", bound=LabelledEnum)


class _ByLabel:
    """Takes a value as it is stored or by its label; says which there are where it is neither."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:  # noqa: ANN401
        kind: type[LabelledEnum] = source

        def read(value: object) -> LabelledEnum:
            for one in kind:
                if value is one or value in (one.value, one.label):
                    return one
            labels = "、".join(one.label for one in kind)
            words = f"“{value}”不在可选范围内，可用：{labels}"
            raise PydanticCustomError("choice", "{words}", {"words": words})

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.plain_serializer_function_ser_schema(lambda one: one.value)
        )


Labelled = Annotated[Kind, _ByLabel()]
