// The loops of a softmax over cosines: lengths of rows, a row's exponentials and their sum, and what goes backward.

#pragma once

#include "Vectorized.h"

#include <cmath>
#include <limits>

namespace ctorch {

constexpr int64_t lanes = 16;
constexpr double smallest_norm = 1e-12;

// exp for x <= 0 within 2 units in the last place: 2^n times a polynomial for the fraction; 0 below the range of floats.
CTORCH_INLINE float exponential(float x) {
    const float clamped = x < -87.0f ? -87.0f : x;
    const float n = __builtin_floorf(clamped * 1.44269504088896341f + 0.5f);
    float f = clamped - n * 0.693359375f;
    f -= n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * f + 1.3981999507e-3f;
    p = p * f + 8.3334519073e-3f;
    p = p * f + 4.1665795894e-2f;
    p = p * f + 1.6666665459e-1f;
    p = p * f + 5.0000001201e-1f;
    p = p * f * f + f + 1.0f;
    const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    const float value = p * power;
    // A comparison that is false for not-a-number keeps it in the sum, where it belongs.
    return x < -87.0f ? 0.0f : value;
}

// The sum of the products of two rows, each with as many lanes at once as a register holds.
CTORCH_INLINE double dot(const float *left, const float *right, int64_t width) {
    double sums[lanes] = {};
    int64_t d = 0;
    for (; d + lanes <= width; d += lanes) {
        for (int64_t l = 0; l < lanes; ++l) sums[l] += static_cast<double>(left[d + l]) * right[d + l];
    }
    double sum = 0;
    for (; d < width; ++d) sum += static_cast<double>(left[d]) * right[d];
    for (int64_t l = 0; l < lanes; ++l) sum += sums[l];
    return sum;
}

CTORCH_INLINE double reciprocal_norm(double square) {
    const double norm = std::sqrt(square);
    return 1 / (norm < smallest_norm ? smallest_norm : norm);
}

// The reciprocal length of each row, and of rows of zeros that of the smallest norm; `copy` becomes the rows in its type.
template <class T>
CTORCH_INLINE void reciprocal_norms_body(const float *rows, int64_t count, int64_t width, float *result, T *copy) {
    for (int64_t row = 0; row < count; ++row) {
        const float *values = rows + row * width;
        result[row] = static_cast<float>(reciprocal_norm(dot(values, values, width)));
        if (copy == nullptr) continue;
        for (int64_t d = 0; d < width; ++d) store(copy + row * width + d, values[d]);
    }
}

CTORCH_INLINE void scale_rows_body(const float *rows, const float *factors, int64_t count, int64_t width, float *out) {
    for (int64_t row = 0; row < count; ++row) {
        for (int64_t d = 0; d < width; ++d) out[row * width + d] = rows[row * width + d] * factors[row];
    }
}
CTORCH_VECTORIZED(scale_rows, scale_rows_body, (const float *r, const float *f, int64_t n, int64_t w, float *o),
                  (r, f, n, w, o))

// The cosine from a product with a class vector and that vector's reciprocal length.
CTORCH_INLINE float held_cosine(float product, float reciprocal) {
    float c = product * reciprocal;
    c = c > 1.0f ? 1.0f : c;
    return c < -1.0f ? -1.0f : c;
}

// The cosine of class j, which is `least` for the label: what is summed up is about the other classes. To take the label out
// afterwards would leave nothing of terms that are smaller than its rounding.
template <class T>
CTORCH_INLINE float other_cosine(const T *row, const float *reciprocal, int64_t j, int64_t label) {
    const float c = held_cosine(load(row + j), reciprocal[j]);
    return j == label ? -std::numeric_limits<float>::infinity() : c;
}

// Adds the exponentials of a row of products with unscaled class vectors, but that of the label, to their running maximum and
// sum, and keeps the greatest cosine of all and its class; `first` is the class of the first product. Of classes as near as
// each other the first one stays, as an argmax would have it.
template <class T>
CTORCH_INLINE void add_exponentials_body(const T *row, const float *reciprocal, int64_t count, float scale,
                                         int64_t label, float *maximum, double *sum, float *cosine, int64_t *nearest,
                                         int64_t first) {
    constexpr float none = -std::numeric_limits<float>::infinity();
    float tops[lanes];
    for (int64_t l = 0; l < lanes; ++l) tops[l] = none;
    int64_t j = 0;
    for (; j + lanes <= count; j += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
            const float c = other_cosine(row, reciprocal, j + l, label);
            tops[l] = c > tops[l] ? c : tops[l];
        }
    }
    float top = none;
    for (; j < count; ++j) {
        const float c = other_cosine(row, reciprocal, j, label);
        top = c > top ? c : top;
    }
    for (int64_t l = 0; l < lanes; ++l) top = tops[l] > top ? tops[l] : top;
    const float shift = scale * top > *maximum ? scale * top : *maximum;
    double added = 0;
    if (shift > none) {
        float sums[lanes] = {};
        for (j = 0; j + lanes <= count; j += lanes) {
            for (int64_t l = 0; l < lanes; ++l) {
                sums[l] += exponential(scale * other_cosine(row, reciprocal, j + l, label) - shift);
            }
        }
        for (; j < count; ++j) added += exponential(scale * other_cosine(row, reciprocal, j, label) - shift);
        for (int64_t l = 0; l < lanes; ++l) added += sums[l];
        *sum = *sum * std::exp(static_cast<double>(*maximum) - shift) + added;
        *maximum = shift;
    } else {
        // There is no other class, or none of them is a number.
        for (j = 0; j < count; ++j) *sum += j == label ? 0.0f : 0.0f * held_cosine(load(row + j), reciprocal[j]);
    }
    const float own = label >= 0 ? held_cosine(load(row + label), reciprocal[label]) : none;
    top = own > top ? own : top;
    if (!(top > *cosine)) return;
    *cosine = top;
    for (j = 0; j < count; ++j) {
        if (held_cosine(load(row + j), reciprocal[j]) != top) continue;
        *nearest = first + j;
        return;
    }
}

// Adds the cosines of a row of products with unscaled class vectors, but that of the label.
template <class T>
CTORCH_INLINE void add_cosines_body(const T *row, const float *reciprocal, int64_t count, int64_t label, double *sum) {
    double sums[lanes] = {};
    int64_t j = 0;
    for (; j + lanes <= count; j += lanes) {
        for (int64_t l = 0; l < lanes; ++l) sums[l] += held_cosine(load(row + j + l), reciprocal[j + l]);
    }
    for (; j < count; ++j) *sum += held_cosine(load(row + j), reciprocal[j]);
    for (int64_t l = 0; l < lanes; ++l) *sum += sums[l];
    if (label >= 0) *sum -= held_cosine(load(row + label), reciprocal[label]);
}

// Turns products into dL/dc times the reciprocal length of the class vector; `wanted` is the probability that is asked for.
template <class T>
CTORCH_INLINE void gradients_body(T *row, const float *reciprocal, int64_t count, float scale, float logarithm,
                                  float wanted, float factor) {
    for (int64_t j = 0; j < count; ++j) {
        const float c = held_cosine(load(row + j), reciprocal[j]);
        store(row + j, factor * (exponential(scale * c - logarithm) - wanted) * reciprocal[j]);
    }
}

// Makes gradients by unit rows, already divided by the rows' lengths, gradients by the rows: takes the part along out.
template <class T>
CTORCH_INLINE void project_body(const T *product, const float *rows, const float *reciprocal, int64_t count,
                                int64_t width, float *out) {
    for (int64_t row = 0; row < count; ++row) {
        const T *gradient = product + row * width;
        const float *vector = rows + row * width;
        float *result = out + row * width;
        const float shortening = reciprocal[row];
        float sums[lanes] = {};
        int64_t d = 0;
        for (; d + lanes <= width; d += lanes) {
            for (int64_t l = 0; l < lanes; ++l) sums[l] += load(gradient + d + l) * (shortening * vector[d + l]);
        }
        double along = 0;
        for (; d < width; ++d) along += load(gradient + d) * (shortening * vector[d]);
        for (int64_t l = 0; l < lanes; ++l) along += sums[l];
        const float part = static_cast<float>(along);
        for (d = 0; d < width; ++d) result[d] = load(gradient + d) - part * (shortening * vector[d]);
    }
}

#define CTORCH_DEFINE_FOR(T, suffix)                                                                                    \
    CTORCH_VECTORIZED(reciprocal_norms_##suffix, reciprocal_norms_body<T>,                                              \
                      (const float *r, int64_t n, int64_t w, float *o, T *c), (r, n, w, o, c))                          \
    CTORCH_VECTORIZED(add_exponentials_##suffix, add_exponentials_body<T>,                                              \
                      (const T *r, const float *n, int64_t c, float s, int64_t y, float *m, double *t, float *b,        \
                       int64_t *p, int64_t f),                                                                          \
                      (r, n, c, s, y, m, t, b, p, f))                                                                   \
    CTORCH_VECTORIZED(add_cosines_##suffix, add_cosines_body<T>,                                                        \
                      (const T *r, const float *n, int64_t c, int64_t y, double *t), (r, n, c, y, t))                   \
    CTORCH_VECTORIZED(gradients_##suffix, gradients_body<T>,                                                            \
                      (T *r, const float *n, int64_t c, float s, float z, float w, float f), (r, n, c, s, z, w, f))     \
    CTORCH_VECTORIZED(project_##suffix, project_body<T>,                                                                \
                      (const T *p, const float *v, const float *r, int64_t n, int64_t d, float *o), (p, v, r, n, d, o)) \
    inline void reciprocal_norms(const float *r, int64_t n, int64_t w, float *o, T *c) {                                \
        reciprocal_norms_##suffix(r, n, w, o, c);                                                                       \
    }                                                                                                                   \
    inline void add_exponentials(const T *r, const float *n, int64_t c, float s, int64_t y, float *m, double *t,        \
                                 float *b, int64_t *p, int64_t f) {                                                     \
        add_exponentials_##suffix(r, n, c, s, y, m, t, b, p, f);                                                        \
    }                                                                                                                   \
    inline void add_cosines(const T *r, const float *n, int64_t c, int64_t y, double *t) {                              \
        add_cosines_##suffix(r, n, c, y, t);                                                                            \
    }                                                                                                                   \
    inline void gradients(T *r, const float *n, int64_t c, float s, float z, float w, float f) {                        \
        gradients_##suffix(r, n, c, s, z, w, f);                                                                        \
    }                                                                                                                   \
    inline void project(const T *p, const float *v, const float *r, int64_t n, int64_t d, float *o) {                   \
        project_##suffix(p, v, r, n, d, o);                                                                             \
    }

CTORCH_DEFINE_FOR(float, float32)
CTORCH_DEFINE_FOR(BFloat16, bfloat16)

#undef CTORCH_DEFINE_FOR

} // namespace ctorch
