import Files
import Images

extension Recipe {
    /// Makes sure that the backbone takes images of a size.
    ///
    /// - Throws: `UserFacingError` that names the set.
    func checkBackbone(takes height: Int, _ width: Int, of set: String) throws {
        guard let size = backbone.settings.imageSize, height != size || width != size else { return }
        throw UserFacingError(
            set, field: "image size", problem: "is \(height) x \(width), the backbone takes \(size) x \(size)",
            remedy: data.images == nil
                ? "choose another backbone or set"
                : "set data.images.size=[\(size), \(size)], or choose another backbone")
    }

    /// Makes sure that images are large enough to be reflected around their edges.
    ///
    /// - Throws: `UserFacingError` that names the crop.
    func checkCrop(of height: Int, _ width: Int) throws {
        let augmentation = data.augmentation
        guard augmentation.fill == .reflection, augmentation.crop >= min(height, width) else { return }
        throw UserFacingError(
            name, field: "data.augmentation.crop",
            problem: "is \(augmentation.crop), and images of \(height) x \(width) cannot be reflected that far",
            remedy: "set it below \(min(height, width)), or data.augmentation.fill=zeros")
    }
}
