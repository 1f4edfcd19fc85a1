import Fuzzing
import Weights

/// Opens any bytes as a file of weights and reads all tensors.
@main struct FuzzWeights {
    static func main() {
        fuzz { _ = try WeightsFile(bytes: $0, path: "fuzz").tensors() }
    }
}
