// Batch normalisation whose batch lies in parts in the processes of a group, by tensor operations for every type and device.

#pragma once

#include "Collectives.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <string>
#include <vector>

namespace ctorch {

// A sum over all processes whose gradient is one too.
class SumOverProcesses : public torch::autograd::Function<SumOverProcesses> {
  public:
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &values,
                              const std::string &group) {
        context->saved_data["group"] = group;
        auto result = values.contiguous().clone();
        all_reduce(result, group);
        return result;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::tensor_list gradients) {
        auto result = gradients[0].contiguous().clone();
        all_reduce(result, context->saved_data["group"].toStringRef());
        return {result, at::Tensor()};
    }
};

// Statistics of all processes by tensor operations, for every type and device.
inline at::Tensor joined_anywhere(const at::Tensor &input, const std::optional<at::Tensor> &weight,
                                  const std::optional<at::Tensor> &bias, const std::optional<at::Tensor> &running_mean,
                                  const std::optional<at::Tensor> &running_variance, double momentum, double epsilon,
                                  const std::string &group) {
    std::vector<int64_t> others, shape(input.dim(), 1);
    for (int64_t d = 0; d < input.dim(); ++d) {
        if (d != 1) others.push_back(d);
    }
    shape[1] = input.size(1);
    const auto type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const auto values = input.to(type);
    auto counted = at::full({1}, static_cast<double>(input.numel() / input.size(1)), values.options());
    all_reduce(counted, group);
    const double total = counted.item<double>();
    TORCH_CHECK(total > 1, "expected more than one value per channel while training, got ", input.sizes());
    const auto mean = SumOverProcesses::apply(values.sum(others), group) / total;
    const auto centered = values - mean.reshape(shape);
    const auto variance = SumOverProcesses::apply((centered * centered).sum(others), group) / total;
    const auto follow = [&](const std::optional<at::Tensor> &running, const at::Tensor &now) {
        if (running) running->lerp_(now.detach().to(running->scalar_type()), momentum);
    };
    follow(running_mean, mean);
    follow(running_variance, variance * (total / (total - 1)));
    auto output = centered * (variance + epsilon).rsqrt().reshape(shape);
    if (weight) output = output * weight->to(type).reshape(shape);
    if (bias) output = output + bias->to(type).reshape(shape);
    return output.to(input.scalar_type());
}

} // namespace ctorch
