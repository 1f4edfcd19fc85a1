public import Torch

/// Turns, scales and cuts faces out of images, so that their eyes, noses and mouths stand where a template has them.
public struct FaceAligner: Sendable {
    /// Where the points shall stand.
    public let template: FaceTemplate

    private static let sampler = Operator("aten::grid_sampler")

    /// Creates an aligner.
    public init(to template: FaceTemplate = .square) {
        self.template = template
    }

    /// The transform from an image to its aligned face.
    ///
    /// - Returns: nil when the landmarks are not finite, or all at one place.
    public func transform(of landmarks: FaceLandmarks) -> SimilarityTransform? {
        SimilarityTransform(from: landmarks.points, to: template.points)
    }

    /// Cuts faces out of one image, on its device.
    ///
    /// Between pixels values are interpolated; beyond the image all is black. Where a face is larger than the template pixels are left out,
    /// as all that align faces by one interpolation do.
    ///
    /// - Parameters:
    ///   - transforms: the transforms from the image to each face, `[K]`.
    ///   - image: `[C, H, W]`, uint8 or floating-point.
    /// - Returns: `[K, C, height, width]` of the image's type; uint8 is rounded.
    /// - Precondition: the image has these dimensions.
    public func cut(_ transforms: [SimilarityTransform], outOf image: Tensor) -> Tensor {
        require(image.rank == 3, "FaceAligner: expected an image [C, H, W], got \(image.signature)")
        // One image's numbers, seen as many: what is converted after it is expanded is there as often as there are faces.
        let values = image.dtype.isFloatingPoint ? image : image.to(.float32)
        let faces = sampled(values.unsqueezed(0).expanded([transforms.count] + image.shape), transforms)
        return rounded(faces, like: image)
    }

    /// Cuts one face out of each image of a batch, on its device.
    ///
    /// - Parameters:
    ///   - transforms: the transform from each image to its face, `[N]`.
    ///   - images: `[N, C, H, W]`, uint8 or floating-point.
    /// - Returns: `[N, C, height, width]` of the images' type; uint8 is rounded.
    /// - Precondition: the images have these dimensions, and there is a transform for each.
    public func warp(_ images: Tensor, by transforms: [SimilarityTransform]) -> Tensor {
        require(
            images.rank == 4 && images.size(0) == transforms.count,
            "FaceAligner: expected images [\(transforms.count), C, H, W], got \(images.signature)")
        let values = images.dtype.isFloatingPoint ? images : images.to(.float32)
        return rounded(sampled(values, transforms), like: images)
    }

    private func sampled(_ values: Tensor, _ transforms: [SimilarityTransform]) -> Tensor {
        Self.sampler(.tensor(values), .tensor(grid(transforms, like: values)), .int(0), .int(0), .bool(false))
    }

    private func rounded(_ faces: Tensor, like images: Tensor) -> Tensor {
        images.dtype.isFloatingPoint
            ? faces : (faces + 0.5).roundedDown().clamped(min: 0, max: 255).to(images.dtype)
    }

    /// Where each pixel of each face comes from, `[N, height, width, 2]`, from -1 at one edge of the image to 1 at the other.
    private func grid(_ transforms: [SimilarityTransform], like images: Tensor) -> Tensor {
        let (height, width) = (Double(images.size(2)), Double(images.size(3)))
        // A pixel's center lies half a pixel from its edge.
        let rows = transforms.flatMap { transform in
            let back = transform.inverse
            return [
                2 * back.a / width, -2 * back.b / width, (2 * back.shift.x + 1) / width - 1,
                2 * back.b / height, 2 * back.a / height, (2 * back.shift.y + 1) / height - 1,
            ]
        }
        let (faceHeight, faceWidth) = (template.height, template.width)
        let places: [Double] = (0..<faceHeight * faceWidth).flatMap {
            [Double($0 % faceWidth), Double($0 / faceWidth), 1]
        }
        let matrices = Tensor(rows, shape: [transforms.count, 2, 3])
        let pixels = Tensor(places, shape: [faceHeight * faceWidth, 3])
        // In 64 bits, since a large image has more places than 32 bits tell apart.
        let grid = pixels.matrixProduct(matrices.reshaped([-1, 3]).transposed())
        return grid.reshaped([faceHeight, faceWidth, transforms.count, 2]).permuted([2, 0, 1, 3])
            .to(images.dtype).to(images.device)
    }
}
