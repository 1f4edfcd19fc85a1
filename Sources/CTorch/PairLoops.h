// The loops of exact scores and of places with their bounds; see PairScores.h.

#pragma once

#include "CosineLoops.h"

#include <cmath>

namespace ctorch {

CTORCH_INLINE double squared_difference(const float *left, const float *right, int64_t width) {
    double sums[lanes] = {};
    int64_t d = 0;
    for (; d + lanes <= width; d += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
            const double difference = static_cast<double>(left[d + l]) - right[d + l];
            sums[l] += difference * difference;
        }
    }
    double sum = 0;
    for (; d < width; ++d) {
        const double difference = static_cast<double>(left[d]) - right[d];
        sum += difference * difference;
    }
    for (int64_t l = 0; l < lanes; ++l) sum += sums[l];
    return sum;
}

CTORCH_INLINE void dots_body(const float *row, const float *rows, const int64_t *ids, int64_t count, int64_t width,
                             double *result) {
    for (int64_t i = 0; i < count; ++i) result[i] = dot(row, rows + ids[i] * width, width);
}
CTORCH_VECTORIZED(write_dots, dots_body,
                  (const float *q, const float *g, const int64_t *i, int64_t n, int64_t w, double *o), (q, g, i, n, w, o))

CTORCH_INLINE void squared_differences_body(const float *row, const float *rows, const int64_t *ids, int64_t count,
                                            int64_t width, double *result) {
    for (int64_t i = 0; i < count; ++i) result[i] = squared_difference(row, rows + ids[i] * width, width);
}
CTORCH_VECTORIZED(write_squared_differences, squared_differences_body,
                  (const float *q, const float *g, const int64_t *i, int64_t n, int64_t w, double *o), (q, g, i, n, w, o))

CTORCH_INLINE void lengths_body(const float *rows, const float *center, int64_t count, int64_t width, double *result) {
    for (int64_t row = 0; row < count; ++row) {
        result[row] = std::sqrt(squared_difference(rows + row * width, center, width));
    }
}
CTORCH_VECTORIZED(write_lengths, lengths_body, (const float *r, const float *c, int64_t n, int64_t w, double *o),
                  (r, c, n, w, o))

// Writes (row - center) * scale in the type of the products, and the length of what rounding took away.
template <class T>
CTORCH_INLINE void operand_body(const float *row, const float *center, double scale, int64_t width, T *result,
                                double *lost) {
    float sums[lanes] = {};
    int64_t d = 0;
    for (; d + lanes <= width; d += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
            const float value = static_cast<float>((static_cast<double>(row[d + l]) - center[d + l]) * scale);
            store(result + d + l, value);
            const float difference = value - load(result + d + l);
            sums[l] += difference * difference;
        }
    }
    double sum = 0;
    for (; d < width; ++d) {
        const float value = static_cast<float>((static_cast<double>(row[d]) - center[d]) * scale);
        store(result + d, value);
        const double difference = value - load(result + d);
        sum += difference * difference;
    }
    for (int64_t l = 0; l < lanes; ++l) sum += sums[l];
    *lost = std::sqrt(sum);
}
CTORCH_VECTORIZED(write_operand_float32, operand_body<float>,
                  (const float *r, const float *c, double s, int64_t w, float *o, double *l), (r, c, s, w, o, l))
CTORCH_VECTORIZED(write_operand_bfloat16, operand_body<BFloat16>,
                  (const float *r, const float *c, double s, int64_t w, BFloat16 *o, double *l), (r, c, s, w, o, l))

// What a query's places may be wrong by: `length` |g'| + `loss` |g' - g^| + `relative` |product| + `constant`.
struct Bound {
    float bias, length, loss, relative, constant;
};

// Columns that are looked at together before any of them alone.
constexpr int64_t strip = 64;

// The upper ends of the places of `count` columns, at most a strip; returns whether one reaches the threshold.
template <class T>
CTORCH_INLINE bool upper_ends(const T *product, const float *bias, const float *length, const float *loss,
                              const Bound &bound, float threshold, int64_t count, float *upper) {
    int reached[lanes] = {};
    int64_t j = 0;
    for (; j + lanes <= count; j += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
            const float value = load(product + j + l);
            const float place = value + bound.bias * bias[j + l];
            const float error = bound.length * length[j + l] + bound.loss * loss[j + l]
                + bound.relative * (value < 0 ? -value : value) + bound.constant;
            upper[j + l] = place + error;
            reached[l] |= place + error >= threshold;
        }
    }
    int any = 0;
    for (; j < count; ++j) {
        const float value = load(product + j);
        const float error = bound.length * length[j] + bound.loss * loss[j]
            + bound.relative * (value < 0 ? -value : value) + bound.constant;
        upper[j] = value + bound.bias * bias[j] + error;
        any |= upper[j] >= threshold;
    }
    for (int64_t l = 0; l < lanes; ++l) any |= reached[l];
    return any != 0;
}

// The columns whose upper end reaches the threshold, into `found` with both ends; returns how many.
struct Candidate {
    int64_t id;
    float lower, upper;
};

template <class T>
CTORCH_INLINE void reaching_body(const T *product, const float *bias, const float *length, const float *loss,
                                 const Bound &bound, float threshold, int64_t first, int64_t count, Candidate *found,
                                 int64_t *result) {
    int64_t size = 0;
    float upper[strip];
    for (int64_t begin = 0; begin < count; begin += strip) {
        const int64_t wide = count - begin < strip ? count - begin : strip;
        if (!upper_ends(product + begin, bias + begin, length + begin, loss + begin, bound, threshold, wide, upper)) {
            continue;
        }
        for (int64_t l = 0; l < wide; ++l) {
            const int64_t j = begin + l;
            const float place = load(product + j) + bound.bias * bias[j];
            found[size] = {first + j, place + place - upper[l], upper[l]};
            size += upper[l] >= threshold;
        }
    }
    *result = size;
}
CTORCH_VECTORIZED(write_reaching_float32, reaching_body<float>,
                  (const float *p, const float *b, const float *n, const float *r, const Bound &bound, float t, int64_t f,
                   int64_t c, Candidate *o, int64_t *s),
                  (p, b, n, r, bound, t, f, c, o, s))
CTORCH_VECTORIZED(write_reaching_bfloat16, reaching_body<BFloat16>,
                  (const BFloat16 *p, const float *b, const float *n, const float *r, const Bound &bound, float t,
                   int64_t f, int64_t c, Candidate *o, int64_t *s),
                  (p, b, n, r, bound, t, f, c, o, s))

} // namespace ctorch
