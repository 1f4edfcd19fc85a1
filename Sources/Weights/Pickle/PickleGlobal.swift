import Torch

/// What a pickle may name: the few Python functions and types that a file of weights needs, none of which is ever called.
enum PickleGlobal: Equatable {
    case orderedDictionary
    case rebuildTensor
    case rebuildParameter
    case size
    case rebuildArray
    case storage(DType)
    /// A value of a kind that has no weights in it, such as a numpy number beside them.
    case aside

    private static let allowed: [String: PickleGlobal] = [
        "collections.OrderedDict": .orderedDictionary,
        "torch._utils._rebuild_tensor": .rebuildTensor,
        "torch._utils._rebuild_tensor_v2": .rebuildTensor,
        "torch._utils._rebuild_parameter": .rebuildParameter,
        "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
        "torch.Size": .size,
        "torch.FloatStorage": .storage(.float32),
        "torch.DoubleStorage": .storage(.float64),
        "torch.HalfStorage": .storage(.float16),
        "torch.BFloat16Storage": .storage(.bfloat16),
        "torch.LongStorage": .storage(.int64),
        "torch.IntStorage": .storage(.int32),
        "torch.ShortStorage": .storage(.int16),
        "torch.CharStorage": .storage(.int8),
        "torch.ByteStorage": .storage(.uint8),
        "torch.BoolStorage": .storage(.bool),
        "torch.device": .aside,
        "numpy.core.multiarray._reconstruct": .rebuildArray,
        "numpy._core.multiarray._reconstruct": .rebuildArray,
        "numpy.ndarray": .aside,
        "numpy.core.multiarray.scalar": .aside,
        "numpy._core.multiarray.scalar": .aside,
        "numpy.dtype": .aside,
        "_codecs.encode": .aside,
        "builtins.set": .aside,
        "__builtin__.set": .aside,
    ]

    private static let dtypes: Set<String> = [
        "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64", "bool", "bfloat16",
    ]

    /// What `name` of `module` stands for.
    static func named(_ name: String, of module: String) throws(Flaw) -> PickleGlobal {
        let whole = "\(module).\(name)"
        if let known = allowed[whole] { return known }
        if module == "torch", dtypes.contains(name) { return .aside }
        if module == "torch", name.hasSuffix("Storage") {
            throw Flaw(
                whole, "its elements are of a type that is not read here",
                remedy: "convert the tensors to float32 in Python and save them again")
        }
        if module == "torch._utils", name.hasPrefix("_rebuild_") {
            throw Flaw(
                whole, "makes a kind of tensor that is not read here",
                remedy: "save dense tensors of plain numbers")
        }
        throw Flaw(nil, "holds \(whole), which is Python code; none of it was run", remedy: Flaw.saveWeightsAlone)
    }
}
