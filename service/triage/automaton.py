"""Find all patterns in a stream of words at once, in one step a word.

The idea is that of Aho and Corasick, with choices inside phrases: what a pattern can still become is a set of states,
and each set that a text leads to is worked out once and kept. Written here because libraries for many patterns want
each phrase spelled out, and the choices of our lexicons multiply to millions of phrases.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from service.triage import patterns
from service.triage.patterns import Choice

_MOST_SETS = 12_000


class Automaton:
    """Patterns over numbered words; each found is reported with its number and length in words."""

    def __init__(self) -> None:
        self._states = 1
        self._drawn: list[tuple[int, int, int]] = []
        self._silent: dict[int, list[int]] = defaultdict(list)
        self._found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        # Edges as flat arrays, by state and word, because a dictionary for each state takes ten times the memory:
        # those of state s are starts[s] to starts[s + 1]; edge e leads on words[e] to targets[ends[e]:ends[e + 1]].
        self._starts, self._words, self._ends, self._targets = (array("I") for _ in range(4))
        self._first: dict[int, tuple[int, ...]] = {}
        self._forget()

    def add(self, sequence: patterns.Sequence, numbers: Mapping[str, int], which: int) -> None:
        """Add pattern number `which`; `numbers` gives the number of each word."""
        for length, state in self._grow(sequence, {0: 0}, numbers).items():
            if length == 0:
                raise ValueError("a pattern may stand for nothing")
            self._found[state].append((which, length))

    def seal(self) -> None:
        """Work out the silent steps and pack the edges; nothing can be added afterwards."""
        self._drawn.sort()
        for (state, word), edges in groupby(self._drawn, key=itemgetter(0, 1)):
            while len(self._starts) <= state:
                self._starts.append(len(self._words))
            self._words.append(word)
            self._ends.append(len(self._targets))
            self._targets.extend(dict.fromkeys(reached for *_, target in edges for reached in self._silently(target)))
        while len(self._starts) <= self._states:
            self._starts.append(len(self._words))
        self._ends.append(len(self._targets))
        firsts: dict[int, dict[int, None]] = defaultdict(dict)
        for state in self._silently(0):
            for edge in range(self._starts[state], self._starts[state + 1]):
                firsts[self._words[edge]].update(dict.fromkeys(self._led(edge)))
        self._first = {word: tuple(states) for word, states in firsts.items()}
        self._drawn.clear()
        self._silent.clear()

    def first_words(self) -> frozenset[int]:
        """Return the words with which patterns begin: a text without any of them holds no pattern."""
        return frozenset(self._first)

    def find(self, numbers: Sequence[int]) -> Iterator[tuple[int, int, int]]:
        """Yield (last word, pattern number, length) for every pattern in the words."""
        at = 0
        steps, found = self._steps, self._reports
        for last, number in enumerate(numbers):
            after = steps[at].get(number)
            if after is None:
                after = self._step(at, number)
                steps, found = self._steps, self._reports
            at = after
            if found[at]:
                for which, length in found[at]:
                    yield last, which, length

    def sets(self) -> int:
        """Return how many sets of states texts have led to so far."""
        return len(self._sets)

    def _step(self, at: int, number: int) -> int:
        """Work out which set follows the set `at` on a word, and keep it."""
        reached: dict[int, None] = dict.fromkeys(self._first.get(number, ()))
        for state in self._sets[at]:
            low, high = self._starts[state], self._starts[state + 1]
            edge = bisect_left(self._words, number, low, high)
            if edge < high and self._words[edge] == number:
                reached.update(dict.fromkeys(self._led(edge)))
        states = tuple(reached)
        known = self._known.get(states)
        if known is None:
            if len(self._sets) >= _MOST_SETS:
                self._forget()
                at = 0 if not states else -1
            known = self._known[states] = len(self._sets)
            self._sets.append(states)
            self._steps.append({})
            self._reports.append(tuple(dict.fromkeys(one for state in states for one in self._found.get(state, ()))))
        if at >= 0:
            self._steps[at][number] = known
        return known

    def _led(self, edge: int) -> Sequence[int]:
        """Return the states that an edge leads to."""
        return self._targets[self._ends[edge] : self._ends[edge + 1]]

    def _forget(self) -> None:
        """Begin anew with the empty set: a hostile text must not fill the memory."""
        self._sets: list[tuple[int, ...]] = [()]
        self._known: dict[tuple[int, ...], int] = {(): 0}
        self._steps: list[dict[int, int]] = [{}]
        self._reports: list[tuple[tuple[int, int], ...]] = [()]

    def _grow(self, sequence: patterns.Sequence, ends: dict[int, int], numbers: Mapping[str, int]) -> dict[int, int]:
        """Lay a sequence behind `ends` (length so far -> state) and return its own ends."""
        for part in sequence:
            if isinstance(part, Choice):
                ends = self._merged([self._grow(way, ends, numbers) for way in part.ways])
            else:
                ends = {length + 1: self._edge(state, numbers[part]) for length, state in ends.items()}
        return ends

    def _merged(self, ways: list[dict[int, int]]) -> dict[int, int]:
        """Let ways of equal length come together in one state."""
        merged: dict[int, int] = {}
        for ends in ways:
            for length, state in ends.items():
                if length not in merged:
                    merged[length] = self._state()
                self._silent[state].append(merged[length])
        return merged

    def _edge(self, state: int, number: int) -> int:
        target = self._state()
        self._drawn.append((state, number, target))
        return target

    def _state(self) -> int:
        self._states += 1
        return self._states - 1

    def _silently(self, state: int) -> list[int]:
        """Return the states that are reached from one without a word, itself included."""
        reached = {state: None}
        waiting = [state]
        while waiting:
            for target in self._silent.get(waiting.pop(), ()):
                if target not in reached:
                    reached[target] = None
                    waiting.append(target)
        return list(reached)
