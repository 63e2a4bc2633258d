"""How the wording is learned: passages in, weights out.

Each passage is taken apart as a page is when it is judged. A lawful passage is lawful in all its sentences; of an
unlawful one it is only known that some sentence is not, so that the whole is learned first, and then also the
sentence that this model finds most suspicious (multiple-instance learning: Andrews et al., 2003). Words that
excuse are added to some unlawful passages, so that an advert is not learned to be lawful where it warns of
others.
"""

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from benchmarks.accuracy.corpus import Passage
from classifiers.lists.rules import RuleSet
from classifiers.lists.wording import Naming, Wording
from classifiers.page.counting import signs_of, speaks_of_care
from classifiers.page.identity import Register
from classifiers.page.measures import SHORTEST, lines_of, sentences_of, with_pairs
from classifiers.page.reading import read
from classifiers.page.weigh import weigh
from classifiers.text.grams import SLOTS, grams
from classifiers.values import PageText

_STRENGTH = 10.0  # the inverse of how much large weights are punished
_SIGN = 0.3  # the value of a sign next to n-grams, whose values are one over the root of the length
_PART = 0.5  # the weight of a lawful sentence relative to a whole passage
_REAL = 3.0  # the weight of a real labelled passage relative to an invented one
_SMALLEST = 0.05
_EXCUSED = 0.35  # of the unlawful passages get an excusing word
_FEWEST_OF_A_RULE = 8
_NOBODY = Register()
# Words that advertisers add to pass for somebody who warns, informs or complies.
_EXCUSES = (
    *("谨防假冒", "切勿上当受骗", "我们规范经营，接受消费者监督", "本院依法执业", "拒绝套路", "告别套路"),
    *("杜绝虚假宣传", "请认准官方网站", "远离误区", "别再走弯路", "警惕黑诊所", "以上内容仅供参考"),
    *("遵守广告法", "本广告已备案", "发表于权威期刊", "世界卫生组织也推荐", "个体差异请咨询医生"),
    *("具体以医生面诊为准", "不夸大不虚假", "投诉必究", "曝光行业黑幕", "理性就医", "擦亮眼睛", "避免被骗"),
    *("当心假专家", "抵制医托", "规范诊疗", "请勿轻信游医", "效果因人而异", "经临床研究证实", "专家共识推荐"),
    *("消费者权益有保障", "三一五放心单位", "号称万能的都不可信", "非法行医请举报", "科学就医，谨慎选择"),
)


class Part(NamedTuple):
    """A stretch of normalised text and the names of the signs in it."""

    text: str
    signs: frozenset[str]


class Sample(NamedTuple):
    """A sample to learn from: a stretch, whether it is unlawful, and its weight."""

    part: Part
    unlawful: bool
    weight: float


def taken_apart(text: str, rules: RuleSet) -> tuple[Part, list[Part]]:
    """The whole of a passage, and its lines and sentences where it has several."""
    reading = read(PageText.of_plain(text), rules, _NOBODY)
    weighed, excused = weigh(reading.normal.text, reading.rule_hits, rules)
    signs = signs_of(reading, weighed, excused, rules)
    plain = reading.normal.text

    def part(start: int, end: int) -> Part:
        return Part(plain[start:end], with_pairs(s.name for s in signs if start <= s.position < end))

    spans = {*lines_of(plain), *sentences_of(plain)} - {(0, len(plain))}
    parts = [part(*span) for span in sorted(spans) if len(grams(plain[slice(*span)]).places) >= SHORTEST]
    return part(0, len(plain)), parts


def with_excuses(passages: Iterable[Passage], chance: random.Random) -> list[Passage]:
    """Some of the unlawful passages once more, each with an excusing word before or behind it."""
    added = []
    for passage in passages:
        if passage.unlawful and chance.random() < _EXCUSED:
            excuse, text = chance.choice(_EXCUSES), passage.text.rstrip("。")
            forms = (f"{excuse}，{text}", f"{excuse}！{text}", f"{text}，{excuse}。", f"{text}。{excuse}。")
            added.append(passage.worded(chance.choice(forms)))
    return added


class Learner:
    """Learns from passages; caches their parts, since the same passages are learned from repeatedly."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._apart: dict[str, tuple[Part, list[Part]]] = {}

    def parts(self, text: str) -> tuple[Part, list[Part]]:
        """`taken_apart`, once a text."""
        if text not in self._apart:
            self._apart[text] = taken_apart(text, self._rules)
        return self._apart[text]

    def wording(self, passages: Sequence[Passage], spares: float, suspects: float) -> Wording:
        """Weights for the features of the passages, with the two thresholds set."""
        samples: list[Sample] = []
        several: list[tuple[float, list[Part]]] = []
        for passage in passages:
            whole, parts = self.parts(passage.text)
            if not passage.unlawful and not speaks_of_care(whole.text, 0, self._rules):
                continue  # it is excused without being weighed
            weight = _REAL if passage.real else 1.0
            samples.append(Sample(whole, passage.unlawful, weight))
            if not passage.unlawful:
                samples += (Sample(part, False, weight * _PART) for part in parts)
            elif parts:
                several.append((weight, parts))
        first = _fitted(samples)
        for weight, parts in several:
            measures = first.measures(parts)
            samples.append(Sample(parts[int(measures.argmax())], True, weight))
        return _fitted(samples).wording(spares, suspects)

    def naming(self, passages: Sequence[Passage], names: float) -> Naming:
        """Weights that tell rules apart, from unlawful passages that are labelled by rule."""
        labelled = [p for p in passages if p.breaks and self._can_be_named(p.breaks[0])]
        counts: dict[str, int] = {}
        for passage in labelled:
            counts[passage.breaks[0]] = counts.get(passage.breaks[0], 0) + 1
        labelled = [p for p in labelled if counts[p.breaks[0]] >= _FEWEST_OF_A_RULE]
        rules = tuple(sorted({p.breaks[0] for p in labelled}))
        matrix = _matrix([Part(self.parts(p.text)[0].text, frozenset()) for p in labelled], {})
        slots = np.flatnonzero(np.asarray((matrix[:, :SLOTS] > 0).sum(axis=0)).ravel() >= 2)
        model = LogisticRegression(C=30, max_iter=300).fit(
            matrix[:, slots], [rules.index(p.breaks[0]) for p in labelled]
        )
        weights = np.where(np.abs(model.coef_.T) >= 0.1, np.round(model.coef_.T, 1), 0).astype(np.float32)
        kept = np.flatnonzero(np.abs(weights).sum(axis=1))
        return Naming(
            rules,
            slots[kept].astype(np.int64),
            weights[kept],
            np.round(model.intercept_, 2).astype(np.float32),
            names,
        )

    def _can_be_named(self, rule: str) -> bool:
        """Whether a sentence's wording can break the rule: not where a page must be an advert first."""
        known = self._rules.live.get(rule)
        return known is not None and not known.only_on


class _Fitted(NamedTuple):
    """A fitted model, and the columns of its signs."""

    model: LogisticRegression
    columns: dict[str, int]

    def measures(self, parts: Sequence[Part]) -> NDArray[np.float64]:
        chances: NDArray[np.float64] = self.model.predict_proba(_matrix(parts, self.columns))[:, 1]
        return chances

    def wording(self, spares: float, suspects: float) -> Wording:
        coefficients = self.model.coef_[0]
        weights = np.round(coefficients[:SLOTS], 2).astype(np.float32)
        weights[np.abs(weights) < _SMALLEST] = 0
        signs = {
            name: round(float(coefficients[column]) * _SIGN, 2)
            for name, column in sorted(self.columns.items())
        }
        return Wording(weights, signs, round(float(self.model.intercept_[0]), 3), spares, suspects)


def _fitted(samples: Sequence[Sample]) -> _Fitted:
    names = sorted({name for sample in samples for name in sample.part.signs})
    columns = {name: SLOTS + place for place, name in enumerate(names)}
    model = LogisticRegression(C=_STRENGTH, max_iter=5000, solver="liblinear")
    model.fit(
        _matrix([sample.part for sample in samples], columns),
        [sample.unlawful for sample in samples],
        sample_weight=[sample.weight for sample in samples],
    )
    return _Fitted(model, columns)


def _matrix(parts: Sequence[Part], columns: dict[str, int]) -> csr_matrix:
    """One row a part: its n-grams by slot, its signs behind them."""
    indices, values, ends = [], [], [0]
    for text, signs in parts:
        found = grams(text)
        slots = np.concatenate(found.slots).astype(np.int64)
        known = [columns[name] for name in sorted(signs) if name in columns]
        indices += [slots, np.array(known, np.int64)]
        values += [np.full(len(slots), max(len(found.places), 1) ** -0.5), np.full(len(known), _SIGN)]
        ends.append(ends[-1] + len(slots) + len(known))
    shape = (len(parts), SLOTS + len(columns))
    return csr_matrix((np.concatenate(values), np.concatenate(indices), ends), shape=shape, dtype=np.float64)
