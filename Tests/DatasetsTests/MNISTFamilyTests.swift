import Datasets
import Files
import Foundation
import Testing

@Suite struct MNISTFamilyTests {
    static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]
    static let data = ProcessInfo.processInfo.environment["HYPERSPHERE_DATA"]

    private func withSet(_ change: (String) throws -> Void) throws {
        try withScratchFolder { folder in
            for (part, count) in [("train", 3), ("t10k", 2)] {
                try images([count, 28, 28]).write(to: "\(folder)/\(part)-images-idx3-ubyte", compressed: false)
                try labels([9, 0, 4].prefix(count)).write(to: "\(folder)/\(part)-labels-idx1-ubyte", compressed: true)
            }
            try change(folder)
        }
    }

    private func images(_ shape: [Int]) -> IDXFile {
        IDXFile(shape: shape, elements: .bytes([UInt8](repeating: 1, count: shape.reduce(1, *))))
    }

    private func labels(_ labels: some Collection<UInt8>) -> IDXFile {
        IDXFile(shape: [labels.count], elements: .bytes(Array(labels)))
    }

    @Test(arguments: MNISTFamily.allCases) func loads(family: MNISTFamily) throws {
        try withSet { folder in
            let splits = try family.load(directory: folder)
            #expect(splits.train.labels == [9, 0, 4] && splits.test.labels == [9, 0])
            #expect(splits.train.name == "\(family.rawValue)/train")
            #expect(Set(splits.train.classNames).count == 10)
        }
    }

    /// The real files of one set are not taken for another's.
    @Test(.enabled(if: data != nil)) func anotherSetIsTold() throws {
        let folder = "\(try #require(Self.data))/mnist"
        let error = #expect(throws: UserFacingError.self) { _ = try MNISTFamily.kmnist.load(directory: folder) }
        #expect(error?.problem == "is a file of mnist, not of kmnist")
    }

    @Test(arguments: ["-idx3-ubyte.gz", ".idx3-ubyte", ".idx3-ubyte.gz"]) func findsOtherSpellings(ending: String)
        throws
    {
        try withSet { folder in
            try FileManager.default.moveItem(
                atPath: folder + "/" + Self.names[0], toPath: folder + "/train-images" + ending)
            #expect(try MNISTFamily.mnist.load(directory: folder).train.count == 3)
        }
    }

    @Test func namesWhatIsMissing() throws {
        try withSet { folder in
            try FileManager.default.removeItem(atPath: folder + "/" + Self.names[1])
            try FileManager.default.removeItem(atPath: folder + "/" + Self.names[2])
            expectRefusal(
                "\(folder): kmnist: it lacks train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz; fetch them with --download"
            ) { _ = try MNISTFamily.kmnist.load(directory: folder) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
        }
    }

    @Test func refusesWhatDoesNotFit() throws {
        let cases: [(file: Int, content: IDXFile, field: String, problem: String)] = [
            (1, labels([1, 2]), "label count", "expected 3 as there are images, got 2"),
            (1, labels([1, 10, 2]), "label 1", "expected 0 to 9, got 10"),
            (0, images([3, 28, 27]), "image size", "expected 28 x 28, got 28 x 27"),
            (2, images([2, 784]), "dimension count", "expected 3, got 2"),
            (3, images([2, 28, 28]), "dimension count", "expected 1, got 3"),
            (3, labels([]), "count", "expected at least 1, got 0"),
            (2, images([0, 28, 28]), "count", "expected at least 1, got 0"),
            (
                3, IDXFile(shape: [2], elements: .int32([1, 2])), "element type",
                "expected 8 (bytes), got wider integers"
            ),
        ]
        for (file, content, field, problem) in cases {
            try withSet { folder in
                let path = "\(folder)/\(Self.names[file])"
                try content.write(to: path, compressed: false)
                expectRefusal(path, field, problem, "; ") { _ = try MNISTFamily.mnist.load(directory: folder) }
            }
        }
    }

    // Numbers that the field quotes for MNIST; the class counts are those of LeCun's training labels.
    @Test(.enabled(if: data != nil, "set HYPERSPHERE_DATA to the folder that contains mnist/"))
    func realSetIsWhole() throws {
        let folder = try #require(Self.data) + "/mnist"
        let splits = try MNISTFamily.mnist.load(directory: folder)
        #expect(splits.train.count == 60_000 && splits.test.count == 10_000)
        #expect(splits.train.labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        let counts = (0..<10).map { label in splits.train.labels.count { $0 == label } }
        #expect(counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
        let (sum, squares) = splits.train.pixels.reduce(into: (0, 0)) {
            $0.0 += Int($1); $0.1 += Int($1) * Int($1)
        }
        let count = Double(splits.train.pixels.count)
        let mean = Double(sum) / count / 255
        let deviation = (Double(squares) / count / 65_025 - mean * mean).squareRoot()
        // Half a unit of the last digit quoted.
        #expect(abs(mean - 0.1307) < 5e-5 && abs(deviation - 0.3081) < 5e-5)
        for (name, checksum) in MNISTFamily.mnist.files
        where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
            #expect(try checksum.computed(of: "\(folder)/\(name)") == checksum)
        }
    }
}
