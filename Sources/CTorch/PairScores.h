// How close pairs of embeddings are: exact scores in 64 bits, and products of whole blocks with a bound on their error.
//
// Products are fast and round, differently for each shape of a block; so they only say which pairs cannot matter, and
// the others are scored exactly. No result depends on the size of blocks, on the number of threads or on the precision of
// the products.
//
// A product stands for a pair's place v = <q', g'> + b h, where q' and g' are the pair's rows, centred and scaled to a
// length of at most 1, and h = -|g'|^2 / 2 makes the greatest place the least distance. With rows q^, g^ as rounded,
//     |v - v^| <= |q' - q^| |g'| + |q^| |g' - g^| + the rounding of sums (Cauchy and Schwarz).

#pragma once

#include "CosineLoops.h"
#include "Product.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

namespace ctorch {

enum class Metric { cosine, dot, euclidean };

inline Metric metric_named(c10::string_view name) {
    if (name == "cosine") return Metric::cosine;
    if (name == "dot") return Metric::dot;
    TORCH_CHECK(name == "euclidean", "expected the metric cosine, dot or euclidean, got ", name);
    return Metric::euclidean;
}

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

// A block of gallery rows as an operand, with the numbers that places and bounds need for each.
struct Columns {
    at::Tensor rows;
    std::vector<float> bias, length, loss;
};

// The interval of places for the columns from `first` on; the caller looks at those that reach `threshold`.
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

// The scores of queries [N, D] beside a gallery [M, D], both dense float32 on the processor.
class PairScores {
  public:
    PairScores(const at::Tensor &queries, const at::Tensor &gallery, Metric metric)
        : metric_(metric), width_(gallery.size(1)), queries_(queries), gallery_(gallery), center_(width_, 0),
          query_lengths_(queries.size(0)), gallery_lengths_(gallery.size(0)) {
        write_all_lengths(queries_, query_lengths_);
        write_all_lengths(gallery_, gallery_lengths_);
        query_centered_ = query_lengths_;
        gallery_centered_ = gallery_lengths_;
        if (metric_ == Metric::euclidean) {
            // Distances do not change when all rows move, and products of long rows would hide short distances.
            const auto mean = gallery.sum(0, false, at::kDouble).div_(std::max<int64_t>(1, gallery.size(0))).to(at::kFloat);
            std::copy_n(mean.const_data_ptr<float>(), width_, center_.begin());
            write_all_lengths(queries_, query_centered_);
            write_all_lengths(gallery_, gallery_centered_);
        }
        for (const double length : gallery_centered_) longest_ = std::max(longest_, length);
        if (longest_ == 0) longest_ = 1;
    }

    int64_t query_count() const { return queries_.size(0); }
    int64_t gallery_count() const { return gallery_.size(0); }
    int64_t width() const { return width_; }

    // The score of a query beside each of `count` gallery rows, greater where closer: computed in 64 bits in an order of
    // its own for the width, and rounded once.
    void score(int64_t query, const int64_t *ids, int64_t count, double *scratch, float *result) const {
        const float *row = queries_.const_data_ptr<float>() + query * width_;
        const float *rows = gallery_.const_data_ptr<float>();
        if (metric_ == Metric::euclidean) {
            write_squared_differences(row, rows, ids, count, width_, scratch);
            for (int64_t i = 0; i < count; ++i) result[i] = -static_cast<float>(std::sqrt(scratch[i]));
            return;
        }
        write_dots(row, rows, ids, count, width_, scratch);
        for (int64_t i = 0; i < count; ++i) {
            const double lengths =
                metric_ == Metric::dot ? 1 : query_lengths_[query] * gallery_lengths_[ids[i]];
            result[i] = static_cast<float>(lengths > 0 ? scratch[i] / lengths : 0);
        }
    }

    // Where a score lies among the places of a query, within its bound's constant.
    float place(int64_t query, float score) const {
        const double length = query_centered_[query], value = score;
        switch (metric_) {
        case Metric::cosine: return score;
        case Metric::dot: return static_cast<float>(value / (scale_of(query) * longest_));
        case Metric::euclidean:
            return static_cast<float>((length - value) * (length + value) / (2 * scale_of(query) * longest_));
        }
    }

    // Some queries as an operand, and what bounds each.
    template <class T> at::Tensor queries(int64_t first, int64_t count, std::vector<Bound> &bounds) const {
        auto result = at::empty({count, width_}, queries_.options().dtype(type<T>));
        bounds.resize(count);
        each_row(count, [&](int64_t i) {
            const double scale = scale_of(first + i);
            const double length = query_centered_[first + i] / scale * above;
            const double lost =
                write(queries_, first + i, 1 / scale, data<T>(result) + i * width_) + length * arithmetic;
            const double sums = (width_ + 8) * unit;
            const double ratio = metric_ == Metric::euclidean ? scale / longest_ : 1;
            const double step = smallest / (longest_ * (metric_ == Metric::dot ? scale : 1));
            bounds[i] = {metric_ == Metric::euclidean ? static_cast<float>(1 / ratio) : 0,
                         static_cast<float>((lost + sums * (length + lost)) * above),
                         static_cast<float>((length + lost) * (1 + sums) * above),
                         std::is_same_v<T, float> ? 0 : half_step * 1.01f,
                         static_cast<float>(2e-6 * std::max(1.0, ratio) + 2 * step)};
        });
        return result;
    }

    // Some gallery rows as an operand.
    template <class T> void columns(int64_t first, int64_t count, Columns &result) const {
        result.rows = at::empty({count, width_}, gallery_.options().dtype(type<T>));
        result.bias.resize(count);
        result.length.resize(count);
        result.loss.resize(count);
        each_row(count, [&](int64_t j) {
            const double own = gallery_centered_[first + j];
            const double scale = metric_ == Metric::cosine ? (own > 0 ? own : 1) : longest_;
            const double length = own / scale;
            const double lost = write(gallery_, first + j, 1 / scale, data<T>(result.rows) + j * width_);
            result.bias[j] = metric_ == Metric::euclidean ? static_cast<float>(-0.5 * length * length) : 0;
            result.length[j] = static_cast<float>(length * above);
            result.loss[j] = static_cast<float>((lost + length * arithmetic) * above);
        });
    }

    // The columns whose places may reach the threshold.
    template <class T>
    static int64_t reaching(const at::Tensor &products, int64_t row, const Columns &columns, const Bound &bound,
                            float threshold, int64_t first, int64_t begin, int64_t count, Candidate *found) {
        int64_t size = 0;
        const T *values = data<T>(products) + row * products.size(1) + begin;
        const float *bias = columns.bias.data() + begin, *length = columns.length.data() + begin;
        const float *loss = columns.loss.data() + begin;
        if constexpr (std::is_same_v<T, float>) {
            write_reaching_float32(values, bias, length, loss, bound, threshold, first + begin, count, found, &size);
        } else {
            write_reaching_bfloat16(values, bias, length, loss, bound, threshold, first + begin, count, found, &size);
        }
        return size;
    }

  private:
    template <class T> static constexpr at::ScalarType type = std::is_same_v<T, float> ? at::kFloat : at::kBFloat16;
    template <class T> static T *data(const at::Tensor &tensor) { return static_cast<T *>(tensor.mutable_data_ptr()); }

    static constexpr double unit = 0x1p-24;
    // The rounding to bfloat16.
    static constexpr float half_step = 0x1p-8f;
    // The rounding of centring and scaling, which are done in 64 bits.
    static constexpr double arithmetic = 1.5 * unit;
    // Makes up for bounds being rounded themselves.
    static constexpr double above = 1 + 0x1p-10;
    // The least step between scores.
    static constexpr double smallest = 0x1p-149;

    double scale_of(int64_t query) const {
        const double length = query_centered_[query];
        if (metric_ == Metric::euclidean) return std::max(length, longest_);
        return length > 0 ? length : 1;
    }

    template <class Body> void each_row(int64_t count, Body &&body) const {
        const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width_));
        at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) body(i);
        });
    }

    void write_all_lengths(const at::Tensor &rows, std::vector<double> &lengths) const {
        const float *values = rows.const_data_ptr<float>();
        each_row(rows.size(0), [&](int64_t i) {
            write_lengths(values + i * width_, center_.data(), 1, width_, lengths.data() + i);
        });
    }

    template <class T> double write(const at::Tensor &rows, int64_t row, double scale, T *result) const {
        double lost = 0;
        const float *values = rows.const_data_ptr<float>() + row * width_;
        if constexpr (std::is_same_v<T, float>) {
            write_operand_float32(values, center_.data(), scale, width_, result, &lost);
        } else {
            write_operand_bfloat16(values, center_.data(), scale, width_, result, &lost);
        }
        return lost;
    }

    Metric metric_;
    int64_t width_;
    at::Tensor queries_, gallery_;
    std::vector<float> center_;
    std::vector<double> query_lengths_, gallery_lengths_, query_centered_, gallery_centered_;
    double longest_ = 0;
};

// A gallery row with its score: in order of closeness, and among equals in order of ids.
struct Scored {
    float score;
    int64_t id;

    bool operator<(const Scored &other) const { return score > other.score || (score == other.score && id < other.id); }
};

// The numbers of one row each, `[count]` int64.
inline const int64_t *numbers(const at::Tensor &tensor, int64_t count, const char *name) {
    TORCH_CHECK(tensor.dim() == 1 && tensor.size(0) == count && tensor.scalar_type() == at::kLong
                    && tensor.is_contiguous(),
                "expected ", name, " [", count, "] int64, got ", tensor.sizes(), " ", tensor.scalar_type());
    return tensor.const_data_ptr<int64_t>();
}

// Pairs that do not count: those of equal keys; none where there are no keys.
class Removal {
  public:
    Removal(const at::Tensor &query, int64_t queries, const at::Tensor &gallery, int64_t items)
        : query_(query.numel() == 0 ? nullptr : numbers(query, queries, "query keys")),
          gallery_(query_ == nullptr ? nullptr : numbers(gallery, items, "gallery keys")) {}

    bool removes(int64_t row, int64_t column) const { return query_ != nullptr && query_[row] == gallery_[column]; }

  private:
    const int64_t *query_, *gallery_;
};

// Rows of queries and of the gallery that are multiplied at a time, so that a block with what else a query needs stays
// within `memory` bytes.
struct BlockSizes {
    int64_t queries, gallery;

    static BlockSizes fitting(const PairScores &scores, int64_t memory, int64_t bytes_a_query) {
        const int64_t width = std::max<int64_t>(1, scores.width());
        // Both libraries lay operands out once more.
        const int64_t bytes_a_row = 2 * 4 * width + 12;
        BlockSizes sizes;
        sizes.gallery = std::clamp<int64_t>(memory / 4 / bytes_a_row, 1, 4096);
        sizes.gallery = std::min(sizes.gallery, std::max<int64_t>(1, scores.gallery_count()));
        const int64_t each = bytes_a_row + 4 * sizes.gallery + bytes_a_query + 20;
        sizes.queries = std::clamp<int64_t>((memory - sizes.gallery * bytes_a_row) / each, 1, 2048);
        return sizes;
    }
};

} // namespace ctorch
