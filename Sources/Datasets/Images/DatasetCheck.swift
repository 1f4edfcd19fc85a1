import Crypto
import Dispatch
import Files
import Foundation
import Synchronization

/// Reads and decodes every file of a set, and tells what is broken, scarce or there twice.
public struct DatasetCheck: Sendable {
    private let splits: ImageFileSplits
    private let pixelLimit: Int

    /// Prepares the check of `splits`.
    ///
    /// - Parameters:
    ///   - splits: the files.
    ///   - pixelLimit: the most pixels an image may have.
    public init(_ splits: ImageFileSplits, pixelLimit: Int = ImageDecoder.defaultPixelLimit) {
        self.splits = splits
        self.pixelLimit = pixelLimit
    }

    /// Checks all files; the result does not depend on the number of threads.
    ///
    /// - Parameters:
    ///   - threads: how many to use, at least 1.
    ///   - progress: is told ten times a second, on the calling thread, how many files are done.
    /// - Precondition: `threads` is at least 1.
    public func run(threads: Int, progress: (_ done: Int) -> Void = { _ in }) -> DatasetReport {
        precondition(threads >= 1, "DatasetCheck: expected at least 1 thread, got \(threads)")
        let samples = splits.parts.flatMap(\.samples)
        let work = Work(samples: samples, pixelLimit: pixelLimit)
        let workers = DispatchGroup()
        for _ in 0..<threads {
            workers.enter()
            Thread.detachNewThread {
                work.run()
                workers.leave()
            }
        }
        while workers.wait(timeout: .now() + .milliseconds(100)) == .timedOut { progress(work.done) }
        progress(samples.count)
        return report(work.findings())
    }

    /// What one file turned out to be.
    fileprivate enum Finding: Sendable {
        case whole(ImageInformation, digest: String)
        case broken(String)
    }

    private func report(_ findings: [Finding]) -> DatasetReport {
        let files = splits.parts.enumerated().flatMap { part, set in
            set.samples.map { (path: $0.name, part: part, className: set.classNames[Int($0.label)]) }
        }
        var formats: [String: Int] = [:]
        var (widths, heights): ([Int], [Int]) = ([], [])
        var broken: [DatasetReport.BrokenFile] = []
        var (digests, byDigest): ([String], [String: [Int]]) = ([], [:])
        for (index, finding) in findings.enumerated() {
            switch finding {
            case .broken(let problem): broken.append(.init(path: files[index].path, problem: problem))
            case .whole(let information, let digest):
                formats[information.format.rawValue, default: 0] += 1
                widths.append(information.width)
                heights.append(information.height)
                if byDigest[digest] == nil { digests.append(digest) }
                byDigest[digest, default: []].append(index)
            }
        }
        let duplicates = digests.compactMap { byDigest[$0] }.filter { $0.count > 1 }.map { group in
            DatasetReport.Duplicates(
                paths: group.map { files[$0].path }, acrossParts: Set(group.map { files[$0].part }).count > 1,
                acrossClasses: Set(group.map { files[$0].className }).count > 1)
        }
        let parts = splits.parts.map { part in
            var counts = [Int](repeating: 0, count: part.classNames.count)
            for sample in part.samples { counts[Int(sample.label)] += 1 }
            return DatasetReport.Part(
                name: part.name, images: part.count,
                classes: zip(part.classNames, counts).map { .init(name: $0, images: $1) })
        }
        return DatasetReport(
            parts: parts, formats: formats, widths: .init(widths), heights: .init(heights), broken: broken,
            duplicates: duplicates, warnings: Self.warnings(parts, duplicates))
    }

    private static func warnings(
        _ parts: [DatasetReport.Part], _ duplicates: [DatasetReport.Duplicates]
    ) -> [String] {
        var warnings: [String] = []
        for part in parts {
            if part.classes.count == 1 {
                warnings.append("\(part.name) has one class alone: there is nothing to tell apart")
            }
            let single = part.classes.filter { $0.images == 1 }.count
            if single > 0 {
                let classes = single == 1 ? "1 class with one image" : "\(single) classes with one image each"
                warnings.append("\(part.name) has \(classes): no other image can be found for it")
            }
        }
        for (count, place) in [
            (duplicates.filter(\.acrossParts).count, "in both parts"),
            (duplicates.filter(\.acrossClasses).count, "in several classes"),
        ] where count > 0 {
            warnings.append("\(count == 1 ? "1 image is" : "\(count) images are") \(place)")
        }
        return warnings
    }
}

/// The files, of which each worker takes the next one.
private final class Work: Sendable {
    private let samples: [ImageSample]
    private let pixelLimit: Int
    private let next = Atomic<Int>(0)
    private let found: Mutex<(count: Int, findings: [DatasetCheck.Finding?])>

    init(samples: [ImageSample], pixelLimit: Int) {
        self.samples = samples
        self.pixelLimit = pixelLimit
        found = Mutex((0, Array(repeating: nil, count: samples.count)))
    }

    var done: Int { found.withLock { $0.count } }

    func run() {
        let decoder = ImageDecoder(pixelLimit: pixelLimit)
        var buffer = FileBuffer()
        while true {
            let index = next.add(1, ordering: .relaxed).oldValue
            guard index < samples.count else { return }
            let finding = check(samples[index], decoder, &buffer)
            found.withLock {
                $0.findings[index] = finding
                $0.count += 1
            }
        }
    }

    func findings() -> [DatasetCheck.Finding] {
        found.withLock { $0.findings.compactMap(\.self) }
    }

    private func check(
        _ sample: ImageSample, _ decoder: ImageDecoder, _ buffer: inout FileBuffer
    ) -> DatasetCheck.Finding {
        do {
            return try buffer.withContents(of: sample.path, at: sample.place) { bytes in
                let information = try decoder.information(bytes: bytes, named: sample.name)
                _ = try decoder.decode(bytes: bytes, named: sample.name)
                return .whole(information, digest: SHA256.hash(data: bytes).hexadecimal)
            }
        } catch let error as UserFacingError {
            return .broken([error.field, error.problem].compactMap(\.self).joined(separator: ": "))
        } catch {
            return .broken("\(error)")
        }
    }
}
