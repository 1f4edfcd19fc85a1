"""SplitMix64 with the package's way to shape its bits, written again, so that references can repeat seeded draws."""

import numpy

MASK = 2**64 - 1
INCREMENT = 0x9E3779B97F4A7C15


def mixed(word):
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


class Generator:
    """The generator of a part, which belongs to a seed and a path."""

    def __init__(self, seed, *path):
        self.state = mixed((seed + INCREMENT) & MASK)
        for part in path:
            self.state = mixed(((self.state ^ part) + INCREMENT) & MASK)

    def next(self):
        self.state = (self.state + INCREMENT) & MASK
        return mixed(self.state)

    def index(self, bound):
        """A whole number below the bound: multiply and reject, Lemire 2019."""
        while True:
            product = self.next() * bound
            if product & MASK >= (2**64 - bound) % bound:
                return product >> 64

    def counts(self, count):
        """How often each of `count` items is drawn in as many draws."""
        return numpy.bincount([self.index(count) for _ in range(count)], minlength=count)

    def permutation(self, count):
        order = list(range(count))
        for last in range(count - 1, 0, -1):
            other = self.index(last + 1)
            order[last], order[other] = order[other], order[last]
        return order
