// The transpose of a dense matrix, by tiles that stay in registers, on all threads.

#pragma once

#include "Parallel.h"
#include "Vectorized.h"

#include <algorithm>
#include <utility>

namespace ctorch {

constexpr int64_t tile = 16;
typedef float TileRow __attribute__((vector_size(tile * sizeof(float))));

// Swaps, in the rows `upper` and `lower` that are `distance` apart, the parts of a tile off its diagonal.
template <int distance, int... lane>
CTORCH_INLINE void exchange(TileRow *upper, TileRow *lower, std::integer_sequence<int, lane...>) {
    const TileRow a = *upper, b = *lower;
    *upper = __builtin_shufflevector(a, b, (lane & distance ? tile + lane - distance : lane)...);
    *lower = __builtin_shufflevector(a, b, (lane & distance ? tile + lane : lane + distance)...);
}

template <int distance> CTORCH_INLINE void exchange_all(TileRow *rows) {
    for (int row = 0; row < tile; ++row) {
        if (row & distance) continue;
        exchange<distance>(rows + row, rows + row + distance, std::make_integer_sequence<int, tile>());
    }
}

// Writes the columns `begin` to `end` of the transpose of `source`, [rows, columns], which are rows of the source.
CTORCH_INLINE void transpose_body(const float *source, int64_t rows, int64_t columns, int64_t begin, int64_t end,
                                  float *result) {
    int64_t row = begin;
    for (; row + tile <= end; row += tile) {
        int64_t column = 0;
        for (; column + tile <= columns; column += tile) {
            TileRow lines[tile];
            for (int i = 0; i < tile; ++i) {
                std::memcpy(&lines[i], source + (row + i) * columns + column, sizeof lines[i]);
            }
            exchange_all<8>(lines);
            exchange_all<4>(lines);
            exchange_all<2>(lines);
            exchange_all<1>(lines);
            for (int i = 0; i < tile; ++i) std::memcpy(result + (column + i) * rows + row, &lines[i], sizeof lines[i]);
        }
        for (; column < columns; ++column) {
            for (int64_t i = 0; i < tile; ++i) result[column * rows + row + i] = source[(row + i) * columns + column];
        }
    }
    for (; row < end; ++row) {
        for (int64_t column = 0; column < columns; ++column) result[column * rows + row] = source[row * columns + column];
    }
}
CTORCH_VECTORIZED(transpose_rows, transpose_body,
                  (const float *s, int64_t r, int64_t c, int64_t b, int64_t e, float *o), (s, r, c, b, e, o))

// `result`, [columns, rows], becomes the transpose of `source`, [rows, columns].
inline void transpose(const float *source, int64_t rows, int64_t columns, float *result) {
    const int64_t tiles = (rows + tile - 1) / tile;
    const int64_t grain = std::max<int64_t>(1, 4096 / std::max<int64_t>(1, columns));
    ctorch::parallel_for(0, tiles, grain, [&](int64_t begin, int64_t end) {
        transpose_rows(source, rows, columns, begin * tile, std::min(rows, end * tile), result);
    });
}

} // namespace ctorch
