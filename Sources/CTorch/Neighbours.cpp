// The k nearest rows of a gallery to each query, exactly, in memory that is bounded whatever the sizes.
//
// Blocks of products give each pair an interval that its place lies in. A row keeps the pairs whose interval reaches the
// k-th greatest lower end so far, and at last scores those exactly; see PairScores.h.

#include "PairScores.h"

#include <torch/library.h>

#include <limits>
#include <tuple>

namespace {

using ctorch::BFloat16;
using ctorch::Bound;
using ctorch::Candidate;
using ctorch::PairScores;
using ctorch::Product;
using ctorch::Removal;
using ctorch::Scored;

// What one thread needs beside the rows' candidates.
struct Scratch {
    std::vector<float> ends, scores;
    std::vector<double> sums;
    std::vector<int64_t> ids;
    std::vector<Scored> scored;
    std::vector<Candidate> found;
};

// The candidates of one query.
class Row {
  public:
    Row(const PairScores &scores, int64_t query, int64_t k, const Bound &bound, std::vector<Candidate> &&room)
        : scores_(scores), query_(query), k_(k), constant_(bound.constant), candidates_(std::move(room)) {
        candidates_.clear();
    }

    float threshold() const { return threshold_; }
    int64_t query() const { return query_; }

    void append(const Candidate &candidate, Scratch &scratch) {
        // The threshold may have risen since the candidate was found.
        if (candidate.upper < threshold_) return;
        candidates_.push_back(candidate);
        if (candidates_.size() < candidates_.capacity()) return;
        thin(scratch);
        if (candidates_.size() <= candidates_.capacity() * 3 / 4) return;
        // Too many lie too close for the products to tell.
        rank(scratch);
        keep_best(scratch);
    }

    // The nearest, in order; at most k.
    const std::vector<Scored> &finish(Scratch &scratch) {
        thin(scratch);
        rank(scratch);
        return scratch.scored;
    }

    std::vector<Candidate> &&release() { return std::move(candidates_); }

  private:
    // Drops what cannot be among the k nearest.
    void thin(Scratch &scratch) {
        if (static_cast<int64_t>(candidates_.size()) <= k_) return;
        auto &ends = scratch.ends;
        ends.clear();
        for (const auto &candidate : candidates_) ends.push_back(candidate.lower);
        std::nth_element(ends.begin(), ends.begin() + (k_ - 1), ends.end(), std::greater<float>());
        threshold_ = std::max(threshold_, ends[k_ - 1]);
        std::erase_if(candidates_, [&](const auto &candidate) { return candidate.upper < threshold_; });
    }

    // Scores all candidates exactly and keeps the k best.
    void rank(Scratch &scratch) const {
        const size_t count = candidates_.size();
        scratch.ids.clear();
        for (const auto &candidate : candidates_) scratch.ids.push_back(candidate.id);
        scratch.sums.resize(count);
        scratch.scores.resize(count);
        scores_.score(query_, scratch.ids.data(), count, scratch.sums.data(), scratch.scores.data());
        auto &scored = scratch.scored;
        scored.clear();
        for (size_t i = 0; i < count; ++i) scored.push_back({scratch.scores[i], scratch.ids[i]});
        const size_t kept = std::min(count, static_cast<size_t>(k_));
        std::partial_sort(scored.begin(), scored.begin() + kept, scored.end());
        scored.resize(kept);
    }

    void keep_best(const Scratch &scratch) {
        candidates_.clear();
        for (const auto &item : scratch.scored) {
            const float place = scores_.place(query_, item.score);
            candidates_.push_back({item.id, place - constant_, place + constant_});
        }
        threshold_ = std::max(threshold_, candidates_.back().lower);
    }

    const PairScores &scores_;
    int64_t query_, k_;
    float constant_;
    float threshold_ = -std::numeric_limits<float>::infinity();
    std::vector<Candidate> candidates_;
};

template <class T>
void search(const PairScores &scores, const Removal &removal, int64_t k, int64_t memory, float *values, int64_t *indices) {
    constexpr int64_t window = 1024;
    const int64_t capacity = 2 * k + 128;
    const auto sizes = ctorch::BlockSizes::fitting(scores, memory, capacity * sizeof(Candidate));
    std::vector<std::vector<Candidate>> rooms(sizes.queries);
    ctorch::Columns columns;
    std::vector<Bound> bounds;
    for (int64_t first = 0; first < scores.query_count(); first += sizes.queries) {
        const int64_t count = std::min(sizes.queries, scores.query_count() - first);
        const auto operand = scores.queries<T>(first, count, bounds);
        std::vector<Row> rows;
        rows.reserve(count);
        for (int64_t i = 0; i < count; ++i) {
            rooms[i].reserve(capacity);
            rows.emplace_back(scores, first + i, k, bounds[i], std::move(rooms[i]));
        }
        for (int64_t start = 0; start < scores.gallery_count(); start += sizes.gallery) {
            const int64_t wide = std::min(sizes.gallery, scores.gallery_count() - start);
            scores.columns<T>(start, wide, columns);
            const auto products = Product::rounded_once(operand, columns.rows);
            at::parallel_for(0, count, 16, [&](int64_t begin, int64_t end) {
                Scratch scratch;
                scratch.found.resize(window + 1);
                for (int64_t i = begin; i < end; ++i) {
                    for (int64_t offset = 0; offset < wide; offset += window) {
                        const int64_t found = PairScores::reaching<T>(
                            products, i, columns, bounds[i], rows[i].threshold(), start, offset,
                            std::min(window, wide - offset), scratch.found.data());
                        for (int64_t c = 0; c < found; ++c) {
                            if (removal.removes(first + i, scratch.found[c].id)) continue;
                            rows[i].append(scratch.found[c], scratch);
                        }
                    }
                }
            });
        }
        at::parallel_for(0, count, 16, [&](int64_t begin, int64_t end) {
            Scratch scratch;
            for (int64_t i = begin; i < end; ++i) {
                const auto &nearest = rows[i].finish(scratch);
                for (size_t rank = 0; rank < nearest.size(); ++rank) {
                    values[(first + i) * k + rank] = nearest[rank].score;
                    indices[(first + i) * k + rank] = nearest[rank].id;
                }
                rooms[i] = rows[i].release();
            }
        });
    }
}

// Scores (greater is closer) and ids, [N, k]; what there is too little of has the score minus infinity and the id -1.
std::tuple<at::Tensor, at::Tensor> nearest(const at::Tensor &queries, const at::Tensor &gallery,
                                           const at::Tensor &query_keys, const at::Tensor &gallery_keys, int64_t k,
                                           c10::string_view metric, int64_t memory, bool bfloat16) {
    const at::NoGradGuard guard;
    const PairScores scores(queries.contiguous(), gallery.contiguous(), ctorch::metric_named(metric));
    auto values = at::full({queries.size(0), k}, -std::numeric_limits<float>::infinity(), queries.options());
    auto indices = at::full({queries.size(0), k}, -1, queries.options().dtype(at::kLong));
    const Removal removal(query_keys, queries.size(0), gallery_keys, gallery.size(0));
    float *value = values.mutable_data_ptr<float>();
    int64_t *index = indices.mutable_data_ptr<int64_t>();
    if (bfloat16 && Product::prefers_bfloat16()) {
        search<BFloat16>(scores, removal, k, memory, value, index);
    } else {
        search<float>(scores, removal, k, memory, value, index);
    }
    return {values, indices};
}

} // namespace

TORCH_LIBRARY_FRAGMENT(hypersphere, library) {
    library.def("nearest(Tensor queries, Tensor gallery, Tensor query_keys, Tensor gallery_keys, int k, str metric, "
                "int memory, bool bfloat16) -> (Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(hypersphere, CPU, library) { library.impl("nearest", nearest); }
