/// Looks for what in a recipe cannot work, before any time is spent on it.
public enum RecipeReview {
    /// What stands out, in the order of a recipe's settings; empty where nothing does.
    ///
    /// The model is made, since what it starts from decides how far it can move, and fresh features are computed of noise.
    ///
    /// - Parameters:
    ///   - recipe: the recipe.
    ///   - classes: C of its data, 1 or more.
    ///   - count: how many images there are to learn from, 1 or more.
    public static func findings(in recipe: Recipe, classes: Int, count: Int) -> [Finding] {
        let subject = ReviewedModel(recipe, classes: classes, count: count)
        return ScaleReview.findings(subject) + MarginReview.findings(subject) + GradientReview.findings(subject)
            + BatchReview.findings(subject) + WeightReview.findings(subject) + LearningRateReview.findings(subject)
            + ScheduleReview.findings(subject)
    }
}
