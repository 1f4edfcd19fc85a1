// Batch normalisation with what follows it in residual networks, an addition and the positive part, for rows of
// channels. These layers only move memory: here forward reads its input twice and writes once, and backward walks twice.
// The mask of the positive part is computed again, or read off the output where something was added; the masked gradient
// is the gradient of what was added.
//
// Ioffe and Szegedy, "Batch Normalization", ICML 2015, algorithm 1.

#include "BatchNormLoops.h"
#include "Collectives.h"
#include "Guarded.h"
#include "JoinedBatchNorm.h"
#include "Parallel.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace {

using ctorch::BFloat16;
using ctorch::Coefficients;
using ctorch::load;
using ctorch::Mask;

constexpr int64_t lanes = 16;
// The unit of work and of summation: results do not depend on the number of threads.
constexpr int64_t block = 1 << 15;

// Rows of channels, in blocks. Several rows of few channels count as one of `width`, which fills whole vectors.
struct Rows {
    int64_t count;
    int64_t channels;
    int64_t width;
    int64_t in_block;
    int64_t blocks;

    explicit Rows(const at::Tensor &input) {
        channels = input.size(1);
        count = input.numel() / channels;
        width = std::lcm(channels, lanes);
        const int64_t group = width / channels;
        in_block = std::max<int64_t>(1, block / width) * group;
        blocks = (count + in_block - 1) / in_block;
    }

    // Calls `body(block, offset, rows, width)` for each block, and once more for what does not fill a row of `width`.
    template <class Body> void each(bool descending, Body &&body) const {
        ctorch::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
            for (int64_t step = begin; step < end; ++step) {
                const int64_t b = descending ? begin + end - 1 - step : step;
                const int64_t first = b * in_block;
                const int64_t here = std::min(in_block, count - first);
                const int64_t whole = here * channels / width;
                const int64_t rest = here - whole * width / channels;
                if (whole > 0) body(b, first * channels, whole, width);
                if (rest > 0) body(b, first * channels + whole * width, rest, channels);
            }
        });
    }

    int64_t size(int64_t b) const { return std::min(in_block, count - b * in_block); }

    // Repeats the values of the channels to the width.
    void fill(float *values) const {
        for (int64_t i = channels; i < width; ++i) values[i] = values[i - channels];
    }
};

// What the backward pass needs to know of each channel.
struct Channels {
    // The mean's nearest float, and what is missing to the mean.
    std::vector<float> center;
    std::vector<double> correction;
    std::vector<double> reciprocal_deviation;
    std::vector<float> factor;
    std::vector<float> offset;

    Coefficients coefficients() const { return {center.data(), factor.data(), offset.data()}; }
};

Channels channels_of(const Rows &rows, const double *mean, const double *reciprocal_deviation, const float *weight,
                     const float *bias) {
    Channels result;
    const int64_t count = rows.channels;
    result.reciprocal_deviation.assign(reciprocal_deviation, reciprocal_deviation + count);
    result.correction.resize(count);
    for (auto *values : {&result.center, &result.factor, &result.offset}) values->resize(rows.width);
    for (int64_t c = 0; c < count; ++c) {
        const double factor = reciprocal_deviation[c] * weight[c];
        result.center[c] = static_cast<float>(mean[c]);
        result.correction[c] = mean[c] - result.center[c];
        result.factor[c] = static_cast<float>(factor);
        result.offset[c] = static_cast<float>(bias[c] - result.correction[c] * factor);
    }
    for (auto *values : {&result.center, &result.factor, &result.offset}) rows.fill(values->data());
    return result;
}

float median(float a, float b, float c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

// The mean and the sum of squared deviations of each channel. Each block's sums are of differences to the middle one of three
// values and are joined in 64 bits, so that nothing cancels, however far the mean is from zero or one value from the rest.
template <class T> void measure(const T *x, const Rows &rows, double *mean, double *squares) {
    const int64_t width = rows.width, channels = rows.channels;
    std::vector<float> partial(rows.blocks * width * 3, 0);
    rows.each(false, [&](int64_t b, int64_t offset, int64_t count, int64_t columns) {
        float *shift = partial.data() + b * width * 3;
        const T *first = x + b * rows.in_block * channels;
        const T *middle = first + rows.size(b) / 2 * channels, *last = first + (rows.size(b) - 1) * channels;
        for (int64_t c = 0; c < channels; ++c) shift[c] = median(load(first + c), load(middle + c), load(last + c));
        for (int64_t i = channels; i < columns; ++i) shift[i] = shift[i - channels];
        ctorch::statistics(x + offset, count, columns, shift, shift + width, shift + 2 * width);
    });
    std::fill_n(mean, channels, 0.0);
    std::fill_n(squares, channels, 0.0);
    if (rows.count == 0) return;
    for (int64_t b = 0; b < rows.blocks; ++b) {
        const float *shift = partial.data() + b * width * 3;
        for (int64_t c = 0; c < channels; ++c) mean[c] += static_cast<double>(shift[c]) * rows.size(b);
        for (int64_t first = 0; first < width; first += channels) {
            for (int64_t c = 0; c < channels; ++c) mean[c] += shift[width + first + c];
        }
    }
    for (int64_t c = 0; c < channels; ++c) mean[c] /= rows.count;
    for (int64_t b = 0; b < rows.blocks; ++b) {
        const float *shift = partial.data() + b * width * 3;
        const double size = rows.size(b);
        for (int64_t c = 0; c < channels; ++c) {
            double sum = 0, square = 0;
            for (int64_t i = c; i < width; i += channels) {
                sum += shift[width + i];
                square += shift[2 * width + i];
            }
            // The block's own squared deviations, which rounding must not make negative, and those of its mean.
            const double distance = shift[c] + sum / size - mean[c];
            const double own = square - sum * sum / size;
            squares[c] += (own < 0 ? 0.0 : own) + distance * distance * size;
        }
    }
}

// Joins the means and sums of squared deviations of all processes, in the order of their ranks, so that all come to the
// same numbers; returns how many rows they have together.
int64_t join(const std::string &group, int64_t count, int64_t channels, double *mean, double *squares) {
    auto own = at::empty({1 + 2 * channels}, at::kDouble);
    auto *values = own.mutable_data_ptr<double>();
    values[0] = static_cast<double>(count);
    std::copy_n(mean, channels, values + 1);
    std::copy_n(squares, channels, values + 1 + channels);
    const auto all = ctorch::all_gather(own, group);
    const auto *parts = all.const_data_ptr<double>();
    const int64_t size = all.size(0), width = all.size(1);
    double total = 0;
    for (int64_t p = 0; p < size; ++p) total += parts[p * width];
    for (int64_t c = 0; c < channels; ++c) {
        mean[c] = squares[c] = 0;
        for (int64_t p = 0; p < size; ++p) mean[c] += parts[p * width] / total * parts[p * width + 1 + c];
        for (int64_t p = 0; p < size; ++p) {
            const double distance = parts[p * width + 1 + c] - mean[c];
            squares[c] += parts[p * width + 1 + channels + c] + distance * distance * parts[p * width];
        }
    }
    return static_cast<int64_t>(total);
}

template <class T>
void normalize_all(const at::Tensor &x, const at::Tensor &residual, at::Tensor &y, bool rectified, const Rows &rows,
                   const Channels &channels) {
    const auto *source = static_cast<const T *>(x.const_data_ptr());
    const auto *added = residual.defined() ? static_cast<const T *>(residual.const_data_ptr()) : nullptr;
    auto *target = static_cast<T *>(y.mutable_data_ptr());
    const auto by = channels.coefficients();
    rows.each(true, [&](int64_t, int64_t offset, int64_t count, int64_t width) {
        ctorch::normalize(source + offset, added ? added + offset : nullptr, target + offset, rectified, count, width,
                          by);
    });
}

// Replaces the sums of each channel by those over all processes.
void add_over(const std::string &group, std::vector<double> &sums, std::vector<double> &products) {
    const auto count = static_cast<int64_t>(sums.size());
    auto both = at::empty({2, count}, at::kDouble);
    auto *values = both.mutable_data_ptr<double>();
    std::copy_n(sums.data(), count, values);
    std::copy_n(products.data(), count, values + count);
    ctorch::all_reduce(both, group);
    std::copy_n(values, count, sums.data());
    std::copy_n(values + count, count, products.data());
}

struct Gradients {
    at::Tensor input;
    at::Tensor masked;
    at::Tensor weight;
    at::Tensor bias;
};

template <class T>
Gradients differentiate_all(const at::Tensor &input, const at::Tensor &gradient, const at::Tensor &output,
                            const Rows &rows, const Channels &channels, bool rectified, bool training,
                            bool wants_input, int64_t total, const std::string &group) {
    const Mask mask = !rectified ? Mask::none : output.defined() ? Mask::output : Mask::computed;
    const int64_t width = rows.width;
    const auto *x = static_cast<const T *>(input.const_data_ptr());
    const auto *g = static_cast<const T *>(gradient.const_data_ptr());
    const auto *y = mask == Mask::output ? static_cast<const T *>(output.const_data_ptr()) : g;
    Gradients result;
    result.masked = mask == Mask::output ? at::empty_like(input) : gradient;
    auto *masked = mask == Mask::output ? static_cast<T *>(result.masked.mutable_data_ptr()) : nullptr;
    const auto by = channels.coefficients();

    std::vector<float> partial(rows.blocks * width * 2, 0);
    rows.each(false, [&](int64_t b, int64_t offset, int64_t count, int64_t columns) {
        float *sums = partial.data() + b * width * 2;
        ctorch::reduce(mask, x + offset, g + offset, y + offset, masked ? masked + offset : nullptr, count, columns, by,
                       sums, sums + width);
    });
    std::vector<double> sums(rows.channels, 0), products(rows.channels, 0);
    for (int64_t b = 0; b < rows.blocks; ++b) {
        for (int64_t first = 0; first < width; first += rows.channels) {
            const float *here = partial.data() + b * width * 2 + first;
            for (int64_t c = 0; c < rows.channels; ++c) {
                sums[c] += here[c];
                products[c] += here[width + c];
            }
        }
    }
    const auto options = at::TensorOptions().dtype(at::kFloat);
    result.weight = at::empty({rows.channels}, options);
    result.bias = at::empty({rows.channels}, options);
    for (int64_t c = 0; c < rows.channels; ++c) {
        products[c] = (products[c] - channels.correction[c] * sums[c]) * channels.reciprocal_deviation[c];
        result.weight.mutable_data_ptr<float>()[c] = static_cast<float>(products[c]);
        result.bias.mutable_data_ptr<float>()[c] = static_cast<float>(sums[c]);
    }
    if (!wants_input) return result;
    std::vector<float> slope(width, 0), constant(width, 0);
    if (training) {
        // Every process has its own gradients of weight and bias; through the statistics, each input reaches all outputs.
        if (!group.empty()) add_over(group, sums, products);
        for (int64_t c = 0; c < rows.channels; ++c) {
            const double share = -static_cast<double>(channels.factor[c]) / total;
            const double rate = share * products[c] * channels.reciprocal_deviation[c];
            slope[c] = static_cast<float>(rate);
            constant[c] = static_cast<float>(share * sums[c] - rate * channels.correction[c]);
        }
    }
    rows.fill(slope.data());
    rows.fill(constant.data());
    result.input = at::empty_like(input);
    auto *dx = static_cast<T *>(result.input.mutable_data_ptr());
    const T *passed = masked ? masked : g;
    const Mask again = masked ? Mask::none : mask;
    rows.each(true, [&](int64_t, int64_t offset, int64_t count, int64_t columns) {
        ctorch::differentiate(again, x + offset, passed + offset, dx + offset, count, columns, by, slope.data(),
                              constant.data());
    });
    return result;
}

at::MemoryFormat format_of(const at::Tensor &input) {
    return input.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

class BatchNorm : public torch::autograd::Function<BatchNorm> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
                              const at::Tensor &bias, const std::optional<at::Tensor> &residual,
                              const at::Tensor &running_mean, const at::Tensor &running_variance, bool rectified,
                              bool training, double momentum, double epsilon, const std::string &group) {
        const Rows rows(x);
        const auto w = weight.to(at::kFloat).contiguous();
        const auto b = bias.to(at::kFloat).contiguous();
        const auto added = residual ? residual->to(x.scalar_type()).contiguous(format_of(x)) : at::Tensor();
        const auto options = x.options().dtype(at::kDouble).memory_format(std::nullopt);
        auto statistics = at::empty({2, rows.channels}, options);
        auto *mean = statistics.mutable_data_ptr<double>();
        auto *reciprocal = mean + rows.channels;
        int64_t total = rows.count;
        if (training) {
            if (x.scalar_type() == at::kFloat) {
                measure(x.const_data_ptr<float>(), rows, mean, reciprocal);
            } else {
                measure(static_cast<const BFloat16 *>(x.const_data_ptr()), rows, mean, reciprocal);
            }
            if (!group.empty()) total = join(group, rows.count, rows.channels, mean, reciprocal);
            TORCH_CHECK(total > 1, "expected more than one value per channel while training, got ", x.sizes());
            if (running_mean.defined()) update(running_mean, mean, momentum, 1, rows.channels);
            if (running_variance.defined()) {
                update(running_variance, reciprocal, momentum, total - 1, rows.channels);
            }
            for (int64_t c = 0; c < rows.channels; ++c) {
                reciprocal[c] = 1 / std::sqrt(reciprocal[c] / total + epsilon);
            }
        } else {
            for (int64_t c = 0; c < rows.channels; ++c) {
                mean[c] = running_mean.const_data_ptr<float>()[c];
                reciprocal[c] = 1 / std::sqrt(running_variance.const_data_ptr<float>()[c] + epsilon);
            }
        }
        auto y = at::empty_like(x);
        const auto channels = channels_of(rows, mean, reciprocal, w.const_data_ptr<float>(), b.const_data_ptr<float>());
        if (x.scalar_type() == at::kFloat) {
            normalize_all<float>(x, added, y, rectified, rows, channels);
        } else {
            normalize_all<BFloat16>(x, added, y, rectified, rows, channels);
        }
        // Without an addition the mask is computed again, which is cheaper than reading the output.
        context->save_for_backward({x, weight, bias, statistics, rectified && residual ? y : at::Tensor()});
        context->saved_data["rectified"] = rectified;
        context->saved_data["training"] = training;
        context->saved_data["total"] = total;
        context->saved_data["group"] = group;
        context->saved_data["residual"] =
            residual ? std::optional<at::ScalarType>(residual->scalar_type()) : std::nullopt;
        return y;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0];
        const Rows rows(x);
        const auto w = saved[1].to(at::kFloat).contiguous();
        const auto b = saved[2].to(at::kFloat).contiguous();
        const auto *mean = saved[3].const_data_ptr<double>();
        const auto channels =
            channels_of(rows, mean, mean + rows.channels, w.const_data_ptr<float>(), b.const_data_ptr<float>());
        const auto g = gradients[0].to(x.scalar_type()).contiguous(format_of(x));
        const bool rectified = context->saved_data["rectified"].toBool();
        const bool training = context->saved_data["training"].toBool();
        const bool wants_input = context->needs_input_grad(0);
        const int64_t total = context->saved_data["total"].toInt();
        const auto group = context->saved_data["group"].toStringRef();
        auto result = x.scalar_type() == at::kFloat
            ? differentiate_all<float>(x, g, saved[4], rows, channels, rectified, training, wants_input, total, group)
            : differentiate_all<BFloat16>(x, g, saved[4], rows, channels, rectified, training, wants_input, total,
                                          group);
        const auto residual = context->saved_data["residual"];
        return {result.input,
                result.weight.to(saved[1].scalar_type()),
                result.bias.to(saved[2].scalar_type()),
                residual.isNone() ? at::Tensor() : result.masked.to(residual.toScalarType()),
                at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
    }

  private:
    static void update(const at::Tensor &running, const double *sums, double momentum, int64_t divisor, int64_t count) {
        auto *values = running.mutable_data_ptr<float>();
        for (int64_t c = 0; c < count; ++c) {
            values[c] = static_cast<float>((1 - momentum) * values[c] + momentum * (sums[c] / divisor));
        }
    }
};

bool is_plain(const std::optional<at::Tensor> &tensor) {
    return !tensor || (tensor->scalar_type() == at::kFloat && tensor->device().is_cpu() && tensor->is_contiguous());
}

bool has_kernel(const at::Tensor &input) {
    return input.device().is_cpu()
        && (input.scalar_type() == at::kFloat || input.scalar_type() == at::kBFloat16)
        && (input.dim() == 2 || input.dim() == 4);
}

at::Tensor batch_norm(const at::Tensor &input, const std::optional<at::Tensor> &weight,
                      const std::optional<at::Tensor> &bias, const std::optional<at::Tensor> &residual,
                      const std::optional<at::Tensor> &running_mean, const std::optional<at::Tensor> &running_variance,
                      bool rectified, bool training, double momentum, double epsilon, c10::string_view group) {
    TORCH_CHECK(input.dim() >= 2, "expected [N, C, ...], got ", input.sizes());
    for (const auto *tensor : {&weight, &bias, &running_mean, &running_variance}) {
        TORCH_CHECK(!tensor->has_value() || (*tensor)->sizes() == at::IntArrayRef{input.size(1)},
                    "expected [", input.size(1), "], one value for each channel, got ", (*tensor)->sizes());
    }
    TORCH_CHECK(!residual || residual->sizes() == input.sizes(), "expected what is added to be ", input.sizes(),
                ", got ", residual->sizes());
    for (const auto *tensor : {&weight, &bias, &residual, &running_mean, &running_variance}) {
        TORCH_CHECK(!tensor->has_value() || (*tensor)->device() == input.device(), "expected all on ", input.device(),
                    ", got ", (*tensor)->device());
    }
    TORCH_CHECK(training || (running_mean && running_variance), "evaluation needs running statistics");
    TORCH_CHECK(!training || !group.empty() || input.numel() != input.size(1),
                "expected more than one value per channel while training, got ", input.sizes());
    const bool is_joined = training && !group.empty();
    // All processes must go the same way, and the layout of an empty part is not that of the others.
    const bool fits = is_joined || (input.numel() > 0 && input.is_contiguous(format_of(input)));
    if (has_kernel(input) && fits && is_plain(running_mean) && is_plain(running_variance)) {
        const auto options = at::TensorOptions().dtype(at::kFloat);
        return BatchNorm::apply(input.contiguous(format_of(input)), weight ? *weight : at::ones({input.size(1)}, options),
                                bias ? *bias : at::zeros({input.size(1)}, options), residual,
                                running_mean.value_or(at::Tensor()), running_variance.value_or(at::Tensor()), rectified,
                                training, momentum, epsilon, std::string(is_joined ? group : ""));
    }
    if (is_joined) {
        auto output =
            ctorch::joined_anywhere(input, weight, bias, running_mean, running_variance, momentum, epsilon, std::string(group));
        if (residual) output = output + *residual;
        return rectified ? output.relu() : output;
    }
    // Normalising keeps its input and not its result for the way back, so the result may be changed in place.
    auto output =
        at::batch_norm(input, weight, bias, running_mean, running_variance, training, momentum, epsilon, true);
    if (residual) output.add_(*residual);
    return rectified ? output.relu_() : output;
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? residual, Tensor? running_mean, "
                "Tensor? running_var, bool rectified, bool training, float momentum, float eps, str group=\"\") -> "
                "Tensor");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeImplicitAutograd, library) {
    library.impl("batch_norm", batch_norm);
}
