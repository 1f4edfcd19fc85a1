"""Layers again in NumPy, their gradients by finite differences."""

import math

import numpy

from checking import FLOAT32, cases, close, slope


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def padded(values, padding, fill):
    top, left = pair(padding)
    return numpy.pad(values, ((0, 0), (0, 0), (top, top), (left, left)), constant_values=fill)


def convolution(values, weight, bias, settings):
    stride, dilation = pair(settings.get("stride", 1)), pair(settings.get("dilation", 1))
    groups = settings.get("groups", 1)
    values = padded(values, settings.get("padding", 0), 0)
    height, width = weight.shape[2:]
    rows = (values.shape[2] - dilation[0] * (height - 1) - 1) // stride[0] + 1
    columns = (values.shape[3] - dilation[1] * (width - 1) - 1) // stride[1] + 1
    output = numpy.zeros((values.shape[0], weight.shape[0], rows, columns))
    inside, outside = weight.shape[1], weight.shape[0] // groups
    for group in range(groups):
        taken = values[:, group * inside : (group + 1) * inside]
        filters = weight[group * outside : (group + 1) * outside]
        for y in range(height):
            for x in range(width):
                top, left = y * dilation[0], x * dilation[1]
                patch = taken[:, :, top :: stride[0], left :: stride[1]][:, :, :rows, :columns]
                part = numpy.einsum("nihw,oi->nohw", patch, filters[:, :, y, x], optimize=True)
                output[:, group * outside : (group + 1) * outside] += part
    return output if bias is None else output + bias[None, :, None, None]


def windows(shape, settings):
    """Output row and column with the bounds of the window, in the coordinates of the input before padding."""
    kernel, padding = settings["kernel_size"], settings.get("padding", 0)
    stride, ceil = settings.get("stride", kernel), settings.get("ceil_mode", False)

    def count(size):
        free = size + 2 * padding - kernel
        number = (-(-free // stride) if ceil else free // stride) + 1
        # A window must begin inside the input or the left padding.
        return number - 1 if (number - 1) * stride >= size + padding else number

    for row in range(count(shape[2])):
        for column in range(count(shape[3])):
            top, left = row * stride - padding, column * stride - padding
            yield row, column, top, min(top + kernel, shape[2] + padding), left, min(left + kernel, shape[3] + padding)


def pooled(values, settings, reduce):
    places = list(windows(values.shape, settings))
    output = numpy.zeros((*values.shape[:2], places[-1][0] + 1, places[-1][1] + 1))
    for row, column, top, bottom, left, right in places:
        part = values[:, :, max(top, 0) : min(bottom, values.shape[2]), max(left, 0) : min(right, values.shape[3])]
        output[:, :, row, column] = reduce(part.reshape(*values.shape[:2], -1), (bottom - top) * (right - left))
    return output


def adaptive(values, size):
    output = numpy.zeros((*values.shape[:2], *size))
    for row in range(size[0]):
        for column in range(size[1]):
            bounds = [
                slice(index * extent // parts, -(-(index + 1) * extent // parts))
                for index, extent, parts in ((row, values.shape[2], size[0]), (column, values.shape[3], size[1]))
            ]
            output[:, :, row, column] = values[:, :, bounds[0], bounds[1]].mean((2, 3))
    return output


def batch_normalized(values, parameters, mean, variance, epsilon):
    shape = [1, -1] + [1] * (values.ndim - 2)
    output = (values - mean.reshape(shape)) / numpy.sqrt(variance.reshape(shape) + epsilon)
    if "weight" in parameters:
        output = output * parameters["weight"].reshape(shape) + parameters["bias"].reshape(shape)
    return output


def attended(values, parameters, heads):
    batch, tokens, width = values.shape
    mixed = values @ parameters["qkv.weight"].T + parameters["qkv.bias"]
    queries, keys, contents = mixed.reshape(batch, tokens, 3, heads, width // heads).transpose(2, 0, 3, 1, 4)
    scores = queries @ keys.swapaxes(2, 3) / math.sqrt(width // heads)
    shares = numpy.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    output = (shares @ contents).transpose(0, 2, 1, 3).reshape(batch, tokens, width)
    return output @ parameters["proj.weight"].T + parameters["proj.bias"]


def layer_output(settings, parameters):
    """The layer as a function of its input and its parameters by name."""
    values, kind = parameters["input"], settings["layer"]
    if kind == "Conv2d":
        return convolution(values, parameters["weight"], parameters.get("bias"), settings)
    if kind == "Linear":
        return values @ parameters["weight"].T + parameters.get("bias", 0)
    if kind == "PReLU":
        return numpy.where(values > 0, values, values * parameters["weight"].reshape([1, -1] + [1] * (values.ndim - 2)))
    if kind == "ReLU":
        return numpy.maximum(values, 0)
    if kind == "LayerNorm":
        values = (values - values.mean(-1, keepdims=True)) / numpy.sqrt(
            values.var(-1, keepdims=True) + settings.get("eps", 1e-5)
        )
        return values * parameters["weight"] + parameters["bias"]
    if kind == "GELU":
        return values * (1 + numpy.vectorize(math.erf)(values / math.sqrt(2))) / 2
    if kind == "Attention":
        return attended(values, parameters, settings["num_heads"])
    if kind == "MaxPool2d":
        return pooled(values, settings, lambda part, area: part.max(2))
    if kind == "AvgPool2d":
        included = settings.get("count_include_pad", True)
        return pooled(values, settings, lambda part, area: part.sum(2) / (area if included else part.shape[2]))
    if kind == "AdaptiveAvgPool2d":
        return adaptive(values, settings["output_size"])
    if kind == "Flatten":
        first, last = settings["start_dim"], settings["end_dim"] % values.ndim
        return values.reshape(*values.shape[:first], -1, *values.shape[last + 1 :])
    axes = (0, *range(2, values.ndim))
    return batch_normalized(values, parameters, values.mean(axes), values.var(axes), settings.get("eps", 1e-5))


def check_gradients(what, output_of, tensors, names):
    """Each gradient against the slope along a random direction that leaves exact zeros (kinks) where they are."""
    source = numpy.random.default_rng(0)
    for name in names:
        direction = source.standard_normal(tensors[name].shape) * (tensors[name] != 0)

        def weighed(values, name=name):
            return (output_of(tensors | {name: values}) * tensors["gradient.output"]).sum()

        gradient = tensors[f"gradient.{name}"]
        expected = slope(weighed, tensors[name], direction, 1e-6)
        # The floor is for gradients that cancel nearly to nothing, as those of batch normalisation over two samples.
        scale = numpy.abs(gradient * direction).sum() + 1e-3
        if abs((gradient * direction).sum() - expected) > 1e-6 * scale:
            raise AssertionError(f"{what}: gradient of {name} differs from the finite difference")


def verify_batch_norm(settings, tensors):
    what, momentum = settings["name"], settings.get("momentum", 0.1)
    mean, variance = tensors.get("running_mean"), tensors.get("running_var")
    names = [name for name in ("weight", "bias") if name in tensors]
    for step in (1, 2):
        stage = f"train{step}."
        own = {key.removeprefix(stage): value for key, value in tensors.items() if key.startswith(stage)}
        own |= {name: tensors[name] for name in names}
        close(f"{what} output", own["output"], layer_output(settings, own), FLOAT32)
        # In a constant channel the slope changes within the step of a finite difference of the input.
        inputs = [] if what.endswith("constant_channel") else ["input"]
        check_gradients(what, lambda given: layer_output(settings, given), own, [*inputs, *names])
        close(f"{what} batches", own["num_batches_tracked"], step)
        axes = (0, *range(2, own["input"].ndim))
        rate = 1 / step if momentum is None else momentum
        mean = (1 - rate) * mean + rate * own["input"].mean(axes)
        variance = (1 - rate) * variance + rate * own["input"].var(axes, ddof=1)
        close(f"{what} mean", own["running_mean"], mean, FLOAT32)
        close(f"{what} variance", own["running_var"], variance, FLOAT32)
    own = {key.removeprefix("evaluation."): value for key, value in tensors.items() if key.startswith("evaluation.")}
    own |= {name: tensors[name] for name in names}

    def evaluated(given):
        return batch_normalized(given["input"], given, mean, variance, settings.get("eps", 1e-5))

    close(f"{what} evaluation", own["output"], evaluated(own), FLOAT32)
    check_gradients(f"{what} evaluation", evaluated, own, ["input", *names])
    close(f"{what} mean", own["running_mean"], mean, FLOAT32)
    close(f"{what} variance", own["running_var"], variance, FLOAT32)
    close(f"{what} batches", own["num_batches_tracked"], 2)


def verify_layers(path):
    for settings, tensors in cases(path):
        if settings["layer"].startswith("BatchNorm"):
            verify_batch_norm(settings, tensors)
            continue
        close(settings["name"], tensors["output"], layer_output(settings, tensors), FLOAT32)
        if settings["name"] == "maxpool2d_ties":
            verify_ties(settings, tensors)
            continue
        gradients = [key.removeprefix("gradient.") for key in tensors if key.startswith("gradient.")]
        names = [name for name in gradients if name != "output"]
        check_gradients(
            settings["name"], lambda given, settings=settings: layer_output(settings, given), tensors, names
        )
        if settings["layer"] in ("PReLU", "ReLU"):
            at_zero = tensors["gradient.output"] * (tensors["input"] == 0)
            if settings["layer"] == "PReLU":
                at_zero *= tensors["weight"].reshape([1, -1] + [1] * (at_zero.ndim - 2))
            else:
                at_zero *= 0
            close(f"{settings['name']} at zero", tensors["gradient.input"] * (tensors["input"] == 0), at_zero, FLOAT32)


def verify_ties(settings, tensors):
    values, gradient = tensors["input"], numpy.zeros_like(tensors["input"])
    for row, column, top, bottom, left, right in windows(values.shape, settings):
        top, left = max(top, 0), max(left, 0)
        part = values[:, :, top:bottom, left:right]
        first = part.reshape(*part.shape[:2], -1).argmax(2)
        for sample, channel in numpy.ndindex(first.shape):
            y, x = divmod(first[sample, channel], part.shape[3])
            gradient[sample, channel, top + y, left + x] += tensors["gradient.output"][sample, channel, row, column]
    close(f"{settings['name']} gradient", tensors["gradient.input"], gradient, FLOAT32)
