// Sums and collections over the processes of a group, for kernels whose results depend on all of them.

#pragma once

#include <ATen/ATen.h>

#include <string>

namespace ctorch {

// How many processes the group has; 1 for the group without a name.
int64_t group_size(const std::string &group);

// Which of them this one is.
int64_t group_rank(const std::string &group);

enum class Reduction { sum, maximum };

// Replaces a contiguous tensor by the reduction over all processes of the group.
void all_reduce(at::Tensor &tensor, const std::string &group, Reduction reduction = Reduction::sum);

// The contiguous tensor of every process, one after the other, along a new first dimension.
at::Tensor all_gather(const at::Tensor &tensor, const std::string &group);

} // namespace ctorch
