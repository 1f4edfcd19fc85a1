import ArgumentParser

/// How embeddings are laid out in the plane.
enum ProjectionMethod: String, CaseIterable, ExpressibleByArgument, Encodable {
    case pca, tsne, umap

    /// The name in the field.
    var name: String {
        switch self {
        case .pca: "PCA"
        case .tsne: "t-SNE"
        case .umap: "UMAP"
        }
    }
}
