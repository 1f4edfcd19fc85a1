/// What oneDNN, where libtorch has it, does in one call: products with what stands around them.
enum OneDNN {
    /// Finds the operators, once and only where they are there.
    struct Convolution: Sendable {
        let packing = Operator("mkldnn::_reorder_convolution_weight")
        let plain = Operator("mkldnn::_convolution_pointwise")
        let adding = Operator("mkldnn::_convolution_pointwise_", "binary")
    }

    struct Linear: Sendable {
        let packing = Operator("mkldnn::_reorder_linear_weight")
        let plain = Operator("mkldnn::_linear_pointwise")
    }

    private static let convolution =
        Operator.exists("mkldnn::_convolution_pointwise") ? Convolution() : nil
    private static let linear = Operator.exists("mkldnn::_linear_pointwise") ? Linear() : nil

    /// The operators for tensors of that type on that device; nil where others are to be used.
    static func convolution(_ dtype: DType, on device: Device) -> Convolution? {
        multiplies(dtype, on: device) ? convolution : nil
    }

    static func linear(_ dtype: DType, on device: Device) -> Linear? {
        multiplies(dtype, on: device) ? linear : nil
    }

    private static func multiplies(_ dtype: DType, on device: Device) -> Bool {
        guard device == .cpu else { return false }
        return dtype == .float32 || (dtype == .bfloat16 && multipliesBFloat16)
    }

    private static let multipliesBFloat16: Bool = {
        let name = "mkldnn::_is_mkldnn_bf16_supported"
        guard Operator.exists(name), case .bool(let value)? = Operator(name).results([]).first else { return false }
        return value
    }()
}
