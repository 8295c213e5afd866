"""A desk learns from its team's corrections: naive Bayes over character n-grams, re-ranking what the tables found.

Pure and small: counts in, counts out; saved as JSON. With few examples it says little, and it never invents a type the
team has not used.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from desk.reading.keywords import TYPES, normalise

FORMAT = 1
MAX_GRAMS = 200_000
"""Distinct n-grams kept; the rarest go first."""
MIN_EXAMPLES = 5
"""Examples of one type before the learner speaks for it."""
_SIZES = (3, 4, 5)
_WIDE_SIZES = (1, 2, 3)
_MAX_TEXT = 2_000
PULL = 2.0
"""Points the learner can add to one type unless it proved worth more: as much as a two-word phrase."""


def grams(text: str) -> list[str]:
    """Character n-grams of a normalised text with word edges; one to three characters for Chinese and Japanese."""
    plain = f" {normalise(text[:_MAX_TEXT])} "
    wide = sum(c > "\u2e80" for c in plain) * 3 > len(plain)
    sizes = _WIDE_SIZES if wide else _SIZES
    return [plain[i : i + n] for n in sizes for i in range(len(plain) - n + 1)]


class Learner:
    """Counts per type. `learn` and `forget` are inverses, so a correction can be corrected."""

    def __init__(self) -> None:
        self.examples: Counter[str] = Counter()
        self.totals: Counter[str] = Counter()
        self.counts: dict[str, Counter[str]] = {}
        self.pull = PULL

    @classmethod
    def train(cls, pairs: Iterable[tuple[str, str]]) -> Learner:
        """A learner from (text, type) pairs."""
        learner = cls()
        for text, type in pairs:
            learner.learn(text, type)
        return learner

    def learn(self, text: str, type: str) -> None:
        self._count(text, type, 1)

    def forget(self, text: str, type: str) -> None:
        """Takes one example back. Raises ValueError when there is none of that type."""
        if not self.examples[type]:
            raise ValueError(f"nothing was learned for {type!r}")
        self._count(text, type, -1)

    def _count(self, text: str, type: str, step: int) -> None:
        self.examples[type] += step
        for gram in set(grams(text)):
            counts = self.counts.setdefault(gram, Counter())
            counts[type] += step
            self.totals[type] += step
            if counts[type] <= 0:
                del counts[type]
            if not counts:
                del self.counts[gram]
        if len(self.counts) > MAX_GRAMS:
            self._shrink()

    def _shrink(self) -> None:
        keep = sorted(self.counts, key=lambda g: -sum(self.counts[g].values()))[: MAX_GRAMS * 3 // 4]
        self.counts = {g: self.counts[g] for g in keep}
        self.totals = Counter()
        for counts in self.counts.values():
            self.totals.update(counts)

    def predict(self, text: str) -> dict[str, float]:
        """Probability per learned type; empty before two types have enough examples."""
        known = [t for t, n in self.examples.items() if n >= MIN_EXAMPLES]
        if len(known) < 2:
            return {}
        total, size = sum(self.examples[t] for t in known), len(self.counts) + 1
        logs = {t: math.log(self.examples[t] / total) for t in known}
        base = {t: math.log(1.0 / (self.totals[t] + size)) for t in known}
        seen = 0
        for gram in set(grams(text)):
            counts = self.counts.get(gram)
            if counts is None:
                continue
            seen += 1
            for type in known:
                logs[type] += math.log(counts[type] + 1.0) + base[type]
        if not seen:
            return {}
        # n-grams overlap, so their evidence is not independent: the sum is tempered before it becomes a probability
        tempered = {t: v / max(math.sqrt(seen), 1.0) for t, v in logs.items()}
        top = max(tempered.values())
        weights = {t: math.exp(v - top) for t, v in tempered.items()}
        norm = sum(weights.values())
        return {t: w / norm for t, w in weights.items()}

    def rerank(self, text: str, scores: Mapping[str, float]) -> dict[str, float]:
        """The table scores with the learner's points added where it is surer than chance."""
        predicted = self.predict(text)
        if not predicted:
            return dict(scores)
        chance = 1.0 / len(predicted)
        out = dict(scores)
        for type, probability in predicted.items():
            if type in TYPES and probability > chance:
                gain = self.pull * (probability - chance) / (1.0 - chance)
                if gain >= 0.5 or type in scores:
                    out[type] = out.get(type, 0.0) + gain
            elif type in scores:
                out[type] = max(out[type] - self.pull * (chance - probability) / chance / 2, 0.0)
        return out

    def accuracy(self, pairs: Iterable[tuple[str, str]]) -> tuple[int, int]:
        """(right, asked) on examples it has not learned; the share is its own report of how good it is."""
        right = asked = 0
        for text, type in pairs:
            predicted = self.predict(text)
            if predicted:
                asked += 1
                right += max(predicted, key=lambda t: predicted[t]) == type
        return right, asked

    def to_json(self) -> str:
        return json.dumps(
            {"format": FORMAT, "pull": self.pull, "examples": self.examples, "counts": self.counts},
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Learner:
        """Raises ValueError for anything `to_json` did not write."""
        learner = cls()
        try:
            data: dict[str, Any] = json.loads(text)
            if data["format"] != FORMAT:
                raise ValueError(f"learner format {data['format']!r} is not known")
            learner.pull = float(data.get("pull", PULL))
            learner.examples.update({str(t): int(n) for t, n in data["examples"].items()})
            for gram, counts in data["counts"].items():
                learner.counts[gram] = Counter({str(t): int(n) for t, n in counts.items()})
                learner.totals.update(learner.counts[gram])
        except (KeyError, TypeError, AttributeError) as exc:
            raise ValueError("not a saved learner") from exc
        return learner
