import Torch

/// PyTorch's zip layout, written since version 1.6: `data.pkl` and the storages in `data/`, within one folder.
struct TorchArchive {
    /// What the pickle describes.
    let root: PickleValue
    let heap: PickleHeap
    private let entries: [String: Range<Int>]
    private let folder: String

    init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
        entries = try ZipArchive(bytes).entries
        let pickles = entries.keys.filter { $0.hasSuffix("/data.pkl") && $0.count { $0 == "/" } == 1 }
        guard pickles.count == 1, let name = pickles.first, let place = entries[name] else {
            throw Flaw(
                "data.pkl", "the zip archive holds \(pickles.count) of it, a file of PyTorch has one",
                remedy: "name a file that torch.save wrote")
        }
        folder = String(name.dropLast("data.pkl".count))
        guard entries[folder + "constants.pkl"] == nil else {
            throw Flaw(nil, "is a TorchScript program, which holds code", remedy: Flaw.saveWeightsAlone)
        }
        if let order = entries[folder + "byteorder"], !bytes[order].elementsEqual("little".utf8) {
            throw Flaw(
                "byteorder", "is \(String(decoding: bytes[order].prefix(16), as: UTF8.self)), read is little",
                remedy: "save the file again on a little-endian machine")
        }
        var unpickler = Unpickler(ByteReader(bytes, place, what: name))
        root = try unpickler.next()
        heap = unpickler.heap
    }

    /// Where the bytes of a storage lie.
    func place(of storage: PickledStorage) throws(Flaw) -> Range<Int> {
        let name = "\(folder)data/\(storage.key)"
        guard let place = entries[name] else { throw Flaw(name, "is missing") }
        let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.dtype.byteCount)
        guard !overflow, size <= place.count else {
            throw Flaw(name, "\(storage.count) elements of \(storage.dtype) do not fit into its \(place.count) bytes")
        }
        return place.lowerBound..<place.lowerBound + size
    }
}
