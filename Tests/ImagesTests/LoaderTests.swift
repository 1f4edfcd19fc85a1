import Datasets
import Files
import Foundation
import Images
import Testing
import TestSupport
import Torch

/// Batches of files, read by threads.
@Suite(.noLeaks) struct LoaderTests {
    private static let files = TransformFixture.cases(of: "file")

    /// The fixture's files in a folder, again and again, `count` of them; those at `broken` hold no image.
    private func withFiles(
        _ count: Int, broken: Set<Int> = [], _ body: (ImageFileDataset) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            let samples = try (0..<count).map { index in
                let path = "\(folder)/\(index).jpg"
                let bytes: [UInt8] =
                    broken.contains(index)
                    ? Array("no image".utf8) : try Self.files[index % Self.files.count].tensor("bytes").array()
                try Data(bytes).write(to: URL(fileURLWithPath: path))
                return ImageSample(path: path, label: Int64(index % 4))
            }
            try body(ImageFileDataset(name: "test", samples: samples, classNames: ["a", "b", "c", "d"], root: folder))
        }
    }

    /// Everything that comes out of an epoch, as host data.
    private struct Outcome: Equatable {
        var pixels: [[UInt8]] = []
        var labels: [[Int64]] = []
        var indices: [[Int]] = []
        var broken: [[BrokenImage]] = []

        init(_ batches: ImageBatches) throws {
            while let batch = try batches.next() {
                pixels.append(batch.images.array())
                labels.append(batch.labels.array())
                indices.append(batch.indices)
                broken.append(batch.broken)
            }
        }
    }

    private func threadCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
    }

    @Test(arguments: files) func aFileComesOutAsTorchvisions(item: Fixture.Case) throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/image.jpg"
            try Data(try item.tensor("bytes").array(of: UInt8.self)).write(to: URL(fileURLWithPath: path))
            let set = ImageFileDataset(
                name: "one", samples: [ImageSample(path: path, label: 0)], classNames: ["a"], root: folder)
            let geometry = ImageGeometry.evaluation(
                resize: try item.integer("resize"), crop: try item.integer("crop"))
            let batches = ImageLoader(set, geometry: geometry, workers: 1, seed: 0).batches([[0]], epoch: 0)
            let batch = try #require(try batches.next())
            #expect(batch.images.isContiguous(.channelsLast) && batch.images.shape == [1, 3, 32, 32])
            expectEqual(
                batch.images[0].permuted([1, 2, 0]).to(.float32), try item.tensor("output", as: .float32), absolute: 1)
            #expect(try batches.next() == nil)
        }
    }

    @Test func theNumberOfThreadsChangesNothing() throws {
        try withFiles(40, broken: [3, 17]) { set throws in
            let plan = [[39, 3, 0, 7], [], [5], Array(8..<21), [17], [0, 0, 1, 2]]
            func outcome(workers: Int, ahead: Int, epoch: Int = 1, seed: UInt64 = 1) throws -> Outcome {
                let loader = ImageLoader(
                    set, geometry: .randomResizedCrop(height: 20, width: 24), workers: workers, ahead: ahead,
                    seed: seed, broken: .skip)
                return try Outcome(loader.batches(plan, epoch: epoch))
            }
            let expected = try outcome(workers: 1, ahead: 1)
            #expect(expected.indices == [[39, 0, 7], [], [5], Array(8..<17) + [18, 19, 20], [], [0, 0, 1, 2]])
            #expect(expected.labels[0] == [3, 0, 3])
            #expect(expected.broken.map { $0.map(\.index) } == [[3], [], [], [17], [17], []])
            for (workers, ahead) in [(2, 1), (2, 3), (7, 2), (7, 10)] {
                #expect(try outcome(workers: workers, ahead: ahead) == expected, "\(workers) workers, \(ahead) ahead")
            }
            #expect(try outcome(workers: 2, ahead: 2, epoch: 2).pixels != expected.pixels)
            #expect(try outcome(workers: 2, ahead: 2, seed: 2).pixels != expected.pixels)
        }
    }

    @Test func brokenFilesAreNamed() throws {
        try withFiles(6, broken: [1, 4]) { set throws in
            var samples = set.samples
            samples[2] = ImageSample(path: "\(set.root)/missing.jpg", label: 0)
            let set = ImageFileDataset(name: "test", samples: samples, classNames: set.classNames, root: set.root)
            let loader = ImageLoader(
                set, geometry: .squash(height: 8, width: 8), workers: 2, seed: 0, channels: .grey, broken: .skip)
            let batches = loader.batches([[0, 1, 2, 3], [4, 1], [5]], epoch: 0)
            let first = try #require(try batches.next())
            #expect(first.indices == [0, 3] && first.images.shape == [2, 1, 8, 8])
            #expect(first.broken.map(\.path) == [samples[1].path, samples[2].path])
            #expect(first.broken.map(\.index) == [1, 2])
            for broken in first.broken { #expect(broken.reason.contains(broken.path)) }
            let second = try #require(try batches.next())
            #expect(second.images.shape == [0, 1, 8, 8] && second.labels.shape == [0] && second.broken.count == 2)
            #expect(try #require(try batches.next()).indices == [5])
            #expect(try batches.next() == nil)
        }
    }

    @Test(arguments: [1, 2, 7]) func aBrokenFileStopsTheRun(workers: Int) throws {
        try withFiles(12, broken: [6, 7]) { set throws in
            let loader = ImageLoader(
                set, geometry: .squash(height: 8, width: 8), workers: workers, seed: 0, broken: .stop)
            let batches = loader.batches([[0, 1, 2, 3], [4, 5, 7, 6], [8, 9]], epoch: 0)
            #expect(try #require(try batches.next()).indices == [0, 1, 2, 3])
            let error = #expect(throws: UserFacingError.self) { try batches.next() }
            // The first in the batch's order, whichever was decoded first.
            #expect(error?.subject == set.samples[7].path)
            #expect(try batches.next() == nil)
        }
    }

    @Test func anEarlyEndLeavesNoThread() throws {
        try withFiles(60) { set throws in
            let loader = ImageLoader(
                set, geometry: .randomResizedCrop(height: 64, width: 64), workers: 7, ahead: 4, seed: 0)
            // The decoder and libtorch have started what they need.
            _ = try loader.batches([[0]], epoch: 0).next()
            let before = try threadCount()
            for taken in 0..<3 {
                let batches = loader.batches((0..<12).map { Array(($0 * 5)..<($0 * 5 + 5)) }, epoch: 0)
                for _ in 0..<taken { #expect(try batches.next() != nil) }
            }
            // A thread that is done takes a moment to be gone.
            let deadline = Date(timeIntervalSinceNow: 5)
            while try threadCount() > before && Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
            #expect(try threadCount() <= before)
        }
    }

    @Test func nothingAskedForIsNothing() throws {
        try withFiles(2) { set throws in
            let loader = ImageLoader(set, geometry: .squash(height: 8, width: 8), workers: 3, seed: 0)
            #expect(try loader.batches([], epoch: 0).next() == nil)
            let empty = loader.batches([[], []], epoch: 0)
            #expect(try #require(try empty.next()).images.shape == [0, 3, 8, 8])
            #expect(try #require(try empty.next()).indices == [])
            #expect(try empty.next() == nil)
        }
    }

    @Test func mistakesTrap() async {
        let workers = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = ImageFileDataset(name: "none", samples: [], classNames: [], root: "")
            _ = ImageLoader(set, geometry: .squash(height: 8, width: 8), workers: 0, seed: 0)
        }
        expectTrap(workers, saying: "ImageLoader", "at least 1 worker")
        let index = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let set = ImageFileDataset(name: "none", samples: [], classNames: [], root: "")
            _ = ImageLoader(set, geometry: .squash(height: 8, width: 8), workers: 1, seed: 0).batches([[0]], epoch: 0)
        }
        expectTrap(index, saying: "ImageLoader.batches", "indices in 0..<0")
    }
}
