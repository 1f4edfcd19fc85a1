import Files
import Foundation

/// JPEG files of 500 x 334 to normalised training batches of 224 x 224, by torchvision and by us, from the folder and packed.
struct ImagesBench {
    private let files = 512
    private let batch = 64
    private let rounds = 7
    private let stepsPerRound = 6
    private let threads = 2

    func run() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("hypersphere-bench-images-\(ProcessInfo.processInfo.processIdentifier)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let peer = Contender.peer("images.py") + ["--folder", folder]
        let maker = Process()
        maker.executableURL = URL(fileURLWithPath: peer[0])
        maker.arguments = peer.dropFirst() + ["--make", "\(files)"]
        try maker.run()
        maker.waitUntilExit()
        guard maker.terminationStatus == 0 else {
            throw UserFacingError(
                "images.py", problem: "could not make the images", remedy: "start it by hand and look at its messages")
        }
        let ours = Contender.ourselves("images") + ["--folder", folder]
        let common = ["--batch", "\(batch)", "--workers", "\(threads)", "--threads", "\(threads)"]
        let contenders = try [
            ("torchvision, DataLoader", peer), ("ImageLoader, Augmentation", ours),
            ("the same from an ImagePack", ours + ["--packed", "1"]),
        ].map {
            try Contender($0, $1 + common)
        }
        defer { for contender in contenders { contender.quit() } }
        var times: [[Double]] = contenders.map { _ in [] }
        for _ in 0..<rounds {
            for (index, contender) in contenders.enumerated() {
                // While the other form ran, this one's workers have filled its queue; that is no work of this round.
                _ = try contender.run(contenders.count + 4)
                times[index].append(try contender.run(stepsPerRound))
            }
        }
        print("JPEG files of 500 x 334 to training batches, \(batch) x 224 x 224, \(threads) workers;")
        print("\(Machine.processorName); the forms in turn, medians; x: the median of ratios by round\n")
        var table = Table(["form", "images/s", "x torchvision", "peak MiB"])
        for (index, contender) in contenders.enumerated() {
            table.append([
                contender.name, text(Double(batch) / median(times[index]), digits: 0),
                text(medianOfRatios(times[0], times[index]), digits: 2),
                text(try contender.peakMemory(), digits: 0),
            ])
        }
        print(table.markdown)
    }
}
