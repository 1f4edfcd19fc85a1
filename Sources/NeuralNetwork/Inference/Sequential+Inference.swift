public import Torch

extension Sequential {
    /// The chain with each convolution and linear map, the normalisation around it and the positive part after it in one.
    public func inference(_ precision: Precision) -> Inference {
        var rest = layers.filter { !($0 is Dropout) }[...]
        var steps: [Inference] = []
        func next<Part: Layer>(_ type: Part.Type) -> Part? {
            guard let part = rest.first as? Part else { return nil }
            rest.removeFirst()
            return part
        }
        while let layer = rest.popFirst() {
            if let convolution = layer as? Conv2d {
                let prepared = convolution.prepared(precision, normalizedBy: next(BatchNorm.self))
                let activation: PreparedConvolution.Activation = next(ReLU.self) == nil ? .none : .rectified
                steps.append { prepared(precision.prepared($0), activation) }
            } else if let linear = layer as? Linear ?? (layer is BatchNorm ? next(Linear.self) : nil) {
                let (first, last) = (layer as? BatchNorm, next(BatchNorm.self))
                let prepared = linear.prepared(precision, of: first, normalizedBy: last)
                let isRectified = next(ReLU.self) != nil
                let isNormalized = first != nil || last != nil
                steps.append { input in
                    require(
                        input.rank == 2 || !isNormalized,
                        "Sequential: a normalisation beside a linear map takes [N, C] when fused, got \(input.signature)"
                    )
                    return prepared(precision.prepared(input), rectified: isRectified)
                }
            } else {
                steps.append(layer.inference(precision))
            }
        }
        return { input in steps.reduce(input) { $1($0) } }
    }
}
