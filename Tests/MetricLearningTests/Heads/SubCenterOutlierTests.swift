import MetricLearning
import NeuralNetwork
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct SubCenterOutlierTests {
    private func row(_ degrees: Double, _ length: Double = 1) -> [Double] {
        let angle = Tensor(Angle.degrees(degrees).radians)
        return [angle.cosine().item() * length, angle.sine().item() * length]
    }

    /// Class 0 has its vectors at 0 and 120 degrees, class 1 at 180 and 270.
    private func head() throws -> SubCenterArcFaceHead {
        var generator = SeededGenerator(seed: 1)
        let head = SubCenterArcFaceHead(classes: 2, embedding: 2, centers: 2, using: &generator).to(.float64)
        try head.setWeight(Tensor(row(0, 3) + row(120) + row(180) + row(270, 0.1), shape: [4, 2]))
        return head
    }

    /// Three samples of class 0 are nearest to its second vector and two to its first; of class 1 all to its first.
    @Test func farSamplesOfTheDominantVectorAreFound() throws {
        let degrees: [Double] = [100, 0, 130, 140, 40, 190, 170]
        let embeddings = Tensor(degrees.enumerated().flatMap { row($1, Double($0 + 1)) }, shape: [7, 2])
        let labels = Tensor([0, 0, 0, 0, 0, 1, 1])
        let head = try head()
        // Apart from the dominant vectors by 20, 120, 10, 20, 80, 10 and 10 degrees.
        #expect(head.outliers(embeddings, labels) == [1, 4])
        #expect(head.outliers(embeddings, labels, beyond: .degrees(100)) == [1])
        #expect(head.outliers(embeddings, labels, beyond: .degrees(15)) == [0, 1, 3, 4])
        #expect(head.outliers(embeddings, labels, beyond: .degrees(180)) == [])
    }

    @Test func noSamplesHaveNoOutliers() throws {
        #expect(try head().outliers(.zeros([0, 2]), Tensor([] as [Int64])) == [])
    }

    /// More samples than are looked at together.
    @Test func manySamples() throws {
        let head = try head()
        let embeddings = Tensor.concatenated([
            Tensor(row(1), shape: [1, 2]).expanded([6000, 2]), Tensor(row(118), shape: [1, 2]).expanded([3000, 2]),
        ])
        #expect(head.outliers(embeddings, .zeros([9000], dtype: .int64)) == Array(6000..<9000))
    }

    @Test func logitsTakeTheNearestVector() throws {
        let logits = try head().logits(Tensor(row(110), shape: [1, 2]))
        let expected = [10.0, 70].map { Tensor(Angle.degrees($0).radians).cosine().item() * 64 }
        expectEqual(logits.detached(), Tensor(expected, shape: [1, 2]), absolute: 1e-12)
    }
}
