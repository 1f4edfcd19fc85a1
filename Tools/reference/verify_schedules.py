"""Schedules again in closed form."""

import math

from checking import cases, close


def annealed(start, end, fraction, strategy):
    if strategy == "cos":
        return end + (start - end) / 2 * (1 + math.cos(math.pi * fraction))
    return start + (end - start) * fraction


def one_cycle(step, settings):
    total, peak = settings["total_steps"], settings["max_lr"]
    low, bottom = peak / settings["div_factor"], peak / settings["div_factor"] / settings["final_div_factor"]
    high, base = settings.get("max_momentum"), settings.get("base_momentum")
    up = settings["pct_start"] * total - 1
    phases = [(up, low, peak, high, base), (total - 1, peak, bottom, base, high)]
    if settings["three_phase"]:
        down = 2 * settings["pct_start"] * total - 2
        phases = [phases[0], (down, peak, low, base, high), (total - 1, low, bottom, high, high)]
    begin = 0.0
    for end, first, last, first_momentum, last_momentum in phases:
        if step <= end:
            fraction = (step - begin) / (end - begin)
            strategy = settings["anneal_strategy"]
            rate = annealed(first, last, fraction, strategy)
            if not settings["cycle_momentum"]:
                return rate, None
            return rate, annealed(first_momentum, last_momentum, fraction, strategy)
        begin = end
    raise AssertionError("a step past the end")


def rate_at(kind, settings, base, step):
    if kind == "Constant":
        return base
    if kind == "StepLR":
        return base * settings["gamma"] ** (step // settings["step_size"])
    if kind == "MultiStepLR":
        return base * settings["gamma"] ** sum(step >= milestone for milestone in settings["milestones"])
    if kind == "CosineAnnealingLR":
        return annealed(base, settings.get("eta_min", 0.0), step / settings["T_max"], "cos")
    if kind == "PolynomialLR":
        return base * (1 - min(step, settings["total_iters"]) / settings["total_iters"]) ** settings["power"]
    if kind == "LinearLR":
        fraction = min(step, settings["total_iters"]) / settings["total_iters"]
        return base * annealed(settings["start_factor"], settings["end_factor"], fraction, "linear")
    if kind == "WarmupCosine":
        return min(1.0, (step + 1) / settings["warmup"]) * annealed(base, 0.0, step / settings["steps"], "cos")
    if kind == "SequentialLR":
        index = sum(step >= milestone for milestone in settings["milestones"])
        begin = [0, *settings["milestones"]][index]
        return rate_at(*settings["parts"][index], base, step - begin)
    product = base
    for part, options in settings["parts"]:
        product *= rate_at(part, options, base, step) / base
    return product


def verify_schedules(path):
    for settings, tensors in cases(path):
        kind, options = settings["kind"], settings["settings"]
        for step in range(settings["steps"]):
            for group, base in enumerate(settings["base"]):
                momentum = settings["momentum"]
                if kind == "OneCycleLR":
                    rate, cycled = one_cycle(step, options)
                    momentum = momentum if cycled is None else cycled
                else:
                    rate = rate_at(kind, options, base, step)
                what = f"{settings['name']} step {step}"
                if abs(tensors["rates"][step, group] - rate) > 1e-13:
                    raise AssertionError(f"{what}: rate {tensors['rates'][step, group]}, expected {rate}")
                close(f"{what} momentum", tensors["momenta"][step, group], momentum)
