import Files
import Foundation
import Torch
import Visualization

/// What the pictures of the test set's embeddings are drawn from: confusions, and similarities of pairs.
struct TestCounts {
    /// Above this number of classes, a matrix of confusions would be a picture of nothing.
    private static let mostClasses = 300
    /// The largest number of samples whose pairs are compared.
    private static let mostSamples = 2_000
    private static let bins = 100

    /// How many samples of each class (rows) were taken for each class `[C, C]`; empty with very many classes.
    let confusions: [Int]
    /// How many pairs of one class have a cosine in each bin from -1 to 1.
    let same: [Int]
    /// How many pairs of different classes have a cosine in each bin from -1 to 1.
    let different: [Int]

    init(_ test: Trainer.TestEmbeddings, classNames: [String]) {
        let labels = test.labels.map { Int($0) }
        confusions =
            classNames.count > Self.mostClasses
            ? []
            : Self.confusions(labels, test.predictions.map { Int($0) }, classNames)
        let shown = FeatureMovie.shownSamples(of: labels.count, most: Self.mostSamples)
        let dimension = test.dimension
        let embeddings = Tensor(
            shown.flatMap { test.values[$0 * dimension..<($0 + 1) * dimension] }, shape: [shown.count, dimension])
        let directions = embeddings / embeddings.norm(along: 1, keeping: true).clamped(min: 1e-30)
        let cosines: [Float] = directions.matrixProduct(directions.transposed()).array()
        var similarities: [Float] = []
        var isSame: [Bool] = []
        for (first, sample) in shown.enumerated() {
            for second in shown.indices.dropFirst(first + 1) {
                similarities.append(cosines[first * shown.count + second])
                isSame.append(labels[sample] == labels[shown[second]])
            }
        }
        let histogram = SimilarityHistogram(similarities: similarities, isSame: isSame, bins: Self.bins)
        same = histogram.same
        different = histogram.different
    }

    /// Confusions of the samples that were taken for a class.
    private static func confusions(_ labels: [Int], _ predictions: [Int], _ classNames: [String]) -> [Int] {
        let named = labels.indices.filter { predictions[$0] >= 0 }
        return ConfusionMatrix(
            labels: named.map { labels[$0] }, predictions: named.map { predictions[$0] }, classNames: classNames
        ).counts
    }

    /// Reads what ``write(to:)`` wrote; nil where there is no such file, or another version's.
    init?(path: String, classes: Int) throws {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let tensors = try SafetensorsFile(path: path).tensors()
        func counts(_ name: String) -> [Int]? {
            guard let tensor = tensors[name], tensor.dtype == .int64 else { return nil }
            return tensor.array(of: Int64.self).map { Int($0) }
        }
        guard let same = counts("same"), let different = counts("different"), same.count == different.count,
            !same.isEmpty
        else { return nil }
        self.same = same
        self.different = different
        confusions = counts("confusions") ?? []
        guard confusions.isEmpty || confusions.count == classes * classes,
            (confusions + same + different).allSatisfy({ $0 >= 0 })
        else { return nil }
    }

    func write(to path: String) throws {
        var tensors = ["same": Tensor(same.map(Int64.init)), "different": Tensor(different.map(Int64.init))]
        if !confusions.isEmpty { tensors["confusions"] = Tensor(confusions.map(Int64.init)) }
        try SafetensorsFile.write(tensors, to: path)
    }

    /// The similarities as a picture.
    func histogram(_ note: String) -> SimilarityHistogram {
        SimilarityHistogram(same: same, different: different, title: "Similarities of pairs", subtitle: note)
    }

    /// The confusions as a picture, if there are not too many classes.
    func matrix(classNames: [String], _ note: String) -> ConfusionMatrix? {
        confusions.isEmpty
            ? nil : ConfusionMatrix(counts: confusions, classNames: classNames, title: "Confusions", subtitle: note)
    }
}
