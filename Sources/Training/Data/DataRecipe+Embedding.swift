import Torch

extension DataRecipe {
    /// The embeddings `[K, D]` of images `[K, C, H, W]` as a network embeds them, in float32; with those of their mirror images where
    /// the recipe asks for it.
    func embeddings(of images: Tensor, by network: (Tensor) -> Tensor) -> Tensor {
        let own = network(images).to(.float32)
        return mirror ? (own + network(images.mirrored()).to(.float32)) / 2 : own
    }
}

extension Tensor {
    /// Images `[K, C, H, W]` flipped from left to right.
    func mirrored() -> Tensor {
        gathered(Tensor(Array((0..<size(3)).reversed())).to(device), along: 3)
    }
}
