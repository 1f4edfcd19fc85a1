"""Checks the image fixtures by NumPy: against the pictures that went in, and against each other."""

import gzip
import hashlib
import json
import tarfile
from pathlib import Path

import numpy as np
from images import picture


def verify_images(folder):
    folder = Path(folder)
    data = np.frombuffer(gzip.decompress((folder / "pixels.gz").read_bytes()), np.uint8)
    entries = {Path(entry["file"]).stem: entry for entry in json.loads((folder / "index.json").read_text())["good"]}

    def pixels(name, key="rgb"):
        entry, channels = entries[name], 3 if key == "rgb" else 1
        shape = (entry["height"], entry["width"], channels)
        return data[entry[key] : entry[key] + np.prod(shape)].reshape(shape)

    color, grey = picture(21, 33), picture(21, 33, 1)
    for name in ["rgb", "rgba", "rgb_transparent", "gamma", "interlaced_rgb"]:
        assert (pixels(f"png_{name}") == color).all(), name
    # 16 bits are 257 times the 8 less 3, whose upper byte is the 8, or one less for 1 and 2.
    for name, source in [("grey_16", color[..., :1]), ("rgb_16", color), ("interlaced_rgba_16", color)]:
        assert (pixels(f"png_{name}") == source - (source > 0) * (source < 3)).all(), name
    for depth in [1, 2, 4, 8]:
        levels = (grey >> (8 - depth)).astype(int) * 255 // (2**depth - 1)
        assert (pixels(f"png_grey_{depth}", "grey") == levels).all(), depth
    assert (pixels("png_orientation") == np.rot90(color, -1)).all()
    luma = np.round(color @ [0.299, 0.587, 0.114])
    assert np.abs(pixels("png_rgb", "grey")[..., 0] - luma).max() <= 1

    stored = pixels("jpeg_orientation_1")
    turned = {
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.transpose(1, 0, 2),
        6: np.rot90(stored, -1),
        7: stored[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(stored),
    }
    for orientation, expected in turned.items():
        assert (pixels(f"jpeg_orientation_{orientation}") == expected).all(), orientation
    # What a quality of 80 loses of a picture without sharp edges but its jumps from 255 to 0.
    source = picture(43, 61)
    assert np.median(np.abs(pixels("jpeg_444").astype(int) - source)) <= 6
    inks = picture(43, 61, 4).astype(int)
    light = (255 - inks[..., :3]) * (255 - inks[..., 3:]) / 255
    assert np.median(np.abs(pixels("jpeg_cmyk") - light)) <= 6


def verify_cifar(folder):
    folder = Path(folder)
    index = json.loads((folder / "index.json").read_text())
    for name, number, labels in [("cifar10", 10, 1), ("cifar100", 100, 2)]:
        with tarfile.open(folder / f"cifar-{number}-binary.tar.gz") as reader:
            files = {Path(entry.name).name: reader.extractfile(entry).read() for entry in reader if entry.isfile()}
        for part, prefixes in [("train", ("data", "train")), ("test", ("test",))]:
            content = b"".join(files[key] for key in sorted(files) if key.startswith(prefixes))
            digest = hashlib.sha256()
            for start in range(0, len(content), 3072 + labels):
                image = content[start + labels : start + labels + 3072]
                for place in range(1024):
                    digest.update(image[place::1024])
            assert digest.hexdigest() == index[name][part]["pixels"], (name, part)
            expected = [content[start] for start in range(labels - 1, len(content), 3072 + labels)]
            assert expected == index[name][part]["labels"], (name, part)
