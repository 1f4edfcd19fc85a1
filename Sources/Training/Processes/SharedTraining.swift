import Images
import MetricLearning
import NeuralNetwork
import Torch

/// A training that several processes share: each learns from its part of every batch, and every loss sees the whole batch.
///
/// Embeddings and labels of all parts are brought together, so that losses that compare images, running values and
/// metrics are those of one process; what goes backward from the whole batch's loss reaches each part in its own process. The
/// gradients of the backbone are then summed over the processes while they are computed, those of replicated heads and losses
/// are the same everywhere, and class vectors that are divided keep theirs.
final class SharedTraining {
    let crew: Crew
    private var backbone: GradientReducer?
    private var others: [Parameter] = []

    var group: ProcessGroup { crew.group }

    init(_ crew: Crew) {
        self.crew = crew
    }

    /// Prepares the model: batch normalisation sees the whole batch, and a head with many classes is divided.
    func divide(_ model: Model, by recipe: Recipe) {
        model.backbone.synchronizeBatchNorm(over: group)
        // A loss that looks at all class vectors needs them in every process.
        let needsAll = recipe.losses.contains { type(of: $0.settings).needsAngularHead }
        if let head = model.head as? any ManyClassHead, head.classes >= group.size, !needsAll {
            head.divide(over: group)
        }
    }

    /// Finds out what learns in the coming epoch.
    func begin(_ model: Model) {
        func learning(_ modules: [Module]) -> [Parameter] {
            modules.flatMap(\.parameters).filter { !$0.isFrozen && $0.part == nil }
        }
        others = learning([model.head] + model.losses.map(\.loss))
        // The last one is given back before another takes its place.
        backbone = nil
        let tensors = learning([model.backbone]).map(\.tensor)
        if !tensors.isEmpty { backbone = GradientReducer(tensors, over: group) }
    }

    /// The part of each batch that this process computes.
    func own(_ batches: [[Int]]) -> [[Int]] {
        batches.map { Array($0[group.part(of: $0.count)]) }
    }

    /// How many images of a batch could be used, in all processes; every process calls it.
    func count(_ batch: ImageBatch) -> Int {
        group.sum(Tensor([Int64(batch.indices.count)])).array(of: Int64.self).first.map(Int.init) ?? 0
    }

    /// Brings the parts of a batch together; every process calls it.
    ///
    /// - Parameters:
    ///   - embeddings: of this process's part, `[K, D]`.
    ///   - batch: that part.
    ///   - planned: how many images the whole batch was to have.
    ///   - wantsStop: whether this process was asked to stop.
    func gather(_ embeddings: Tensor, _ batch: ImageBatch, planned: Int, wantsStop: Bool) -> SharedBatch {
        let room = (0..<group.size).map { group.part(of: planned, rank: $0).count }.max() ?? 0
        func filled(_ values: [Int64]) -> [Int64] { values + Array(repeating: 0, count: room - values.count) }
        let own =
            [Int64(batch.indices.count), wantsStop ? 1 : 0]
            + filled(batch.labels.array()) + filled(batch.indices.map(Int64.init))
        let stacked = group.stacked(Tensor(own))
        let all: [[Int64]] = (0..<group.size).map { stacked.selected($0, along: 0).array() }
        let counts = all.map { Int($0[0]) }
        func joined(at offset: Int) -> [Int64] {
            zip(all, counts).flatMap { values, count in values[offset..<offset + count] }
        }
        let rows = embeddings.to(.float32)
        let begin = counts.prefix(group.rank).reduce(0, +)
        return SharedBatch(
            own: rows, range: begin..<begin + counts[group.rank],
            embeddings: group.concatenated(rows, counts: counts).requiringGradient(rows.requiresGradient),
            labels: Tensor(joined(at: 2)).to(embeddings.device), indices: joined(at: 2 + room).map(Int.init),
            wantsStop: all.contains { $0[1] != 0 })
    }

    /// Goes backward from the loss of the whole batch, whose embeddings require a gradient.
    func backward(_ loss: Loss, _ batch: SharedBatch) {
        loss.backward()
        // Equal in all processes already, but for machines that round in other ways; those must not drift apart.
        for parameter in others {
            if let gradient = parameter.gradient { parameter.gradient = group.sum(gradient) / Double(group.size) }
        }
        guard let backbone, batch.own.requiresGradient else { return }
        // The reducer takes the mean over processes, where the sum is wanted.
        let gradient = batch.embeddings.gradient ?? .zeros(batch.embeddings.shape, device: batch.own.device)
        backbone.prepare([batch.own])
        batch.own.backward(gradient.sliced(batch.range, along: 0) * Double(group.size))
    }

    /// What the leader says, for all.
    func leader(_ values: () throws -> [Double]) rethrows -> [Double] {
        let own = group.isLeader ? try values() : []
        let count = group.broadcast(Tensor([Int64(own.count)])).array(of: Int64.self)[0]
        let room = group.isLeader ? own : Array(repeating: 0, count: Int(count))
        return group.broadcast(Tensor(room)).array()
    }

    /// Whether it is so in any process; all must ask.
    func any(_ isSo: Bool) -> Bool {
        group.maximum(Tensor([isSo ? 1.0 : 0.0])).item() != 0
    }
}

/// A whole batch of which each process has computed a part.
struct SharedBatch {
    /// The embeddings of this process's part, `[K, D]`, recorded for the way back.
    let own: Tensor
    /// Which rows of the whole batch they are.
    let range: Range<Int>
    /// The embeddings of the whole batch, `[N, D]`, without a way back.
    let embeddings: Tensor
    /// The labels of the whole batch, `[N]`.
    let labels: Tensor
    /// Which samples they are.
    let indices: [Int]
    /// Whether any process was asked to stop.
    let wantsStop: Bool
}
