/// Copies of a tensor in another type, place or layout; the tensor itself where nothing changes.
extension Tensor {
    private static let toDTypeOperator = Operator("aten::to", "dtype")
    private static let toDeviceOperator = Operator("aten::to", "device")
    private static let contiguousOperator = Operator("aten::contiguous")
    private static let cloneOperator = Operator("aten::clone")
    private static let detachOperator = Operator("aten::detach")
    private static let copyOperator = Operator("aten::copy_")

    /// The same numbers as another type.
    public func to(_ dtype: DType) -> Tensor {
        dtype == self.dtype ? self : Self.toDTypeOperator(.tensor(self), .dtype(dtype))
    }

    /// The same numbers on another device.
    public func to(_ device: Device) -> Tensor {
        device == self.device ? self : Self.toDeviceOperator(.tensor(self), .device(device), .dtype(dtype))
    }

    /// The same numbers, dense in memory in the order of `format`.
    public func contiguous(_ format: MemoryFormat = .contiguous) -> Tensor {
        Self.contiguousOperator(.tensor(self), .memoryFormat(format))
    }

    /// A copy with memory of its own, through which gradients flow.
    public func clone() -> Tensor {
        Self.cloneOperator(.tensor(self))
    }

    /// The same memory, cut off from the computation that made it.
    public func detached() -> Tensor {
        Self.detachOperator(.tensor(self))
    }

    /// Overwrites the elements by those of `source`, converted and broadcast as needed.
    public func assign(_ source: Tensor) {
        Self.copyOperator.run(.tensor(self), .tensor(source))
    }
}
