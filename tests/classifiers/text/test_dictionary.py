"""The dictionary is jieba's with the field's words, from a file that is made once."""

from pathlib import Path

import pytest

from classifiers.text import dictionary as module
from classifiers.text.jieba_import import jieba
from classifiers.text.words import cut


@pytest.fixture
def made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that has no file yet: its folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    module.dictionary.cache_clear()
    yield tmp_path / "qingyi"
    module.dictionary.cache_clear()


@pytest.mark.slow
def test_it_says_what_jieba_says(made_anew: Path) -> None:
    frequencies, total = jieba.Tokenizer.gen_pfdict(jieba.Tokenizer().get_dict_file())
    ours = module.dictionary()
    assert all(ours.get(word) == frequencies[word] for word in list(frequencies)[::997])
    assert "中华人民共" in ours
    assert ours.get("中华人民共") == ours["中华人民共"] == 0
    assert "没有这个词" not in ours
    assert ours.get("没有这个词") == 0
    assert ours.total > total
    assert ours.words_at("在中华人民共和国", 1) == [
        (len(word), frequencies[word]) for word in ("中", "中华", "中华人民", "中华人民共和国")
    ]
    assert max(map(len, frequencies)) <= module._LONGEST


def test_the_fields_words_are_in_it(made_anew: Path) -> None:
    assert module.dictionary().get("住院") == 60_000


@pytest.mark.slow
def test_the_file_is_made_once_and_mended(made_anew: Path) -> None:
    module.dictionary()
    numbers, words = sorted(made_anew.iterdir())
    made_at = words.stat().st_mtime_ns
    module.dictionary.cache_clear()
    assert module.dictionary().get("医院") == 120_000
    assert words.stat().st_mtime_ns == made_at
    for file in (words, numbers):
        file.write_bytes(file.read_bytes()[:100])
        module.dictionary.cache_clear()
        assert module.dictionary().get("医院") == 120_000
        assert file.stat().st_size > 1_000_000


def test_without_a_folder_for_it_the_dictionary_is_there_all_the_same(
    made_anew: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_anew.parent.joinpath("file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(made_anew.parent / "file"))
    assert module.dictionary().get("医院") == 120_000


@pytest.mark.slow
def test_a_text_is_cut_as_jieba_cuts_it(made_anew: Path) -> None:
    text = (
        "结婚的和尚未结婚的，ISO9001 认证的“主任医师”在北京市第一人民医院 3.5% 门诊部研究生命起源。\n𠮷野家㎡"
    )
    plain = jieba.Tokenizer()
    plain.initialize()
    ours = module.dictionary()
    for line in module._OWN_WORDS.read_text("utf-8").splitlines():
        word, often, _ = line.split()
        plain.FREQ[word] = int(often)
        for end in range(1, len(word)):
            plain.FREQ.setdefault(word[:end], 0)
    plain.total = ours.total
    assert cut(text) == list(plain.cut(text, HMM=False))
