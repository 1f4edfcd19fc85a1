import Evaluation
import Files
import Testing
import TestSupport
import Torch

/// What identification is calibrated on.
@Suite(.noLeaks) struct NearestScoresTests {
    // g, l = the tensors gallery.gallery and gallery.labels of verification.safetensors
    // u = g / numpy.linalg.norm(g, axis=1, keepdims=True); c = u @ u.T; own = l[:, None] == l
    // i = numpy.where(own, -2, c).max(1); e = numpy.where(own & ~numpy.eye(90, dtype=bool), c, -2).max(1)
    // print(i.sum(), e.sum(), sorted(i)[-10], (e > sorted(i)[-10]).sum(), (~own).sum())
    // 46.743178192514975 85.57643288152978 0.707436085945067 90 6652
    @Test func theNearestAreNumPys() throws {
        let item = try Fixture("verification")["gallery"]
        let labels: [Int64] = try item.tensor("labels").array()
        let scores = try NearestScores(of: LabelledEmbeddings(item.tensor("gallery"), labels: labels))
        // Values are rounded to float32.
        expectEqual(scores.impostors.reduce(0, +), 46.743178192514975, relative: 1e-6)
        expectEqual(scores.genuine.reduce(0, +), 85.57643288152978, relative: 1e-6)
        #expect(scores.identified == scores.genuine)
        #expect(scores.impostors.count == 90 && scores.genuine.count == 90 && scores.loneCount == 0)
        #expect(scores.impostorPairCount == 6652)
        #expect(scores.kind == ScoreKind(name: "nearest-cosine", direction: .higherIsAccepted))
        let found = try AcceptanceThreshold.calibrated(
            genuine: scores.genuine, impostors: scores.impostors, target: 0.1, kind: scores.kind)
        let acceptance = try #require(found.value)
        expectEqual(acceptance.threshold, 0.707436085945067, relative: 1e-7)
        #expect(acceptance.falseAccepts == 9 && acceptance.trueAccepts == 90)
    }

    /// Embeddings of unknown classes are the impostors where they are given.
    @Test func unknownOnesAreComparedWithAll() throws {
        let set = LabelledEmbeddings(Tensor([0, 1, 10, 14] as [Float], shape: [4, 1]), labels: [1, 1, 2, 2])
        let unknown = Tensor([3, 11, 40] as [Float], shape: [3, 1])
        let scores = try NearestScores(of: set, unknown: unknown, metric: .euclidean)
        #expect(scores.genuine == [1, 1, 4, 4] && scores.impostors == [2, 1, 26])
        #expect(scores.identified == [1, 1, 4, 4])
        #expect(scores.loneCount == 0 && scores.impostorPairCount == 12)
    }

    @Test func distancesGrowTheOtherWay() throws {
        let rows = Tensor([0, 1, 4, 9, 20] as [Float], shape: [5, 1])
        let scores = try NearestScores(of: LabelledEmbeddings(rows, labels: [3, 3, 5, 5, 8]), metric: .euclidean)
        #expect(scores.impostors == [4, 3, 3, 8, 11])
        #expect(scores.genuine == [1, 1, 5, 5] && scores.loneCount == 1 && scores.impostorPairCount == 16)
        // 5 is farther than 3 and nearer than 8.
        #expect(scores.identified == [1, 1, 5])
        #expect(scores.kind.direction == .lowerIsAccepted)
    }

    /// Of interleaved classes none is named rightly, however near its own are.
    @Test func whatIsNearerToOthersIsNotIdentified() throws {
        let set = LabelledEmbeddings(Tensor([0, 10, 1, 11] as [Float], shape: [4, 1]), labels: [1, 1, 2, 2])
        let unknown = Tensor([170, 180] as [Float], shape: [2, 1])
        for scores in [
            try NearestScores(of: set, unknown: unknown, metric: .euclidean),
            try NearestScores(of: set, metric: .euclidean),
        ] {
            #expect(scores.genuine == [10, 10, 10, 10] && scores.identified.isEmpty)
        }
        let alone = LabelledEmbeddings(Tensor([0, 10] as [Float], shape: [2, 1]), labels: [1, 1])
        #expect(try NearestScores(of: alone, unknown: unknown, metric: .euclidean).identified == [10, 10])
    }

    @Test func oneClassAndLoneOnesAreRefused() {
        let rows = Tensor([1, 2] as [Float], shape: [2, 1])
        for labels in [[1, 1], [1, 2]] as [[Int64]] {
            #expect(throws: UserFacingError.self) {
                _ = try NearestScores(of: LabelledEmbeddings(rows, labels: labels))
            }
        }
    }
}
