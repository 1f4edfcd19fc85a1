extension Sequence<Int> {
    /// The product of all, or nil when it does not fit an `Int`.
    var checkedProduct: Int? {
        var product = 1
        for factor in self {
            let (partial, overflow) = product.multipliedReportingOverflow(by: factor)
            if overflow { return nil }
            product = partial
        }
        return product
    }
}
