"""Writes the fixtures into the folder that is the first argument: those of the modules named after it, or all."""

import sys
from pathlib import Path

import alignment
import backbones
import batch_norm
import center_loss
import cifar
import classification
import files
import images
import initialisation
import layers
import lenetplusplus
import optimizers
import records
import schedules
import templates
import torch
import weights

import golden
import heads
import miners
import pair_losses
import projection
import retrieval
import transforms
import verification

MODULES = [
    layers,
    batch_norm,
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
    retrieval,
    images,
    cifar,
    weights,
    verification,
    projection,
    alignment,
    records,
    templates,
]


def main():
    known = {module.__name__: module for module in MODULES}
    if len(sys.argv) < 2 or not known.keys() >= set(sys.argv[2:]):
        sys.exit(f"usage: generate.py FOLDER [{' | '.join(known)} ...]")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    # One thread: sums are then always taken in the same order.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for name in sys.argv[2:] or known:
        known[name].generate(folder)


if __name__ == "__main__":
    main()
