// Softmax cross entropy over the scaled cosines of many classes, where the target's cosine has been replaced by one with a
// margin: value and all gradients in two walks over blocks of classes.
//
// With unit rows x_i and w_j, c_ij = <x_i, w_j>, the label y_i and the given target cosine t_i:
//     loss = 1/N sum_i ( log( exp(s t_i) + sum_{j != y_i} exp(s c_ij) ) - s t_i ).
// Label smoothing e asks for the probability e / C of each of the C classes that take part instead of 0, and for that much less than 1 of the label:
//     loss + e s / N sum_i ( t_i - (t_i + sum_{j != y_i} c_ij) / C ).
// A framework builds the cosines, their arcs, a mask and several copies, each N x C. Here the products are kept once; the
// margin touches N numbers.
//
// The classes may be divided over the processes of a group, each of which has all embeddings and the vectors of its own
// classes: maxima, sums and the embeddings' gradients are then joined, and loss and gradients are those of one process with
// all classes. A label out of range is that of a class elsewhere.

#include "AngularMargin.h"
#include "Collectives.h"
#include "CosineLoops.h"
#include "Guarded.h"
#include "Parallel.h"
#include "Product.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

namespace {

using ctorch::BFloat16;
using ctorch::Product;
using ctorch::smallest_norm;
using ctorch::Target;

// Classes of a block: its weights and products stay in the last cache until they are needed again.
constexpr int64_t block_classes = 1024;

// Runs over rows of `width` numbers each, on as many threads as the work is worth.
template <class Body> void parallel_rows(int64_t count, int64_t width, Body &&body) {
    const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width));
    ctorch::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) { body(begin, end); });
}

// The loss, each sample's nearest class without the margin, and the gradients.
struct Outcome {
    at::Tensor loss, cosine, nearest, embeddings, weight, target;
};

// Float32 on the processor, with products of the type T.
template <class T> class Walk {
  public:
    Walk(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels, double scale, double smoothing,
         const std::string &group)
        : n_(embeddings.size(0)), width_(weight.size(1)), classes_(weight.size(0)), scale_(scale), smoothing_(smoothing),
          all_classes_(static_cast<double>(classes_)), group_(group),
          product_(n_ * width_ * std::min(block_classes, classes_)), embeddings_(embeddings), weight_(weight), vectors_(weight.const_data_ptr<float>()),
          label_(labels.const_data_ptr<int64_t>()), embedding_norms_(at::empty({n_}, embeddings.options())),
          class_norms_(at::empty({classes_}, embeddings.options())), cosine_(at::full({n_}, -2, embeddings.options())),
          nearest_(at::zeros({n_}, labels.options())) {
        auto directions = at::empty({n_, width_}, embeddings.options());
        const float *rows = embeddings.const_data_ptr<float>();
        ctorch::reciprocal_norms(rows, n_, width_, embedding_norms_.mutable_data_ptr<float>(), static_cast<T *>(nullptr));
        ctorch::scale_rows(rows, embedding_norms_.const_data_ptr<float>(), n_, width_,
                           directions.mutable_data_ptr<float>());
        directions_ = directions.to(type);
        if (!is_float) copy_ = at::empty({std::min(block_classes, classes_), width_}, options());
    }

    Outcome run(const Target &target, bool wants_gradients) {
        sum_exponentials();
        if (!group_.empty()) join_sums();
        Outcome outcome;
        outcome.cosine = cosine_;
        outcome.nearest = nearest_;
        outcome.loss = at::full({}, finish(target), embeddings_.options());
        if (wants_gradients) go_backward(target, outcome);
        return outcome;
    }

  private:
    static constexpr bool is_float = std::is_same_v<T, float>;
    static constexpr at::ScalarType type = is_float ? at::kFloat : at::kBFloat16;

    at::TensorOptions options() const { return embeddings_.options().dtype(type); }
    static T *data(const at::Tensor &tensor) { return static_cast<T *>(tensor.mutable_data_ptr()); }
    float *reciprocal(int64_t first) { return class_norms_.mutable_data_ptr<float>() + first; }

    // The class vectors from `first` on in the type of the products; leaves their reciprocal lengths.
    at::Tensor vectors(int64_t first, int64_t count) {
        T *copy = is_float ? nullptr : data(copy_);
        parallel_rows(count, width_, [&](int64_t begin, int64_t end) {
            ctorch::reciprocal_norms(vectors_ + (first + begin) * width_, end - begin, width_,
                                     reciprocal(first + begin), is_float ? copy : copy + begin * width_);
        });
        return is_float ? weight_.narrow(0, first, count) : copy_.narrow(0, 0, count);
    }

    void sum_exponentials() {
        maximum_.assign(n_, -std::numeric_limits<float>::infinity());
        sum_.assign(n_, 0);
        others_.assign(n_, 0);
        for (int64_t first = 0; first < classes_; first += block_classes) {
            const int64_t count = std::min(block_classes, classes_ - first);
            blocks_.push_back(product_.transposed(directions_, vectors(first, count)));
            const T *rows = data(blocks_.back());
            float *cosine = cosine_.mutable_data_ptr<float>();
            int64_t *nearest = nearest_.mutable_data_ptr<int64_t>();
            parallel_rows(n_, count, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    const int64_t place = label_[i] >= first && label_[i] < first + count ? label_[i] - first : -1;
                    ctorch::add_exponentials(rows + i * count, reciprocal(first), count, static_cast<float>(scale_),
                                             place, &maximum_[i], &sum_[i], cosine + i, nearest + i, first);
                    if (smoothing_ == 0) continue;
                    ctorch::add_cosines(rows + i * count, reciprocal(first), count, place, &others_[i]);
                }
            });
        }
    }

    // Makes maxima and sums those over the classes of all processes.
    void join_sums() {
        auto greatest = at::empty({n_}, at::kFloat);
        auto sums = at::empty({2 * n_ + 1}, at::kDouble);
        auto *maximum = greatest.mutable_data_ptr<float>();
        auto *sum = sums.mutable_data_ptr<double>();
        std::copy_n(maximum_.data(), n_, maximum);
        ctorch::all_reduce(greatest, group_, ctorch::Reduction::maximum);
        for (int64_t i = 0; i < n_; ++i) {
            // Where there is no other class anywhere, both are infinite.
            sum[i] = sum_[i] * (maximum_[i] == maximum[i] ? 1 : std::exp(static_cast<double>(maximum_[i]) - maximum[i]));
            maximum_[i] = maximum[i];
        }
        std::copy_n(others_.data(), n_, sum + n_);
        sum[2 * n_] = all_classes_;
        ctorch::all_reduce(sums, group_);
        std::copy_n(sum, n_, sum_.data());
        std::copy_n(sum + n_, n_, others_.data());
        all_classes_ = sum[2 * n_];
    }

    // Leaves the logarithms of the sums, and returns the loss.
    double finish(const Target &target) {
        const float *cosine = target.cosine.const_data_ptr<float>();
        logarithm_.resize(n_);
        losses_.resize(n_);
        double total = 0;
        for (int64_t i = 0; i < n_; ++i) {
            const double value = scale_ * cosine[i];
            const double others = maximum_[i] + std::log(sum_[i]);
            const double excess = others - value;
            const double loss = excess > 0 ? excess + std::log1p(std::exp(-excess)) : std::log1p(std::exp(excess));
            logarithm_[i] = static_cast<float>(value + loss);
            losses_[i] = loss;
            total += loss + smoothing_ * (value - (value + scale_ * others_[i]) / all_classes_);
        }
        return total / n_;
    }

    void go_backward(const Target &target, Outcome &outcome) {
        const float s = static_cast<float>(scale_), factor = s / n_;
        const float wanted = static_cast<float>(smoothing_ / all_classes_), withheld = static_cast<float>(smoothing_) - wanted;
        outcome.weight = at::empty({classes_, width_}, embeddings_.options());
        outcome.target = at::empty({n_}, embeddings_.options());
        float *target_gradient = outcome.target.mutable_data_ptr<float>();
        const float *target_slope = target.slope.const_data_ptr<float>();
        for (int64_t i = 0; i < n_; ++i) {
            // The difference of target and logarithm in float32 would have lost the smaller losses.
            target_gradient[i] = factor * (static_cast<float>(std::expm1(-losses_[i])) + withheld);
        }
        const int64_t longest = std::min(block_classes, classes_);
        const auto scratch = at::empty({is_float ? std::max(n_, width_) * longest : 0}, options());
        const auto directions = product_.transpose(directions_, at::empty({is_float ? n_ * width_ : 0}, options()));
        auto gradient = at::zeros({n_, width_}, embeddings_.options());
        for (size_t index = 0; index < blocks_.size(); ++index) {
            const int64_t first = static_cast<int64_t>(index) * block_classes;
            const auto block = std::move(blocks_[index]);
            const int64_t count = block.size(1);
            T *rows = data(block);
            // The copy of another type was overwritten by later blocks.
            const auto part = is_float ? weight_.narrow(0, first, count) : vectors(first, count);
            parallel_rows(n_, count, [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                    ctorch::gradients(rows + i * count, reciprocal(first), count, s, logarithm_[i], wanted, factor);
                    const int64_t place = label_[i] - first;
                    if (place < 0 || place >= count) continue;
                    ctorch::store(rows + i * count + place,
                                  target_gradient[i] * target_slope[i] * *reciprocal(label_[i]));
                }
            });
            gradient.add_(product_.plain(block, part, scratch));
            const auto product = product_.transposed(product_.transpose(block, scratch), directions);
            const T *source = data(product);
            float *destination = outcome.weight.mutable_data_ptr<float>() + first * width_;
            parallel_rows(count, width_, [&](int64_t begin, int64_t end) {
                ctorch::project(source + begin * width_, vectors_ + (first + begin) * width_, reciprocal(first + begin),
                                end - begin, width_, destination + begin * width_);
            });
        }
        if (!group_.empty()) ctorch::all_reduce(gradient, group_);
        outcome.embeddings = at::empty({n_, width_}, embeddings_.options());
        float *result = outcome.embeddings.mutable_data_ptr<float>();
        const float *norms = embedding_norms_.const_data_ptr<float>();
        ctorch::project(gradient.const_data_ptr<float>(), embeddings_.const_data_ptr<float>(), norms, n_, width_, result);
        ctorch::scale_rows(result, norms, n_, width_, result);
    }

    int64_t n_, width_, classes_;
    double scale_, smoothing_, all_classes_;
    std::string group_;
    Product product_;
    at::Tensor embeddings_, weight_;
    const float *vectors_;
    const int64_t *label_;
    at::Tensor embedding_norms_, class_norms_, cosine_, nearest_, directions_, copy_;
    std::vector<at::Tensor> blocks_;
    std::vector<float> maximum_, logarithm_;
    // Of each sample, the exponentials and the cosines of the classes but its own.
    std::vector<double> sum_, others_, losses_;
};

// The same by tensor operations in blocks, for every other type and device.
Outcome run_anywhere(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                     const Target &target, double scale, double smoothing, const std::string &group,
                     bool wants_gradients) {
    const int64_t n = embeddings.size(0), classes = weight.size(0);
    const auto embedding_norms = embeddings.norm(2, {1}, true).clamp_min(smallest_norm);
    const auto directions = embeddings / embedding_norms;
    Outcome outcome;
    outcome.cosine = at::full_like(target.cosine, -2);
    outcome.nearest = at::zeros_like(labels);
    std::vector<at::Tensor> blocks;
    // A row of a block with `value` at the label, where the block has it.
    const auto masked = [&](const at::Tensor &block, size_t index, double value) {
        const auto here = labels - static_cast<int64_t>(index) * block_classes;
        const auto inside = ((here >= 0) & (here < block.size(1))).unsqueeze(1);
        const auto place = here.clamp(0, block.size(1) - 1).unsqueeze(1);
        return block.scatter(1, place, block.gather(1, place).masked_fill(inside, value));
    };
    constexpr double infinity = std::numeric_limits<double>::infinity();
    auto maximum = at::full_like(target.cosine, -infinity);
    for (int64_t first = 0; first < classes; first += block_classes) {
        const auto part = weight.narrow(0, first, std::min(block_classes, classes - first));
        const auto norms = part.norm(2, {1}, true).clamp_min(smallest_norm);
        blocks.push_back(at::linear(directions, part / norms).clamp(-1, 1));
        const auto [cosine, place] = blocks.back().max(1);
        outcome.nearest = at::where(cosine > outcome.cosine, place + first, outcome.nearest);
        outcome.cosine = at::maximum(outcome.cosine, cosine);
        maximum = at::maximum(maximum, scale * masked(blocks.back(), blocks.size() - 1, -infinity).amax(1));
    }
    if (!group.empty()) ctorch::all_reduce(maximum, group, ctorch::Reduction::maximum);
    // Where there is no other class anywhere.
    maximum = maximum.masked_fill(maximum == -infinity, 0);
    // Of each sample, the exponentials and the cosines of the classes but its own; then the number of classes.
    auto sums = at::zeros({2 * n + 1}, target.cosine.options());
    auto sum = sums.narrow(0, 0, n), others = sums.narrow(0, n, n);
    sums[2 * n] = classes;
    for (size_t index = 0; index < blocks.size(); ++index) {
        sum += masked((scale * blocks[index] - maximum.unsqueeze(1)).exp(), index, 0).sum(1);
        if (smoothing != 0) others += masked(blocks[index], index, 0).sum(1);
    }
    if (!group.empty()) ctorch::all_reduce(sums, group);
    const auto losses = at::logaddexp(maximum + sum.log() - scale * target.cosine, at::zeros_like(target.cosine));
    const auto logarithm = scale * target.cosine + losses;
    const auto wanted = smoothing / sums[2 * n];
    outcome.loss = losses.mean();
    if (smoothing != 0) {
        outcome.loss += scale * (smoothing * target.cosine - wanted * (target.cosine + others)).mean();
    }
    if (!wants_gradients) return outcome;

    const double factor = scale / n;
    outcome.target = factor * (at::expm1(-losses) + (smoothing - wanted));
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
        auto gradient = factor * ((scale * cosine - logarithm.unsqueeze(1)).exp() - wanted);
        gradient = gradient.scatter(
            1, place, at::where(inside, (outcome.target * target.slope).unsqueeze(1), gradient.gather(1, place)));
        const auto unit = part / norms;
        outcome.embeddings += gradient.matmul(unit);
        outcome.weight.narrow(0, first, cosine.size(1)).copy_(projected(gradient.t().matmul(directions), unit) / norms);
    }
    if (!group.empty()) ctorch::all_reduce(outcome.embeddings, group);
    outcome.embeddings = projected(outcome.embeddings, directions) / embedding_norms;
    return outcome;
}

class MarginSoftmax : public torch::autograd::Function<MarginSoftmax> {
  public:
    static torch::autograd::tensor_list forward(torch::autograd::AutogradContext *context,
                                                const at::Tensor &embeddings, const at::Tensor &weight,
                                                const at::Tensor &labels, const at::Tensor &cosine,
                                                const at::Tensor &slope, double scale, double smoothing,
                                                bool bfloat16, const std::string &group, bool wants) {
        const bool fast = embeddings.device().is_cpu() && embeddings.scalar_type() == at::kFloat;
        const auto x = embeddings.contiguous();
        const auto w = weight.contiguous();
        const auto y = labels.contiguous();
        const Target target{cosine.contiguous(), slope.contiguous()};
        auto outcome = !fast ? run_anywhere(x, w, y, target, scale, smoothing, group, wants)
            : bfloat16       ? Walk<BFloat16>(x, w, y, scale, smoothing, group).run(target, wants)
                             : Walk<float>(x, w, y, scale, smoothing, group).run(target, wants);
        if (wants) context->save_for_backward({outcome.embeddings, outcome.weight, outcome.target});
        context->mark_non_differentiable({outcome.cosine, outcome.nearest});
        return {outcome.loss, outcome.cosine, outcome.nearest};
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::tensor_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &factor = gradients[0];
        // Most losses go backward with a factor of 1, which saves a pass over the class vectors.
        const bool is_one = factor.device().is_cpu() && factor.item<double>() == 1;
        auto scaled = [&](const at::Tensor &tensor) { return is_one ? tensor : tensor * factor; };
        return {scaled(saved[0]), scaled(saved[1]), at::Tensor(), scaled(saved[2]), at::Tensor(),
                at::Tensor(),     at::Tensor(),     at::Tensor(), at::Tensor(),      at::Tensor()};
    }
};

void check(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels) {
    TORCH_CHECK(embeddings.dim() == 2 && weight.dim() == 2 && embeddings.size(1) == weight.size(1),
                "expected embeddings [N, D] and class vectors [C, D], got ", embeddings.sizes(), " and ", weight.sizes());
    TORCH_CHECK(labels.dim() == 1 && labels.size(0) == embeddings.size(0) && labels.scalar_type() == at::kLong,
                "expected labels [", embeddings.size(0), "] int64, got ", labels.sizes(), " ", labels.scalar_type());
    // The kernels read from memory, where nothing else would notice.
    TORCH_CHECK(weight.device() == embeddings.device() && labels.device() == embeddings.device(), "expected all on ",
                embeddings.device(), ", got class vectors on ", weight.device(), " and labels on ", labels.device());
}

using Results = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

Results results(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels, const Target &target,
                double scale, double smoothing, bool bfloat16, const std::string &group) {
    const bool wants_gradients = at::GradMode::is_enabled()
        && (embeddings.requires_grad() || weight.requires_grad() || target.cosine.requires_grad());
    auto list = MarginSoftmax::apply(embeddings, weight, labels, target.cosine, target.slope, scale, smoothing, bfloat16,
                                     group, wants_gradients);
    return {list[0], list[1], list[2]};
}

// The mean over an empty batch would be not a number; this is 0 and still belongs to the graph.
Results results_of_nothing(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels) {
    return {at::linear(embeddings, weight).sum(), at::empty({0}, embeddings.options()), at::empty_like(labels)};
}

Results margin_softmax(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                       const at::Tensor &target, const at::Tensor &slope, double scale, double smoothing, bool bfloat16,
                       c10::string_view group) {
    check(embeddings, weight, labels);
    TORCH_CHECK(target.sizes() == labels.sizes() && slope.sizes() == labels.sizes(),
                "expected target and slope ", labels.sizes(), ", got ", target.sizes(), " and ", slope.sizes());
    if (labels.numel() == 0) return results_of_nothing(embeddings, weight, labels);
    return results(embeddings, weight, labels, {target, slope}, scale, smoothing, bfloat16, std::string(group));
}

Results fixed_margin_softmax(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                             double scale, double smoothing, double multiplier, double angle, double cosine, c10::string_view overflow,
                             bool exact, bool bfloat16, c10::string_view group) {
    check(embeddings, weight, labels);
    if (labels.numel() == 0) return results_of_nothing(embeddings, weight, labels);
    const ctorch::FixedMargin margin{multiplier, angle, cosine, ctorch::overflow_named(overflow), exact};
    const auto target = margin(ctorch::target_cosines(embeddings, weight, labels, group));
    return results(embeddings, weight, labels, target, scale, smoothing, bfloat16, std::string(group));
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("margin_softmax(Tensor embeddings, Tensor weight, Tensor labels, Tensor target, Tensor slope, "
                "float scale, float smoothing, bool bfloat16, str group=\"\") -> (Tensor, Tensor, Tensor)");
    library.def("margin_softmax.fixed(Tensor embeddings, Tensor weight, Tensor labels, float scale, float smoothing, "
                "float multiplier, float angle, float cosine, str overflow, bool exact, bool bfloat16, str group=\"\") -> "
                "(Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeImplicitAutograd, library) {
    library.impl("margin_softmax", margin_softmax);
    library.impl("margin_softmax.fixed", fixed_margin_softmax);
}
