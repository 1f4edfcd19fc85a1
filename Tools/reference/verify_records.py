"""RecordIO files read back by a second program: parts joined, headers taken apart, images opened."""

import hashlib
import io
import json
import pickle
import struct

from PIL import Image


def record(data, place):
    """The bytes of the record that begins at `place`."""
    content, kind = b"", 1
    while kind in (1, 2):
        magic, word = struct.unpack_from("<II", data, place)
        if magic != 0xCED7230A:
            raise AssertionError(f"no record begins at byte {place}")
        kind, length = word >> 29, word & 0x1FFFFFFF
        content += data[place + 8 : place + 8 + length] + (struct.pack("<I", magic) if kind in (1, 2) else b"")
        place += 8 + (length + 3) // 4 * 4
    return content


def verify_records(folder):
    expected = json.loads((folder / "index.json").read_text())
    pairs = expected.pop("pairs")
    for path in sorted(folder.glob("pairs_*.bin")):
        images, answers = pickle.loads(path.read_bytes(), encoding="bytes")
        if [hashlib.sha256(bytes(image)).hexdigest() for image in images] != pairs["digests"]:
            raise AssertionError(f"{path.name}: the images differ")
        if answers != pairs["isSame"]:
            raise AssertionError(f"{path.name}: the answers differ")
    for name, items in expected.items():
        data = (folder / f"{name}.rec").read_bytes()
        lines = [line.split("\t") for line in (folder / f"{name}.idx").read_text().splitlines()]
        places = [place for _, place in sorted((int(key), int(place)) for key, place in lines)]
        found = []
        for place in places:
            content = record(data, place)
            count, label, _, _ = struct.unpack_from("<IfQQ", content)
            labels = struct.unpack_from(f"<{count}f", content, 24) if count else [label]
            image = content[24 + 4 * count :]
            if image:
                Image.open(io.BytesIO(image)).load()
                found.append({"label": int(labels[0]), "digest": hashlib.sha256(image).hexdigest()})
        if found != items:
            raise AssertionError(f"{name}: the records are {found}")
