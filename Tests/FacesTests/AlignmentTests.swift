import Faces
import TestSupport
import Testing
import Torch

/// The cases of `alignment.safetensors`: matrices by scikit-image, faces by OpenCV.
@Suite(.noLeaks) struct AlignmentTests {
    private static let cases = (try? Fixture("alignment"))?.cases ?? []
    private static var faces: [Fixture.Case] { cases.filter { $0.settings["kind"]?.text == "face" } }

    private static func points(_ tensor: Tensor) -> [SIMD2<Double>] {
        let numbers = tensor.array(of: Double.self)
        return stride(from: 0, to: numbers.count, by: 2).map { SIMD2(numbers[$0], numbers[$0 + 1]) }
    }

    @Test func theFixtureIsThere() {
        #expect(Self.faces.count == 11)
    }

    /// Both are the same least-squares solution in 64 bits, by different sums: a few last digits of the largest entry.
    @Test(arguments: faces) func transformsAreThoseOfScikitImage(item: Fixture.Case) throws {
        let template = try #require(item.settings["template"]?.text.flatMap(FaceTemplate.init))
        let landmarks = FaceLandmarks(Self.points(try item.tensor("points")))
        let transform = try #require(FaceAligner(to: template).transform(of: landmarks))
        let expected = try item.tensor("matrix")
        let largest = expected.absolute().maximum().item()
        expectEqual(Tensor(transform.rows, shape: [2, 3]), expected, absolute: 1e-12 * largest, relative: 0)
    }

    /// Grey levels are whole, so two that differ in a last digit before rounding may be one apart; OpenCV interpolates in 32 bits.
    @Test(arguments: faces) func facesAreThoseOfOpenCV(item: Fixture.Case) throws {
        let template = try #require(item.settings["template"]?.text.flatMap(FaceTemplate.init))
        let rows = try item.tensor("matrix").array(of: Double.self)
        let transform = SimilarityTransform(a: rows[0], b: rows[3], shift: [rows[2], rows[5]])
        let aligner = FaceAligner(to: template)
        let image = try item.tensor("image")
        let face = aligner.cut([transform], outOf: image)
        let expected = try item.tensor("face")
        #expect(face.shape == [1] + expected.shape && face.dtype == .uint8)
        let difference = (face[0].to(.float64) - expected.to(.float64)).absolute()
        #expect(difference.maximum().item() <= 1)
        #expect(difference.mean().item() < 0.01)

        let batch = aligner.warp(.stacked([image, image]).to(.float32), by: [transform, transform])
        #expect(batch.dtype == .float32)
        expectEqual((batch[1] + 0.5).roundedDown().to(.uint8), face[0])
    }

    @Test func fiveOfSixtyEight() throws {
        let item = try Fixture("alignment")["ibug"]
        let found = FaceLandmarks(ibug: Self.points(try item.tensor("points")))
        let expected = Self.points(try item.tensor("five"))
        for (point, place) in zip(found.points, expected) {
            // A mean of two by another order of operations.
            #expect(abs(point.x - place.x) <= 1e-15 && abs(point.y - place.y) <= 1e-15)
        }
    }

    @Test func theInverseTakesBack() {
        let transform = SimilarityTransform(a: 0.5, b: -2, shift: [7, 9])
        let there = transform([3, -4])
        #expect(there == SIMD2(0.5, 1))
        let back = transform.inverse(there)
        #expect(abs(back.x - 3) < 1e-14 && abs(back.y + 4) < 1e-14)
        #expect(abs(transform.scale - 4.25.squareRoot()) < 1e-15)
    }

    @Test(
        arguments: [
            [[5, 5], [5, 5], [5, 5], [5, 5], [5, 5]], [[1e8, 3], [1e8, 3], [1e8, 3], [1e8, 3], [1e8, 3]],
            [[.nan, 1], [2, 1], [3, 5], [2, 7], [4, 7]], [[.infinity, 1], [2, 1], [3, 5], [2, 7], [4, 7]],
            [[1e200, 1], [2, 1e200], [3, 5], [2, 7], [4, 7]], [[0, 0], [0, 0], [0, 0], [0, 0], [0, 0]],
        ] as [[SIMD2<Double>]])
    func degeneratePointsHaveNoTransform(points: [SIMD2<Double>]) {
        #expect(FaceAligner().transform(of: FaceLandmarks(points)) == nil)
    }

    /// A square and its mirror image: every turn is equally far from right.
    @Test func pointsThatCancelHaveNoTransform() {
        let square: [SIMD2<Double>] = [[1, 1], [-1, 1], [-1, -1], [1, -1]]
        let mirrored: [SIMD2<Double>] = [[-1, 1], [1, 1], [1, -1], [-1, -1]]
        #expect(SimilarityTransform(from: square, to: mirrored) == nil)
        #expect(SimilarityTransform(from: square, to: square) == SimilarityTransform(a: 1, b: 0, shift: .zero))
    }

    @Test func anImageWithoutItsDimensionsTraps() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = FaceAligner().cut([], outOf: .ones([4, 4]))
        }
        expectTrap(result, saying: "FaceAligner: expected an image [C, H, W], got [4, 4]")
    }
}
