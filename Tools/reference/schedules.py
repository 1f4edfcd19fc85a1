"""Learning rates, and momenta where they cycle, of the fifty steps of each schedule: value k is the one step k uses."""

import math
import warnings

import torch
from torch.optim import lr_scheduler

from fixture import Fixture

STEPS = 50

ONE_CYCLE = dict(max_lr=0.1, total_steps=50, pct_start=0.3, div_factor=25.0, final_div_factor=1e4)
CYCLED = dict(cycle_momentum=True, base_momentum=0.85, max_momentum=0.95)

# Parts of a composite schedule are lists of [kind, settings]. `WarmupCosine` is ours: min(1, (k + 1) / warmup)
# times a cosine over all the steps.
CASES = {
    "constant": ("Constant", {}),
    "step": ("StepLR", dict(step_size=20, gamma=0.8)),
    "step_every": ("StepLR", dict(step_size=1, gamma=0.9)),
    "multistep": ("MultiStepLR", dict(milestones=[10, 30, 45], gamma=0.1)),
    "multistep_repeated": ("MultiStepLR", dict(milestones=[5, 20, 20], gamma=0.5)),
    "cosine": ("CosineAnnealingLR", dict(T_max=50)),
    "cosine_minimum": ("CosineAnnealingLR", dict(T_max=49, eta_min=0.001)),
    "cosine_beyond": ("CosineAnnealingLR", dict(T_max=20, eta_min=0.01)),
    "polynomial": ("PolynomialLR", dict(total_iters=50, power=1.0)),
    "polynomial_power": ("PolynomialLR", dict(total_iters=40, power=2.0)),
    "one_cycle": ("OneCycleLR", dict(**ONE_CYCLE, anneal_strategy="cos", three_phase=False, **CYCLED)),
    "one_cycle_linear": ("OneCycleLR", dict(**ONE_CYCLE, anneal_strategy="linear", three_phase=False, **CYCLED)),
    "one_cycle_three": ("OneCycleLR", dict(**ONE_CYCLE, anneal_strategy="cos", three_phase=True, **CYCLED)),
    "one_cycle_three_linear": ("OneCycleLR", dict(**ONE_CYCLE, anneal_strategy="linear", three_phase=True, **CYCLED)),
    "one_cycle_momentum_fixed": (
        "OneCycleLR",
        dict(**ONE_CYCLE, anneal_strategy="cos", three_phase=False, cycle_momentum=False),
    ),
    "warmup": ("LinearLR", dict(start_factor=0.1, end_factor=1.0, total_iters=10)),
    "warmup_third": ("LinearLR", dict(start_factor=1 / 3, end_factor=1.0, total_iters=5)),
    "warmup_then_cosine": (
        "SequentialLR",
        dict(
            milestones=[10],
            parts=[
                ["LinearLR", dict(start_factor=0.01, end_factor=1.0, total_iters=10)],
                ["CosineAnnealingLR", dict(T_max=40, eta_min=0.0001)],
            ],
        ),
    ),
    "warmup_times_step": (
        "ChainedScheduler",
        dict(
            parts=[
                ["LinearLR", dict(start_factor=0.1, end_factor=1.0, total_iters=10)],
                ["StepLR", dict(step_size=20, gamma=0.5)],
            ]
        ),
    ),
    "warmup_times_cosine": ("WarmupCosine", dict(warmup=10, steps=50)),
}


def built(kind, settings, optimizer):
    if kind == "Constant":
        return lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    if kind == "WarmupCosine":
        warmup, steps = settings["warmup"], settings["steps"]
        return lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, (step + 1) / warmup) * 0.5 * (1 + math.cos(math.pi * step / steps))
        )
    if "parts" in settings:
        parts = [built(part, options, optimizer) for part, options in settings["parts"]]
        if kind == "SequentialLR":
            return lr_scheduler.SequentialLR(optimizer, parts, milestones=settings["milestones"])
        return lr_scheduler.ChainedScheduler(parts, optimizer=optimizer)
    return getattr(lr_scheduler, kind)(optimizer, **settings)


def scheduled(kind, settings, base, momentum):
    """Learning rates and momenta of the steps, each [50, groups]."""
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in base]
    optimizer = torch.optim.SGD(groups, lr=base[0], momentum=momentum)
    scheduler = built(kind, settings, optimizer)
    rates, momenta = [], []
    for step in range(STEPS):
        rates.append([group["lr"] for group in optimizer.param_groups])
        momenta.append([group["momentum"] for group in optimizer.param_groups])
        optimizer.step()
        if step + 1 < STEPS:
            scheduler.step()
    return torch.tensor(rates, dtype=torch.float64), torch.tensor(momenta, dtype=torch.float64)


def generate(folder):
    fixture = Fixture("schedules")
    for case, (kind, settings) in CASES.items():
        # Two groups, except where the schedule itself states the rate.
        base = [0.1] if kind == "OneCycleLR" else [0.1, 0.004]
        with warnings.catch_warnings():
            # SequentialLR itself still calls step(epoch), which PyTorch deprecates.
            warnings.simplefilter("ignore", UserWarning)
            rates, momenta = scheduled(kind, settings, base, momentum=0.9)
        details = {"kind": kind, "settings": settings, "base": base, "momentum": 0.9, "steps": STEPS}
        fixture.add(case, details, {"rates": rates, "momenta": momenta})
    fixture.write(folder)
