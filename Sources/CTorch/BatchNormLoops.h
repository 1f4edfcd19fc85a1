// The loops of batch normalisation over rows of `width` values, several rows of few channels counting as one.

#pragma once

#include "Vectorized.h"

#include <cstdint>

namespace ctorch {

// Rows that are added up before a sum is touched.
constexpr int64_t together = 4;

// Not `value > 0`, which would lose not-a-number.
CTORCH_INLINE float positive_part(float value) { return value <= 0 ? 0.0f : value; }

// (x - center) * factor + offset, where `offset` holds what the center lost to rounding: exact for means far from zero.
// Forward and backward share it, so that they agree on its sign.
CTORCH_INLINE float normalized(float x, float center, float factor, float offset) {
    return (x - center) * factor + offset;
}

// Adds to the sums of each column those of x - shift and of its square.
template <class T>
CTORCH_INLINE void statistics_body(const T *__restrict x, int64_t rows, int64_t width, const float *__restrict shift,
                                   float *__restrict sums, float *__restrict squares) {
    int64_t row = 0;
    for (; row + together <= rows; row += together) {
        const T *__restrict values = x + row * width;
        for (int64_t c = 0; c < width; ++c) {
            const float d0 = load(values + c) - shift[c];
            const float d1 = load(values + c + width) - shift[c];
            const float d2 = load(values + c + 2 * width) - shift[c];
            const float d3 = load(values + c + 3 * width) - shift[c];
            sums[c] += (d0 + d1) + (d2 + d3);
            squares[c] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
        }
    }
    for (; row < rows; ++row) {
        const T *__restrict values = x + row * width;
        for (int64_t c = 0; c < width; ++c) {
            const float d = load(values + c) - shift[c];
            sums[c] += d;
            squares[c] += d * d;
        }
    }
}

struct Coefficients {
    const float *center;
    const float *factor;
    const float *offset;
};

template <bool adds, bool rectifies, class T>
CTORCH_INLINE void normalize_rows(const T *__restrict x, const T *__restrict residual, T *__restrict y, int64_t rows,
                                  int64_t width, const Coefficients &by) {
    const float *__restrict center = by.center;
    const float *__restrict factor = by.factor;
    const float *__restrict offset = by.offset;
    for (int64_t row = 0; row < rows; ++row) {
        const int64_t first = row * width;
        for (int64_t c = 0; c < width; ++c) {
            float value = normalized(load(x + first + c), center[c], factor[c], offset[c]);
            if (adds) value += load(residual + first + c);
            store(y + first + c, rectifies ? positive_part(value) : value);
        }
    }
}

template <class T>
CTORCH_INLINE void normalize_body(const T *x, const T *residual, T *y, bool rectified, int64_t rows, int64_t width,
                                  const Coefficients &by) {
    if (residual && rectified) {
        normalize_rows<true, true>(x, residual, y, rows, width, by);
    } else if (residual) {
        normalize_rows<true, false>(x, residual, y, rows, width, by);
    } else if (rectified) {
        normalize_rows<false, true>(x, residual, y, rows, width, by);
    } else {
        normalize_rows<false, false>(x, residual, y, rows, width, by);
    }
}

// Which gradients the positive part let through.
enum class Mask { none, computed, output };

template <Mask mask, class T>
CTORCH_INLINE float gradient_at(const T *g, const T *y, float x, const Coefficients &by, int64_t i, int64_t c) {
    const float gradient = load(g + i);
    if (mask == Mask::computed) {
        return normalized(x, by.center[c], by.factor[c], by.offset[c]) <= 0 ? 0.0f : gradient;
    }
    if (mask == Mask::output) return load(y + i) <= 0 ? 0.0f : gradient;
    return gradient;
}

// Adds to the sums of each column those of the masked gradient and of it times x - center, and keeps the masked
// gradient where the mask is the output's.
template <Mask mask, class T>
CTORCH_INLINE void reduce_rows(const T *__restrict x, const T *__restrict g, const T *__restrict y,
                               T *__restrict masked, int64_t rows, int64_t width, const Coefficients &given,
                               float *__restrict sums, float *__restrict products) {
    const float *__restrict center = given.center;
    const float *__restrict factor = given.factor;
    const float *__restrict offset = given.offset;
    const Coefficients by{center, factor, offset};
    int64_t row = 0;
    for (; row + together <= rows; row += together) {
        for (int64_t c = 0; c < width; ++c) {
            float sum = 0, product = 0;
            for (int64_t r = 0; r < together; ++r) {
                const int64_t i = (row + r) * width + c;
                const float value = load(x + i);
                const float gradient = gradient_at<mask>(g, y, value, by, i, c);
                if (mask == Mask::output) store(masked + i, gradient);
                sum += gradient;
                product += gradient * (value - center[c]);
            }
            sums[c] += sum;
            products[c] += product;
        }
    }
    for (; row < rows; ++row) {
        for (int64_t c = 0; c < width; ++c) {
            const int64_t i = row * width + c;
            const float value = load(x + i);
            const float gradient = gradient_at<mask>(g, y, value, by, i, c);
            if (mask == Mask::output) store(masked + i, gradient);
            sums[c] += gradient;
            products[c] += gradient * (value - center[c]);
        }
    }
}

template <class T>
CTORCH_INLINE void reduce_body(Mask mask, const T *x, const T *g, const T *y, T *masked, int64_t rows, int64_t width,
                               const Coefficients &by, float *sums, float *products) {
    switch (mask) {
    case Mask::none: return reduce_rows<Mask::none>(x, g, y, masked, rows, width, by, sums, products);
    case Mask::computed: return reduce_rows<Mask::computed>(x, g, y, masked, rows, width, by, sums, products);
    case Mask::output: return reduce_rows<Mask::output>(x, g, y, masked, rows, width, by, sums, products);
    }
}

// The gradient of the input, factor * gradient + slope * (x - center) + constant.
template <Mask mask, class T>
CTORCH_INLINE void differentiate_rows(const T *__restrict x, const T *__restrict g, T *__restrict dx, int64_t rows,
                                      int64_t width, const Coefficients &given, const float *__restrict slope,
                                      const float *__restrict constant) {
    const float *__restrict center = given.center;
    const float *__restrict factor = given.factor;
    const float *__restrict offset = given.offset;
    const Coefficients by{center, factor, offset};
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < width; ++c) {
            const int64_t i = row * width + c;
            const float value = load(x + i);
            const float gradient = gradient_at<mask>(g, g, value, by, i, c);
            store(dx + i, factor[c] * gradient + (slope[c] * (value - center[c]) + constant[c]));
        }
    }
}

template <class T>
CTORCH_INLINE void differentiate_body(Mask mask, const T *x, const T *g, T *dx, int64_t rows, int64_t width,
                                      const Coefficients &by, const float *slope, const float *constant) {
    if (mask == Mask::computed) {
        differentiate_rows<Mask::computed>(x, g, dx, rows, width, by, slope, constant);
    } else {
        differentiate_rows<Mask::none>(x, g, dx, rows, width, by, slope, constant);
    }
}

#define CTORCH_DEFINE(T, suffix, name, parameters, arguments)                                                          \
    CTORCH_VECTORIZED(name##_##suffix, name##_body<T>, parameters, arguments)                                          \
    inline void name parameters { name##_##suffix arguments; }

#define CTORCH_DEFINE_FOR(T, suffix)                                                                                   \
    CTORCH_DEFINE(T, suffix, statistics, (const T *x, int64_t r, int64_t w, const float *f, float *s, float *q),       \
           (x, r, w, f, s, q))                                                                                         \
    CTORCH_DEFINE(T, suffix, normalize,                                                                                \
           (const T *x, const T *a, T *y, bool p, int64_t r, int64_t w, const Coefficients &k), (x, a, y, p, r, w, k)) \
    CTORCH_DEFINE(T, suffix, reduce,                                                                                   \
           (Mask m, const T *x, const T *g, const T *y, T *d, int64_t r, int64_t w, const Coefficients &k, float *s,   \
            float *p),                                                                                                 \
           (m, x, g, y, d, r, w, k, s, p))                                                                             \
    CTORCH_DEFINE(T, suffix, differentiate,                                                                            \
           (Mask m, const T *x, const T *g, T *d, int64_t r, int64_t w, const Coefficients &k, const float *s,         \
            const float *b),                                                                                           \
           (m, x, g, d, r, w, k, s, b))

CTORCH_DEFINE_FOR(float, float32)
CTORCH_DEFINE_FOR(BFloat16, bfloat16)

#undef CTORCH_DEFINE_FOR
#undef CTORCH_DEFINE

} // namespace ctorch
