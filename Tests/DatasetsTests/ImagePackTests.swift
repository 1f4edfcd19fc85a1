@testable import Datasets
import Files
import Foundation
import TestSupport
import Testing

@Suite struct ImagePackTests {
    private static let files = ["jpeg_420.jpg", "jpeg_grey.jpg", "png_rgb.png", "png_grey_8.png", "jpeg_rgb.jpg"]
    private static let long = String(repeating: "long name ", count: 15)

    /// A list of five images in two parts, some with groups, one with a name that tar writes in an entry of its own.
    private func withList(_ body: (_ folder: String, ImageFileSplits) throws -> Void) throws {
        try withTemporaryFolder { folder in
            var list = "path,label,split,group\n"
            for (index, file) in Self.files.enumerated() {
                let name = index == 2 ? Self.long + ".png" : "\(index), \(file)"
                try FileManager.default.createDirectory(atPath: "\(folder)/set", withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    atPath: Fixture.path("images/\(file)"), toPath: "\(folder)/set/\(name)")
                list +=
                    "\"\(name)\",\(index % 2 == 0 ? "owl" : "wren"),\(index < 3 ? "train" : "test"),\(index == 1 ? "" : "g\(index % 2)")\n"
            }
            try Data(list.utf8).write(to: URL(fileURLWithPath: "\(folder)/set/list.csv"))
            try body(folder, ImageManifest("\(folder)/set/list.csv").load())
        }
    }

    private func pack(_ splits: ImageFileSplits, _ path: String, shardSize: Int = 1 << 20) throws {
        try ImagePack(path).write(splits, shardSize: shardSize) { throw $0 }
    }

    private func bytes(_ set: ImageFileDataset) throws -> [[UInt8]] {
        var buffer = FileBuffer()
        return try set.samples.map { sample in
            try buffer.withContents(of: sample.path, at: sample.place) { Array($0) }
        }
    }

    @Test(arguments: [1, 3000, 1 << 20]) func whatWasPackedIsRead(shardSize: Int) throws {
        try withList { folder, splits in
            try pack(splits, "\(folder)/pack", shardSize: shardSize)
            #expect(ImageCollection(of: "\(folder)/pack") == .pack)
            let read = try ImagePack("\(folder)/pack").load()
            for (part, original) in zip(read.parts, splits.parts) {
                #expect(part.classNames == original.classNames && part.name == original.name)
                #expect(part.samples.map(\.label) == original.samples.map(\.label))
                #expect(part.samples.map(\.group) == original.samples.map(\.group))
                #expect(try bytes(part) == bytes(original))
            }
            #expect(read.parts.count == 2 && read.train.samples[2].name == "train/\(Self.long).png")
            let shards = Set(read.parts.flatMap { $0.samples.map(\.path) })
            #expect(shards.count == (shardSize == 1 ? 5 : shardSize == 3000 ? shards.count : 1))
            let report = DatasetCheck(read).run(threads: 2)
            #expect(report.broken.isEmpty)
        }
    }

    /// Indexes whose checksum is right and whose numbers are not.
    @Test(arguments: [
        ([-1], "a.tar"), ([1 << 58], "a.tar"), ([Int.max, Int.max], "a.tar"), ([1], "a.tar"), ([0], "../a.tar"),
        ([0], "/etc/passwd"), ([0], ".."),
    ])
    func aCraftedIndexIsRefused(counts: [Int], shard: String) throws {
        try withTemporaryFolder { folder in
            let index = PackIndex(
                shards: [PackIndex.Shard(file: shard, size: 0)],
                parts: counts.map { PackIndex.Part(name: "x", count: $0, classNames: ["a"]) }, groups: [])
            try index.data([]).write(to: URL(fileURLWithPath: "\(folder)/index.pack"))
            let error = #expect(throws: UserFacingError.self) { _ = try ImagePack(folder).load() }
            #expect(error?.problem == "is damaged or no index of a pack", "\(String(describing: error))")
        }
    }

    /// The system's tar takes the files out again.
    @Test func tarUnpacksIt() throws {
        try withList { folder, splits in
            try pack(splits, "\(folder)/pack")
            let tar = Process()
            tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            tar.arguments = ["tar", "xf", "\(folder)/pack/images-00000.tar", "-C", folder]
            try tar.run()
            tar.waitUntilExit()
            #expect(tar.terminationStatus == 0)
            for (part, name) in zip(splits.parts, ["train", "test"]) {
                for sample in part.samples {
                    let file = (sample.path as NSString).lastPathComponent
                    #expect(
                        FileManager.default.contentsEqual(atPath: sample.path, andPath: "\(folder)/\(name)/\(file)"))
                }
            }
        }
    }

    /// A pack and records are packed anew, images without names under their class.
    @Test func anythingIsPacked() throws {
        try withTemporaryFolder { folder in
            let records = try ImageCollection.records.load(Fixture.path("records"))
            try pack(records, "\(folder)/a")
            let first = try ImagePack("\(folder)/a").load()
            try pack(first, "\(folder)/b")
            let second = try ImagePack("\(folder)/b").load()
            #expect(
                first.train.samples.map(\.name) == ["1/0.jpg", "1/1.jpg", "0/2.jpg", "2/3.jpg", "2/4.jpg", "2/5.jpg"])
            #expect(second.train.samples.map(\.name) == first.train.samples.map(\.name))
            #expect(try bytes(second.train) == bytes(records.train))
        }
    }

    @Test func brokenImagesStopOrAreLeftOut() throws {
        try withList { folder, splits in
            let path = splits.train.samples[0].path
            try Data("text".utf8).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: UserFacingError.self) { try pack(splits, "\(folder)/pack") }
            #expect(error?.subject == path)
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/pack"))
            var skipped: [UserFacingError] = []
            let count = try ImagePack("\(folder)/pack").write(splits) { skipped.append($0) }
            #expect(count == 4 && skipped.map(\.subject) == [path])
            #expect(try ImagePack("\(folder)/pack").load().train.count == 2)
        }
    }

    @Test func damageIsNamed() throws {
        try withList { folder, splits in
            try pack(splits, "\(folder)/pack")
            let shard = URL(fileURLWithPath: "\(folder)/pack/images-00000.tar")
            let whole = try Data(contentsOf: shard)
            let sample = try ImagePack("\(folder)/pack").load().train.samples[1]
            guard case .packed(let offset, _, _) = sample.place else {
                Issue.record("expected a packed image, got \(sample.place)")
                return
            }
            var changed = whole
            changed[offset + 5] ^= 1
            try changed.write(to: shard)
            let error = #expect(throws: UserFacingError.self) { _ = try ImageDecoder().decode(sample) }
            #expect(
                error?.description.hasPrefix("\(shard.path): image at byte \(offset): is not what was packed") == true)
            try whole.dropLast(512).write(to: shard)
            let short = #expect(throws: UserFacingError.self) { _ = try ImagePack("\(folder)/pack").load() }
            #expect(short?.problem == "has \(whole.count - 512) bytes, the index says \(whole.count)")
        }
    }

    /// Any byte of the index changed, or its end cut off: refused, and nothing traps.
    @Test func aDamagedIndexIsRefused() throws {
        try withList { folder, splits in
            try pack(splits, "\(folder)/pack")
            let url = URL(fileURLWithPath: "\(folder)/pack/index.pack")
            let whole = try Data(contentsOf: url)
            for place in 0..<whole.count {
                var changed = whole
                changed[place] ^= 0x41
                try changed.write(to: url)
                #expect(throws: UserFacingError.self) { _ = try ImagePack("\(folder)/pack").load() }
                try whole.prefix(place).write(to: url)
                #expect(throws: UserFacingError.self) { _ = try ImagePack("\(folder)/pack").load() }
            }
        }
    }
}
