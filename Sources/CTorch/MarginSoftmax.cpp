// Softmax cross entropy over the scaled cosines of many classes, where the target's cosine has been replaced by one with a
// margin: value and all gradients in one walk over blocks of classes.
//
// With unit rows x_i and w_j, c_ij = <x_i, w_j>, the label y_i and the given target cosine t_i:
//     loss = 1/N sum_i ( log( exp(s t_i) + sum_{j != y_i} exp(s c_ij) ) - s t_i ).
// A framework builds the cosines, their arcs, a mask and several copies, each N x C. Here the cosines are kept once; the
// margin touches N numbers, and its caller gives its slope dt/dc.

#include "Guarded.h"
#include "Vectorized.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using ctorch::BFloat16;
using ctorch::load;
using ctorch::store;

// Classes of a block: its weights and cosines stay in the last cache for the two products that need them again.
constexpr int64_t block_classes = 4096;
constexpr double smallest_norm = 1e-12;
constexpr int64_t lanes = 16;

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

// The reciprocal length of each row, and of rows of zeros that of the smallest norm.
CTORCH_INLINE void reciprocal_norms_body(const float *rows, int64_t count, int64_t width, float *result) {
    for (int64_t row = 0; row < count; ++row) {
        const float *values = rows + row * width;
        double sums[lanes] = {};
        int64_t d = 0;
        for (; d + lanes <= width; d += lanes) {
            for (int64_t l = 0; l < lanes; ++l) {
                const double value = values[d + l];
                sums[l] += value * value;
            }
        }
        double sum = 0;
        for (; d < width; ++d) sum += static_cast<double>(values[d]) * values[d];
        for (int64_t l = 0; l < lanes; ++l) sum += sums[l];
        const double norm = std::sqrt(sum);
        result[row] = static_cast<float>(1 / (norm < smallest_norm ? smallest_norm : norm));
    }
}
CTORCH_VECTORIZED(reciprocal_norms, reciprocal_norms_body, (const float *r, int64_t n, int64_t w, float *o), (r, n, w, o))

CTORCH_INLINE void scale_rows_body(const float *rows, const float *factors, int64_t count, int64_t width, float *out) {
    for (int64_t row = 0; row < count; ++row) {
        for (int64_t d = 0; d < width; ++d) out[row * width + d] = rows[row * width + d] * factors[row];
    }
}
CTORCH_VECTORIZED(scale_rows, scale_rows_body, (const float *r, const float *f, int64_t n, int64_t w, float *o),
                  (r, f, n, w, o))

// Turns products with unscaled class vectors into cosines, and adds a row's exponentials to its running maximum and sum.
CTORCH_INLINE void cosines_body(float *row, const float *reciprocal, int64_t count, float scale, int64_t label,
                                float *maximum, double *sum) {
    float tops[lanes];
    for (int64_t l = 0; l < lanes; ++l) tops[l] = -std::numeric_limits<float>::infinity();
    int64_t j = 0;
    for (; j + lanes <= count; j += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
            float c = row[j + l] * reciprocal[j + l];
            c = c > 1.0f ? 1.0f : c;
            c = c < -1.0f ? -1.0f : c;
            row[j + l] = c;
            tops[l] = c > tops[l] ? c : tops[l];
        }
    }
    float top = -std::numeric_limits<float>::infinity();
    for (; j < count; ++j) {
        float c = row[j] * reciprocal[j];
        c = c > 1.0f ? 1.0f : c;
        c = c < -1.0f ? -1.0f : c;
        row[j] = c;
        top = c > top ? c : top;
    }
    for (int64_t l = 0; l < lanes; ++l) top = tops[l] > top ? tops[l] : top;
    const float shift = scale * top > *maximum ? scale * top : *maximum;
    float sums[lanes] = {};
    for (j = 0; j + lanes <= count; j += lanes) {
        for (int64_t l = 0; l < lanes; ++l) sums[l] += exponential(scale * row[j + l] - shift);
    }
    double added = 0;
    for (; j < count; ++j) added += exponential(scale * row[j] - shift);
    for (int64_t l = 0; l < lanes; ++l) added += sums[l];
    // The target is added by the caller, with its margin.
    if (label >= 0) added -= exponential(scale * row[label] - shift);
    *sum = *sum * std::exp(static_cast<double>(*maximum) - shift) + added;
    *maximum = shift;
}
CTORCH_VECTORIZED(cosines, cosines_body,
                  (float *r, const float *n, int64_t c, float s, int64_t y, float *m, double *t), (r, n, c, s, y, m, t))

// Turns cosines into dL/dc times the reciprocal length of the class vector.
CTORCH_INLINE void gradients_body(float *row, const float *reciprocal, int64_t count, float scale, float logarithm,
                                  float factor) {
    for (int64_t j = 0; j < count; ++j) {
        row[j] = factor * exponential(scale * row[j] - logarithm) * reciprocal[j];
    }
}
CTORCH_VECTORIZED(gradients, gradients_body, (float *r, const float *n, int64_t c, float s, float z, float f),
                  (r, n, c, s, z, f))

// Makes gradients by unit rows, already divided by the rows' lengths, gradients by the rows: takes the part along out.
CTORCH_INLINE void project_body(const float *product, const float *rows, const float *reciprocal, int64_t count,
                                int64_t width, float *out) {
    for (int64_t row = 0; row < count; ++row) {
        const float *gradient = product + row * width;
        const float *vector = rows + row * width;
        float *result = out + row * width;
        const float shortening = reciprocal[row];
        float sums[lanes] = {};
        int64_t d = 0;
        for (; d + lanes <= width; d += lanes) {
            for (int64_t l = 0; l < lanes; ++l) sums[l] += gradient[d + l] * (shortening * vector[d + l]);
        }
        double along = 0;
        for (; d < width; ++d) along += gradient[d] * (shortening * vector[d]);
        for (int64_t l = 0; l < lanes; ++l) along += sums[l];
        const float part = static_cast<float>(along);
        for (d = 0; d < width; ++d) result[d] = gradient[d] - part * (shortening * vector[d]);
    }
}
CTORCH_VECTORIZED(project, project_body,
                  (const float *p, const float *v, const float *r, int64_t n, int64_t d, float *o), (p, v, r, n, d, o))

template <class Body> void parallel_rows(int64_t count, int64_t grain, Body &&body) {
    at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) { body(begin, end); });
}

// The product of `left` [N, K] and the transpose of `right` [M, K], by the library that is fastest for the type here.
//
// PyTorch's float32 products go through MKL, which on processors not of its maker reaches a third of oneDNN's speed.
class Product {
  public:
    explicit Product(bool bfloat16) : bfloat16_(bfloat16), linear_(find()) {}

    at::Tensor operator()(const at::Tensor &left, const at::Tensor &right) const {
        if (bfloat16_) return at::linear(left.to(at::kBFloat16), right.to(at::kBFloat16)).to(at::kFloat);
        if (linear_ == nullptr) return at::linear(left, right);
        torch::jit::Stack stack{left, right, c10::IValue(), "none", c10::List<std::optional<at::Scalar>>(), ""};
        linear_->callBoxed(&stack);
        return std::move(stack[0]).toTensor();
    }

  private:
    static const c10::OperatorHandle *find() {
        static const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
        return found.has_value() ? &*found : nullptr;
    }

    bool bfloat16_;
    const c10::OperatorHandle *linear_;
};

struct Outcome {
    at::Tensor loss, embeddings, weight, target;
};

// Float32 on the processor.
Outcome run_on_cpu(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                   const at::Tensor &target, const at::Tensor &slope, double scale, bool bfloat16, bool wants_gradients) {
    const int64_t n = embeddings.size(0), width = embeddings.size(1), classes = weight.size(0);
    const auto options = embeddings.options();
    const Product product(bfloat16);
    const float s = static_cast<float>(scale);

    auto embedding_norms = at::empty({n}, options);
    auto directions = at::empty({n, width}, options);
    reciprocal_norms(embeddings.const_data_ptr<float>(), n, width, embedding_norms.mutable_data_ptr<float>());
    scale_rows(embeddings.const_data_ptr<float>(), embedding_norms.const_data_ptr<float>(), n, width,
               directions.mutable_data_ptr<float>());
    auto class_norms = at::empty({classes}, options);
    float *reciprocal = class_norms.mutable_data_ptr<float>();
    const float *vectors = weight.const_data_ptr<float>();
    const int64_t *label = labels.const_data_ptr<int64_t>();
    const float *target_cosine = target.const_data_ptr<float>();

    std::vector<float> maximum(n, -std::numeric_limits<float>::infinity());
    std::vector<double> sum(n, 0);
    std::vector<at::Tensor> blocks;
    for (int64_t first = 0; first < classes; first += block_classes) {
        const int64_t count = std::min(block_classes, classes - first);
        parallel_rows(count, 256, [&](int64_t begin, int64_t end) {
            reciprocal_norms(vectors + (first + begin) * width, end - begin, width, reciprocal + first + begin);
        });
        auto block = product(directions, weight.narrow(0, first, count));
        float *rows = block.mutable_data_ptr<float>();
        parallel_rows(n, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                const int64_t place = label[i] - first;
                cosines(rows + i * count, reciprocal + first, count, s, place >= 0 && place < count ? place : -1,
                        &maximum[i], &sum[i]);
            }
        });
        blocks.push_back(std::move(block));
    }

    std::vector<float> logarithm(n);
    double total = 0;
    for (int64_t i = 0; i < n; ++i) {
        const double value = scale * target_cosine[i];
        // Rounding may leave a little less than nothing where the target was all there was; its logarithm would be none.
        const double others = maximum[i] + std::log(sum[i] < 0 ? 0.0 : sum[i]);
        const double excess = others - value;
        const double loss = excess > 0 ? excess + std::log1p(std::exp(-excess)) : std::log1p(std::exp(excess));
        logarithm[i] = static_cast<float>(value + loss);
        total += loss;
    }
    Outcome outcome;
    outcome.loss = at::full({}, total / n, options);
    if (!wants_gradients) return outcome;

    const float factor = s / n;
    outcome.weight = at::empty({classes, width}, options);
    outcome.target = at::empty({n}, options);
    float *target_gradient = outcome.target.mutable_data_ptr<float>();
    const float *target_slope = slope.const_data_ptr<float>();
    for (int64_t i = 0; i < n; ++i) {
        target_gradient[i] = factor * std::expm1(std::min(0.0f, s * target_cosine[i] - logarithm[i]));
    }
    auto accumulated = at::zeros({width, n}, options);
    const auto directions_transposed = directions.t().contiguous();
    for (size_t index = 0; index < blocks.size(); ++index) {
        const int64_t first = static_cast<int64_t>(index) * block_classes;
        auto block = std::move(blocks[index]);
        const int64_t count = block.size(1);
        float *rows = block.mutable_data_ptr<float>();
        parallel_rows(n, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; ++i) {
                gradients(rows + i * count, reciprocal + first, count, s, logarithm[i], factor);
                const int64_t place = label[i] - first;
                if (place < 0 || place >= count) continue;
                rows[i * count + place] = target_gradient[i] * target_slope[i] * reciprocal[label[i]];
            }
        });
        const auto part = weight.narrow(0, first, count);
        accumulated.add_(product(part.t().contiguous(), block));
        const auto gradient = product(block.t().contiguous(), directions_transposed);
        const float *source = gradient.const_data_ptr<float>();
        float *destination = outcome.weight.mutable_data_ptr<float>() + first * width;
        parallel_rows(count, 128, [&](int64_t begin, int64_t end) {
            project(source + begin * width, vectors + (first + begin) * width, reciprocal + first + begin, end - begin,
                    width, destination + begin * width);
        });
    }
    auto gradient = accumulated.t().contiguous();
    outcome.embeddings = at::empty({n, width}, options);
    float *result = outcome.embeddings.mutable_data_ptr<float>();
    project(gradient.const_data_ptr<float>(), embeddings.const_data_ptr<float>(),
            embedding_norms.const_data_ptr<float>(), n, width, result);
    scale_rows(result, embedding_norms.const_data_ptr<float>(), n, width, result);
    return outcome;
}

// The same by tensor operations in blocks, for every other type and device.
Outcome run_anywhere(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                     const at::Tensor &target, const at::Tensor &slope, double scale, bool wants_gradients) {
    const int64_t n = embeddings.size(0), classes = weight.size(0);
    const auto embedding_norms = embeddings.norm(2, {1}, true).clamp_min(smallest_norm);
    const auto directions = embeddings / embedding_norms;
    const auto rows = at::arange(n, labels.options());
    auto maximum = at::full_like(target, -std::numeric_limits<double>::infinity());
    std::vector<at::Tensor> blocks;
    for (int64_t first = 0; first < classes; first += block_classes) {
        const auto part = weight.narrow(0, first, std::min(block_classes, classes - first));
        const auto norms = part.norm(2, {1}, true).clamp_min(smallest_norm);
        blocks.push_back(at::linear(directions, part / norms).clamp(-1, 1));
        maximum = at::maximum(maximum, scale * blocks.back().amax(1));
    }
    auto sum = at::zeros_like(target);
    for (size_t index = 0; index < blocks.size(); ++index) {
        const auto here = labels - static_cast<int64_t>(index) * block_classes;
        const auto inside = (here >= 0) & (here < blocks[index].size(1));
        auto exponentials = (scale * blocks[index] - maximum.unsqueeze(1)).exp();
        const auto place = here.clamp(0, blocks[index].size(1) - 1).unsqueeze(1);
        exponentials = exponentials.scatter(1, place, exponentials.gather(1, place).masked_fill(inside.unsqueeze(1), 0));
        sum = sum + exponentials.sum(1);
    }
    const auto losses = at::logaddexp(maximum + sum.log() - scale * target, at::zeros_like(target));
    const auto logarithm = scale * target + losses;
    Outcome outcome;
    outcome.loss = losses.mean();
    if (!wants_gradients) return outcome;

    const double factor = scale / n;
    outcome.target = factor * at::expm1((scale * target - logarithm).clamp_max(0));
    outcome.weight = at::empty_like(weight);
    outcome.embeddings = at::zeros_like(embeddings);
    const auto projected = [](const at::Tensor &gradient, const at::Tensor &unit) {
        return gradient - (gradient * unit).sum(1, true) * unit;
    };
    for (size_t index = 0; index < blocks.size(); ++index) {
        const int64_t first = static_cast<int64_t>(index) * block_classes;
        const auto cosine = std::move(blocks[index]);
        const auto part = weight.narrow(0, first, cosine.size(1));
        const auto norms = part.norm(2, {1}, true).clamp_min(smallest_norm);
        const auto here = labels - first;
        const auto inside = ((here >= 0) & (here < cosine.size(1))).unsqueeze(1);
        const auto place = here.clamp(0, cosine.size(1) - 1).unsqueeze(1);
        auto gradient = factor * (scale * cosine - logarithm.unsqueeze(1)).exp();
        gradient = gradient.scatter(
            1, place, at::where(inside, (outcome.target * slope).unsqueeze(1), gradient.gather(1, place)));
        const auto unit = part / norms;
        outcome.embeddings += gradient.matmul(unit);
        outcome.weight.narrow(0, first, cosine.size(1)).copy_(projected(gradient.t().matmul(directions), unit) / norms);
    }
    outcome.embeddings = projected(outcome.embeddings, directions) / embedding_norms;
    return outcome;
}

class MarginSoftmax : public torch::autograd::Function<MarginSoftmax> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &embeddings,
                              const at::Tensor &weight, const at::Tensor &labels, const at::Tensor &target,
                              const at::Tensor &slope, double scale, bool bfloat16, bool wants) {
        const bool fast = embeddings.device().is_cpu() && embeddings.scalar_type() == at::kFloat;
        const auto x = embeddings.contiguous();
        const auto w = weight.contiguous();
        const auto y = labels.contiguous();
        const auto t = target.contiguous();
        const auto d = slope.contiguous();
        auto outcome = fast ? run_on_cpu(x, w, y, t, d, scale, bfloat16, wants)
                            : run_anywhere(x, w, y, t, d, scale, wants);
        if (wants) context->save_for_backward({outcome.embeddings, outcome.weight, outcome.target});
        return outcome.loss;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &factor = gradients[0];
        // Most losses go backward with a factor of 1, which saves a pass over the class vectors.
        const bool is_one = factor.device().is_cpu() && factor.item<double>() == 1;
        auto scaled = [&](const at::Tensor &tensor) { return is_one ? tensor : tensor * factor; };
        return {scaled(saved[0]), scaled(saved[1]), at::Tensor(),  scaled(saved[2]),
                at::Tensor(),     at::Tensor(),     at::Tensor(),  at::Tensor()};
    }
};

at::Tensor margin_softmax(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                          const at::Tensor &target, const at::Tensor &slope, double scale, bool bfloat16) {
    TORCH_CHECK(embeddings.dim() == 2 && weight.dim() == 2 && embeddings.size(1) == weight.size(1),
                "expected embeddings [N, D] and class vectors [C, D], got ", embeddings.sizes(), " and ", weight.sizes());
    TORCH_CHECK(labels.dim() == 1 && labels.size(0) == embeddings.size(0) && labels.scalar_type() == at::kLong
                    && target.sizes() == labels.sizes() && slope.sizes() == labels.sizes(),
                "expected labels [N] int64 and target and slope [N], got ", labels.sizes(), ", ", target.sizes(), ", ",
                slope.sizes());
    // The mean over an empty batch would be not a number; this is 0 and still belongs to the graph.
    if (labels.numel() == 0) return at::linear(embeddings, weight).sum();
    const bool wants_gradients = at::GradMode::is_enabled()
        && (embeddings.requires_grad() || weight.requires_grad() || target.requires_grad());
    return MarginSoftmax::apply(embeddings, weight, labels, target, slope, scale, bfloat16, wants_gradients);
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("margin_softmax(Tensor embeddings, Tensor weight, Tensor labels, Tensor target, Tensor slope, "
                "float scale, bool bfloat16) -> Tensor");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeImplicitAutograd, library) {
    library.impl("margin_softmax", margin_softmax);
}
