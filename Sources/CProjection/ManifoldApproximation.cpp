// UMAP through umappp: one thread moves the points, so that they do not depend on the number of threads.

#include "Layout.h"

#include <umappp/umappp.hpp>

namespace {

using Descent = umappp::Status<int32_t, float>;

class ManifoldLayout final : public CPLayout {
  public:
    ManifoldLayout(const CPNeighbours &neighbours, const CPManifoldSettings &settings, const float *start)
        : CPLayout(start, neighbours.rows),
          descent_(umappp::initialize(cprojection::listed(neighbours), 2, points.data(), options(settings))) {}

    void run(int32_t iterations) override { descent_.run(points.data(), iterations); }

  private:
    static umappp::Options options(const CPManifoldSettings &settings) {
        umappp::Options options;
        options.min_dist = settings.minimum_distance;
        options.num_epochs = settings.iterations;
        options.num_threads = settings.threads;
        options.initialize_random_on_spectral_fail = false;
        options.initialize_spectral_jitter = true;
        options.initialize_seed = settings.seed;
        options.optimize_seed = settings.seed;
        return options;
    }

    Descent descent_;
};

} // namespace

CPStatus cp_manifold_create(CPNeighbours neighbours, CPManifoldSettings settings, const float *start,
                            CPLayout **layout) {
    return cprojection::guarded([&] { *layout = new ManifoldLayout(neighbours, settings, start); });
}
