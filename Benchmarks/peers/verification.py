"""The protocol of Labeled Faces in the Wild on random embeddings: squared distances, and ten folds by 400 thresholds.

Form `loops` is the way of the published programs in NumPy: every threshold is tried on every fold, one after the other.
It answers the commands of `server.py`.
"""

import numpy

from server import arguments_parser, parse, serve

FOLDS = 10


class Loops:
    def __init__(self, pairs, width):
        source = numpy.random.default_rng(0)
        self.same = numpy.tile(numpy.arange(pairs // FOLDS) < pairs // FOLDS // 2, FOLDS)
        self.first = source.standard_normal((pairs, width), dtype=numpy.float32)
        other = source.standard_normal((pairs, width), dtype=numpy.float32)
        self.second = numpy.where(self.same[:, None], self.first + other, other)

    def step(self):
        first = self.first / numpy.linalg.norm(self.first, axis=1, keepdims=True)
        second = self.second / numpy.linalg.norm(self.second, axis=1, keepdims=True)
        distances = numpy.sum(numpy.square(first - second), axis=1)
        thresholds = numpy.arange(0, 4, 0.01)
        rows = numpy.arange(len(distances))
        accuracies = []
        for test in numpy.array_split(rows, FOLDS):
            train = numpy.setdiff1d(rows, test)
            right = [self.accuracy(distances[train], self.same[train], threshold) for threshold in thresholds]
            accuracies.append(self.accuracy(distances[test], self.same[test], thresholds[numpy.argmax(right)]))
        return float(numpy.mean(accuracies))

    @staticmethod
    def accuracy(distances, same, threshold):
        predicted = numpy.less(distances, threshold)
        true = numpy.sum(numpy.logical_and(predicted, same))
        false = numpy.sum(numpy.logical_and(numpy.logical_not(predicted), numpy.logical_not(same)))
        return (true + false) / len(distances)


def main():
    parser = arguments_parser(__doc__)
    parser.add_argument("--form", choices=["loops"], required=True)
    parser.add_argument("--pairs", type=int, default=6000)
    parser.add_argument("--embedding", type=int, default=512)
    arguments = parse(parser)
    serve(arguments, arguments.form, Loops(arguments.pairs, arguments.embedding))


if __name__ == "__main__":
    main()
