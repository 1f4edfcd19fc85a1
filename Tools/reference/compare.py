"""Says what two versions of a safetensors fixture have in common: the cases that are new, gone or changed in any bit."""

import sys

from checking import cases


def content(path):
    """Every case by name: its settings, and its tensors' types, shapes and bytes."""
    return {
        settings["name"]: (settings, {key: (v.dtype, v.shape, v.tobytes()) for key, v in tensors.items()})
        for settings, tensors in cases(path)
    }


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compare.py OLD NEW")
    old, new = content(sys.argv[1]), content(sys.argv[2])
    changed = sorted(name for name in old.keys() & new.keys() if old[name] != new[name])
    gone = sorted(old.keys() - new.keys())
    print(f"{len(old)} cases, now {len(new)}: {len(new.keys() - old.keys())} new, {len(gone)} gone, {len(changed)} changed")
    for name in gone + changed:
        print(name)
    sys.exit(bool(gone or changed))


if __name__ == "__main__":
    main()
