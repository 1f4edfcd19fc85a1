"""RecordIO files as MXNet writes them, in insightface's form and in the plain one, and its verification sets, with what each holds.

Written from the format's description (dmlc-core's recordio.h, MXNet's recordio.py), since MXNet has no release for a Python of
today: a record is the magic number, a word of three bits and a length, the bytes, and zeros up to four; where the magic number
stands in the bytes at a multiple of four it is left out and the record goes on in another part.
"""

import hashlib
import io
import json
import pickle
import struct
from pathlib import Path

import numpy
import torch
from PIL import Image

from fixture import generator

MAGIC = struct.pack("<I", 0xCED7230A)


def picture(name, kind="JPEG", comment=None):
    """A small image file of colours drawn by chance."""
    pixels = torch.randint(0, 256, (4, 5, 3), generator=generator("records", name), dtype=torch.uint8)
    image = Image.fromarray(pixels.numpy()).resize((20, 16), Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, kind, **({"quality": 92} if kind == "JPEG" else {}))
    data = buffer.getvalue()
    if comment is not None:
        # A comment right after the first marker, so that its place is known.
        data = data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]
    return data


def image_record(labels, key, image, counted=False):
    """The header with one label in it or, counted, with the labels after it, then the image."""
    if counted:
        return struct.pack("<IfQQ", len(labels), 0.0, key, 0) + struct.pack(f"<{len(labels)}f", *labels) + image
    return struct.pack("<IfQQ", 0, labels[0], key, 0) + image


def framed(content):
    """The bytes of one record in the file."""
    pieces, begin = [], 0
    for place in range(0, len(content) - 3, 4):
        if content[place : place + 4] == MAGIC:
            pieces.append(content[begin:place])
            begin = place + 4
    pieces.append(content[begin:])
    result = b""
    for index, piece in enumerate(pieces):
        kind = 0 if len(pieces) == 1 else 1 if index == 0 else 3 if index == len(pieces) - 1 else 2
        result += MAGIC + struct.pack("<I", kind << 29 | len(piece)) + piece + b"\0" * (-len(piece) % 4)
    return result


def write(folder, name, records):
    data, index = b"", ""
    for key, content in records:
        index += f"{key}\t{len(data)}\n"
        data += framed(content)
    (folder / f"{name}.rec").write_bytes(data)
    (folder / f"{name}.idx").write_text(index)


def old_pickle(images, answers):
    """What Python 2 wrote: byte strings by BINSTRING, truth values by its opcodes, all in protocol 2."""
    strings = b"".join(b"T" + struct.pack("<I", len(image)) + image for image in images)
    truths = b"".join(b"\x88" if answer else b"\x89" for answer in answers)
    return b"\x80\x02](" + strings + b"e](" + truths + b"e\x86."


def generate_pairs(folder):
    """Verification sets as insightface has them, in the forms that Pythons and numpy have written."""
    images = [picture(f"pair {index}") for index in range(8)]
    answers = [True, False, False, True]
    arrays = [numpy.frombuffer(image, numpy.uint8) for image in images]
    forms = {
        "pairs_4": pickle.dumps((images, answers), protocol=4),
        "pairs_5": pickle.dumps((images, answers), protocol=5),
        "pairs_old": old_pickle(images, answers),
        "pairs_arrays": pickle.dumps((arrays, answers), protocol=4),
        "bad_encoded": pickle.dumps((images, answers), protocol=2),
        "bad_count": pickle.dumps((images[:7], answers), protocol=4),
        "bad_code": pickle.dumps((images, [print, True, False, True]), protocol=4),
        "bad_answers": pickle.dumps((images, [True, "yes", False, True]), protocol=4),
        "bad_empty": pickle.dumps(([], []), protocol=4),
        "bad_form": pickle.dumps({"images": images}, protocol=4),
    }
    for name, data in forms.items():
        (folder / f"{name}.bin").write_bytes(data)
    return {"digests": [hashlib.sha256(image).hexdigest() for image in images], "isSame": answers}


def generate(folder):
    folder = Path(folder) / "records"
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}

    images = [picture(f"face {key}") for key in range(1, 7)]
    # Identities need not be numbered in the order of their keys.
    labels, ranges = [1, 1, 0, 2, 2, 2], [(1, 3), (3, 4), (4, 7)]
    records = [(0, image_record([7, 10], 0, b"", counted=True))]
    records += [(key, image_record([labels[key - 1]], key, images[key - 1])) for key in range(1, 7)]
    records += [(7 + index, image_record(bounds, 7 + index, b"", counted=True)) for index, bounds in enumerate(ranges)]
    write(folder, "train", records)
    (folder / "property").write_text("3,16,20")
    expected["train"] = [
        {"label": label, "digest": hashlib.sha256(image).hexdigest()} for label, image in zip(labels, images)
    ]

    # With two bytes before them the magic numbers of the comment stand at multiples of four: 24 of the header, 6 of the image.
    split = [picture("split", comment=b".." + MAGIC + b"abcd" + MAGIC + MAGIC), picture("unaligned", comment=b"." + MAGIC)]
    plain = [(2, picture("plain", "PNG"), False), (0, split[0], False), (1, split[1], False), (0, split[0], True)]
    records = [(key * 3, image_record([label], key, image, counted)) for key, (label, image, counted) in enumerate(plain)]
    # An index may be in any order.
    write(folder, "plain", records)
    lines = (folder / "plain.idx").read_text().splitlines()
    (folder / "plain.idx").write_text("\n".join(reversed(lines)) + "\n")
    expected["plain"] = [
        {"label": label, "digest": hashlib.sha256(image).hexdigest()} for label, image, _ in plain
    ]
    if framed(records[1][1]).count(MAGIC) != 4:
        raise AssertionError("the record was to be cut into four parts")
    expected["pairs"] = generate_pairs(folder)
    (folder / "index.json").write_text(json.dumps(expected, indent=1, sort_keys=True) + "\n")
