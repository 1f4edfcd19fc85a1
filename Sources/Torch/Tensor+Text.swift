extension Tensor: CustomStringConvertible {
    /// The shape and type, and the elements in nested brackets, shortened in the middle where they are many.
    public var description: String {
        let text =
            dtype.isFloatingPoint
            ? detached().to(.cpu).to(.float64).array(of: Double.self).map(Self.shortened)
            : to(.int64).array(of: Int64.self).map { "\($0)" }
        return "Tensor \(signature) \(Self.nested(text[...], shape: shape[...]))"
    }

    private static let shownAtEachEnd = 3

    private static func nested(_ elements: ArraySlice<String>, shape: ArraySlice<Int>) -> String {
        guard let size = shape.first else { return elements.first ?? "" }
        let stride = shape.dropFirst().reduce(1, *)
        func part(_ index: Int) -> String {
            nested(elements.dropFirst(index * stride).prefix(stride), shape: shape.dropFirst())
        }
        guard size > 2 * shownAtEachEnd else { return "[\((0..<size).map(part).joined(separator: ", "))]" }
        let head = (0..<shownAtEachEnd).map(part)
        let tail = (size - shownAtEachEnd..<size).map(part)
        return "[\((head + ["..."] + tail).joined(separator: ", "))]"
    }

    private static func shortened(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return "\(value)" }
        // Five significant digits, without Foundation's formatter: scale, round, and let Swift print the shortest form.
        var scale = 1.0
        var magnitude = value.magnitude
        while magnitude >= 1e5 {
            magnitude /= 10
            scale *= 10
        }
        while magnitude < 1e4 {
            magnitude *= 10
            scale /= 10
        }
        return "\((value / scale).rounded() * scale)"
    }
}
