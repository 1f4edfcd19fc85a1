import Foundation
@testable import MetricLearning
import Randomness
import Testing
import TestSupport
import Torch

@Suite(.noLeaks) struct DistanceTests {
    enum Kind: String, CaseIterable, Sendable {
        case cosineSimilarity, cosine, euclidean, plainEuclidean, squared, plainSquared, angular

        var distance: any Distance {
            switch self {
            case .cosineSimilarity: CosineSimilarity()
            case .cosine: CosineDistance()
            case .euclidean: EuclideanDistance()
            case .plainEuclidean: EuclideanDistance(normalized: false)
            case .squared: SquaredEuclideanDistance()
            case .plainSquared: SquaredEuclideanDistance(normalized: false)
            case .angular: AngularDistance()
            }
        }

        /// Between (3, 0) and vectors of length 2 at 60, 90 and 180 degrees, by hand.
        var values: [Double] {
            switch self {
            case .cosineSimilarity: [0.5, 0, -1]
            case .cosine: [0.5, 1, 2]
            case .euclidean: [1, sqrt(2), 2]
            case .plainEuclidean: [sqrt(7), sqrt(13), 5]
            case .squared: [1, 2, 4]
            case .plainSquared: [7, 13, 25]
            case .angular: [Double.pi / 3, Double.pi / 2, Double.pi]
            }
        }
    }

    private let first = Tensor([3.0, 0], shape: [1, 2])
    private let second = Tensor([1, sqrt(3), 0, 2, -2, 0], shape: [3, 2])

    @Test(arguments: Kind.allCases) func valuesOfKnownAngles(kind: Kind) {
        let distance = kind.distance
        let expected = Tensor(kind.values)
        expectEqual(distance.pairwise(first, second)[0], expected, absolute: 1e-15, relative: 1e-15)
        expectEqual(distance.rowwise(first.expanded([3, 2]), second), expected, absolute: 1e-15, relative: 1e-15)
        #expect(distance.largerMeansCloser == (kind == .cosineSimilarity))
    }

    @Test(arguments: Kind.allCases) func pairwiseAndRowwiseAgree(kind: Kind) throws {
        var generator = SeededGenerator(seed: 1)
        let left = Tensor.normal([40, 5], dtype: .float64, using: &generator)
        let right = Tensor.normal([30, 5], dtype: .float64, using: &generator)
        let all = kind.distance.pairwise(left, right)
        #expect(all.shape == [40, 30])
        expectEqual(kind.distance.rowwise(left[0..<30], right), all[0..<30].diagonal(), relative: 1e-13)
    }

    /// Where a plain root or arc cosine has an infinite derivative, or none.
    @Test(arguments: Kind.allCases, [DType.float32, .float64])
    func derivativesAreFinite(kind: Kind, dtype: DType) throws {
        let row = Tensor([0.3, -0.7, 0.2], shape: [1, 3]).to(dtype)
        for other in [row, row * 3, -row, .zeros([1, 3], dtype: dtype)] {
            for pairwise in [true, false] {
                let (left, right) = (row.clone().requiringGradient(), other.clone().requiringGradient())
                let distance = kind.distance
                (pairwise ? distance.pairwise(left, right) : distance.rowwise(left, right)).sum().backward()
                #expect(try #require(left.gradient).isAllFinite)
                #expect(try #require(right.gradient).isAllFinite)
            }
        }
    }

    /// Rounded to 32 bits, one in ten parallel pairs has a product above 1.
    @Test func cosinesAndAnglesOfParallelsStayInBounds() {
        var generator = SeededGenerator(seed: 2)
        let rows = Tensor.normal([1000, 7], using: &generator)
        let cosines = CosineSimilarity().rowwise(rows, rows * 3)
        #expect(cosines.maximum().item() <= 1)
        #expect(CosineSimilarity().rowwise(rows, rows * -3).minimum().item() >= -1)
        #expect(AngularDistance().rowwise(rows, rows * 3).isAllFinite)
    }

    /// The expanded square would keep no digit of a distance of 2^-10 between vectors of length 2^12.
    @Test func closeLongVectorsLoseNoDigits() {
        let left = Tensor([4096, 0, 0, 4096] as [Float], shape: [2, 2])
        let found = EuclideanDistance(normalized: false).pairwise(left + 0x1p-10, left)
        let expected = 0x1p-10 * sqrt(2)
        expectEqual(found.diagonal().to(.float64), Tensor([expected, expected]), relative: 1e-7)
    }

    /// The slope of the angle along the circle is 1, however near both vectors are.
    @Test(arguments: [1e-1, 1e-3, 1e-5]) func theSlopeOfAnAngleIsOne(angle: Double) throws {
        let left = Tensor([1.0, 0], shape: [1, 2]).requiringGradient()
        AngularDistance().pairwise(left, Tensor([cos(angle), sin(angle)], shape: [1, 2])).sum().backward()
        expectEqual(try #require(left.gradient), Tensor([0, -1.0], shape: [1, 2]), absolute: 1e-5)
    }

    /// In float32 the cosine of angles below 4e-4 rounds to 1, where nothing is left of the direction; the gradient is then
    /// shorter than 1, never longer.
    @Test(arguments: [0, 3e-5, 1e-4, 3e-4, 1e-3, 1e-2]) func noSlopeIsLongInFloat32(angle: Double) throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            let unit = Tensor.normal([1, 128], using: &generator).to(.float64).normalised()
            let other = Tensor.normal([1, 128], using: &generator).to(.float64)
            let across = (other - unit * (unit * other).sum()).normalised()
            let left = unit.to(.float32).requiringGradient()
            let right = (unit * cos(angle) + across * sin(angle)).to(.float32)
            AngularDistance().pairwise(left, right).sum().backward()
            #expect(try #require(left.gradient).norm().item() < 1.5)
        }
    }

    @Test(arguments: Kind.allCases) func noRowsGiveNoDistances(kind: Kind) {
        let rows = Tensor.ones([2, 3])
        #expect(kind.distance.pairwise(.zeros([0, 3]), rows).shape == [0, 2])
        #expect(kind.distance.pairwise(rows, .zeros([0, 3])).shape == [2, 0])
        #expect(kind.distance.rowwise(.zeros([0, 3]), .zeros([0, 3])).shape == [0])
    }
}
