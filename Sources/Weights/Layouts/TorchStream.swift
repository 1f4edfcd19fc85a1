import Torch

/// PyTorch's layout before version 1.6: five pickles one after another, then each storage with its length before it.
struct TorchStream {
    /// The number that the first pickle holds, as its bytes.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    /// What the fourth pickle describes.
    let root: PickleValue
    let heap: PickleHeap
    private let places: [String: Range<Int>]

    init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
        var unpickler = Unpickler(ByteReader(bytes, 0..<bytes.count, what: "file"))
        guard case .wideInteger(let place) = try unpickler.next(), bytes[place].elementsEqual(Self.magic) else {
            throw Flaw(nil, "is a Python pickle, but none that PyTorch wrote", remedy: Flaw.saveWeightsAlone)
        }
        guard case .integer(Self.version) = try unpickler.next() else {
            throw Flaw("version", "is not \(Self.version)")
        }
        // What the machine was changes nothing: storages are little-endian always.
        _ = try unpickler.next()
        root = try unpickler.next()
        let list = try unpickler.next()
        heap = unpickler.heap
        places = try Self.readPlaces(list, heap, unpickler.reader)
    }

    private static func readPlaces(
        _ list: PickleValue, _ heap: PickleHeap, _ start: ByteReader
    ) throws(Flaw) -> [String: Range<Int>] {
        guard case .list(let index) = list else { throw Flaw("storages", "have no list of names") }
        var types: [String: DType] = [:]
        for storage in heap.storages {
            guard types.updateValue(storage.dtype, forKey: storage.key) ?? storage.dtype == storage.dtype else {
                throw Flaw("storage \(storage.key)", "has two types of elements")
            }
        }
        var reader = start
        var places: [String: Range<Int>] = [:]
        for item in heap.sequences[index] {
            guard case .text(let key) = item, let dtype = types[key] else {
                throw Flaw("storages", "one is named that nothing refers to")
            }
            let (size, overflow) = try reader.count().multipliedReportingOverflow(by: dtype.byteCount)
            guard !overflow else { throw Flaw("storage \(key)", "is too large to be true") }
            guard places.updateValue(try reader.take(size), forKey: key) == nil else {
                throw Flaw("storage \(key)", "occurs twice")
            }
        }
        guard reader.remaining == 0 else { throw Flaw("size", "\(reader.remaining) bytes follow the last storage") }
        return places
    }

    /// Where the bytes of a storage lie.
    func place(of storage: PickledStorage) throws(Flaw) -> Range<Int> {
        guard let place = places[storage.key] else { throw Flaw("storage \(storage.key)", "is missing") }
        let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.dtype.byteCount)
        guard !overflow, size == place.count else {
            throw Flaw(
                "storage \(storage.key)", "has \(place.count) bytes for \(storage.count) elements of \(storage.dtype)")
        }
        return place
    }
}
