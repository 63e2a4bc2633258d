"""The page of accuracy, made from the figures that are kept: `docs/reference/accuracy.md` and its two pictures.

Usage: python -m benchmarks.accuracy.report
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.accuracy.figures import Counts, Figures, read_figures
from benchmarks.accuracy.measures import interval

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
TARGET_PRECISION = TARGET_RECALL = 0.95
TARGET_FLAGGED = 2.0  # in 1,000 lawful documents of a kind
_SIDE, _EDGE = 320, 40  # pixels


def pages(figures: Figures) -> dict[str, str]:
    """The files by their names: the page and its pictures."""
    return {
        "accuracy.md": "\n".join(_page(figures)) + "\n",
        "accuracy-calibration.svg": _calibration_picture(figures),
        "accuracy-learning.svg": _learning_picture(figures),
    }


def _page(figures: Figures) -> Iterator[str]:
    real = figures.by_source
    yield from (
        "# How accurate the judgement is",
        "",
        "Made by `python -m benchmarks.accuracy.report` from `benchmarks/accuracy/figures.json`, which",
        "`python -m benchmarks.accuracy.held_out --write` measures. Do not edit it by hand.",
        "",
        f"{real.passages:,} passages of real text from {figures.sources_count} sources, {real.unlawful:,} of them"
        " unlawful, were labelled by reading; each is judged by a wording that was",
        f"learned without it, from {figures.own:,} passages written for this project, the rules' examples, the other"
        " real passages and lawful documents. The real texts are not part of the",
        "project. Brackets hold the 95 % interval (Wilson); passages of one site are alike, so the true interval is"
        " wider.",
        "",
        "## Held out",
        "",
        "**By source** tells what to expect of a site that nobody has read; **by passage**, of a site of which some"
        " pages were labelled.",
        "Some of the project's own passages were written by people who had read errors on these texts, so that both are"
        " somewhat too good; text that was never seen stands further below.",
        "",
        *_counts("parted", (figures.by_source, figures.by_passage)),
        "",
        "## Targets",
        "",
        *_gaps(figures),
        "",
    )
    if figures.fresh:
        yield from (
            "## Text that was never seen",
            "",
            "Judged once by the lists as they stood, before anything was learned from it.",
            "",
            *_counts("set", figures.fresh),
            "",
        )
    if figures.rounds:
        yield from (
            "## Every prohibition, blind",
            "",
            "Sentences for each prohibition of the law, adverts that hide behind an excuse, and lawful lookalikes,"
            " written by people who had",
            "not read the lists, and judged once (`python -m benchmarks.accuracy.blind_round`). Targets: rule and"
            " article 0.90, excuses 1.00, lawful 0.98.",
            "",
            "| round | sentences | flagged | right rule | right article | excuses seen through | lawful let pass |",
            "| --- | --- | --- | --- | --- | --- | --- |",
            *(
                f"| {row.name} | {row.sentences} | {row.flagged / row.sentences:.3f} | {_share(row.named, row.sentences)}"
                f" | {_share(row.cited, row.sentences)} | {_share(row.seen_through, row.excusing)}"
                f" | {_share(row.let_pass, row.lawful)} |"
                for row in figures.rounds
            ),
            "",
        )
    yield from (
        "## By source",
        "",
        "Sources of fewer than ten passages stand together.",
        "",
        *_counts("source", figures.sources),
        "",
        "## By kind of text",
        "",
        *_counts("kind", figures.kinds),
        "",
        "## Lawful documents",
        "",
        "Real documents that are lawful by their source, none of them learned from.",
        "",
        "| kind | documents | flagged | in 1,000 |",
        "| --- | --- | --- | --- |",
        *(
            f"| {row.kind} | {row.documents:,} | {row.flagged} | {_per_thousand(row.flagged, row.documents)} |"
            for row in figures.documents
        ),
        "",
        "## What more text brings",
        "",
        "By source, learned from a share of all text, and from all of it.",
        "",
        *_counts("learned from", figures.curve),
        "",
        "![Precision and recall by the share of text that was learned from](accuracy-learning.svg)",
        "",
        "## Calibration",
        "",
        "The measure of a passage's wording (its most suspicious sentence) next to the unlawful share.",
        "",
        "| measure | passages | mean measure | unlawful |",
        "| --- | --- | --- | --- |",
        *(
            f"| {row.low:.2f}–{row.high:.2f} | {row.passages} | {row.mean:.2f} | {row.unlawful / row.passages:.2f} |"
            for row in figures.calibration
        ),
        "",
        "![Share unlawful by measure](accuracy-calibration.svg)",
    )


def _gaps(figures: Figures) -> Iterator[str]:
    """What falls short of the targets, in words."""
    row = figures.by_source
    precision, recall = row.right / max(row.flagged, 1), row.right / max(row.unlawful, 1)
    for name, reached, target in (
        ("precision", precision, TARGET_PRECISION),
        ("recall", recall, TARGET_RECALL),
    ):
        state = "reached" if reached >= target else f"short by {target - reached:.3f}"
        yield f"- {name} by source, target {target:.2f}: {reached:.3f}, {state}"
    for kind in figures.documents:
        share = 1000 * kind.flagged / kind.documents
        state = "reached" if share <= TARGET_FLAGGED else "not reached"
        if kind.documents < 1000:
            state += ", on few documents"
        yield f"- false alarms in 1,000, {kind.kind}, target at most {TARGET_FLAGGED:.0f}: {share:.1f}, {state}"


def _counts(title: str, rows: Iterable[Counts]) -> Iterator[str]:
    yield f"| {title} | passages | unlawful | flagged | precision | recall |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in rows:
        yield (
            f"| {row.name} | {row.passages} | {row.unlawful} | {row.flagged}"
            f" | {_share(row.right, row.flagged)} | {_share(row.right, row.unlawful)} |"
        )


def _share(hits: int, of: int) -> str:
    if not of:
        return "–"
    low, high = interval(hits, of)
    return f"{hits / of:.3f} ({low:.3f}–{high:.3f})"


def _per_thousand(hits: int, of: int) -> str:
    low, high = interval(hits, of)
    return f"{1000 * hits / of:.1f} ({1000 * low:.1f}–{1000 * high:.1f})"


def _calibration_picture(figures: Figures) -> str:
    points = [(row.mean, row.unlawful / row.passages) for row in figures.calibration]
    marks = "".join(
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{2 + min(8, row.passages**0.5 / 2):.1f}"/>'
        for (x, y), row in zip(points, figures.calibration, strict=True)
    )
    diagonal = f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#999" stroke-dasharray="4"/>'
    return _picture("measure", "share unlawful", f'{diagonal}<g fill="#1f5fa8">{marks}</g>')


def _learning_picture(figures: Figures) -> str:
    shares = [float(row.name.rstrip("%")) / 100 for row in figures.curve]
    lines = []
    for name, colour, of in (("precision", "#1f5fa8", "flagged"), ("recall", "#b4530a", "unlawful")):
        heights = [row.right / max(getattr(row, of), 1) for row in figures.curve]
        path = "L".join(f"{_x(x):.1f} {_y(y):.1f}" for x, y in zip(shares, heights, strict=True))
        lines.append(f'<path d="M{path}" stroke="{colour}" stroke-width="2"/>')
        end = _y(heights[-1]) + (14 if name == "recall" else -8)
        lines.append(f'<text x="{_x(0.72)}" y="{end:.1f}" fill="{colour}">{name}</text>')
    return _picture("share of text learned from", "share", "".join(lines))


def _x(value: float) -> float:
    return _EDGE + value * _SIDE


def _y(value: float) -> float:
    return _EDGE / 2 + (1 - value) * _SIDE


def _picture(across: str, upward: str, drawn: str) -> str:
    width, height = _SIDE + 1.5 * _EDGE, _SIDE + 1.5 * _EDGE
    ticks = "".join(
        f'<text x="{_x(value):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{value:.1f}</text>'
        f'<text x="{_EDGE - 6}" y="{_y(value) + 4:.0f}" text-anchor="end">{value:.1f}</text>'
        for value in (0.0, 0.5, 1.0)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        f' height="{height:.0f}" font-family="sans-serif" font-size="12" fill="none">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<rect x="{_EDGE}" y="{_EDGE / 2:.0f}" width="{_SIDE}" height="{_SIDE}" stroke="#666"/>'
        f'<g fill="#222">{ticks}<text x="{_x(0.5):.0f}" y="{height - 10:.0f}" text-anchor="middle">{across}</text>'
        f'<text x="{_EDGE + 6}" y="{_EDGE / 2 + 16:.0f}">{upward}</text></g>{drawn}</svg>\n'
    )


def main() -> int:
    """Write the page and its pictures."""
    for name, content in pages(read_figures()).items():
        (REFERENCE / name).write_text(content, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
