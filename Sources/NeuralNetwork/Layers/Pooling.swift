public import Torch

/// The greatest element of each window of `[N, C, H, W]`.
public final class MaxPool2d: Module, Layer {
    private let kernel: Int
    private let stride: Int
    private let padding: Int
    private let ceiling: Bool

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - kernel: the height and width of a window.
    ///   - stride: the distance of windows; the kernel's size when nil.
    ///   - padding: how many rows and columns are added on each side.
    ///   - ceiling: whether a last window may reach over the edge.
    public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0, ceiling: Bool = false) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        self.ceiling = ceiling
    }

    /// Pools `[N, C, H, W]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.maximumPool(
            kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding], ceiling: ceiling)
    }
}

/// The mean of each window of `[N, C, H, W]`.
public final class AvgPool2d: Module, Layer {
    private let kernel: Int
    private let stride: Int
    private let padding: Int
    private let ceiling: Bool
    private let countingPadding: Bool

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - kernel: the height and width of a window.
    ///   - stride: the distance of windows; the kernel's size when nil.
    ///   - padding: how many rows and columns are added on each side.
    ///   - ceiling: whether a last window may reach over the edge.
    ///   - countingPadding: whether padding counts as zeros in the mean.
    public init(
        _ kernel: Int, stride: Int? = nil, padding: Int = 0, ceiling: Bool = false, countingPadding: Bool = true
    ) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
        self.ceiling = ceiling
        self.countingPadding = countingPadding
    }

    /// Pools `[N, C, H, W]`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        input.averagePool(
            kernel: [kernel, kernel], stride: [stride, stride], padding: [padding, padding], ceiling: ceiling,
            countingPadding: countingPadding)
    }
}

/// The means of a grid of windows that cover an image of any size: `[N, C, H, W]` to `[N, C, size, size]`.
public final class AdaptiveAvgPool2d: Module, Layer {
    private let size: Int

    /// Creates the layer.
    public init(_ size: Int) {
        self.size = size
    }

    /// Pools `[N, C, H, W]`.
    public func callAsFunction(_ input: Tensor) -> Tensor { input.adaptiveAveragePool(size: [size, size]) }
}
