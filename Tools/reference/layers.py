"""Layers: inputs, parameters, outputs and gradients, computed in float64 and stored rounded to float32."""

import torch
from timm.models.vision_transformer import Attention
from torch import nn

from fixture import Fixture, generator, normal, rounded

CONVOLUTIONS = {
    "conv2d_kernel1": dict(in_channels=3, out_channels=4, kernel_size=1),
    "conv2d_kernel3": dict(in_channels=2, out_channels=3, kernel_size=3),
    "conv2d_padding": dict(in_channels=2, out_channels=3, kernel_size=5, padding=2),
    "conv2d_stride": dict(in_channels=2, out_channels=4, kernel_size=3, stride=2, padding=1),
    "conv2d_dilation": dict(in_channels=2, out_channels=2, kernel_size=3, dilation=2, padding=2),
    "conv2d_groups": dict(in_channels=4, out_channels=6, kernel_size=3, padding=1, groups=2),
    "conv2d_depthwise": dict(in_channels=4, out_channels=4, kernel_size=3, padding=1, groups=4, bias=False),
    "conv2d_no_bias": dict(in_channels=1, out_channels=3, kernel_size=3, bias=False),
    "conv2d_rectangular": dict(
        in_channels=2, out_channels=3, kernel_size=[3, 1], stride=[2, 1], padding=[1, 0], dilation=[1, 2]
    ),
    "conv2d_everything": dict(in_channels=4, out_channels=4, kernel_size=3, stride=2, padding=3, dilation=2, groups=2),
}

LINEARS = {
    "linear": dict(in_features=5, out_features=3),
    "linear_no_bias": dict(in_features=2, out_features=10, bias=False),
    "linear_one": dict(in_features=1, out_features=1),
}

MAXIMUM_POOLS = {
    "maxpool2d_2": dict(kernel_size=2),
    "maxpool2d_stride": dict(kernel_size=3, stride=2),
    "maxpool2d_padding": dict(kernel_size=3, stride=2, padding=1),
    "maxpool2d_ceil": dict(kernel_size=2, stride=2, ceil_mode=True),
    "maxpool2d_padding_ceil": dict(kernel_size=3, stride=2, padding=1, ceil_mode=True),
    "maxpool2d_overlapping": dict(kernel_size=3, stride=1, padding=1),
}

AVERAGE_POOLS = {
    "avgpool2d_2": dict(kernel_size=2),
    "avgpool2d_padding_included": dict(kernel_size=3, stride=2, padding=1, count_include_pad=True),
    "avgpool2d_padding_excluded": dict(kernel_size=3, stride=2, padding=1, count_include_pad=False),
    "avgpool2d_ceil_included": dict(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=True),
    "avgpool2d_ceil_excluded": dict(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
}

BATCH_NORMS = {
    "batchnorm1d": (nn.BatchNorm1d, [6, 3], dict(num_features=3)),
    "batchnorm1d_batch_of_two": (nn.BatchNorm1d, [2, 4], dict(num_features=4)),
    "batchnorm1d_sequence": (nn.BatchNorm1d, [3, 2, 5], dict(num_features=2)),
    "batchnorm1d_not_affine": (nn.BatchNorm1d, [8, 3], dict(num_features=3, affine=False)),
    "batchnorm1d_momentum": (nn.BatchNorm1d, [5, 3], dict(num_features=3, momentum=0.9, eps=2e-5)),
    "batchnorm2d": (nn.BatchNorm2d, [4, 3, 5, 4], dict(num_features=3)),
    "batchnorm2d_batch_of_one": (nn.BatchNorm2d, [1, 3, 4, 4], dict(num_features=3)),
    "batchnorm2d_not_affine": (nn.BatchNorm2d, [3, 2, 3, 3], dict(num_features=2, affine=False)),
    "batchnorm2d_momentum": (nn.BatchNorm2d, [2, 2, 3, 3], dict(num_features=2, momentum=0.01)),
    "batchnorm2d_cumulative": (nn.BatchNorm2d, [2, 2, 3, 3], dict(num_features=2, momentum=None)),
    "batchnorm2d_constant_channel": (nn.BatchNorm2d, [2, 2, 3, 3], dict(num_features=2)),
}


def passed(layer, values, output_gradient_of):
    """Output and gradients of one forward and backward pass, without the parameters."""
    values = values.clone().requires_grad_()
    layer.zero_grad()
    output = layer(values)
    output_gradient = output_gradient_of(output.shape)
    output.backward(output_gradient)
    tensors = {"output": output, "gradient.output": output_gradient, "gradient.input": values.grad}
    for key, parameter in layer.named_parameters():
        tensors[f"gradient.{key}"] = parameter.grad.clone()
    return tensors


def with_random_parameters(layer, source):
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(normal(parameter.shape, source))
    return layer.double()


def add_plain(fixture, case, kind, layer, settings, values):
    source = generator("layers", case)
    with_random_parameters(layer, source)
    tensors = {"input": values} | dict(layer.state_dict())
    tensors |= passed(layer, values, lambda shape: normal(shape, source))
    fixture.add(case, {"layer": kind, **settings}, rounded(tensors))


def add_batch_norm(fixture, case, kind, shape, settings):
    """Two training steps with their running statistics, then one pass in evaluation with a batch of its own."""
    source = generator("layers", case)
    layer = with_random_parameters(kind(**settings), source)
    tensors = {key: value.clone() for key, value in layer.state_dict().items()}
    for stage in ("train1", "train2", "evaluation"):
        layer.train(stage != "evaluation")
        values = (3 * normal(shape, source) + 1).float().double()
        if case.endswith("constant_channel"):
            values[:, 0] = 2.5
        tensors[f"{stage}.input"] = values
        for key, value in passed(layer, values, lambda shape: normal(shape, source)).items():
            tensors[f"{stage}.{key}"] = value
        for key, value in layer.named_buffers():
            tensors[f"{stage}.{key}"] = value.clone()
    fixture.add(case, {"layer": kind.__name__, **settings}, rounded(tensors))


def image(case, channels, height=7, width=6, batch=2):
    return normal([batch, channels, height, width], generator("layers", case, "input"))


def generate(folder):
    fixture = Fixture("layers")
    for case, settings in CONVOLUTIONS.items():
        arguments = {key: tuple(value) if isinstance(value, list) else value for key, value in settings.items()}
        add_plain(fixture, case, "Conv2d", nn.Conv2d(**arguments), settings, image(case, settings["in_channels"]))
    for case, settings in LINEARS.items():
        values = normal([4, settings["in_features"]], generator("layers", case, "input"))
        add_plain(fixture, case, "Linear", nn.Linear(**settings), settings, values)
    for case, shape, count in (
        ("prelu_one", [3, 4, 3, 2], 1),
        ("prelu_channels", [3, 4, 3, 2], 4),
        ("prelu_one_matrix", [5, 3], 1),
        ("prelu_channels_matrix", [5, 3], 3),
    ):
        values = normal(shape, generator("layers", case, "input"))
        values.view(-1)[::5] = 0.0
        settings = dict(num_parameters=count)
        add_plain(fixture, case, "PReLU", nn.PReLU(**settings), settings, values)
    values = normal([3, 4, 3, 2], generator("layers", "relu", "input"))
    values.view(-1)[::5] = 0.0
    add_plain(fixture, "relu", "ReLU", nn.ReLU(), {}, values)
    for case, (kind, shape, settings) in BATCH_NORMS.items():
        add_batch_norm(fixture, case, kind, shape, settings)
    for case, settings in MAXIMUM_POOLS.items():
        add_plain(fixture, case, "MaxPool2d", nn.MaxPool2d(**settings), settings, image(case, 2))
    # Equal values in a window: the gradient belongs to the first of them only.
    case, settings = "maxpool2d_ties", dict(kernel_size=3, stride=2, padding=1)
    values = torch.randint(-1, 1, [2, 2, 7, 6], generator=generator("layers", case, "input")).double()
    add_plain(fixture, case, "MaxPool2d", nn.MaxPool2d(**settings), settings, values)
    for case, settings in AVERAGE_POOLS.items():
        add_plain(fixture, case, "AvgPool2d", nn.AvgPool2d(**settings), settings, image(case, 2))
    for case, size in (("adaptive_1", [1, 1]), ("adaptive_3_2", [3, 2]), ("adaptive_larger", [8, 7])):
        settings = dict(output_size=size)
        layer = nn.AdaptiveAvgPool2d(tuple(size))
        add_plain(fixture, case, "AdaptiveAvgPool2d", layer, settings, image(case, 2))
    for case, shape, settings in (
        ("layernorm", [4, 6], dict(normalized_shape=6)),
        ("layernorm_tokens", [2, 3, 5], dict(normalized_shape=5, eps=1e-6)),
    ):
        values = 3 * normal(shape, generator("layers", case, "input")) + 1
        values = values.float().double()
        add_plain(fixture, case, "LayerNorm", nn.LayerNorm(**settings), settings, values)
    values = 2 * normal([3, 7], generator("layers", "gelu", "input"))
    add_plain(fixture, "gelu", "GELU", nn.GELU(), {}, values)
    for case, settings in (
        ("attention", dict(dim=6, num_heads=2)),
        ("attention_one_head", dict(dim=4, num_heads=1)),
    ):
        values = normal([2, 5, settings["dim"]], generator("layers", case, "input"))
        add_plain(fixture, case, "Attention", Attention(**settings, qkv_bias=True), settings, values)
    for case, settings in (
        ("flatten", dict(start_dim=1, end_dim=-1)),
        ("flatten_all", dict(start_dim=0, end_dim=-1)),
        ("flatten_middle", dict(start_dim=1, end_dim=2)),
    ):
        add_plain(fixture, case, "Flatten", nn.Flatten(**settings), settings, image(case, 2, 3, 4))
    fixture.write(folder)
