import Torch

/// A value of a pickle. What holds other values lies in a ``PickleHeap``, so that a value which holds itself is no cycle of
/// references, and deep nesting needs no deep recursion.
enum PickleValue {
    case none
    case truth(Bool)
    case integer(Int)
    case text(String)
    /// A whole number of more than 64 bits: where its bytes lie.
    case wideInteger(Range<Int>)
    /// Where bytes lie that are no text.
    case bytes(Range<Int>)
    case tuple(Int)
    case list(Int)
    case dictionary(Int)
    case global(PickleGlobal, name: String)
    case storage(Int)
    case tensor(Int)
    /// An array of numpy.
    case array(Int)
    /// Anything that nothing here asks for: reals, sets, numpy numbers.
    case aside
}

/// A storage as a pickle refers to it.
struct PickledStorage {
    let key: String
    let dtype: DType
    /// The elements of the storage in the file.
    let count: Int
    /// The part of them that this is a view of.
    let part: Range<Int>
}

/// A tensor as a pickle describes it.
struct PickledTensor {
    let storage: PickledStorage
    let view: TensorView
}

/// All values of a pickle that hold others.
struct PickleHeap {
    /// Tuples and lists.
    var sequences: [[PickleValue]] = []
    var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
    var storages: [PickledStorage] = []
    var tensors: [PickledTensor] = []
    /// Where the elements of numpy's arrays lie; nil as long as that was not told.
    var arrays: [Range<Int>?] = []

    /// More than any shape has, so that a long tuple is not walked again and again.
    private static let greatestRank = 64

    /// The whole numbers of a short tuple; nil when it is none.
    func integers(_ value: PickleValue) -> [Int]? {
        guard case .tuple(let index) = value, sequences[index].count <= Self.greatestRank else { return nil }
        var numbers: [Int] = []
        for case .integer(let number) in sequences[index] { numbers.append(number) }
        return numbers.count == sequences[index].count ? numbers : nil
    }
}
