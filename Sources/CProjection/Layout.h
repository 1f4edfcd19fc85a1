// What both methods have in common: points that move, neighbours as the libraries take them, and no exception that leaves.

#pragma once

#if !__has_include(<qdtsne/qdtsne.hpp>)
#error "the headers of qdtsne and umappp are missing: run `make setup` in the folder of the package"
#endif

#include "include/CProjection.h"

#include <knncolle/knncolle.hpp>

#include <cstring>
#include <exception>
#include <new>
#include <utility>
#include <vector>

struct CPLayout {
    explicit CPLayout(const float *start, int64_t rows) : points(start, start + 2 * rows) {}
    virtual ~CPLayout() = default;
    virtual void run(int32_t iterations) = 0;

    std::vector<float> points;
};

namespace cprojection {

using NeighborList = knncolle::NeighborList<int32_t, float>;

inline NeighborList listed(const CPNeighbours &neighbours) {
    NeighborList list(neighbours.rows);
    for (int64_t row = 0; row < neighbours.rows; ++row) {
        list[row].reserve(neighbours.count);
        for (int64_t i = row * neighbours.count; i < (row + 1) * neighbours.count; ++i) {
            if (neighbours.indices[i] < 0) break;
            list[row].emplace_back(static_cast<int32_t>(neighbours.indices[i]), neighbours.distances[i]);
        }
    }
    return list;
}

template <class Body> CPStatus guarded(Body &&body) noexcept {
    try {
        body();
        return CPStatus{nullptr};
    } catch (const std::bad_alloc &) {
        return CPStatus{strdup("the host is out of memory")};
    } catch (const std::exception &error) {
        return CPStatus{strdup(error.what())};
    } catch (...) {
        return CPStatus{strdup("an exception of an unknown type")};
    }
}

} // namespace cprojection
