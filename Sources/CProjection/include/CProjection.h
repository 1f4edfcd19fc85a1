// The only door to qdtsne and umappp. Every entry that can fail returns a status by value.

#ifndef CPROJECTION_H
#define CPROJECTION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CP_CHECKED __attribute__((warn_unused_result))

// The outcome of a call. `message` is null on success; otherwise the caller owns it and frees it with cp_message_free.
typedef struct {
    char *message;
} CPStatus;

void cp_message_free(char *message);

// The nearest other rows of each row, closest first.
typedef struct {
    const int64_t *indices; // [rows, count]
    const float *distances; // [rows, count], Euclidean
    int64_t rows;
    int64_t count;
} CPNeighbours;

// Points in the plane that move one iteration after the other.
typedef struct CPLayout CPLayout;

typedef struct {
    double perplexity;
    double exaggeration;
    int32_t exaggerated; // iterations
    int32_t iterations;  // all of them
    int32_t threads;
} CPStochasticSettings;

// t-SNE from the points `start` [rows, 2].
CPStatus cp_stochastic_create(CPNeighbours neighbours, CPStochasticSettings settings, const float *start,
                              CPLayout **layout) CP_CHECKED;

// The joint probabilities of t-SNE, whose sum is 1, into `affinities` [rows, rows].
CPStatus cp_stochastic_affinities(CPNeighbours neighbours, double perplexity, int32_t threads,
                                  float *affinities) CP_CHECKED;

typedef struct {
    double minimum_distance;
    uint64_t seed;
    int32_t iterations;
    int32_t threads;
} CPManifoldSettings;

// UMAP from the eigenvectors of the neighbours' graph, or from the points `start` [rows, 2] where the graph falls into parts.
CPStatus cp_manifold_create(CPNeighbours neighbours, CPManifoldSettings settings, const float *start,
                            CPLayout **layout) CP_CHECKED;

// Runs until so many iterations have been done since the layout was created.
CPStatus cp_layout_run(CPLayout *layout, int32_t iterations) CP_CHECKED;

// Copies the points, [rows, 2].
void cp_layout_points(const CPLayout *layout, float *points);

void cp_layout_free(CPLayout *layout);

#ifdef __cplusplus
}
#endif

#endif
