import Foundation

/// What decoding threads and the consumer share: which image is next, and buffers for a bounded number of batches.
///
/// `@unchecked Sendable`, since the compiler cannot see the two rules that keep it safe. All variables are touched under the
/// lock. The pixels of a buffer belong to one thread at a time: those of an image to the worker that took it as a task, and
/// all of a batch to the consumer between ``take()`` and ``release(_:)``, when no task of it is left.
final class DecodingQueue: @unchecked Sendable {
    /// One image to decode.
    struct Task {
        /// The image's index in its set.
        let index: Int
        /// Where its bytes go.
        let pixels: UnsafeMutableRawBufferPointer
        fileprivate let batch: Int
        fileprivate let position: Int
    }

    /// A batch whose images have all been tried.
    struct DecodedBatch {
        /// The index of each image in its set.
        let indices: [Int]
        /// The pixels of all images, those of failed ones being anything.
        let bytes: UnsafeMutableRawBufferPointer
        /// Errors by position in the batch.
        let failures: [Int: any Error]
        fileprivate let imageSize: Int

        /// The pixels of one image.
        func pixels(at position: Int) -> UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: bytes[position * imageSize..<(position + 1) * imageSize])
        }
    }

    private let plan: [[Int]]
    private let imageSize: Int
    private let buffers: [UnsafeMutableRawBufferPointer]

    private let condition = NSCondition()
    // The next image to be taken as a task.
    private var nextBatch = 0
    private var nextPosition = 0
    // The batch that the consumer takes next, and how many it has given back.
    private var takenCount = 0
    private var releasedCount = 0
    // For each buffer, of the batch that is in it.
    private var finishedCounts: [Int]
    private var failures: [[Int: any Error]]
    private var workerCount = 0
    private var isStopped = false

    /// Lays out buffers for at most `ahead` batches.
    init(plan: [[Int]], ahead: Int, imageSize: Int) {
        self.plan = plan
        self.imageSize = imageSize
        let largest = plan.map(\.count).max() ?? 0
        buffers = (0..<min(ahead, plan.count)).map { _ in
            .allocate(byteCount: largest * imageSize, alignment: 64)
        }
        finishedCounts = buffers.map { _ in 0 }
        failures = buffers.map { _ in [:] }
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
    }

    /// Counts a thread before it starts.
    func addWorker() {
        condition.withLock { workerCount += 1 }
    }

    /// Tells that a thread touches nothing any more.
    func removeWorker() {
        condition.withLock {
            workerCount -= 1
            condition.broadcast()
        }
    }

    /// The next image to decode, waiting for a free buffer where needed; nil when there is no more.
    func nextTask() -> Task? {
        condition.withLock {
            while true {
                // Empty batches have no task.
                while nextBatch < plan.count && nextPosition == plan[nextBatch].count {
                    nextBatch += 1
                    nextPosition = 0
                }
                if isStopped || nextBatch >= plan.count { return nil }
                if nextBatch < releasedCount + buffers.count { break }
                condition.wait()
            }
            defer { nextPosition += 1 }
            let start = nextPosition * imageSize
            let buffer = buffers[nextBatch % buffers.count]
            return Task(
                index: plan[nextBatch][nextPosition],
                pixels: UnsafeMutableRawBufferPointer(rebasing: buffer[start..<start + imageSize]), batch: nextBatch,
                position: nextPosition)
        }
    }

    /// Gives an image back, decoded or failed.
    func finish(_ task: Task, failure: (any Error)?) {
        condition.withLock {
            let buffer = task.batch % buffers.count
            finishedCounts[buffer] += 1
            failures[buffer][task.position] = failure
            if finishedCounts[buffer] == plan[task.batch].count { condition.broadcast() }
        }
    }

    /// The next batch, once all its images have been tried; nil after the last one or a stop.
    func take() -> DecodedBatch? {
        condition.withLock {
            guard !isStopped && takenCount < plan.count else { return nil }
            let buffer = takenCount % buffers.count
            let indices = plan[takenCount]
            while finishedCounts[buffer] < indices.count { condition.wait() }
            takenCount += 1
            let bytes = UnsafeMutableRawBufferPointer(rebasing: buffers[buffer][..<(indices.count * imageSize)])
            return DecodedBatch(indices: indices, bytes: bytes, failures: failures[buffer], imageSize: imageSize)
        }
    }

    /// Gives the buffer of the batch that was taken last back to the threads.
    func release(_ batch: DecodedBatch) {
        condition.withLock {
            let buffer = releasedCount % buffers.count
            finishedCounts[buffer] = 0
            failures[buffer] = [:]
            releasedCount += 1
            condition.broadcast()
        }
    }

    /// Hands out no further task and waits until every thread is done.
    func stop() {
        condition.withLock {
            isStopped = true
            condition.broadcast()
            while workerCount > 0 { condition.wait() }
        }
    }
}
