import ArgumentParser
import Torch

/// Where to compute.
struct DeviceOptions: ParsableArguments {
    static let automatic = "auto"

    @Option(help: "Where to compute: auto, cpu, cuda, cuda:N or mps.")
    var device = Self.automatic

    @Option(help: "Threads on the processor; all cores when left out.")
    var threads: Int?

    func validate() throws {
        try DeviceOptions.check(threads: threads)
    }

    /// Makes sure that a machine can have so many threads.
    static func check(threads: Int?) throws {
        guard let threads, !(1...Engine.greatestThreadCount).contains(threads) else { return }
        throw ValidationError("--threads expects a number from 1 to \(Engine.greatestThreadCount), got \(threads)")
    }

    /// Chooses the device and sets the number of threads.
    ///
    /// - Parameter localRank: which of several processes on this machine asks; each takes a GPU of its own while there are
    ///   enough.
    func choose(threads other: Int? = nil, localRank: Int? = nil) throws -> (device: Device, reason: String) {
        if let count = threads ?? other { Engine.threadCount = count }
        let (chosen, reason) = try Device.choose(device)
        guard let localRank, chosen.kind == .cuda, !device.contains(":") else { return (chosen, reason) }
        return (.cuda(localRank % Device.count(of: .cuda)), reason)
    }
}
