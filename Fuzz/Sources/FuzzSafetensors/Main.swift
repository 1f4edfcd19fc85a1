import Foundation
import Fuzzing
import Torch

/// Opens a header with what follows it as a safetensors file, and reads all tensors.
///
/// An input is the JSON, a zero byte and the tensors' bytes; the length in front is put there, or the fuzzer would do nothing
/// but guess it.
@main struct FuzzSafetensors {
    static func main() {
        fuzz { input in
            let header = input.prefix { $0 != 0 }
            let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) }
            let bytes = length + header + input.dropFirst(header.count + 1)
            _ = try SafetensorsFile(bytes: bytes, path: "fuzz").tensors()
        }
    }
}
