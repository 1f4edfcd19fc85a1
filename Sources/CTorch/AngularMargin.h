// A margin on the angle of a cosine: the cosine of `m1 theta + m2` for one of `theta`, with its derivatives.
//
// Written once for numbers and for tensors. Values and derivatives are computed side by side, so that both are finite for
// every cosine in -1...1: the derivative of the arc is infinite at its ends, although the angle between two vectors changes
// there no faster than anywhere, and is therefore taken one rounding step inside.

#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>

namespace ctorch {

// What becomes of an angle that the margin pushes past pi.
enum class Overflow { none, easy, clip, cosine };

inline Overflow overflow_named(std::string_view name) {
    if (name == "none") return Overflow::none;
    if (name == "easy") return Overflow::easy;
    if (name == "clip") return Overflow::clip;
    TORCH_CHECK(name == "cosine", "expected none, easy, clip or cosine, got ", name);
    return Overflow::cosine;
}

// The value, and its derivatives by the cosine and by the angle m2.
template <class Number> struct Curve {
    Number value, slope, angle_slope;
};

namespace calculus {

inline double sine(double x) { return std::sin(x); }
inline double cosine(double x) { return std::cos(x); }
inline double root(double x) { return std::sqrt(x); }
inline double angle(double sine, double cosine) { return std::atan2(sine, cosine); }
inline double held(double x, double least, double greatest) { return std::clamp(x, least, greatest); }
inline double chosen(bool condition, double yes, double no) { return condition ? yes : no; }

inline at::Tensor sine(const at::Tensor &x) { return x.sin(); }
inline at::Tensor cosine(const at::Tensor &x) { return x.cos(); }
inline at::Tensor root(const at::Tensor &x) { return x.sqrt(); }
inline at::Tensor angle(const at::Tensor &sine, const at::Tensor &cosine) { return at::atan2(sine, cosine); }
inline at::Tensor held(const at::Tensor &x, double least, double greatest) { return x.clamp(least, greatest); }
inline at::Tensor chosen(const at::Tensor &condition, const at::Tensor &yes, const at::Tensor &no) {
    return at::where(condition, yes, no);
}

// The sine to a cosine, from the two factors of `1 - c^2`, which lose no digits near the ends.
template <class Number> Number sine_of_cosine(const Number &c) { return root(held((1 - c) * (c + 1), 0, 2)); }

} // namespace calculus

// `step` is the rounding step of the cosines.
template <class Number>
Curve<Number> angular_margin(const Number &c, const Number &added, double multiplier, Overflow overflow, double step) {
    using namespace calculus;
    constexpr double pi = std::numbers::pi;
    // How near to 0 and pi `clip` lets an angle come.
    constexpr double clipping = 1e-3;
    const Number inner = held(c, step - 1, 1 - step);
    const Number inner_sine = sine_of_cosine(inner);
    const Number widened = angle(sine_of_cosine(c), c) * multiplier + added;
    const Number inner_widened = angle(inner_sine, inner) * multiplier + added;
    const Curve<Number> curve{cosine(widened), sine(inner_widened) * multiplier / inner_sine, -sine(widened)};
    const Number zero = widened * 0;
    const auto replaced = [&](const auto &condition, const Curve<Number> &other) {
        return Curve<Number>{chosen(condition, other.value, curve.value), chosen(condition, other.slope, curve.slope),
                             chosen(condition, other.angle_slope, curve.angle_slope)};
    };
    switch (overflow) {
    case Overflow::easy: return replaced(c <= 0, {c + zero, zero + 1, zero});
    case Overflow::clip: {
        const Number inside = held(widened, clipping, pi - clipping);
        return replaced(inside != widened, {cosine(inside), zero, zero});
    }
    case Overflow::cosine: {
        // The angle that is left to pi where the widened angle reaches it.
        const Number left = (added - pi) / multiplier + pi;
        return replaced(widened > pi,
                        {c - left * sine(left), zero + 1, zero - (sine(left) + left * cosine(left)) / multiplier});
    }
    case Overflow::none: break;
    }
    return curve;
}

// Target cosines with a margin and their derivatives by the cosines, [N] each.
struct Target {
    at::Tensor cosine, slope;
};

// One margin for all samples: `cos(multiplier theta + angle) - cosine`, whose derivative is `exact` or 1.
struct FixedMargin {
    double multiplier, angle, cosine;
    Overflow overflow;
    bool exact;

    Target operator()(const at::Tensor &cosines) const;
};

// The cosines [N] of embeddings [N, D] with their labels' class vectors, of [C, D]; outside of automatic differentiation.
// Where the classes are divided over the processes of a group, a label out of range is that of a class elsewhere.
at::Tensor target_cosines(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                          c10::string_view group = "");

} // namespace ctorch
