public import Testing
public import Torch

/// Fails the test unless both tensors agree in shape, then element type, then every element.
///
/// Elements agree when `|actual - expected| <= absolute + relative * |expected|`, or both are NaN, or both the same
/// infinity. Of those that do not, the first is told with its index and both values.
public func expectEqual(
    _ actual: Tensor, _ expected: Tensor, absolute: Double = 0, relative: Double = 0, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let prefix = what.isEmpty ? "" : "\(what): "
    func fail(_ problem: String) {
        Issue.record("\(prefix)\(problem)", sourceLocation: sourceLocation)
    }
    guard actual.shape == expected.shape else {
        return fail("the shape is \(actual.shape), expected \(expected.shape)")
    }
    guard actual.dtype == expected.dtype else {
        return fail("the element type is \(actual.dtype), expected \(expected.dtype)")
    }
    guard actual.dtype.isFloatingPoint else {
        // Whole numbers are compared as such: above 2^53 a double could not tell neighbours apart.
        let pairs = zip(wholeNumbers(of: actual), wholeNumbers(of: expected)).enumerated()
        for (offset, (found, wanted)) in pairs where found != wanted {
            return fail("element \(index(of: offset, in: actual.shape)) is \(found), expected \(wanted)")
        }
        return
    }
    let pairs = zip(realNumbers(of: actual), realNumbers(of: expected)).enumerated()
    for (offset, (found, wanted)) in pairs where !agree(found, wanted, absolute, relative) {
        return fail(
            "element \(index(of: offset, in: actual.shape)) is \(found), expected \(wanted): off by "
                + "\((found - wanted).magnitude), allowed \(absolute + relative * wanted.magnitude)")
    }
}

/// Fails the test unless both numbers agree; see ``expectEqual(_:_:absolute:relative:_:sourceLocation:)-(Tensor,_,_,_,_,_)``.
public func expectEqual(
    _ actual: Double, _ expected: Double, absolute: Double = 0, relative: Double = 0, _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard !agree(actual, expected, absolute, relative) else { return }
    Issue.record(
        "\(what.isEmpty ? "" : "\(what): ")\(actual), expected \(expected): allowed \(absolute + relative * expected.magnitude)",
        sourceLocation: sourceLocation)
}

private func agree(_ found: Double, _ wanted: Double, _ absolute: Double, _ relative: Double) -> Bool {
    if found.isNaN || wanted.isNaN { return found.isNaN && wanted.isNaN }
    if found == wanted { return true }
    guard found.isFinite && wanted.isFinite else { return false }
    return (found - wanted).magnitude <= absolute + relative * wanted.magnitude
}

private func realNumbers(of tensor: Tensor) -> [Double] {
    tensor.detached().to(.float64).array(of: Double.self)
}

private func wholeNumbers(of tensor: Tensor) -> [Int64] {
    tensor.to(.int64).array(of: Int64.self)
}

private func index(of offset: Int, in shape: [Int]) -> [Int] {
    var rest = offset
    return shape.reversed().map { size in
        defer { rest /= size }
        return rest % size
    }.reversed()
}
