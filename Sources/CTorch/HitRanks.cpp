// At which ranks of the gallery's complete order by closeness each query's hits stand, without the order itself.
//
// The hits are scored exactly; of all others it is only counted between which hits they stand. A product tells that where its
// interval holds no hit's place, and elsewhere the pair is scored exactly; see PairScores.h. Every measure of retrieval
// follows from the ranks.

#include "PairScores.h"

#include <torch/library.h>

#include <numeric>
#include <tuple>

namespace {

using ctorch::Bound;
using ctorch::Candidate;
using ctorch::PairScores;
using ctorch::Product;
using ctorch::Removal;
using ctorch::Scored;

// Gallery rows of each label.
class ClassIndex {
  public:
    ClassIndex(const int64_t *labels, int64_t count) : labels_(labels), order_(count) {
        std::iota(order_.begin(), order_.end(), 0);
        std::stable_sort(order_.begin(), order_.end(), [&](int64_t a, int64_t b) { return labels_[a] < labels_[b]; });
    }

    std::pair<const int64_t *, const int64_t *> of(int64_t label) const {
        const auto begin = std::lower_bound(order_.begin(), order_.end(), label,
                                            [&](int64_t row, int64_t value) { return labels_[row] < value; });
        const auto end = std::upper_bound(begin, order_.end(), label,
                                          [&](int64_t value, int64_t row) { return value < labels_[row]; });
        return {order_.data() + (begin - order_.begin()), order_.data() + (end - order_.begin())};
    }

  private:
    const int64_t *labels_;
    std::vector<int64_t> order_;
};

// What one thread needs beside the rows' hits.
struct Scratch {
    std::vector<Candidate> found;
    std::vector<int64_t> ids;
    std::vector<double> sums;
    std::vector<float> scores;
};

// Finds a value among descending places, by a table of cells of one width.
class PlaceTable {
  public:
    void prepare(const std::vector<float> &places) {
        if (places.empty()) return;
        const size_t cells = 2 * places.size();
        first_ = places.front();
        const float range = first_ - places.back();
        scale_ = range > 0 ? cells / range : 0;
        starts_.assign(cells + 2, 0);
        for (const float place : places) ++starts_[cell(place) + 1];
        std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    }

    // How many places are not less than the value.
    size_t count(const std::vector<float> &places, float value) const {
        // Greater values have no later cells, so that only the places of its own cell are in doubt.
        const size_t own = cell(value);
        const auto begin = places.begin() + starts_[own], end = places.begin() + starts_[own + 1];
        return std::upper_bound(begin, end, value, std::greater<float>()) - places.begin();
    }

  private:
    size_t cell(float value) const {
        const float position = (first_ - value) * scale_;
        const size_t last = starts_.size() - 2;
        if (!(position > 0)) return 0;
        // As a float the last cell may be rounded up, beyond the table.
        return position < static_cast<float>(last) ? std::min(static_cast<size_t>(position), last) : last;
    }

    float first_ = 0, scale_ = 0;
    // The number of places in earlier cells.
    std::vector<uint32_t> starts_;
};

// The hits of one query, and how many others stand before each.
struct Row {
    std::vector<Scored> hits;
    std::vector<float> places;
    PlaceTable table;
    // The number of others between hit i - 1 and hit i.
    std::vector<int64_t> between;
    bool is_tied = false;

    void prepare(const PairScores &scores, const ClassIndex &classes, const Removal &removal, int64_t query,
                 int64_t label, Scratch &scratch) {
        const auto [begin, end] = classes.of(label);
        scratch.ids.clear();
        for (auto id = begin; id != end; ++id) {
            if (!removal.removes(query, *id)) scratch.ids.push_back(*id);
        }
        const size_t count = scratch.ids.size();
        scratch.sums.resize(count);
        scratch.scores.resize(count);
        scores.score(query, scratch.ids.data(), count, scratch.sums.data(), scratch.scores.data());
        hits.clear();
        for (size_t i = 0; i < count; ++i) hits.push_back({scratch.scores[i], scratch.ids[i]});
        std::sort(hits.begin(), hits.end());
        places.clear();
        for (const auto &hit : hits) places.push_back(scores.place(query, hit.score));
        table.prepare(places);
        between.assign(count, 0);
        is_tied = false;
    }

    // Counts one that is not a hit.
    void count(const Candidate &candidate, std::vector<int64_t> &unclear) {
        const size_t before = table.count(places, candidate.upper);
        const bool touches = before > 0 && places[before - 1] <= candidate.upper;
        if (touches || (before < places.size() && places[before] >= candidate.lower)) {
            unclear.push_back(candidate.id);
        } else if (before < places.size()) {
            ++between[before];
        }
    }

    void count_exactly(const Scored &other) {
        const auto place = std::lower_bound(hits.begin(), hits.end(), other);
        is_tied |= place != hits.end() && place->score == other.score;
        is_tied |= place != hits.begin() && (place - 1)->score == other.score;
        if (place != hits.end()) ++between[place - hits.begin()];
    }
};

std::tuple<at::Tensor, at::Tensor, at::Tensor> hit_ranks(const at::Tensor &queries, const at::Tensor &gallery,
                                                         const at::Tensor &query_labels,
                                                         const at::Tensor &gallery_labels,
                                                         const at::Tensor &query_keys, const at::Tensor &gallery_keys,
                                                         c10::string_view metric, int64_t memory) {
    constexpr int64_t window = 1024;
    const at::NoGradGuard guard;
    const PairScores scores(queries.contiguous(), gallery.contiguous(), ctorch::metric_named(metric));
    const int64_t *labels = ctorch::numbers(query_labels, queries.size(0), "query labels");
    const int64_t *others = ctorch::numbers(gallery_labels, gallery.size(0), "gallery labels");
    const Removal removal(query_keys, queries.size(0), gallery_keys, gallery.size(0));
    const ClassIndex classes(others, gallery.size(0));
    int64_t most = 0;
    for (int64_t i = 0; i < queries.size(0); ++i) {
        const auto [begin, end] = classes.of(labels[i]);
        most = std::max<int64_t>(most, end - begin);
    }

    auto counts = at::zeros({queries.size(0)}, query_labels.options());
    auto ties = at::zeros({queries.size(0)}, query_labels.options().dtype(at::kBool));
    std::vector<int64_t> ranks;
    const int64_t bytes_a_hit = sizeof(Scored) + sizeof(float) + sizeof(int64_t) + 2 * sizeof(uint32_t);
    const auto sizes = ctorch::BlockSizes::fitting(scores, memory, most * bytes_a_hit);
    std::vector<Row> rows(std::min(sizes.queries, queries.size(0)));
    ctorch::Columns columns;
    std::vector<Bound> bounds;
    for (int64_t first = 0; first < queries.size(0); first += sizes.queries) {
        const int64_t count = std::min(sizes.queries, queries.size(0) - first);
        const auto operand = scores.queries<float>(first, count, bounds);
        ctorch::parallel_for(0, count, 16, [&](int64_t begin, int64_t end) {
            Scratch scratch;
            for (int64_t i = begin; i < end; ++i) {
                rows[i].prepare(scores, classes, removal, first + i, labels[first + i], scratch);
            }
        });
        for (int64_t start = 0; start < gallery.size(0); start += sizes.gallery) {
            const int64_t wide = std::min(sizes.gallery, gallery.size(0) - start);
            scores.columns<float>(start, wide, columns);
            const auto products = Product::rounded_once(operand, columns.rows);
            ctorch::parallel_for(0, count, 16, [&](int64_t begin, int64_t end) {
                Scratch scratch;
                scratch.found.resize(window + 1);
                for (int64_t i = begin; i < end; ++i) {
                    auto &row = rows[i];
                    if (row.hits.empty()) continue;
                    const float threshold = row.places.back();
                    for (int64_t offset = 0; offset < wide; offset += window) {
                        const int64_t found = PairScores::reaching<float>(products, i, columns, bounds[i], threshold,
                                                                          start, offset, std::min(window, wide - offset),
                                                                          scratch.found.data());
                        scratch.ids.clear();
                        for (int64_t c = 0; c < found; ++c) {
                            const auto &candidate = scratch.found[c];
                            if (others[candidate.id] == labels[first + i]) continue;
                            if (removal.removes(first + i, candidate.id)) continue;
                            row.count(candidate, scratch.ids);
                        }
                        scratch.sums.resize(scratch.ids.size());
                        scratch.scores.resize(scratch.ids.size());
                        scores.score(first + i, scratch.ids.data(), scratch.ids.size(), scratch.sums.data(),
                                     scratch.scores.data());
                        for (size_t c = 0; c < scratch.ids.size(); ++c) {
                            row.count_exactly({scratch.scores[c], scratch.ids[c]});
                        }
                    }
                }
            });
        }
        for (int64_t i = 0; i < count; ++i) {
            const auto &row = rows[i];
            counts.mutable_data_ptr<int64_t>()[first + i] = row.hits.size();
            ties.mutable_data_ptr<bool>()[first + i] = row.is_tied;
            int64_t before = 0;
            for (size_t hit = 0; hit < row.hits.size(); ++hit) {
                before += row.between[hit];
                ranks.push_back(before + static_cast<int64_t>(hit) + 1);
            }
        }
    }
    auto result = at::empty({static_cast<int64_t>(ranks.size())}, query_labels.options());
    std::copy(ranks.begin(), ranks.end(), result.mutable_data_ptr<int64_t>());
    return {result, counts, ties};
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("hit_ranks(Tensor queries, Tensor gallery, Tensor query_labels, Tensor gallery_labels, "
                "Tensor query_keys, Tensor gallery_keys, str metric, int memory) -> (Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(hypersphere, CPU, library) { library.impl("hit_ranks", hit_ranks); }
