"""CIFAR's binary archives with a few small-numbered images each, and what is in them."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np

SIZE = 32


def images(count, seed):
    """`count` images [N, 3, H, W] that compress well and are in no direction symmetric."""
    image, channel, row, column = np.mgrid[0:count, 0:3, 0:SIZE, 0:SIZE]
    return (seed * 31 + image * 17 + channel * 71 + row * (channel + 1) + column * 5).astype(np.uint8)


def records(labels, pixels):
    """Labels [N, 1 or 2] before the pixels of each image."""
    return np.concatenate([np.array(labels, np.uint8), pixels.reshape(len(pixels), -1)], axis=1).tobytes()


def archive(folder, files):
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as writer:
        directory = tarfile.TarInfo(folder)
        directory.type = tarfile.DIRTYPE
        writer.addfile(directory)
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size = len(content)
            writer.addfile(entry, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), 9, mtime=0)


def digest(pixels):
    return hashlib.sha256(np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)).tobytes()).hexdigest()


def described(labels, pixels):
    return {"labels": np.array(labels)[:, -1].tolist(), "coarse": np.array(labels)[:, 0].tolist(), "pixels": digest(pixels)}


def generate(folder):
    folder = Path(folder) / "cifar"
    folder.mkdir(parents=True, exist_ok=True)
    index = {}

    names = "\n".join(f"thing {number}" for number in range(10)) + "\n\n"
    parts = {f"data_batch_{number}.bin": ([[number], [9 - number]], images(2, number)) for number in range(1, 6)}
    test = ([[0], [9], [4]], images(3, 6))
    files = {"batches.meta.txt": names.encode(), **{name: records(*part) for name, part in parts.items()}}
    files |= {"readme.html": b"<html>", "test_batch.bin": records(*test)}
    (folder / "cifar-10-binary.tar.gz").write_bytes(archive("cifar-10-batches-bin", files))
    train = (sum((labels for labels, _ in parts.values()), []), np.concatenate([p for _, p in parts.values()]))
    index["cifar10"] = {"train": described(*train), "test": described(*test)}

    train = ([[19, 99], [0, 0], [3, 42], [7, 7]], images(4, 1))
    test = ([[5, 98], [19, 1]], images(2, 2))
    files = {"train.bin": records(*train), "test.bin": records(*test)}
    files["fine_label_names.txt"] = "".join(f"fine {number}\n" for number in range(100)).encode()
    files["coarse_label_names.txt"] = "".join(f"coarse {number}\n" for number in range(20)).encode()
    (folder / "cifar-100-binary.tar.gz").write_bytes(archive("cifar-100-binary", files))
    index["cifar100"] = {"train": described(*train), "test": described(*test)}
    (folder / "index.json").write_text(json.dumps(index, indent=1, sort_keys=True) + "\n", encoding="utf-8")
