/// Looks for what in a recipe cannot work, before any time is spent on it.
public enum RecipeReview {
    /// What stands out, in the order of a recipe's settings; empty where nothing does.
    ///
    /// The model is made, since what it starts from decides how far it can move, and fresh features are computed of noise.
    ///
    /// - Parameters:
    ///   - recipe: the recipe.
    ///   - size: that of its data.
    public static func findings(in recipe: Recipe, size: DataSize) -> [Finding] {
        let subject = ReviewedModel(recipe, size: size)
        return FitReview.findings(subject) + ScaleReview.findings(subject) + MarginReview.findings(subject)
            + GradientReview.findings(subject)
            + BatchReview.findings(subject) + WeightReview.findings(subject) + LearningRateReview.findings(subject)
            + ScheduleReview.findings(subject)
    }
}
