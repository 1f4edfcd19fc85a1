#include "AngularMargin.h"

#include "Collectives.h"
#include "CosineLoops.h"
#include "Guarded.h"

#include <torch/library.h>

#include <limits>
#include <tuple>

namespace ctorch {

namespace {

// The cosine of each row's angle to the row of `vectors` that its label names.
CTORCH_INLINE void target_cosines_body(const float *rows, const float *vectors, const int64_t *labels, int64_t count,
                                       int64_t width, float *result) {
    for (int64_t row = 0; row < count; ++row) {
        const float *left = rows + row * width;
        const float *right = vectors + labels[row] * width;
        const double lengths = reciprocal_norm(dot(left, left, width)) * reciprocal_norm(dot(right, right, width));
        const double c = dot(left, right, width) * lengths;
        result[row] = static_cast<float>(c > 1 ? 1 : c < -1 ? -1 : c);
    }
}
CTORCH_VECTORIZED(write_target_cosines, target_cosines_body,
                  (const float *r, const float *v, const int64_t *y, int64_t n, int64_t w, float *o), (r, v, y, n, w, o))

double rounding_step(const at::Tensor &cosines) {
    return cosines.scalar_type() == at::kDouble ? std::numeric_limits<double>::epsilon()
                                                : std::numeric_limits<float>::epsilon();
}

bool is_float_on_cpu(const at::Tensor &tensor) {
    return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat;
}

at::Tensor unit_rows(const at::Tensor &rows) { return rows / rows.norm(2, {1}, true).clamp_min(smallest_norm); }

std::tuple<at::Tensor, at::Tensor, at::Tensor> margin_curve(const at::Tensor &cosines, const at::Tensor &angles,
                                                            double multiplier, c10::string_view overflow) {
    auto curve = angular_margin(cosines, angles, multiplier, overflow_named(overflow), rounding_step(cosines));
    return {curve.value, curve.slope, curve.angle_slope};
}

} // namespace

namespace {

at::Tensor own_target_cosines(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels) {
    if (!is_float_on_cpu(embeddings)) {
        // Entries of which 32 bits cannot hold the square are made smaller first.
        const auto factors = (embeddings.abs().amax(1, true) / 1e15).clamp_min(1);
        return (unit_rows(embeddings / factors) * unit_rows(weight.index_select(0, labels))).sum(1).clamp(-1, 1);
    }
    const auto rows = embeddings.contiguous(), vectors = weight.contiguous(), numbers = labels.contiguous();
    auto result = at::empty({rows.size(0)}, rows.options());
    write_target_cosines(rows.const_data_ptr<float>(), vectors.const_data_ptr<float>(), numbers.const_data_ptr<int64_t>(),
                         rows.size(0), rows.size(1), result.mutable_data_ptr<float>());
    return result;
}

} // namespace

at::Tensor target_cosines(const at::Tensor &embeddings, const at::Tensor &weight, const at::Tensor &labels,
                          c10::string_view group) {
    const at::NoGradGuard guard;
    TORCH_CHECK(weight.device() == embeddings.device() && labels.device() == embeddings.device(), "expected all on ",
                embeddings.device(), ", got class vectors on ", weight.device(), " and labels on ", labels.device());
    if (group.empty()) return own_target_cosines(embeddings, weight, labels);
    auto result = at::zeros({labels.size(0)}, embeddings.options());
    const auto own = ((labels >= 0) & (labels < weight.size(0))).nonzero().squeeze(1);
    if (own.numel() > 0) {
        result.index_copy_(
            0, own, own_target_cosines(embeddings.index_select(0, own), weight, labels.index_select(0, own)));
    }
    all_reduce(result, std::string(group));
    return result;
}

Target FixedMargin::operator()(const at::Tensor &cosines) const {
    const at::NoGradGuard guard;
    const double step = rounding_step(cosines);
    if (multiplier == 1 && angle == 0) return {cosines - cosine, at::ones_like(cosines)};
    if (!is_float_on_cpu(cosines)) {
        auto curve = angular_margin(cosines, at::full({}, angle, cosines.options()), multiplier, overflow, step);
        return {curve.value - cosine, exact ? curve.slope : at::ones_like(cosines)};
    }
    const Target target{at::empty_like(cosines), at::empty_like(cosines)};
    const float *source = cosines.const_data_ptr<float>();
    float *value = target.cosine.mutable_data_ptr<float>(), *slope = target.slope.mutable_data_ptr<float>();
    for (int64_t i = 0; i < cosines.size(0); ++i) {
        const auto curve = angular_margin<double>(source[i], angle, multiplier, overflow, step);
        value[i] = static_cast<float>(curve.value - cosine);
        slope[i] = exact ? static_cast<float>(curve.slope) : 1;
    }
    return target;
}

} // namespace ctorch

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("target_cosines(Tensor embeddings, Tensor weight, Tensor labels, str group=\"\") -> Tensor");
    library.def("margin_curve(Tensor cosines, Tensor angles, float multiplier, str overflow) -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(hypersphere, CompositeImplicitAutograd, library) {
    library.impl("target_cosines", ctorch::target_cosines);
    library.impl("margin_curve", ctorch::margin_curve);
}
