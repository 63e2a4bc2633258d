"""The app in which a platform's links are opened."""

from pydantic import BaseModel, ConfigDict, Field


class App(BaseModel):
    """An app 客户端: its name as reviewers read it, and the words that it adds to its browser's name (User-Agent)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    agent: str = Field(min_length=1)
