"""Writes the fuzzers' first inputs, taken from the tests' fixtures, into a folder for each: seeds.py FOLDER."""

import base64
import json
import sys
from pathlib import Path

FIXTURES = Path(__file__).parent.parent / "Tests" / "Fixtures"


def write(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


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
