// Matrix products by the library that is fastest for the type and the processor.
//
// PyTorch's float32 products go through MKL, which on processors not of its maker reaches a third of oneDNN's speed; and
// oneDNN's door in libtorch copies a transposed operand slowly, so that transposes are made here.

#pragma once

#include "Transpose.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace ctorch {

// Large products of float32 by oneDNN, and everything else by the default of libtorch, which takes transposes as they lie.
class Product {
  public:
    // `size` is the number of multiplications of each product; those of few are done before oneDNN has begun.
    explicit Product(int64_t size) : is_large_(size >= (1 << 22)) {}

    // `left` [N, K] times the transpose of `right` [M, K].
    at::Tensor transposed(const at::Tensor &left, const at::Tensor &right) const {
        static const auto found = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
        if (!usable(left)) return at::linear(left, right);
        torch::jit::Stack stack{left, right, c10::IValue(), "none", c10::List<std::optional<at::Scalar>>(), ""};
        found->callBoxed(&stack);
        return std::move(stack[0]).toTensor();
    }

    // `left` [N, K] times `right` [K, M], whose transpose is written to the first elements of `scratch`.
    at::Tensor plain(const at::Tensor &left, const at::Tensor &right, const at::Tensor &scratch) const {
        return usable(left) ? transposed(left, transpose(right, scratch)) : at::mm(left, right);
    }

    // The transpose of `matrix`, dense where the products want it so; in the first elements of `scratch`.
    at::Tensor transpose(const at::Tensor &matrix, const at::Tensor &scratch) const {
        if (!usable(matrix)) return matrix.t();
        const int64_t rows = matrix.size(0), columns = matrix.size(1);
        ctorch::transpose(matrix.const_data_ptr<float>(), rows, columns, scratch.mutable_data_ptr<float>());
        return scratch.narrow(0, 0, rows * columns).view({columns, rows});
    }

  private:
    bool usable(const at::Tensor &operand) const {
        static const bool exists =
            c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""}).has_value();
        return is_large_ && exists && operand.scalar_type() == at::kFloat;
    }

    bool is_large_;
};

} // namespace ctorch
