/// A drawing that a page shows in its own colors and at the width of the reader's screen.
public protocol ThemedDrawing: Drawing {
    /// The line at the top; empty for none.
    var title: String { get set }
    /// The line below the title; empty for none.
    var subtitle: String { get set }
    /// The colors of paper and ink.
    var theme: Theme { get set }

    /// The same drawing laid out for `width`, in units of 1/96 inch, with the height that this asks for.
    func laidOut(width: Double) -> Self
}
