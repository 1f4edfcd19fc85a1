public import Torch

extension Module {
    /// All parameters and buffers by name, as PyTorch's `state_dict` names them; the module's own memory.
    public final func state(prefix: String = "") -> [String: Tensor] {
        let parameters = namedParameters(prefix: prefix).map { ($0.name, $0.parameter.tensor.detached()) }
        let buffers = namedBuffers(prefix: prefix).map { ($0.name, $0.buffer.tensor) }
        return Dictionary(uniqueKeysWithValues: parameters + buffers)
    }

    /// All parameters and buffers by name like ``state(prefix:)``, and whole ones where their rows are divided over processes;
    /// then every process must ask for them.
    public final func wholeState(prefix: String = "") -> [String: Tensor] {
        let parts = namedParameters(prefix: prefix).compactMap { name, parameter in
            parameter.part.map { (name, $0.whole(parameter.tensor.detached())) }
        }
        return state(prefix: prefix).merging(parts) { _, whole in whole }
    }

    /// Copies values into all parameters and buffers, of divided ones the rows that are held here; nothing changes when a single one does not fit.
    ///
    /// - Parameters:
    ///   - state: values by name; names that begin otherwise than with `prefix` are left alone.
    ///   - prefix: what stands before the module's own names.
    ///   - source: where the values come from, for messages.
    /// - Throws: `UserFacingError` that names what is missing, what is left over, or whose shape differs.
    public final func load(_ state: [String: Tensor], prefix: String = "", from source: String) throws {
        let own = self.state(prefix: prefix)
        let parameters = Dictionary(
            uniqueKeysWithValues: namedParameters(prefix: prefix).map { ($0.name, $0.parameter) })
        var forms = own.mapValues { TensorForm($0) }
        for (name, parameter) in parameters {
            forms[name] = TensorForm(dtype: parameter.tensor.dtype, shape: parameter.wholeShape)
        }
        let report = StateReport(
            offering: state.filter { $0.key.hasPrefix(prefix) }.mapValues { TensorForm($0) }, to: forms)
        if let error = report.error(
            from: source, remedy: "the file belongs to another model; use the recipe that it was made with")
        {
            throw error
        }
        withoutGradients {
            for (name, tensor) in own {
                if let new = state[name] { tensor.assign(parameters[name]?.part?.own(new) ?? new) }
            }
        }
    }

    /// The name of the first parameter or buffer with a number that is infinite or none, if there is one.
    public final var firstNonFinite: String? {
        let parameters = namedParameters().map { ($0.name, $0.parameter.tensor) }
        let buffers = namedBuffers().map { ($0.name, $0.buffer.tensor) }
        return (parameters + buffers).first { $0.1.dtype.isFloatingPoint && !$0.1.isAllFinite }?.0
    }

    /// The name of the first parameter whose gradient has a number that is infinite or none, if there is one.
    public final var firstNonFiniteGradient: String? {
        namedParameters().first { $0.parameter.stepGradient.map { !$0.isAllFinite } ?? false }?.name
    }
}
