"""Alignment again in NumPy: transforms by linear least squares, and warps by bilinear interpolation in float64."""

import numpy

from checking import cases, close


def least_squares(points, template):
    """The rows of the similarity transform whose squared errors are least, by the normal equations."""
    rows, places = [], []
    for (x, y), (u, v) in zip(points, template, strict=True):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        places += [u, v]
    a, b, u, v = numpy.linalg.lstsq(numpy.array(rows), numpy.array(places), rcond=None)[0]
    return numpy.array([[a, -b, u], [b, a, v]])


def warped(image, matrix, height, width):
    """Each pixel of the face by the four of the image around it, black beyond its border."""
    channels, rows, columns = image.shape
    back = numpy.linalg.inv(numpy.vstack([matrix, [0, 0, 1]]))
    v, u = numpy.mgrid[:height, :width]
    x, y = numpy.tensordot(back[:2], numpy.stack([u, v, numpy.ones_like(u)]), 1)
    padded = numpy.zeros((channels, rows + 2, columns + 2))
    padded[:, 1:-1, 1:-1] = image
    left, top = numpy.floor(x).astype(int), numpy.floor(y).astype(int)
    face = 0
    for dy in (0, 1):
        for dx in (0, 1):
            weight = (1 - abs(x - left - dx)) * (1 - abs(y - top - dy))
            row = numpy.clip(top + dy + 1, 0, rows + 1)
            column = numpy.clip(left + dx + 1, 0, columns + 1)
            face = face + weight * padded[:, row, column]
    return face


def verify_alignment(path):
    for settings, tensors in cases(path):
        if settings["kind"] == "ibug":
            points = tensors["points"]
            five = [(points[36] + points[39]) / 2, (points[42] + points[45]) / 2, points[30], points[48], points[54]]
            close("ibug", tensors["five"], numpy.array(five), 1e-15)
            continue
        what, template = settings["name"], tensors["matrix"] @ numpy.vstack([tensors["points"].T, numpy.ones(5)])
        height, width = tensors["face"].shape[1:]
        shift = 0 if width == 112 else 8
        eye = numpy.array([38.2946 - shift, 51.6963])
        if settings["name"].startswith("as_is") and abs(template[:, 0] - eye).max() > 1e-9:
            raise AssertionError(f"{what}: the left eye is not where the template has it")
        places = numpy.array(
            [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
        )
        places[:, 0] -= shift
        close(f"{what} matrix", tensors["matrix"], least_squares(tensors["points"], places), 1e-7)
        difference = abs(warped(tensors["image"].astype(float), tensors["matrix"], height, width) - tensors["face"])
        # OpenCV takes places in steps of 1/32 of a pixel, and grey levels are whole.
        if difference.mean() > 1:
            raise AssertionError(f"{what} face: differs by {difference.mean()} grey levels on average")
