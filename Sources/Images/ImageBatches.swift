import Datasets
import Foundation
import Torch

/// The batches of one epoch of an ``ImageLoader``, one after the other.
///
///     let batches = loader.batches(order, epoch: 1)
///     while let batch = try batches.next() { ... }
///
/// Threads decode ahead until the last batch, an error, or the end of this object, which waits for them.
public final class ImageBatches {
    private let loader: ImageLoader
    private let queue: DecodingQueue
    private let imageSize: Int

    init(_ loader: ImageLoader, plan: [[Int]], draws: SampleDraws) {
        let imageSize = loader.geometry.height * loader.geometry.width * loader.channels.rawValue
        let queue = DecodingQueue(plan: plan, ahead: loader.ahead, imageSize: imageSize)
        self.loader = loader
        self.queue = queue
        self.imageSize = imageSize
        // More threads than images that may be under way would only wait.
        let useful = loader.ahead * (plan.map(\.count).max() ?? 0)
        for _ in 0..<min(loader.workers, useful) {
            queue.addWorker()
            Thread { Self.work(loader, queue, draws) }.start()
        }
    }

    deinit {
        queue.stop()
    }

    /// The next batch, waiting for it where needed; nil after the last one.
    ///
    /// A batch all of whose files are broken comes too, with no image, so that every batch asked for is accounted for.
    ///
    /// - Throws: where broken files stop the run, the error of the first such file in the batch; nothing comes after it.
    public func next() throws -> ImageBatch? {
        guard let decoded = queue.take() else { return nil }
        defer { queue.release(decoded) }
        let broken = decoded.failures.sorted { $0.key < $1.key }
        if loader.broken == .stop, let first = broken.first {
            queue.stop()
            throw first.value
        }
        let kept = decoded.indices.indices.filter { decoded.failures[$0] == nil }
        for (place, position) in kept.enumerated() where place != position {
            decoded.pixels(at: place).copyMemory(from: UnsafeRawBufferPointer(decoded.pixels(at: position)))
        }
        let samples = loader.files.samples
        let indices = kept.map { decoded.indices[$0] }
        let geometry = loader.geometry
        let bytes = UnsafeRawBufferPointer(rebasing: decoded.bytes[..<(kept.count * imageSize)])
        let shape = [kept.count, geometry.height, geometry.width, loader.channels.rawValue]
        return ImageBatch(
            images: Tensor(bytes: bytes, shape: shape, dtype: .uint8).channelPlanes,
            labels: Tensor(indices.map { samples[$0].label }), indices: indices,
            broken: broken.map { position, error in
                let index = decoded.indices[position]
                return BrokenImage(index: index, path: samples[index].name, reason: "\(error)")
            })
    }

    private static func work(_ loader: ImageLoader, _ queue: DecodingQueue, _ draws: SampleDraws) {
        defer { queue.removeWorker() }
        let decoder = ImageDecoder(channels: loader.channels)
        while let task = queue.nextTask() {
            do {
                let sample = loader.files.samples[task.index]
                let image = try decoder.decode(sample) { information in
                    loader.geometry.region(
                        imageHeight: information.height, imageWidth: information.width, index: task.index,
                        draws: draws)
                }
                try loader.geometry.check(image, named: sample.name)
                loader.geometry.write(image, to: task.pixels)
                queue.finish(task, failure: nil)
            } catch {
                queue.finish(task, failure: error)
            }
        }
    }
}
