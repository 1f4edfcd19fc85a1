import Evaluation
import Torch

/// What an epoch has seen so far: the sum of losses, predictions and labels; enough to go on in its middle.
struct EpochProgress {
    /// How many batches are done.
    private(set) var batches = 0
    /// How many samples they were to have; files that could not be used among them.
    private(set) var visited = 0
    private var lossSum: Double = 0
    /// What the samples were taken for.
    private(set) var predictions: [Int64] = []
    private var labels: [Int64] = []
    // On a GPU, results are fetched once in a while, since each fetch waits for all work before it.
    private var pending: [(loss: Tensor, predictions: Tensor, labels: Tensor)] = []

    init() {}

    /// Adds a batch: its mean loss, and predictions and labels `[N]`, of as many samples as were `planned`.
    mutating func add(loss: Tensor, predictions: Tensor, labels: Tensor, planned: Int) {
        skip(planned: planned)
        pending.append((loss, predictions, labels))
    }

    /// Counts a batch of which nothing could be used.
    mutating func skip(planned: Int) {
        batches += 1
        visited += planned
    }

    /// Brings what is still on the device to the host; returns whether all losses are finite.
    mutating func settle() -> Bool {
        defer { pending = [] }
        var isFinite = true
        for entry in pending {
            let loss = entry.loss.item()
            isFinite = isFinite && loss.isFinite
            lossSum += loss * Double(entry.labels.count)
            predictions += entry.predictions.array(of: Int64.self)
            labels += entry.labels.array(of: Int64.self)
        }
        return isFinite
    }

    /// How many images were seen.
    var count: Int { labels.count }

    /// The mean loss of all images so far.
    var meanLoss: Double { labels.isEmpty ? 0 : lossSum / Double(labels.count) }

    /// How predictions and labels agree so far.
    func report(classes: Int) -> ClassificationReport {
        ClassificationReport(predictions: predictions, labels: labels, classCount: classes)
    }

    /// All of it as tensors, for a checkpoint.
    var state: [String: Tensor] {
        [
            "batches": Tensor([batches]), "visited": Tensor([visited]), "lossSum": Tensor([lossSum]),
            "predictions": Tensor(predictions),
            "labels": Tensor(labels),
        ]
    }

    /// Takes back what ``state`` gave; nil when something is missing or cannot be.
    init?(state: [String: Tensor], classes: Int) {
        func values<Element: TensorElement>(_ name: String, _: Element.Type) -> [Element]? {
            guard let tensor = state[name], tensor.dtype == Element.dtype, tensor.rank == 1 else { return nil }
            return tensor.array()
        }
        guard let batches = values("batches", Int64.self), batches.count == 1, batches[0] >= 0,
            let visited = values("visited", Int64.self), visited.count == 1,
            let lossSum = values("lossSum", Double.self), lossSum.count == 1,
            let predictions = values("predictions", Int64.self), let labels = values("labels", Int64.self),
            predictions.count == labels.count, labels.count <= visited[0],
            (predictions + labels).allSatisfy({ (0..<Int64(classes)).contains($0) })
        else { return nil }
        self.batches = Int(batches[0])
        self.visited = Int(visited[0])
        self.lossSum = lossSum[0]
        self.predictions = predictions
        self.labels = labels
    }
}
