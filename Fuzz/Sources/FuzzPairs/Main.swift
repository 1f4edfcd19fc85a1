import Foundation
import Fuzzing
import Weights

/// Opens any bytes as a verification set; every image must lie within the file.
@main struct FuzzPairs {
    static func main() {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("fuzz-pairs-\(getpid()).bin")
        fuzz { input in
            try input.write(to: path)
            let pairs = try PickledImagePairs(path.path)
            precondition(pairs.images.count == 2 * pairs.isSame.count)
            precondition(pairs.images.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= input.count })
        }
    }
}
