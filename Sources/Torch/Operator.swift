import CTorch

/// An operator of libtorch's dispatcher, found by its schema name and called with its schema's arguments.
///
/// Adding an operator to ``Tensor`` is one such constant and one function. Calls go through autograd, autocast and the
/// device like a call from C++ or Python; the way through this door costs about 50 ns.
public struct Operator: @unchecked Sendable {
    // A handle to an immutable entry of the process-wide dispatcher, so sharing it is safe.
    private let handle: CTOperator
    private let name: String

    /// Finds the operator `name`, such as `aten::conv2d`, in its `overload`.
    ///
    /// - Precondition: the loaded libtorch has it.
    public init(_ name: String, _ overload: String = "") {
        var handle = CTOperator(pointer: nil)
        Status.trapping(name, ct_operator_find(name, overload, &handle))
        self.handle = handle
        self.name = overload.isEmpty ? name : "\(name).\(overload)"
    }

    /// Whether the loaded libtorch has the operator `name` in its `overload`.
    public static func exists(_ name: String, _ overload: String = "") -> Bool { ct_operator_exists(name, overload) }

    /// Calls the operator; its one result is a tensor.
    ///
    /// - Precondition: the operator accepts the arguments; otherwise the trap tells its name, their shapes and why.
    public func callAsFunction(_ arguments: OperatorArgument...) -> Tensor {
        guard case .tensor(let tensor)? = results(arguments).first else {
            fatalError("\(name): expected a tensor as its result")
        }
        return tensor
    }

    /// Calls the operator; its results are tensors, or one list of tensors.
    public func tensors(_ arguments: OperatorArgument...) -> [Tensor] {
        results(arguments).map { result in
            guard case .tensor(let tensor) = result else { fatalError("\(name): expected only tensors as its results") }
            return tensor
        }
    }

    /// Calls the operator for its effect.
    public func run(_ arguments: OperatorArgument...) {
        _ = results(arguments)
    }

    /// Calls the operator and returns all results in the order of the schema; a list of tensors is spread out.
    public func results(_ arguments: [OperatorArgument]) -> [OperatorArgument] {
        let packed = PackedArguments(arguments)
        // More than any operator's results except lists of tensors, which are no longer than the longest argument list.
        let capacity = 8 + packed.tensors.count
        let results = withUnsafeTemporaryAllocation(of: CTValue.self, capacity: capacity) { room in
            var count = 0
            let status = packed.withArguments { ct_operator_call(handle, $0, room.baseAddress, capacity, &count) }
            Status.trapping(description(of: arguments), status)
            return room.prefix(count).map(OperatorArgument.init(result:))
        }
        withExtendedLifetime(arguments) {}
        return results
    }

    private func description(of arguments: [OperatorArgument]) -> String {
        "\(name)(\(arguments.map(\.description).joined(separator: ", ")))"
    }
}

/// An argument or result of an ``Operator``.
public enum OperatorArgument: CustomStringConvertible {
    /// None, for an optional argument.
    case none
    /// The default that the schema gives.
    case omitted
    /// A tensor.
    case tensor(Tensor)
    /// An integer.
    case int(Int)
    /// A real number.
    case double(Double)
    /// A truth value.
    case bool(Bool)
    /// Text.
    case string(String)
    /// A list of integers.
    case ints([Int])
    /// A list of real numbers.
    case doubles([Double])
    /// A list of truth values.
    case bools([Bool])
    /// A list of tensors.
    case tensors([Tensor])
    /// A list of tensors or None.
    case optionalTensors([Tensor?])
    /// A list of scalars or None.
    case optionalScalars([Double])
    /// An element type.
    case dtype(DType)
    /// A memory format.
    case memoryFormat(MemoryFormat)
    /// A device.
    case device(Device)
    /// A new generator with a seed, on a device.
    case generator(seed: UInt64, Device)

    /// A tensor, or None.
    public static func optional(_ tensor: Tensor?) -> OperatorArgument {
        tensor.map(OperatorArgument.tensor) ?? .none
    }

    /// The argument as an error message shows it: tensors by shape and type.
    public var description: String {
        switch self {
        case .none: "none"
        case .omitted: "default"
        case .tensor(let tensor): tensor.signature
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .bool(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .ints(let values): "\(values)"
        case .doubles(let values): "\(values)"
        case .bools(let values): "\(values)"
        case .tensors(let tensors): "[\(tensors.map(\.signature).joined(separator: ", "))]"
        case .optionalTensors(let tensors): "[\(tensors.map { $0?.signature ?? "none" }.joined(separator: ", "))]"
        case .optionalScalars(let values): "\(values)"
        case .dtype(let dtype): "\(dtype)"
        case .memoryFormat(let format): "\(format)"
        case .device(let device): "\(device)"
        case .generator(let seed, _): "generator(\(seed))"
        }
    }

    init(result: CTValue) {
        switch result.tag {
        case CTTagTensor: self = .tensor(Tensor(owning: result.tensor))
        case CTTagInteger: self = .int(Int(result.integer))
        case CTTagReal: self = .double(result.real)
        case CTTagBoolean: self = .bool(result.integer != 0)
        default: self = .none
        }
    }
}

/// Arguments laid out for the C entry: fixed-size values, and the contents of lists in side buffers.
private struct PackedArguments {
    var values: [CTValue] = []
    var integers: [Int64] = []
    var reals: [Double] = []
    var tensors: [CTTensor] = []
    var strings: [CChar] = []

    init(_ arguments: [OperatorArgument]) {
        values.reserveCapacity(arguments.count)
        for argument in arguments { append(argument) }
    }

    func withArguments(_ body: (CTArguments) -> CTStatus) -> CTStatus {
        values.withUnsafeBufferPointer { values in
            integers.withUnsafeBufferPointer { integers in
                reals.withUnsafeBufferPointer { reals in
                    tensors.withUnsafeBufferPointer { tensors in
                        strings.withUnsafeBufferPointer { strings in
                            body(
                                CTArguments(
                                    values: values.baseAddress, count: values.count, integers: integers.baseAddress,
                                    reals: reals.baseAddress, tensors: tensors.baseAddress,
                                    strings: strings.baseAddress))
                        }
                    }
                }
            }
        }
    }

    private mutating func append(_ argument: OperatorArgument) {
        switch argument {
        case .none: append(CTTagNone)
        case .omitted: append(CTTagOmitted)
        case .tensor(let tensor):
            var value = CTValue()
            value.tag = CTTagTensor
            value.tensor = tensor.handle
            values.append(value)
        case .int(let value): append(CTTagInteger, Int64(value))
        case .double(let value):
            var real = CTValue()
            real.tag = CTTagReal
            real.real = value
            values.append(real)
        case .bool(let value): append(CTTagBoolean, value ? 1 : 0)
        case .string(let text):
            append(CTTagString, Int64(strings.count), count: text.utf8.count)
            strings += text.utf8.map(CChar.init(bitPattern:))
        case .ints(let list):
            append(CTTagIntegers, Int64(integers.count), count: list.count)
            integers += list.map(Int64.init)
        case .doubles(let list):
            append(CTTagReals, Int64(reals.count), count: list.count)
            reals += list
        case .bools(let list):
            append(CTTagBooleans, Int64(integers.count), count: list.count)
            integers += list.map { $0 ? 1 : 0 }
        case .tensors(let list):
            append(CTTagTensors, Int64(tensors.count), count: list.count)
            tensors += list.map(\.handle)
        case .optionalTensors(let list):
            append(CTTagOptionalTensors, Int64(tensors.count), count: list.count)
            tensors += list.map { $0?.handle ?? CTTensor(pointer: nil) }
        case .optionalScalars(let list):
            append(CTTagOptionalScalars, Int64(reals.count), count: list.count)
            reals += list
        case .dtype(let dtype): append(CTTagInteger, Int64(dtype.rawValue))
        case .memoryFormat(let format): append(CTTagInteger, Int64(format.code))
        case .device(let device): append(CTTagDevice, Int64(device.code))
        case .generator(let seed, let device):
            append(CTTagGenerator, Int64(bitPattern: seed), count: Int(device.code))
        }
    }

    private mutating func append(_ tag: CTTag, _ integer: Int64 = 0, count: Int = 0) {
        var value = CTValue()
        value.tag = tag
        value.count = Int32(count)
        value.integer = integer
        values.append(value)
    }
}
