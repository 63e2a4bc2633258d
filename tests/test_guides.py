"""The guides do what they say: what they write down is put where they say, and used."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from classifiers.examples import failing_examples
from classifiers.lists.rules import load_rules
from crawler.platforms import described, notices, read_post
from records.settings import PROJECT

_BLOCK = re.compile(r"```\w+ (append|file):(\S+)\n(.*?)```", re.DOTALL)


def carried_out(guide: str, folder: Path) -> None:
    """Do to the files of `folder` what a guide's blocks say."""
    for action, name, content in _BLOCK.findall(
        (PROJECT / "docs" / "guides" / f"{guide}.md").read_text("utf-8")
    ):
        file = folder / name
        before = file.read_text("utf-8") if action == "append" else ""
        file.write_text(before + content, "utf-8")


def test_a_rule_with_a_new_law_finds_what_its_guide_says(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    shutil.copytree(PROJECT / "keyword_lists", folder)
    carried_out("rule", folder)
    rules = load_rules(folder)
    assert [str(article) for article in rules.by_id["drawn-lots"].law] == [
        "《云河市医疗服务宣传管理规定》第六条"
    ]
    assert [str(fault) for fault in failing_examples(rules, date(2026, 11, 28))] == []


def test_a_platform_is_read_as_its_guide_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "platforms"
    shutil.copytree(PROJECT / "crawler" / "platforms", folder)
    carried_out("platform", folder)
    for module in (described, notices):
        monkeypatch.setattr(module, "__file__", str(folder / Path(module.__file__ or "").name))
    monkeypatch.setattr("crawler.platforms.SOURCES", described.described_pages())
    monkeypatch.setattr(notices, "_notices", notices._notices.__wrapped__)  # not what was read before
    url = "https://www.yunxihao.example/p/1"
    post = read_post(
        "<h1>膝盖疼</h1><span class=author>云溪中医</span><time>2026-11-20</time><article>注意保暖。</article>",
        url,
    )
    assert (post.state, post.account, post.text.title) == ("normal", "云溪中医", "膝盖疼")
    assert read_post("<p>这条云溪动态已由作者收回</p>", url).state == "deleted_by_author"
    assert read_post("<p>稍后再来看看吧</p>", url).state == "unknown"
