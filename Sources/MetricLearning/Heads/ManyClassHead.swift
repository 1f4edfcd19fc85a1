public import NeuralNetwork
public import Torch

/// An angular head that can have more classes than one process has memory or time for.
///
/// Its class vectors may be divided over processes, with the softmax over all classes as exact as in one process, and a part
/// of the classes may be drawn for each step.
public protocol ManyClassHead: AngularHead, CrossEntropyHead {
    /// The class vectors `[C, D]` as they are learnt, of any length.
    var weight: Parameter { get }

    /// s, the factor on the cosines.
    var scale: Double { get }

    /// What draws the classes of a step; nil where all take part.
    var sampler: ClassSampler? { get set }

    /// What the loss multiplies in while training, in float32 on the processor; exponentials and their sums stay in 32 bits.
    var products: Precision { get }
}

extension ManyClassHead {
    /// 32 bits: heads without a setting for it.
    public var products: Precision { .fp32 }

    /// The class vectors `[C, D]`, each of length 1.
    public var classVectors: Tensor { ClassVectors(weight: wholeWeight).normalised }

    /// The logits `[N, C]` of embeddings `[N, D]`, without any margin: s times the cosines.
    public func logits(_ embeddings: Tensor) -> Tensor {
        ClassVectors(weight: wholeWeight).cosines(embeddings) * scale
    }

    /// Keeps the class vectors of this process of `group` and forgets the others, which the other processes keep.
    ///
    /// Then every process calls ``ClassifierHead/loss(_:_:)`` with the same batch, and none ``ClassifierHead/logits(_:)`` or
    /// ``AngularHead/classVectors``, which are for one that has them all.
    public func divide(over group: ProcessGroup) {
        weight.divide(over: group)
    }

    private var wholeWeight: Tensor {
        require(weight.part == nil, "\(type(of: self)): the class vectors are divided over processes")
        return weight.tensor
    }
}

/// Draws the classes whose vectors take part in a step: those of the batch, and a share of the others.
///
/// An et al., "Killing Two Birds with One Stone: Efficient and Robust Training of Face Recognition CNNs by Partial FC", CVPR
/// 2022. There the others are any; here they are one of each stretch of neighbouring classes, which takes the time of what is
/// drawn and not of what there is. Every class is as likely, and with a seed the draw is the same whatever the number
/// of processes.
public final class ClassSampler: Module, RandomizedModule {
    /// What happens to class vectors that are not drawn.
    public enum Others: String, Sendable, CaseIterable, Codable {
        /// Nothing: momentum and weight decay wait until they are drawn again.
        case rest
        /// They move by their momentum and weight decay like parameters whose gradient is zero.
        case move
    }

    /// The share of all classes that is drawn, above 0 and at most 1.
    public let rate: Double
    /// What happens to the others.
    public let others: Others

    private var seed: UInt64 = 0

    /// Creates a sampler.
    ///
    /// - Precondition: `rate` is above 0 and at most 1.
    public init(rate: Double, others: Others = .rest) {
        require(rate > 0 && rate <= 1, "ClassSampler: expected a rate above 0 and at most 1, got \(rate)")
        self.rate = rate
        self.others = others
    }

    /// Makes the next draw that of a seed.
    public func reseed(_ seed: UInt64) { self.seed = seed }

    /// Classes of `own`, ascending and each once: those drawn of all `classes`, and those of `labels`.
    func draw(labels: [Int64], classes: Int, own: Range<Int>) -> [Int64] {
        let count = max(1, Int((rate * Double(classes)).rounded(.up)))
        // The first and the last stretch that has a class of `own`.
        let begin = own.lowerBound * count / classes
        let end = min(count, (own.upperBound * count + classes - 1) / classes)
        var drawn: [Int64] = []
        drawn.reserveCapacity(end - begin + labels.count)
        let positives = Set(labels.filter { own.contains(Int($0)) }).sorted()
        var next = positives[...]
        for stretch in begin..<max(begin, end) {
            let first = stretch * classes / count
            let length = (stretch + 1) * classes / count - first
            let choice = Int64(first + Int(hash(UInt64(stretch)) % UInt64(length)))
            while let positive = next.first, positive < choice { drawn.append(next.removeFirst()) }
            if next.first == choice { next.removeFirst() }
            if own.contains(Int(choice)) { drawn.append(choice) }
        }
        return drawn + next
    }

    /// A number for each stretch, whichever process asks. Steele et al., "Fast splittable pseudorandom number generators",
    /// OOPSLA 2014.
    private func hash(_ stretch: UInt64) -> UInt64 {
        var value = seed &+ (stretch &+ 1) &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// The class vectors of a step as the softmax takes them, and how its classes are called outside.
struct StepClasses {
    /// The vectors of the classes that take part here, `[K, D]`.
    let vectors: Tensor
    /// The labels as rows of ``vectors``, `[N]`; out of range for a class elsewhere.
    let labels: Tensor
    /// The processes that hold the other classes.
    let group: ProcessGroup?
    private let first: Int
    private let drawn: Tensor?

    /// Takes all classes that are held here, or those that `sampler` draws of them.
    init(_ weight: Parameter, labels: Tensor, sampler: ClassSampler?) {
        let total = weight.part?.total ?? weight.tensor.size(0)
        let own = weight.part?.rows ?? 0..<total
        group = weight.part?.group
        first = own.lowerBound
        let here = first == 0 ? labels : labels - Tensor([Int64(first)]).to(labels.device)
        guard let sampler, sampler.isTraining else {
            vectors = weight.tensor
            self.labels = here
            drawn = nil
            return
        }
        let classes = sampler.draw(labels: labels.array(), classes: total, own: own)
        let indices = Tensor(classes.map { $0 - Int64(own.lowerBound) }).to(labels.device)
        drawn = indices
        switch sampler.others {
        case .rest: vectors = weight.activate(indices)
        case .move: vectors = weight.tensor.gathered(indices)
        }
        // Of a class that is not here the place is another's, or one past the end.
        let places = here.places(in: indices)
        let isHere = Tensor.concatenated([indices, Tensor([Int64(-1)]).to(indices.device)]).gathered(places).equals(
            here)
        self.labels = places.kept(where: isHere, else: Tensor([Int64(-1)]).to(indices.device))
    }

    /// The classes that are nearest over all processes, `[N]`, given the nearest here as rows of ``vectors`` with their
    /// cosines.
    func nearest(_ rows: Tensor, cosines: Tensor) -> Tensor {
        let known = drawn.map { $0.count == 0 ? rows : $0.gathered(rows) } ?? rows
        let classes = first == 0 ? known : known + Tensor([Int64(first)]).to(known.device)
        guard let group else { return classes }
        // 64 bits hold both the cosines and the numbers of the classes.
        let all = group.stacked(.stacked([cosines.to(.float64), classes.to(.float64)]))
        let best = all.selected(0, along: 1).argumentMaximum(along: 0)
        return all.selected(1, along: 1).taken(best.unsqueezed(0), along: 0).squeezed(0).to(.int64)
    }
}
