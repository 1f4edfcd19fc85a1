// PReLU in place after a convolution into which the normalisation before it was folded.
//
// A normalisation shifts each channel, and a convolution pads with zeros after that. Its shift is a constant inside of the
// image, which the convolution's bias takes, but another one along the edges, where fewer taps meet the image. The
// difference is added here, in the walk over memory that PReLU makes in any case.

#include "Guarded.h"
#include "Parallel.h"
#include "Vectorized.h"

#include <ATen/ATen.h>
#include <torch/library.h>

#include <algorithm>

namespace {

using ctorch::BFloat16;
using ctorch::load;
using ctorch::store;

// Elements that a thread takes at once.
constexpr int64_t grain = 1 << 15;

template <bool shifts, class T>
CTORCH_INLINE void pixels_body(T *__restrict x, int64_t count, int64_t channels, const float *__restrict slope,
                               const float *__restrict shift) {
    for (int64_t pixel = 0; pixel < count; ++pixel) {
        T *__restrict values = x + pixel * channels;
        for (int64_t c = 0; c < channels; ++c) {
            const float value = load(values + c) + (shifts ? shift[c] : 0.0f);
            store(values + c, value > 0 ? value : value * slope[c]);
        }
    }
}

// A row of `width` pixels; `shift` has the first pixel's, a middle one's and the last one's, or is null. Where
// `inner` is false, the middle ones have none.
template <class T>
CTORCH_INLINE void row_body(T *x, int64_t width, int64_t channels, const float *slope, const float *shift, bool inner) {
    if (shift == nullptr) return pixels_body<false>(x, width, channels, slope, slope);
    T *last = x + (width - 1) * channels;
    pixels_body<true>(x, 1, channels, slope, shift);
    if (inner) {
        pixels_body<true>(x + channels, width - 2, channels, slope, shift + channels);
    } else {
        pixels_body<false>(x + channels, width - 2, channels, slope, slope);
    }
    pixels_body<true>(last, 1, channels, slope, shift + 2 * channels);
}

#define DEFINE_FOR(T, suffix)                                                                                           \
    CTORCH_VECTORIZED(row_##suffix, row_body<T>,                                                                        \
                      (T *x, int64_t w, int64_t c, const float *s, const float *b, bool i), (x, w, c, s, b, i))         \
    void row(T *x, int64_t w, int64_t c, const float *s, const float *b, bool i) { row_##suffix(x, w, c, s, b, i); }

DEFINE_FOR(float, float32)
DEFINE_FOR(BFloat16, bfloat16)

template <class T>
void run(T *x, const at::IntArrayRef &sizes, const float *slope, const float *border) {
    const int64_t channels = sizes[1], height = sizes[2], width = sizes[3];
    const int64_t step = std::max<int64_t>(1, grain / (width * channels));
    ctorch::parallel_for(0, sizes[0] * height, step, [&](int64_t begin, int64_t end) {
        for (int64_t r = begin; r < end; ++r) {
            const int64_t y = r % height;
            const int64_t kind = y == 0 ? 0 : y == height - 1 ? 2 : 1;
            row(x + r * width * channels, width, channels, slope, border ? border + kind * 3 * channels : nullptr,
                kind != 1);
        }
    });
}

bool has_kernel(const at::Tensor &x) {
    return x.device().is_cpu() && x.numel() > 0 && x.is_contiguous(at::MemoryFormat::ChannelsLast)
        && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

// `border` [3, 3, C] at the first, the middle and the last of the rows and columns.
void add_border(const at::Tensor &x, const at::Tensor &border) {
    const auto values = border.to(x.scalar_type());
    for (int64_t row = 0; row < 3; ++row) {
        for (int64_t column = 0; column < 3; ++column) {
            if (row == 1 && column == 1) continue;
            const auto slice = [](const at::Tensor &tensor, int64_t dimension, int64_t part) {
                const int64_t size = tensor.size(dimension);
                return part == 1 ? tensor.narrow(dimension, 1, size - 2)
                                 : tensor.narrow(dimension, part == 0 ? 0 : size - 1, 1);
            };
            slice(slice(x, 2, row), 3, column).add_(values[row][column].view({1, -1, 1, 1}));
        }
    }
}

at::Tensor fused_prelu(const at::Tensor &x, const at::Tensor &slope, const std::optional<at::Tensor> &border) {
    TORCH_CHECK(x.dim() == 4 && slope.sizes() == at::IntArrayRef{x.size(1)}, "expected one slope for each channel, got ",
                slope.sizes(), " for ", x.sizes());
    if (border) {
        TORCH_CHECK(border->sizes() == at::IntArrayRef({3, 3, x.size(1)}) && x.size(2) > 1 && x.size(3) > 1,
                    "expected a border [3, 3, ", x.size(1), "] and images of at least 2 x 2, got ", border->sizes(),
                    " and ", x.sizes());
    }
    TORCH_CHECK(slope.device() == x.device() && (!border || border->device() == x.device()), "expected all on ", x.device(),
                ", got slopes on ", slope.device());
    const bool is_plain = slope.scalar_type() == at::kFloat && slope.is_contiguous()
        && (!border || (border->scalar_type() == at::kFloat && border->is_contiguous()));
    if (!has_kernel(x) || !is_plain) {
        if (border) add_border(x, *border);
        return at::prelu(x, slope.to(x.scalar_type()));
    }
    const auto *slopes = slope.const_data_ptr<float>();
    const auto *shifts = border ? border->const_data_ptr<float>() : nullptr;
    if (x.scalar_type() == at::kFloat) {
        run(x.mutable_data_ptr<float>(), x.sizes(), slopes, shifts);
    } else {
        run(static_cast<BFloat16 *>(x.mutable_data_ptr()), x.sizes(), slopes, shifts);
    }
    return x;
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("fused_prelu(Tensor input, Tensor slope, Tensor? border) -> Tensor");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeImplicitAutograd, library) {
    library.impl("fused_prelu", fused_prelu);
}
