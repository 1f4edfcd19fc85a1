/// Settings of a published method, which say what the method is.
protocol MethodSettings: RecipeKind {
    /// What it does, in one line of at most 60 characters.
    static var summary: String { get }

    /// What it computes, in the names of its settings where there are any.
    static var formula: String { get }

    /// Who published it and where.
    static var source: String { get }
}
