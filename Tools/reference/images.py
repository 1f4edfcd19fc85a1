"""JPEG and PNG files of every kind, with the pixels that Pillow decodes; PNG kinds that Pillow does not write are made by hand."""

import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

# The passes of PNG's interlacing: first row and column, steps.
ADAM7 = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
ORIENTATION = 0x0112


def picture(height, width, channels=3):
    """A gradient and a coarse pattern, different in each channel and in no direction symmetric."""
    row, column = np.mgrid[0:height, 0:width]
    layers = [
        90 + 3 * row * (channel + 1) / 2 + 2 * column + 60 * np.sin(row / (2.5 + channel) + column / 3.5)
        for channel in range(channels)
    ]
    return (np.abs(np.stack(layers, axis=-1)) % 256).astype(np.uint8)


def jpeg(pixels, mode=None, **settings):
    image = Image.fromarray(pixels.squeeze() if pixels.shape[-1] == 1 else pixels, mode)
    output = io.BytesIO()
    image.save(output, "JPEG", **{"quality": 80, **settings})
    return output.getvalue()


def segments(data):
    """Marker and content of the segments up to and with the start of the scan, and the rest."""
    found, position = [], 2
    while True:
        marker, length = struct.unpack(">xBH", data[position : position + 4])
        found.append((marker, data[position + 4 : position + 2 + length]))
        position += 2 + length
        if marker == 0xDA:
            return found, data[position:]


def joined(found, rest):
    return b"\xff\xd8" + b"".join(struct.pack(">BBH", 255, m, len(c) + 2) + c for m, c in found) + rest


def resampled(data, factors):
    """The same file whose first component says to have other sampling factors, such as 0x12."""
    found, rest = segments(data)
    changed = [(m, c[:7] + bytes([factors]) + c[8:] if m == 0xC0 else c) for m, c in found]
    return joined(changed, rest)


def with_size(data, height, width):
    """The same file whose header promises another size."""
    found, rest = segments(data)
    changed = [(m, c[:1] + struct.pack(">HH", height, width) + c[5:] if m == 0xC0 else c) for m, c in found]
    return joined(changed, rest)


def with_adobe(data, transform):
    """The same file with another colour transform in Adobe's segment; None removes the segment."""
    found, rest = segments(data)
    kept = [(m, c) for m, c in found if m != 0xEE]
    if transform is not None:
        kept.insert(1, (0xEE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform)))
    return joined(kept, rest)


def exif(orientation, endian="<"):
    values = Image.Exif()
    values.endian = endian
    values[ORIENTATION] = orientation
    return values


def chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def packed(samples, depth):
    """The rows of [H, W, C] samples as PNG stores them, without filter."""
    rows = []
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            content = row.astype(">u2").tobytes()
        else:
            bits = np.unpackbits(row.astype(np.uint8)[:, None], axis=1)[:, 8 - depth :].reshape(-1)
            content = np.packbits(bits).tobytes()
        rows.append(b"\0" + content)
    return b"".join(rows)


def png(samples, depth, color, interlaced=False, chunks=()):
    height, width = samples.shape[:2]
    passes = [samples]
    if interlaced:
        passes = [samples[top::down, left::right] for top, left, down, right in ADAM7]
    data = b"".join(packed(part, depth) for part in passes if part.size)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(data, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, content) for name, content in parts)


def jpeg_files():
    color = picture(43, 61)
    files = {f"jpeg_{name}": jpeg(color, subsampling=name) for name in ["4:4:4", "4:2:2", "4:2:0"]}
    files = {name.replace(":", ""): data for name, data in files.items()}
    square = picture(64, 64)
    # As many blocks in a row of three, so the other factors give a whole file too, if another picture.
    files["jpeg_440"] = resampled(jpeg(square, subsampling="4:2:2"), 0x12)
    files["jpeg_411"] = resampled(jpeg(square, subsampling="4:2:0"), 0x41)
    files["jpeg_progressive"] = jpeg(color, progressive=True)
    files["jpeg_progressive_444"] = jpeg(color, progressive=True, subsampling="4:4:4")
    files["jpeg_restarts"] = jpeg(color, restart_marker_blocks=3)
    files["jpeg_rgb"] = jpeg(color, keep_rgb=True)
    files["jpeg_narrow"] = jpeg(picture(29, 3))
    files["jpeg_one_pixel"] = jpeg(picture(1, 1))
    grey = jpeg(picture(43, 61, 1))
    files["jpeg_grey"] = grey
    files["jpeg_grey_sampled"] = resampled(grey, 0x22)
    files["jpeg_grey_progressive"] = jpeg(picture(43, 61, 1), progressive=True)
    inks = jpeg(picture(43, 61, 4), "CMYK")
    files["jpeg_cmyk"] = inks
    files["jpeg_cmyk_without_adobe"] = with_adobe(inks, None)
    files["jpeg_ycck"] = with_adobe(inks, 2)
    files["jpeg_ycck_progressive"] = with_adobe(jpeg(picture(43, 61, 4), "CMYK", progressive=True), 2)
    files["jpeg_trailing"] = jpeg(picture(13, 20)) + b"what follows does not matter" * 3
    for orientation in range(1, 9):
        files[f"jpeg_orientation_{orientation}"] = jpeg(picture(13, 20), exif=exif(orientation))
    files["jpeg_orientation_big_endian"] = jpeg(picture(13, 20), exif=exif(6, ">"))
    files["jpeg_orientation_9"] = jpeg(picture(13, 20), exif=exif(9))
    files["jpeg_orientation_420_grey"] = jpeg(picture(43, 61, 1), exif=exif(7))
    return files


def png_files():
    color, grey = picture(21, 33), picture(21, 33, 1)
    alpha = (np.arange(21 * 33).reshape(21, 33, 1) * 7 % 256).astype(np.uint8)
    fine = color.astype(np.uint16) * 257 - (color.astype(np.uint16) > 0) * 3
    palette = (b"PLTE", picture(4, 4).tobytes())
    few = (b"tRNS", bytes([0, 255, 128, 7]))
    files = {
        f"png_grey_{depth}": png(grey >> (8 - depth), depth, 0) for depth in [1, 2, 4, 8]
    }
    files |= {
        f"png_palette_{depth}": png(grey >> 4 & (1 << depth) - 1, depth, 3, chunks=[palette]) for depth in [1, 2, 4, 8]
    }
    files["png_grey_16"] = png(fine[..., :1], 16, 0)
    files["png_rgb"] = png(color, 8, 2)
    files["png_rgb_16"] = png(fine, 16, 2)
    files["png_grey_alpha"] = png(np.concatenate([grey, alpha], -1), 8, 4)
    files["png_rgba"] = png(np.concatenate([color, alpha], -1), 8, 6)
    files["png_palette_alpha"] = png(grey >> 4, 4, 3, chunks=[palette, few])
    files["png_grey_transparent"] = png(grey, 8, 0, chunks=[(b"tRNS", struct.pack(">H", int(grey[3, 3, 0])))])
    files["png_rgb_transparent"] = png(color, 8, 2, chunks=[(b"tRNS", struct.pack(">HHH", *map(int, color[3, 3])))])
    files["png_gamma"] = png(color, 8, 2, chunks=[(b"gAMA", struct.pack(">I", 100_000))])
    files["png_interlaced_rgb"] = png(color, 8, 2, interlaced=True)
    files["png_interlaced_grey_1"] = png(grey >> 7, 1, 0, interlaced=True)
    files["png_interlaced_small"] = png(picture(3, 2), 8, 2, interlaced=True)
    files["png_interlaced_palette"] = png(grey >> 4, 4, 3, interlaced=True, chunks=[palette, few])
    files["png_interlaced_rgba_16"] = png(np.concatenate([fine, fine[..., :1]], -1), 16, 6, interlaced=True)
    files["png_orientation"] = png(color, 8, 2, chunks=[(b"eXIf", exif(6).tobytes()[6:])])
    files["png_trailing"] = files["png_grey_8"] + b"what follows does not matter"
    return files


def upright(data, mode):
    """Pillow's pixels. Grey of a JPEG is the file's own brightness, which Pillow gives in draft mode. Pillow clips 16 bits of
    grey instead of scaling them: there the upper byte is taken."""
    image = Image.open(io.BytesIO(data))
    if mode == "L" and image.format == "JPEG":
        image.draft("L", image.size)
    image = ImageOps.exif_transpose(image)
    if image.mode == "I;16":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    pixels = np.asarray(image.convert(mode))
    return pixels.reshape(*pixels.shape[:2], -1)


def bad_files():
    """Name to content and what is wrong with it."""
    color = picture(64, 64)
    base = jpeg(color)
    huge = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    damaged = png(color, 8, 2)
    middle = len(damaged) // 2
    return {
        "empty": (b"", "no byte"),
        "text": (b"<html>not found</html>", "no image"),
        "signature_only": (b"\xff\xd8\xff", "a JPEG's first three bytes alone"),
        "jpeg_huge": (with_size(base, 60_000, 60_000), "promises 60,000 x 60,000 pixels"),
        "png_huge": (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", huge) + chunk(b"IDAT", zlib.compress(b"")), "likewise"),
        "jpeg_cut": (base[: len(base) // 2], "cut in the middle"),
        "jpeg_damaged": (base[: len(base) // 2] + b"\xff\xd9", "its end mark comes in the middle of its data"),
        "png_cut": (damaged[:middle], "cut in the middle"),
        "png_damaged": (damaged[:middle] + bytes([damaged[middle] ^ 255]) + damaged[middle + 1 :], "a byte is wrong"),
        "png_no_pixels": (png(color[:0], 8, 2), "height 0"),
    }


def generate(folder):
    folder = Path(folder) / "images"
    folder.mkdir(parents=True, exist_ok=True)
    pixels, good, bad = b"", [], []
    for name, data in (jpeg_files() | png_files()).items():
        file = f"{name}.{'jpg' if name.startswith('jpeg') else 'png'}"
        (folder / file).write_bytes(data)
        entry = {"file": file, "format": Image.open(io.BytesIO(data)).format.lower()}
        for key, mode in [("rgb", "RGB"), ("grey", "L")]:
            expected = upright(data, mode)
            entry |= {"height": expected.shape[0], "width": expected.shape[1], key: len(pixels)}
            pixels += expected.tobytes()
        good.append(entry)
    for name, (data, problem) in bad_files().items():
        (folder / f"bad_{name}.bin").write_bytes(data)
        bad.append({"file": f"bad_{name}.bin", "problem": problem})
    (folder / "pixels.gz").write_bytes(gzip.compress(pixels, 9, mtime=0))
    text = json.dumps({"good": good, "bad": bad}, indent=1, sort_keys=True) + "\n"
    (folder / "index.json").write_text(text, encoding="utf-8")
