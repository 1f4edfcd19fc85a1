extension Module {
    /// Freezes the parameters and buffers whose full name satisfies `isChosen`, or frees them again.
    ///
    /// Frozen parameters get no gradient, so no optimizer changes them; where all parameters up to a layer are frozen,
    /// nothing is recorded for the way back. A ``BatchNorm`` with frozen running statistics normalises with them as in
    /// evaluation: what was learnt before stays as it is, whatever the new images are like. To let it follow the new
    /// images, choose names of parameters only. A constant parameter stays frozen.
    ///
    /// - Parameters:
    ///   - value: true to freeze, false to free.
    ///   - isChosen: given a name such as `layer1.0.bn1.weight`.
    /// - Returns: the chosen names; none means that no name fits.
    @discardableResult
    public final func freeze(_ value: Bool = true, where isChosen: (String) -> Bool) -> [String] {
        let parameters = namedParameters().filter { isChosen($0.name) }
        let buffers = namedBuffers().filter { isChosen($0.name) }
        for (_, parameter) in parameters { parameter.isFrozen = value }
        for (_, buffer) in buffers { buffer.isFrozen = value }
        return parameters.map(\.name) + buffers.map(\.name)
    }

    /// Freezes a part, or frees it again: `layer1` is everything in `layer1`, and nothing of `layer10`.
    ///
    /// - Parameters:
    ///   - value: true to freeze, false to free.
    ///   - name: the full name of a module, parameter or buffer.
    /// - Returns: the names of all parameters and buffers of that part; none means that there is no such part.
    @discardableResult
    public final func freeze(_ value: Bool = true, part name: String) -> [String] {
        freeze(value) { $0 == name || $0.hasPrefix("\(name).") }
    }
}
