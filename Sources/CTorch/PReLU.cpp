// PReLU whose backward pass reads its operands once: libtorch's own writes a slope gradient of the input's size and sums it
// afterwards, which took a quarter of a training step.
//
// He et al., "Delving Deep into Rectifiers", ICCV 2015, eq. 1 and 10.

#include "Guarded.h"
#include "Parallel.h"
#include "Vectorized.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <vector>

namespace {

using ctorch::BFloat16;
using ctorch::load;
using ctorch::store;

constexpr int64_t lanes = 16;
// The unit of work and of summation: results do not depend on the number of threads.
constexpr int64_t block = 1 << 15;

template <class T> CTORCH_INLINE void forward_body(const T *x, T *y, int64_t count, float slope) {
    for (int64_t i = 0; i < count; ++i) {
        const float value = load(x + i);
        store(y + i, value > 0 ? value : value * slope);
    }
}

template <class T>
CTORCH_INLINE void forward_channels_body(const T *x, T *y, int64_t rows, int64_t channels, const float *slope) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < channels; ++c) {
            const float value = load(x + row * channels + c);
            store(y + row * channels + c, value > 0 ? value : value * slope[c]);
        }
    }
}

template <class T>
CTORCH_INLINE void backward_body(const T *x, const T *g, T *dx, int64_t count, float slope, double *total) {
    float sums[lanes] = {};
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
            const float value = load(x + i + l);
            const float gradient = load(g + i + l);
            const bool positive = value > 0;
            store(dx + i + l, positive ? gradient : gradient * slope);
            sums[l] += positive ? 0.0f : gradient * value;
        }
    }
    double sum = 0;
    for (; i < count; ++i) {
        const float value = load(x + i);
        const float gradient = load(g + i);
        store(dx + i, value > 0 ? gradient : gradient * slope);
        sum += value > 0 ? 0.0 : gradient * value;
    }
    for (int64_t l = 0; l < lanes; ++l) sum += sums[l];
    *total += sum;
}

template <class T>
CTORCH_INLINE void backward_channels_body(const T *x, const T *g, T *dx, int64_t rows, int64_t channels,
                                          const float *slope, float *sums) {
    for (int64_t row = 0; row < rows; ++row) {
        for (int64_t c = 0; c < channels; ++c) {
            const int64_t i = row * channels + c;
            const float value = load(x + i);
            const float gradient = load(g + i);
            const bool positive = value > 0;
            store(dx + i, positive ? gradient : gradient * slope[c]);
            sums[c] += positive ? 0.0f : gradient * value;
        }
    }
}

#define DEFINE_FOR(T, suffix)                                                                                           \
    CTORCH_VECTORIZED(forward_##suffix, forward_body<T>, (const T *x, T *y, int64_t n, float s), (x, y, n, s))          \
    CTORCH_VECTORIZED(forward_channels_##suffix, forward_channels_body<T>,                                              \
                      (const T *x, T *y, int64_t r, int64_t c, const float *s), (x, y, r, c, s))                        \
    CTORCH_VECTORIZED(backward_##suffix, backward_body<T>,                                                              \
                      (const T *x, const T *g, T *d, int64_t n, float s, double *t), (x, g, d, n, s, t))                \
    CTORCH_VECTORIZED(backward_channels_##suffix, backward_channels_body<T>,                                            \
                      (const T *x, const T *g, T *d, int64_t r, int64_t c, const float *s, float *t),                   \
                      (x, g, d, r, c, s, t))                                                                            \
    void forward(const T *x, T *y, int64_t n, float s) { forward_##suffix(x, y, n, s); }                                \
    void forward(const T *x, T *y, int64_t r, int64_t c, const float *s) { forward_channels_##suffix(x, y, r, c, s); }  \
    void backward(const T *x, const T *g, T *d, int64_t n, float s, double *t) { backward_##suffix(x, g, d, n, s, t); } \
    void backward(const T *x, const T *g, T *d, int64_t r, int64_t c, const float *s, float *t) {                       \
        backward_channels_##suffix(x, g, d, r, c, s, t);                                                                \
    }

DEFINE_FOR(float, float32)
DEFINE_FOR(BFloat16, bfloat16)

// How the elements lie: `outer` times C times `inner`, where `inner` elements in a row share a slope.
struct Layout {
    int64_t outer;
    int64_t channels;
    int64_t inner;
};

// Only images have a layout of their own here.
at::MemoryFormat format_of(const at::Tensor &input) {
    return input.dim() == 4 ? input.suggest_memory_format() : at::MemoryFormat::Contiguous;
}

Layout layout_of(const at::Tensor &input, const at::Tensor &slope) {
    if (slope.numel() == 1) return {1, 1, input.numel()};
    const int64_t channels = slope.numel();
    const bool last = input.dim() < 3 || format_of(input) == at::MemoryFormat::ChannelsLast;
    if (last) return {input.numel() / channels, channels, 1};
    return {input.size(0), channels, input.numel() / std::max<int64_t>(1, input.size(0) * channels)};
}

template <class T> void run_forward(const T *x, T *y, const float *slope, const Layout &layout) {
    if (layout.channels > 1 && layout.inner == 1) {
        const int64_t rows = std::max<int64_t>(1, block / layout.channels);
        const int64_t blocks = (layout.outer + rows - 1) / rows;
        ctorch::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
            for (int64_t b = begin; b < end; ++b) {
                const int64_t first = b * rows;
                const int64_t offset = first * layout.channels;
                forward(x + offset, y + offset, std::min(rows, layout.outer - first), layout.channels, slope);
            }
        });
        return;
    }
    const int64_t planes = layout.outer * layout.channels;
    const int64_t parts = (layout.inner + block - 1) / block;
    ctorch::parallel_for(0, planes * parts, 1, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) {
            const int64_t plane = b / parts;
            const int64_t first = b % parts * block;
            const int64_t offset = plane * layout.inner + first;
            forward(x + offset, y + offset, std::min(block, layout.inner - first), slope[plane % layout.channels]);
        }
    });
}

template <class T>
void run_backward(const T *x, const T *g, T *dx, const float *slope, const Layout &layout, float *total) {
    std::vector<double> sums(layout.channels, 0);
    if (layout.channels > 1 && layout.inner == 1) {
        const int64_t rows = std::max<int64_t>(1, block / layout.channels);
        const int64_t blocks = (layout.outer + rows - 1) / rows;
        std::vector<float> partial(blocks * layout.channels, 0);
        ctorch::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
            for (int64_t b = begin; b < end; ++b) {
                const int64_t first = b * rows;
                const int64_t offset = first * layout.channels;
                backward(x + offset, g + offset, dx + offset, std::min(rows, layout.outer - first), layout.channels,
                         slope, partial.data() + b * layout.channels);
            }
        });
        for (int64_t b = 0; b < blocks; ++b) {
            for (int64_t c = 0; c < layout.channels; ++c) sums[c] += partial[b * layout.channels + c];
        }
    } else {
        const int64_t planes = layout.outer * layout.channels;
        const int64_t parts = (layout.inner + block - 1) / block;
        std::vector<double> partial(planes * parts, 0);
        ctorch::parallel_for(0, planes * parts, 1, [&](int64_t begin, int64_t end) {
            for (int64_t b = begin; b < end; ++b) {
                const int64_t plane = b / parts;
                const int64_t first = b % parts * block;
                const int64_t offset = plane * layout.inner + first;
                backward(x + offset, g + offset, dx + offset, std::min(block, layout.inner - first),
                         slope[plane % layout.channels], &partial[b]);
            }
        });
        for (int64_t b = 0; b < planes * parts; ++b) sums[b / parts % layout.channels] += partial[b];
    }
    for (int64_t c = 0; c < layout.channels; ++c) total[c] = static_cast<float>(sums[c]);
}

bool has_kernel(const at::Tensor &input) {
    return input.device().is_cpu() && input.numel() > 0
        && (input.scalar_type() == at::kFloat || input.scalar_type() == at::kBFloat16);
}

at::Tensor dense(const at::Tensor &tensor, at::MemoryFormat format) { return tensor.contiguous(format); }

at::Tensor prelu_cpu(const at::Tensor &input, const at::Tensor &slope) {
    const auto x = dense(input, format_of(input));
    const auto s = slope.to(at::kFloat).contiguous();
    auto y = at::empty_like(x);
    const auto layout = layout_of(x, s);
    if (x.scalar_type() == at::kFloat) {
        run_forward(x.const_data_ptr<float>(), y.mutable_data_ptr<float>(), s.const_data_ptr<float>(), layout);
    } else {
        run_forward(static_cast<const BFloat16 *>(x.const_data_ptr()), static_cast<BFloat16 *>(y.mutable_data_ptr()),
                    s.const_data_ptr<float>(), layout);
    }
    return y;
}

std::tuple<at::Tensor, at::Tensor> prelu_backward_cpu(const at::Tensor &input, const at::Tensor &slope,
                                                      const at::Tensor &gradient) {
    const auto format = format_of(input);
    const auto x = dense(input, format);
    const auto g = dense(gradient.to(x.scalar_type()), format);
    const auto s = slope.to(at::kFloat).contiguous();
    auto dx = at::empty_like(x);
    auto ds = at::empty(s.sizes(), s.options());
    const auto layout = layout_of(x, s);
    if (x.scalar_type() == at::kFloat) {
        run_backward(x.const_data_ptr<float>(), g.const_data_ptr<float>(), dx.mutable_data_ptr<float>(),
                     s.const_data_ptr<float>(), layout, ds.mutable_data_ptr<float>());
    } else {
        run_backward(static_cast<const BFloat16 *>(x.const_data_ptr()), static_cast<const BFloat16 *>(g.const_data_ptr()),
                     static_cast<BFloat16 *>(dx.mutable_data_ptr()), s.const_data_ptr<float>(), layout,
                     ds.mutable_data_ptr<float>());
    }
    return {dx, ds.to(slope.scalar_type())};
}

class PReLU : public torch::autograd::Function<PReLU> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input,
                              const at::Tensor &slope) {
        context->save_for_backward({input, slope});
        return prelu_cpu(input, slope);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        auto [dx, ds] = prelu_backward_cpu(saved[0], saved[1], gradients[0]);
        return {dx, ds};
    }
};

at::Tensor prelu(const at::Tensor &input, const at::Tensor &slope) {
    TORCH_CHECK(slope.dim() == 1 && (slope.numel() == 1 || (input.dim() >= 2 && slope.numel() == input.size(1))),
                "expected one slope or one for each channel, got ", slope.sizes(), " for ", input.sizes());
    TORCH_CHECK(slope.device() == input.device(), "expected slopes on ", input.device(), ", got ", slope.device());
    if (!has_kernel(input)) return at::prelu(input, slope.to(input.scalar_type()));
    return PReLU::apply(input, slope);
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("prelu(Tensor input, Tensor slope) -> Tensor");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeImplicitAutograd, library) {
    library.impl("prelu", prelu);
}
