extension ImageDataset {
    /// The images of some classes alone, which are numbered anew in the order given.
    ///
    /// - Throws: `UserFacingError` when none of the images is of these classes.
    /// - Precondition: `classes` are different indices into ``classNames``.
    public func keeping(classes: [Int]) throws -> ImageDataset {
        let numbers = renumbered(classes, of: classNames.count)
        var pixels: [UInt8] = []
        var labels: [Int64] = []
        for (index, label) in self.labels.enumerated() {
            guard let number = numbers[label] else { continue }
            labels.append(number)
            pixels += self.pixels[index * imageSize..<(index + 1) * imageSize]
        }
        return try ImageDataset(
            name: name, channels: channels, height: height, width: width, pixels: pixels, labels: labels,
            classNames: classes.map { classNames[$0] })
    }
}

extension ImageFileDataset {
    /// The images of some classes alone, which are numbered anew in the order given.
    ///
    /// - Precondition: `classes` are different indices into ``classNames``.
    public func keeping(classes: [Int]) -> ImageFileDataset {
        let numbers = renumbered(classes, of: classNames.count)
        let kept = samples.compactMap { sample in
            numbers[sample.label].map(sample.labelled)
        }
        return ImageFileDataset(name: name, samples: kept, classNames: classes.map { classNames[$0] }, root: root)
    }
}

private func renumbered(_ classes: [Int], of count: Int) -> [Int64: Int64] {
    precondition(
        Set(classes).count == classes.count && classes.allSatisfy { (0..<count).contains($0) },
        "keeping(classes: \(classes)): expected different classes in 0..<\(count)")
    return Dictionary(uniqueKeysWithValues: classes.enumerated().map { (Int64($1), Int64($0)) })
}
