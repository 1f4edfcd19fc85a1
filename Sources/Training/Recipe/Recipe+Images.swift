import Files

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
}
