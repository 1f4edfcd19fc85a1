"""Writes all fixtures into the folder given as the only argument."""

import sys
from pathlib import Path

import backbones
import center_loss
import classification
import files
import initialisation
import layers
import lenetplusplus
import optimizers
import schedules
import torch

import golden
import heads
import miners
import pair_losses
import transforms
import verification

MODULES = [
    layers,
    optimizers,
    schedules,
    lenetplusplus,
    backbones,
    center_loss,
    classification,
    initialisation,
    files,
    heads,
    pair_losses,
    miners,
    golden,
    transforms,
    verification,
]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: generate.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # One thread: sums are then always taken in the same order.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for module in MODULES:
        module.generate(folder)


if __name__ == "__main__":
    main()
