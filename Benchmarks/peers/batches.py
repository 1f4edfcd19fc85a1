"""Packs shuffled MNIST batches of 128 for the benchmarks: images uint8 [B, 128, 1, 28, 28], labels int64 [B, 128]."""

import argparse
import gzip

import numpy
from safetensors.numpy import save_file

BATCH = 128


def idx(path, header):
    with gzip.open(path) as file:
        return numpy.frombuffer(file.read(), numpy.uint8, offset=header)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", required=True, help="train-images-idx3-ubyte.gz")
    parser.add_argument("--labels", required=True, help="train-labels-idx1-ubyte.gz")
    parser.add_argument("--count", type=int, default=60, help="number of batches")
    parser.add_argument("output")
    arguments = parser.parse_args()
    images = idx(arguments.images, 16).reshape(-1, 1, 28, 28)
    labels = idx(arguments.labels, 8).astype(numpy.int64)
    chosen = numpy.random.default_rng(0).permutation(len(labels))[: arguments.count * BATCH]
    save_file(
        {
            "images": images[chosen].reshape(-1, BATCH, 1, 28, 28),
            "labels": labels[chosen].reshape(-1, BATCH),
        },
        arguments.output,
    )


if __name__ == "__main__":
    main()
