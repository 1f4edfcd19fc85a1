// Loops shared among libtorch's threads.

#pragma once

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstdint>

namespace ctorch {

// Calls `body(begin, end)` for parts of the range of at least `grain`, on as many threads as libtorch uses.
//
// `at::parallel_for` is a template that runs on one thread unless it is compiled with OpenMP, and the compiler's OpenMP is
// not the one that libtorch brings. A tensor's iterator walks in parallel inside libtorch itself; a byte stands for each
// element of the range.
template <class Body> void parallel_for(int64_t begin, int64_t end, int64_t grain, const Body &body) {
    if (begin >= end) return;
    if (end - begin <= grain || at::get_num_threads() == 1 || at::in_parallel_region()) return body(begin, end);
    const int64_t parts = (end - begin + grain - 1) / grain;
    at::Tensor marks = at::empty({parts}, at::TensorOptions().dtype(at::kByte));
    const auto *first = static_cast<const char *>(marks.const_data_ptr());
    auto iterator = at::TensorIterator::nullary_op(marks);
    iterator.for_each(
        [&](char **data, const int64_t *, int64_t count) {
            const int64_t from = begin + (data[0] - first) * grain;
            body(from, std::min(end, from + count * grain));
        },
        1);
}

} // namespace ctorch
