"""Writes the fuzzers' first inputs, taken from the tests' fixtures, into a folder for each: seeds.py FOLDER."""

import base64
import json
import struct
import sys
import zlib
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "Tests" / "Fixtures"


def write(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def pack(path):
    """A pack of one image twice, as the fuzzer of packs takes it: JSON, table and names, and the shard."""
    image, name, header = path.read_bytes(), path.name.encode(), 512
    shard = bytearray(header) + image
    index = {
        "groups": ["front"],
        "parts": [{"classNames": ["any"], "count": 2, "name": "train"}],
        "shards": [{"file": "images-00000.tar", "size": len(shard)}],
    }
    table = b""
    for group in (-1, 0):
        table += struct.pack("<IIIIiIQ", 0, len(image), zlib.crc32(image), 0, group, len(name), header)
    table += name + name
    return json.dumps(index).encode() + b"\0" + struct.pack("<H", len(table)) + table + bytes(shard)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: seeds.py FOLDER")
    folder = Path(sys.argv[1])
    listed = json.loads((FIXTURES / "weights.json").read_text(encoding="utf-8"))
    for kind, files in listed.items():
        for file in files:
            # Long repetitions are only slow.
            if all(run["count"] == 1 for run in file["content"]):
                content = b"".join(base64.b64decode(run["piece"]) for run in file["content"])
                write(folder / "FuzzWeights", f"{kind}-{file['name']}", content)
    for path in sorted((FIXTURES / "images").iterdir()):
        if path.name not in ("index.json", "pixels.gz"):
            write(folder / "FuzzImages", path.name, path.read_bytes())
            if path.stat().st_size < 4096:
                write(folder / "FuzzPacks", path.stem, pack(path))
    records = FIXTURES / "records"
    for path in sorted(records.glob("*.bin")):
        write(folder / "FuzzPairs", path.name, path.read_bytes())
    for path in sorted(records.glob("*.rec")):
        write(folder / "FuzzRecords", path.stem, path.with_suffix(".idx").read_bytes() + b"\0" + path.read_bytes())
    for path in sorted((FIXTURES / "safetensors").glob("*.safetensors")):
        content = path.read_bytes()
        length = int.from_bytes(content[:8], "little")
        header, data = content[8 : 8 + length], content[8 + length :]
        write(folder / "FuzzSafetensors", path.stem, header + b"\0" + data)


if __name__ == "__main__":
    main()
