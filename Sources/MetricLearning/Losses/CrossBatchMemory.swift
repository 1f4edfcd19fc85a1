public import NeuralNetwork
public import Torch

/// Compares each batch with the embeddings of many batches before it.
///
/// A ring of the latest `capacity` embeddings and labels, the batch's own among them, stands in for the batch's others:
/// gradients flow to the anchors only, and a sample is never compared with what its own batch wrote of it. In a ring of more than an
/// epoch an older embedding of the same image is a positive. What was kept was computed by the network
/// as it was then, which is near enough once training is under way; start it after a warm-up. The ring is state: saved,
/// loaded and moved with the module, and written only while it trains. A batch that is not a number stays in it until
/// overwritten. Wang et al., "Cross-Batch Memory for Embedding Learning", CVPR 2020.
public final class CrossBatchMemory: Module, EmbeddingLoss {
    private let loss: any PairLoss
    private let embeddings: Buffer
    private let labels: Buffer
    // How many samples were ever written, int64; kept as a tensor so that it is saved.
    private let written: Buffer

    /// Creates an empty memory.
    ///
    /// - Parameters:
    ///   - loss: made of pairs.
    ///   - capacity: the number of embeddings kept, positive; the paper has several thousand up to the whole set.
    ///   - embedding: D, the length of an embedding.
    public init(_ loss: any PairLoss, capacity: Int, embedding: Int) {
        require(
            capacity > 0 && embedding > 0,
            "CrossBatchMemory: expected positive numbers, got capacity \(capacity), embedding \(embedding)")
        self.loss = loss
        embeddings = Buffer(.zeros([capacity, embedding]))
        labels = Buffer(.zeros([capacity], dtype: .int64))
        written = Buffer(.zeros([], dtype: .int64))
    }

    /// The number of embeddings kept now.
    public var count: Int { min(capacity, total) }

    private var capacity: Int { labels.tensor.count }
    private var total: Int { Int(written.tensor.item()) }

    /// The loss of embeddings `[N, D]` with labels `[N]` int64 against the memory, into which they are written first.
    ///
    /// In evaluation nothing is written, and the batch is compared with what is there; nothing there gives 0.
    public func callAsFunction(_ embeddings: Tensor, _ labels: Tensor) -> Loss {
        require(
            embeddings.rank == 2 && embeddings.size(1) == self.embeddings.tensor.size(1),
            "CrossBatchMemory: expected embeddings [N, \(self.embeddings.tensor.size(1))], got \(embeddings.signature)")
        let slots = isTraining ? write(embeddings, labels) : .full([labels.count], -1, dtype: .int64)
        let kept = Tensor.arange(count, device: embeddings.device)
        return withPrecision(.fp32, on: embeddings.device) {
            loss.loss(
                Comparison(
                    // Copies, since the next batch overwrites the ring before a backward pass may have come.
                    embeddings, labels, with: self.embeddings.tensor[0..<count].clone(),
                    self.labels.tensor[0..<count].clone(),
                    identities: slots.to(embeddings.device).unsqueezed(1).equals(kept.unsqueezed(0))))
        }
    }

    /// Writes a batch into the ring and returns each sample's slot, `[N]` int64 on the processor; -1 for none.
    private func write(_ embeddings: Tensor, _ labels: Tensor) -> Tensor {
        // Of a batch that is larger than the ring, the last samples stay.
        let first = max(0, labels.count - capacity)
        let start = total
        let slots = (0..<labels.count).map { $0 < first ? -1 : (start + $0) % capacity }
        withoutGradients {
            let places = Tensor(Array(slots[first...])).to(embeddings.device)
            let new = embeddings.detached()[first..<labels.count]
            self.embeddings.tensor.assign(new.to(self.embeddings.tensor.dtype), at: places)
            self.labels.tensor.assign(labels[first..<labels.count], at: places)
            written.tensor.add(Tensor(Int64(labels.count)).to(embeddings.device))
        }
        return Tensor(slots)
    }
}
