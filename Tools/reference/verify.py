"""Checks the fixtures of a folder by a second path: NumPy re-derivations and finite differences, without PyTorch."""

import sys
from pathlib import Path

from verify_alignment import verify_alignment
from verify_backbones import verify_backbones
from verify_batch_norm import verify_batch_norm
from verify_files import verify_files, verify_initialisation
from verify_images import verify_cifar, verify_images
from verify_layers import verify_layers
from verify_losses import verify_center_loss, verify_classification
from verify_network import verify_network
from verify_optimizers import verify_optimizers
from verify_records import verify_records
from verify_schedules import verify_schedules

from verify_heads import verify_heads
from verify_miners import verify_golden, verify_miners
from verify_pairs import verify_pair_losses
from verify_projection import verify_projection
from verify_retrieval import verify_retrieval
from verify_templates import verify_templates
from verify_transforms import verify_transforms
from verify_verification import verify_verification

CHECKS = {
    "layers.safetensors": verify_layers,
    "batch_norm.safetensors": verify_batch_norm,
    "optimizers.safetensors": verify_optimizers,
    "schedules.safetensors": verify_schedules,
    "lenetplusplus.safetensors": verify_network,
    "backbones.safetensors": verify_backbones,
    "center_loss.safetensors": verify_center_loss,
    "classification.safetensors": verify_classification,
    "initialisation.json": verify_initialisation,
    "safetensors": verify_files,
    "heads.safetensors": verify_heads,
    "pair_losses.safetensors": verify_pair_losses,
    "miners.safetensors": verify_miners,
    "golden.json": verify_golden,
    "transforms.safetensors": verify_transforms,
    "retrieval.safetensors": verify_retrieval,
    "images": verify_images,
    "cifar": verify_cifar,
    "verification.safetensors": verify_verification,
    "projection.safetensors": verify_projection,
    "alignment.safetensors": verify_alignment,
    "records": verify_records,
    "templates.safetensors": verify_templates,
}


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: verify.py FOLDER")
    failures = 0
    for name, check in CHECKS.items():
        try:
            check(Path(sys.argv[1]) / name)
            print(f"{name}: right")
        except AssertionError as problem:
            failures += 1
            print(f"{name}: {problem}")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
