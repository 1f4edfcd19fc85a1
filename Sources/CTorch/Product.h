// Matrix products by the library that is fastest for the type and the processor.
//
// PyTorch's float32 products go through MKL, which on processors not of its maker reaches a third of oneDNN's speed; and
// oneDNN's door in libtorch copies a transposed operand slowly, so that transposes are made here.

#pragma once

#include "Transpose.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace ctorch {

// Float32 by oneDNN, and everything else by the default of libtorch, which takes transposes as they lie.
class Product {
  public:
    // `left` [N, K] times the transpose of `right` [M, K].
    static at::Tensor transposed(const at::Tensor &left, const at::Tensor &right) {
        return usable(left) ? by_onednn(left, right) : at::linear(left, right);
    }

    // The same of operands that both lie densely, summed in 32 bits and rounded once to the operands' type.
    static at::Tensor rounded_once(const at::Tensor &left, const at::Tensor &right) {
        return left.scalar_type() == at::kBFloat16 ? by_onednn(left, right) : transposed(left, right);
    }

    // Whether `rounded_once` multiplies bfloat16 faster than float32 on this processor.
    static bool prefers_bfloat16() {
#if defined(__x86_64__)
        static const bool prefers = [] {
            __builtin_cpu_init();
            return exists() && __builtin_cpu_supports("avx512bf16");
        }();
        return prefers;
#else
        return false;
#endif
    }

    // `left` [N, K] times `right` [K, M], whose transpose is written to the first elements of `scratch`.
    static at::Tensor plain(const at::Tensor &left, const at::Tensor &right, const at::Tensor &scratch) {
        return usable(left) ? transposed(left, transpose(right, scratch)) : at::mm(left, right);
    }

    // The transpose of `matrix`, dense where the products want it so; in the first elements of `scratch`.
    static at::Tensor transpose(const at::Tensor &matrix, const at::Tensor &scratch) {
        if (!usable(matrix)) return matrix.t();
        const int64_t rows = matrix.size(0), columns = matrix.size(1);
        ctorch::transpose(matrix.const_data_ptr<float>(), rows, columns, scratch.mutable_data_ptr<float>());
        return scratch.narrow(0, 0, rows * columns).view({columns, rows});
    }

  private:
    static at::Tensor by_onednn(const at::Tensor &left, const at::Tensor &right) {
        torch::jit::Stack stack{left, right, c10::IValue(), "none", c10::List<std::optional<at::Scalar>>(), ""};
        onednn()->callBoxed(&stack);
        return std::move(stack[0]).toTensor();
    }

    static const std::optional<c10::OperatorHandle> &onednn() {
        static const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
        return found;
    }

    static bool exists() { return onednn().has_value(); }

    static bool usable(const at::Tensor &operand) { return exists() && operand.scalar_type() == at::kFloat; }
};

} // namespace ctorch
