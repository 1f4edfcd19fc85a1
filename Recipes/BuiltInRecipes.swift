/// The recipes that the program carries with it, so that they need no files beside it.
public enum BuiltInRecipes {
    /// The YAML text of each, by the name of its file.
    public static let all: [String: String] = [
        "casia-arcface-intra-inter": text(PackageResources.casia_arcface_intra_inter_yaml),
        "casia-arcface-iresnet50": text(PackageResources.casia_arcface_iresnet50_yaml),
        "cifar10-arcface": text(PackageResources.cifar10_arcface_yaml),
        "cifar10-arcface-fast": text(PackageResources.cifar10_arcface_fast_yaml),
        "cifar10-arcface-pooled": text(PackageResources.cifar10_arcface_pooled_yaml),
        "faces-angular-triplet": text(PackageResources.faces_angular_triplet_yaml),
        "faces-fine-tuning": text(PackageResources.faces_fine_tuning_yaml),
        "lfw-small": text(PackageResources.lfw_small_yaml),
        "mnist-center": text(PackageResources.mnist_center_yaml),
        "mnist-center-fast": text(PackageResources.mnist_center_fast_yaml),
        "ms1mv2-arcface-iresnet100": text(PackageResources.ms1mv2_arcface_iresnet100_yaml),
        "photographs": text(PackageResources.photographs_yaml),
        "strokes-center": text(PackageResources.strokes_center_yaml),
    ]

    /// The YAML text of each comparison, by the name of its file.
    public static let comparisons: [String: String] = [
        "cifar10-compare": text(PackageResources.cifar10_compare_yaml),
        "mnist-compare": text(PackageResources.mnist_compare_yaml),
    ]

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
