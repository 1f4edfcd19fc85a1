"""Labeled Faces in the Wild by a fixed projection of pixels: what the protocol of ten folds must give, printed.

    python Tools/reference/lfw.py FOLDER

FOLDER holds pairs.txt and the images NAME/NAME_0001.jpg of 112 x 112 pixels. Each image becomes 14 x 14 sums over blocks of 8 x 8 pixels
and three colours, less their middle, and 32 sums of these with signs by a closed form. All are whole numbers below 2^24, so that
every order of summation gives the same.
"""

import sys
from pathlib import Path

import numpy
from PIL import Image
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import KFold

BLOCKS, SIZE, WIDTH = 14, 8, 32


def signs():
    pixel = numpy.arange(1, BLOCKS * BLOCKS + 1, dtype=numpy.uint64)[:, None]
    number = numpy.arange(1, WIDTH + 1, dtype=numpy.uint64)[None]
    return numpy.where((pixel * number * 2654435761) % 2**32 >= 2**31, 1, -1)


def embedding(path, projection):
    pixels = numpy.asarray(Image.open(path).convert("RGB"), dtype=numpy.int64)
    sums = pixels.reshape(BLOCKS, SIZE, BLOCKS, SIZE, 3).sum(axis=(1, 3, 4)) - 128 * SIZE * SIZE * 3
    return sums.flatten() @ projection


def main():
    folder = Path(sys.argv[1])
    lines = (folder / "pairs.txt").read_text().split("\n")
    folds = int(lines[0].split()[0])
    pairs = []
    for line in filter(None, lines[1:]):
        words = line.split("\t")
        first, second = (words[0], words[1]), (words[0] if len(words) == 3 else words[2], words[-1])
        pairs.append((first, second, len(words) == 3))
    projection = signs()
    paths = {path.stem: path for path in folder.glob("**/*.jpg")}
    units = {}
    for image in {side for pair in pairs for side in pair[:2]}:
        row = embedding(paths[f"{image[0]}_{int(image[1]):04d}"], projection).astype(numpy.float64)
        units[image] = row / numpy.linalg.norm(row)
    answers = numpy.array([pair[2] for pair in pairs])
    distances = numpy.array([numpy.sum((units[a] - units[b]) ** 2) for a, b, _ in pairs])
    cosines = numpy.array([numpy.sum(units[a] * units[b]) for a, b, _ in pairs])
    thresholds = numpy.arange(0, 4, 0.01)
    chosen, right = [], []
    for train, test in KFold(n_splits=folds).split(distances):
        shares = [numpy.mean((distances[train] < threshold) == answers[train]) for threshold in thresholds]
        threshold = thresholds[int(numpy.argmax(shares))]
        chosen.append(round(float(threshold), 2))
        right.append(int(numpy.sum((distances[test] < threshold) == answers[test])))
    far, tar, _ = roc_curve(answers, cosines, drop_intermediate=False)
    accuracies = numpy.array(right) / (len(pairs) / folds)
    print("right", right)
    print("thresholds", chosen)
    print("accuracy", repr(float(accuracies.mean())), "deviation", repr(float(accuracies.std())))
    print("area", repr(float(roc_auc_score(answers, cosines))))
    for target in [0.1, 0.01, 0.001]:
        print("tar at", target, repr(float(tar[far <= target].max())), "far", repr(float(far[far <= target].max())))


if __name__ == "__main__":
    main()
