// t-SNE through qdtsne: repulsion by a Barnes-Hut tree, all numbers in 32 bits.

#include "Layout.h"

#include <qdtsne/qdtsne.hpp>

#include <algorithm>
#include <memory>
#include <numeric>

namespace {

using cprojection::NeighborList;
using Descent = qdtsne::Status<2, int32_t, float>;

NeighborList affinities(const CPNeighbours &neighbours, double perplexity, int32_t threads) {
    auto list = cprojection::listed(neighbours);
    qdtsne::internal::compute_gaussian_perplexity(list, static_cast<float>(perplexity), threads);
    qdtsne::internal::symmetrize_matrix(list);
    return list;
}

class StochasticLayout final : public CPLayout {
  public:
    StochasticLayout(NeighborList &&affinities, const CPStochasticSettings &settings, const float *start, int64_t rows)
        : CPLayout(start, rows), settings_(settings), affinities_(std::move(affinities)) {
        descent_ = std::make_unique<Descent>(affinities_, options(settings.exaggeration, settings.exaggerated));
    }

    void run(int32_t iterations) override {
        if (!is_exaggerated_) return descent_->run(points.data(), iterations - settings_.exaggerated);
        descent_->run(points.data(), std::min(iterations, settings_.exaggerated));
        if (iterations < settings_.exaggerated) return;
        // A descent keeps its learning rate, and the longer steps come with attraction of its natural strength.
        descent_ = nullptr;
        const auto rest = options(1, settings_.iterations - settings_.exaggerated);
        descent_ = std::make_unique<Descent>(std::move(affinities_), rest);
        is_exaggerated_ = false;
        if (iterations > settings_.exaggerated) run(iterations);
    }

  private:
    qdtsne::Options options(double exaggeration, int32_t iterations) const {
        qdtsne::Options options;
        options.exaggeration_factor = exaggeration;
        options.early_exaggeration_iterations = iterations;
        options.max_iterations = iterations;
        options.eta = std::max(200.0, affinities_.size() / exaggeration);
        options.start_momentum = options.final_momentum;
        // Cells are as wide as far, which is what others call an angle of 0.5: they take half of a cell's width.
        options.theta = 1;
        options.num_threads = settings_.threads;
        return options;
    }

    CPStochasticSettings settings_;
    NeighborList affinities_;
    std::unique_ptr<Descent> descent_;
    bool is_exaggerated_ = true;
};

} // namespace

CPStatus cp_stochastic_create(CPNeighbours neighbours, CPStochasticSettings settings, const float *start,
                              CPLayout **layout) {
    return cprojection::guarded([&] {
        auto list = affinities(neighbours, settings.perplexity, settings.threads);
        *layout = new StochasticLayout(std::move(list), settings, start, neighbours.rows);
    });
}

CPStatus cp_stochastic_affinities(CPNeighbours neighbours, double perplexity, int32_t threads, float *result) {
    return cprojection::guarded([&] {
        const auto list = affinities(neighbours, perplexity, threads);
        std::fill_n(result, neighbours.rows * neighbours.rows, 0.0f);
        for (int64_t row = 0; row < neighbours.rows; ++row) {
            for (const auto &pair : list[row]) result[row * neighbours.rows + pair.first] = pair.second;
        }
    });
}
