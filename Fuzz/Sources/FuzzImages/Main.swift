import Datasets
import Foundation
import Fuzzing

/// Reads a file's header, decodes its pixels, and decodes a part of them again, which has to agree.
@main struct FuzzImages {
    static func main() {
        fuzz { input in
            // An honest header may promise what takes seconds; the limit keeps the fuzzer at the decoder's beginning.
            let decoder = ImageDecoder(channels: input.count % 2 == 0 ? .rgb : .grey, pixelLimit: 1 << 20)
            let information = try decoder.information(bytes: input, named: "fuzz")
            let whole = try decoder.decode(bytes: input, named: "fuzz")
            precondition((whole.height, whole.width) == (information.height, information.width))
            precondition(whole.pixels.count == whole.height * whole.width * whole.channels)
            let (top, left) = (whole.height / 3, whole.width / 3)
            let (height, width) = (whole.height - top, whole.width - left)
            let part = try decoder.decode(bytes: input, named: "fuzz") { _ in
                PixelRegion(top: top, left: left, height: height, width: width)
            }
            for row in 0..<height {
                let begin = ((top + row) * whole.width + left) * whole.channels
                let count = width * whole.channels
                precondition(
                    whole.pixels[begin..<begin + count].elementsEqual(part.pixels[row * count..<(row + 1) * count]))
            }
        }
    }
}
