import Datasets
import Foundation
import Training
import Visualization

/// The pictures of a set's images, one at a time.
struct SampleImages {
    private let set: ImageSet
    private let decoder = ImageDecoder()

    /// Twice the side of the largest square that a picture is drawn in.
    private static let side = 192

    init(_ set: ImageSet) {
        self.set = set
    }

    /// The picture of the image at `index`; nil where it has other than 1 or 3 channels.
    ///
    /// - Throws: `UserFacingError` when its file cannot be used.
    func image(_ index: Int) throws -> SampleImage? {
        switch set {
        case .memory(let images):
            guard images.channels == 1 || images.channels == 3 else { return nil }
            let begin = index * images.imageSize
            return SampleImage(
                width: images.width, height: images.height, channels: images.channels,
                pixels: Data(images.pixels[begin..<begin + images.imageSize]))
        case .files(let files):
            return Self.picture(of: try decoder.decode(files.samples[index]))
        }
    }

    /// The picture of a photograph, as large as one is drawn.
    static func picture(of photograph: DecodedImage) -> SampleImage {
        SampleImage(photograph).shrunk(toFit: side)
    }
}

extension SampleImage {
    /// An image that was read from a file.
    init(_ decoded: DecodedImage) {
        self.init(
            width: decoded.width, height: decoded.height, channels: decoded.channels, pixels: Data(decoded.pixels))
    }
}
