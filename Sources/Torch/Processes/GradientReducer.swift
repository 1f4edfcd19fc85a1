import CTorch

/// Averages gradients over the processes of a group while the backward pass goes on: the reducer of PyTorch's
/// `DistributedDataParallel`. Li et al., "PyTorch Distributed", VLDB 2020.
///
/// Gradients are sent in buckets from the last layer on, as soon as all of a bucket are there.
public final class GradientReducer {
    private let handle: CTReducer

    /// Creates a reducer; as long as it lives, every backward pass to these tensors must be announced to it.
    ///
    /// - Parameters:
    ///   - parameters: tensors that require a gradient, the same ones in the same order in every process.
    ///   - group: the processes.
    public init(_ parameters: [Tensor], over group: ProcessGroup) {
        require(!parameters.isEmpty, "GradientReducer: expected parameters")
        var handle = CTReducer(pointer: nil)
        let status = parameters.map(\.handle).withUnsafeBufferPointer {
            ct_reducer_create($0.baseAddress, $0.count, group.name, &handle)
        }
        Status.trapping("GradientReducer of \(parameters.count) tensors", status)
        withExtendedLifetime(parameters) {}
        self.handle = handle
    }

    deinit { ct_reducer_release(handle) }

    /// Announces one backward pass that begins at `outputs`.
    public func prepare(_ outputs: [Tensor]) {
        let status = outputs.map(\.handle).withUnsafeBufferPointer {
            ct_reducer_prepare(handle, $0.baseAddress, $0.count)
        }
        Status.trapping("GradientReducer.prepare", status)
        withExtendedLifetime(outputs) {}
    }
}
