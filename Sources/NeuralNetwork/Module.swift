public import Torch

/// A part of a network: it holds parameters, buffers and other modules as properties.
///
/// Concrete modules are final and list what they hold as stored properties of type ``Parameter``, ``Buffer``, ``Module``,
/// arrays of modules, or optionals of these; they are found by type through reflection. State is named by property, written
/// as PyTorch writes it: `runningMean` of `bn1` is `bn1.running_mean`, the second of `layers` is `layers.1`.
open class Module {
    /// Whether the module trains, which decides what dropout and batch normalisation do.
    public internal(set) var isTraining = true

    /// Creates a module that trains.
    public init() {}

    /// Switches this module and all within it between training and evaluation.
    ///
    /// - Precondition: a network that is for inference alone is not told to train.
    public final func train(_ value: Bool = true) {
        require(canTrain || !value, "\(type(of: self)): is for inference alone; train the network that it was made of")
        isTraining = value
        for (_, module) in children { module.train(value) }
    }

    /// Switches this module and all within it to evaluation.
    public final func evaluate() {
        train(false)
    }

    /// The modules held directly, by name.
    public final var children: [(name: String, module: Module)] {
        properties.flatMap { name, value -> [(String, Module)] in
            switch value {
            case let module as Module: [(name, module)]
            case let modules as [Module]:
                modules.enumerated().map { (namesByPosition ? "\($0.offset)" : "\(name).\($0.offset)", $0.element) }
            default: []
            }
        }
    }

    /// Whether the module may be told to train.
    var canTrain: Bool { true }

    /// Whether modules in a list are named by position alone, without the property's name.
    var namesByPosition: Bool { false }

    /// This module and all within it, depth first.
    public final var modules: [Module] {
        [self] + children.flatMap(\.module.modules)
    }

    /// All parameters in the order of the properties, by full name.
    public final func namedParameters(prefix: String = "") -> [(name: String, parameter: Parameter)] {
        members(prefix: prefix)
    }

    /// All parameters in the order of the properties.
    public final var parameters: [Parameter] { namedParameters().map(\.parameter) }

    /// All buffers in the order of the properties, by full name.
    public final func namedBuffers(prefix: String = "") -> [(name: String, buffer: Buffer)] {
        members(prefix: prefix)
    }

    /// The number of numbers in all parameters, frozen ones too.
    public final var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

    /// Moves all parameters and buffers to `device`, and returns the module.
    @discardableResult
    public final func to(_ device: Device) -> Self {
        change { $0.to(device) }
    }

    /// Converts all floating-point parameters and buffers to `dtype`, and returns the module.
    @discardableResult
    public final func to(_ dtype: DType) -> Self {
        change { $0.dtype.isFloatingPoint ? $0.to(dtype) : $0 }
    }

    /// Lays all four-dimensional parameters out in `format`, and returns the module.
    @discardableResult
    public final func to(_ format: MemoryFormat) -> Self {
        change { $0.rank == 4 ? $0.contiguous(format) : $0 }
    }

    private func change(_ body: (Tensor) -> Tensor) -> Self {
        for (_, parameter) in namedParameters() { parameter.replace(body) }
        for (_, buffer) in namedBuffers() { buffer.tensor = body(buffer.tensor) }
        return self
    }

    private func members<Member: AnyObject>(prefix: String) -> [(String, Member)] {
        let own = properties.compactMap { name, value in (value as? Member).map { (prefix + name, $0) } }
        return own + children.flatMap { $0.module.members(prefix: "\(prefix)\($0.name).") }
    }

    private var properties: [(name: String, value: Any)] {
        Mirror(reflecting: self).children.compactMap { label, value -> (name: String, value: Any)? in
            guard let label else { return nil }
            // An optional property is seen through, so that `bias: Parameter?` is found when it is there.
            let mirror = Mirror(reflecting: value)
            guard mirror.displayStyle == .optional else { return (Self.stateName(of: label), value) }
            guard let content = mirror.children.first?.value else { return nil }
            return (Self.stateName(of: label), content)
        }
    }

    /// `runningMean` as PyTorch writes it: `running_mean`.
    private static func stateName(of property: String) -> String {
        property.reduce(into: "") { name, character in
            if character.isUppercase {
                name += "_" + character.lowercased()
            } else {
                name.append(character)
            }
        }
    }
}

/// A module that makes one tensor of another.
public protocol Layer: Module {
    /// Applies the layer.
    func callAsFunction(_ input: Tensor) -> Tensor

    /// What the layer computes in evaluation, with weights of its own where the layer has a faster form; called by ``fused(_:)``.
    ///
    /// A network has a faster form of its own by putting those of its layers together; see ``Inference``.
    ///
    /// - Parameter precision: the precision of products.
    func inference(_ precision: Precision) -> Inference
}
