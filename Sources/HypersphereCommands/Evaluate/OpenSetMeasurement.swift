import Evaluation
import Files
import Torch
import Training

/// Scores known and unknown embeddings by everything that can score them.
struct OpenSetMeasurement {
    let result: OpenSetResult
    /// Which scores could not be measured, and why.
    let warnings: [String]

    init(
        train: EmbeddingTable, known: EmbeddingTable, unknown: EmbeddingTable, metric: EmbeddingDistance, rank: Int,
        model: ModelBundle?
    ) throws {
        let (trainClasses, knownClasses) = (try train.knownClasses(), try known.knownClasses())
        let labels = ClassNumbering(trainClasses).labels(of: trainClasses)
        let gallery = train.embeddings
        var scores: [OpenSetResult.Score] = []
        var warnings: [String] = []

        func add(_ scorer: any UnknownScorer, _ inputs: (known: Tensor, unknown: Tensor), _ named: [String]) throws {
            scores.append(
                try OpenSetResult.Score(
                    scorer.name, known: scorer.scores(of: inputs.known), unknown: scorer.scores(of: inputs.unknown),
                    isCorrect: zip(named, knownClasses).map { $0 == $1 }))
        }
        let nearest = try Neighbours(
            of: known.embeddings, in: gallery, count: 1, metric: metric == .cosine ? .cosine : .euclidean)
        let named = nearest.indices.map { trainClasses[Int($0)] }
        let embeddings = (known.embeddings, unknown.embeddings)
        try add(NeighbourScore(gallery: gallery, distance: metric), embeddings, named)
        if rank > 1 { try add(NeighbourScore(gallery: gallery, rank: rank, distance: metric), embeddings, named) }
        try add(CenterScore(gallery: gallery, labels: labels, distance: metric), embeddings, named)
        do {
            try add(MahalanobisScore(gallery: gallery, labels: labels), embeddings, named)
        } catch let error as UserFacingError {
            warnings.append("no Mahalanobis score: \(error)")
        }
        if let model, let knownLogits = model.logits(of: known.embeddings),
            let unknownLogits = model.logits(of: unknown.embeddings)
        {
            if Set(knownClasses).isSubset(of: model.classNames) {
                let answers = knownLogits.argumentMaximum(along: 1).array(of: Int.self).map { model.classNames[$0] }
                try add(MaximumLogitScore(), (knownLogits, unknownLogits), answers)
                try add(EnergyScore(), (knownLogits, unknownLogits), answers)
            } else {
                warnings.append("no scores of logits: the model's head knows other classes")
            }
        }
        self.warnings = warnings
        result = OpenSetResult(
            protocol: OpenSetResult.Facts(
                knownTrain: train.name, known: known.name, unknown: unknown.name, metric: metric,
                knownTrainCount: train.count, knownCount: known.count, unknownCount: unknown.count,
                classCount: Set(trainClasses).count),
            scores: scores)
    }
}
