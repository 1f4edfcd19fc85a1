import Datasets
import Foundation
import Fuzzing

/// Lists the images of a RecordIO file by its index, and reads each one's bytes at its place.
///
/// An input is the index's text, a zero byte and the records.
@main struct FuzzRecords {
    static func main() {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-records-\(getpid())")
        fuzz { input in
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let index = input.prefix { $0 != 0 }
            // Foundation loses the memory in which it reads an empty file, which would be reported.
            if index.isEmpty { return }
            try Data(index).write(to: folder.appendingPathComponent("train.idx"))
            try Data(input.dropFirst(index.count + 1)).write(to: folder.appendingPathComponent("train.rec"))
            let set = try ImageRecords(folder.path).load()
            precondition(set.samples.allSatisfy { set.classNames.indices.contains(Int($0.label)) })
            let decoder = ImageDecoder(channels: .rgb, pixelLimit: 1 << 16)
            for sample in set.samples { _ = try decoder.decode(sample) }
        }
    }
}
