/// Measures of retrieval, each from 0 to 1, of one query or averaged over several.
///
/// R is the number of a query's hits in the gallery, itself not counted; `h_1 < ... < h_R` are their ranks. Lists such as
/// ``recall`` have an element for each cutoff K of the report.
public struct RetrievalScores: Sendable, Equatable, Encodable {
    /// Whether the nearest is a hit.
    public internal(set) var precisionAt1 = 0.0
    /// The share of hits among the R nearest. Musgrave et al., "A Metric Learning Reality Check", ECCV 2020, section 3.2.
    public internal(set) var rPrecision = 0.0
    /// MAP@R: the sum of `i / h_i` over hits among the R nearest, over R. Musgrave et al., ECCV 2020, section 3.2.
    public internal(set) var meanAveragePrecisionAtR = 0.0
    /// The sum of `i / h_i` over all hits, over R, in the order of the whole gallery; mAP of Market-1501.
    public internal(set) var meanAveragePrecision = 0.0
    /// `1 / h_1`.
    public internal(set) var meanReciprocalRank = 0.0
    /// `R / h_R`, mINP: how soon the hardest hit is found. Ye et al., "Deep Learning for Person Re-identification", 2021, eq. 8.
    public internal(set) var meanInverseNegativePenalty = 0.0
    /// Recall@K of metric learning, which is CMC@K: whether any of the K nearest is a hit.
    public internal(set) var recall: [Double]
    /// The share of hits among the K nearest, over K even where fewer can be hits.
    public internal(set) var precision: [Double]
    /// MAP@K over R: the sum of `i / h_i` over hits among the K nearest, over all hits that there are.
    public internal(set) var meanAveragePrecisionOverHits: [Double]
    /// MAP@K over min(R, K): the same sum over the hits that K neighbours have room for.
    public internal(set) var meanAveragePrecisionOverReachableHits: [Double]
    /// MAP@K over hits found: the same sum over the hits among the K nearest, 0 where there is none.
    public internal(set) var meanAveragePrecisionOverFoundHits: [Double]

    /// Zeros for so many cutoffs.
    init(cutoffCount: Int) {
        recall = [Double](repeating: 0, count: cutoffCount)
        precision = recall
        meanAveragePrecisionOverHits = recall
        meanAveragePrecisionOverReachableHits = recall
        meanAveragePrecisionOverFoundHits = recall
    }

    /// The measures of one query whose hits stand at `ranks`, ascending from 1 and at least one.
    init(ranks: ArraySlice<Int64>, cutoffs: [Int]) {
        self.init(cutoffCount: cutoffs.count)
        guard let first = ranks.first, let last = ranks.last else { return }
        let count = Double(ranks.count)
        precisionAt1 = first == 1 ? 1 : 0
        meanReciprocalRank = 1 / Double(first)
        meanInverseNegativePenalty = count / Double(last)
        var sums = [Double](repeating: 0, count: cutoffs.count)
        var found = 0.0
        for rank in ranks {
            found += 1
            let share = found / Double(rank)
            meanAveragePrecision += share
            if rank <= ranks.count {
                rPrecision += 1
                meanAveragePrecisionAtR += share
            }
            for (index, cutoff) in cutoffs.enumerated() where rank <= cutoff {
                sums[index] += share
                precision[index] += 1
            }
        }
        meanAveragePrecision /= count
        rPrecision /= count
        meanAveragePrecisionAtR /= count
        for (index, cutoff) in cutoffs.enumerated() {
            let hits = precision[index]
            recall[index] = hits > 0 ? 1 : 0
            precision[index] = hits / Double(cutoff)
            meanAveragePrecisionOverHits[index] = sums[index] / count
            meanAveragePrecisionOverReachableHits[index] = sums[index] / min(count, Double(cutoff))
            meanAveragePrecisionOverFoundHits[index] = hits > 0 ? sums[index] / hits : 0
        }
    }

    /// Adds another's measures, times `factor`, to each of these.
    mutating func add(_ other: RetrievalScores, times factor: Double = 1) {
        precisionAt1 += factor * other.precisionAt1
        rPrecision += factor * other.rPrecision
        meanAveragePrecisionAtR += factor * other.meanAveragePrecisionAtR
        meanAveragePrecision += factor * other.meanAveragePrecision
        meanReciprocalRank += factor * other.meanReciprocalRank
        meanInverseNegativePenalty += factor * other.meanInverseNegativePenalty
        for index in recall.indices {
            recall[index] += factor * other.recall[index]
            precision[index] += factor * other.precision[index]
            meanAveragePrecisionOverHits[index] += factor * other.meanAveragePrecisionOverHits[index]
            meanAveragePrecisionOverReachableHits[index] += factor * other.meanAveragePrecisionOverReachableHits[index]
            meanAveragePrecisionOverFoundHits[index] += factor * other.meanAveragePrecisionOverFoundHits[index]
        }
    }
}
