/// How a file of weights is laid out.
public enum WeightsFormat: String, Sendable, CaseIterable, Codable {
    /// A header in JSON, then the tensors.
    case safetensors
    /// PyTorch's zip archive, since version 1.6.
    case pytorch
    /// PyTorch's row of pickles, before version 1.6.
    case pytorchLegacy = "pytorch-legacy"

    /// The format that `bytes` begin as.
    static func detected(in bytes: UnsafeRawBufferPointer, path: String) throws(Flaw) -> WeightsFormat {
        let start = bytes.prefix(16)
        // First, since a header's length may begin like a pickle.
        if start.count > 8, start[8] == UInt8(ascii: "{"), start[5..<8].allSatisfy({ $0 == 0 }) { return .safetensors }
        if start.starts(with: "PK\u{3}\u{4}".utf8) || start.starts(with: "PK\u{5}\u{6}".utf8) { return .pytorch }
        if start.first == 0x80 { return .pytorchLegacy }
        if path.hasSuffix(".safetensors") { return .safetensors }
        if start.starts(with: "version https://".utf8) {
            throw Flaw(nil, "is a pointer of Git LFS, not the file itself", remedy: "fetch it with git lfs pull")
        }
        if start.first == UInt8(ascii: "<") {
            throw Flaw(nil, "is a web page, not a file of weights", remedy: "download the file that the page is about")
        }
        throw Flaw(
            nil, bytes.isEmpty ? "is empty" : "is neither safetensors nor a file of PyTorch",
            remedy: "name a .safetensors, .pth, .pt or .bin file")
    }
}
