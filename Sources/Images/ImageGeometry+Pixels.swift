public import Datasets
import Files
import Torch

extension ImageGeometry {
    /// Makes sure that an image is not so thin that, with its shorter side as long as asked for, it would fill the memory.
    ///
    /// - Throws: `UserFacingError` that names the image.
    func check(_ part: DecodedImage, named name: String) throws {
        let (resizedHeight, resizedWidth) = resizedSize(height: part.height, width: part.width)
        guard resizedHeight > ImageDecoder.defaultPixelLimit / resizedWidth else { return }
        throw UserFacingError(
            name, field: "size",
            problem:
                "is \(part.width) x \(part.height), so thin that resizing makes it \(resizedWidth) x \(resizedHeight)",
            remedy: "crop the image, or set data.images.geometry to squash")
    }

    /// Resizes the part of an image that ``region(imageHeight:imageWidth:index:draws:)`` named.
    ///
    /// Bilinear with antialiasing on bytes, as torchvision's and Pillow's default.
    ///
    /// - Parameters:
    ///   - part: that part, and nothing else of the image.
    ///   - bytes: where the H x W x C bytes of the result go, `[H, W, C]`.
    /// - Precondition: there is room for exactly that many.
    public func write(_ part: DecodedImage, to bytes: UnsafeMutableRawBufferPointer) {
        require(
            bytes.count == height * width * part.channels,
            "ImageGeometry.write: expected room for \(height * width * part.channels) bytes, got \(bytes.count)")
        let (resizedHeight, resizedWidth) = resizedSize(height: part.height, width: part.width)
        let rowSize = width * part.channels
        // Both differences are not negative, since a crop is at most as large as the shorter side.
        let top = Self.middle(of: resizedHeight - height)
        let left = Self.middle(of: resizedWidth - width)
        func copyRows(from source: UnsafeRawBufferPointer) {
            if resizedHeight == height && resizedWidth == width { return bytes.copyMemory(from: source) }
            for row in 0..<height {
                let start = ((top + row) * resizedWidth + left) * part.channels
                UnsafeMutableRawBufferPointer(rebasing: bytes[row * rowSize..<(row + 1) * rowSize])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + rowSize]))
            }
        }
        if resizedHeight == part.height && resizedWidth == part.width {
            return part.pixels.withUnsafeBytes(copyRows)
        }
        let resized = Tensor(part.pixels, shape: [1, part.height, part.width, part.channels]).channelPlanes
            .resized(height: resizedHeight, width: resizedWidth)
        let middle = resized.sliced(top..<top + height, along: 2).sliced(left..<left + width, along: 3)
        middle.permuted([0, 2, 3, 1]).copy(to: bytes)
    }

    /// The size that the part gets before its middle is cut out.
    private func resizedSize(height partHeight: Int, width partWidth: Int) -> (height: Int, width: Int) {
        guard case .centerCrop(let shorterSide) = method else { return (height, width) }
        func longer(_ long: Int, _ short: Int) -> Int { Int(Double(shorterSide * long) / Double(short)) }
        return partWidth <= partHeight
            ? (longer(partHeight, partWidth), shorterSide) : (shorterSide, longer(partWidth, partHeight))
    }

    /// Half of a number, halves to the even one.
    private static func middle(of difference: Int) -> Int {
        Int((Double(difference) / 2).rounded(.toNearestOrEven))
    }
}
