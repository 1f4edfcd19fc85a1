"""What happens to images again, by Pillow's resize, NumPy formulas and the standard library's colours, without PyTorch."""

import colorsys
import io

import numpy
from PIL import Image

from checking import FLOAT32, cases, close


def middle(difference):
    return round(difference / 2)


def resized(pixels, height, width):
    image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BILINEAR)
    return numpy.asarray(image)


def evaluated(pixels, resize, crop):
    # The longer side is cut down to whole pixels.
    new_height, new_width = (resize * side // min(pixels.shape[:2]) for side in pixels.shape[:2])
    top, left = middle(new_height - crop), middle(new_width - crop)
    return resized(pixels, new_height, new_width)[top : top + crop, left : left + crop]


def near(what, found, expected):
    """Within one grey level."""
    if found.shape != expected.shape:
        raise AssertionError(f"{what}: shape {found.shape}, expected {expected.shape}")
    difference = numpy.abs(found.astype(int) - expected.astype(int)).max()
    if difference > 1:
        raise AssertionError(f"{what}: differs by {difference} grey levels")


def grey(image):
    if image.shape[2] == 1:
        return image
    return (image @ numpy.array([0.2989, 0.587, 0.114]))[:, :, None]


def turned(image, amount):
    if image.shape[2] == 1:
        return image
    flat = [colorsys.rgb_to_hsv(*pixel) for pixel in image.reshape(-1, 3)]
    return numpy.array([colorsys.hsv_to_rgb((h + amount) % 1, s, v) for h, s, v in flat]).reshape(image.shape)


CHANGES = {
    "brightness": lambda image, amount: amount * image,
    "contrast": lambda image, amount: amount * image + (1 - amount) * grey(image).mean(),
    "saturation": lambda image, amount: amount * image + (1 - amount) * (grey(image) if image.shape[2] == 3 else image),
    "hue": turned,
}


def jittered(image, plan):
    for step in plan:
        image = numpy.clip(CHANGES[step["change"]](image, step["amount"]), 0, 1)
    return image


def batch(s, image, place):
    mode = {"zeros": "constant", "reflection": "reflect"}[s["fill"]]
    top, left, (height, width) = s["tops"][place], s["lefts"][place], image.shape[1:]
    image = numpy.pad(image, [(0, 0), (s["padding"],) * 2, (s["padding"],) * 2], mode=mode)
    image = image[:, top : top + height, left : left + width]
    if s["flips"][place]:
        image = image[:, :, ::-1]
    mean, deviation = (numpy.array(s[key])[:, None, None] for key in ("mean", "deviation"))
    image = (image / 255 - mean) / deviation
    if s["erased"][place]:
        top, left, height, width = s["erased"][place]
        image[:, top : top + height, left : left + width] = 0
    return image


def verify_transforms(path):
    for s, tensors in cases(path):
        what, output = s["name"], tensors["output"]
        if s["kind"] == "evaluation":
            near(what, evaluated(tensors["pixels"], s["resize"], s["crop"]), output)
        elif s["kind"] == "squash":
            near(what, resized(tensors["pixels"], s["height"], s["width"]), output)
        elif s["kind"] == "file":
            image = Image.open(io.BytesIO(tensors["bytes"].tobytes())).convert("RGB")
            near(what, evaluated(numpy.asarray(image), s["resize"], s["crop"]), output)
        elif s["kind"] == "jitter":
            found = [jittered(image, plan) for image, plan in zip(tensors["images"], s["plans"])]
            close(what, found, output, FLOAT32)
        else:
            found = [batch(s, image, place) for place, image in enumerate(tensors["images"])]
            close(what, found, output, FLOAT32)
