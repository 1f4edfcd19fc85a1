import Datasets
import Evaluation
import Files
import Foundation
import Images
import Visualization

/// The pictures of a gallery's rows, and of what is searched for.
struct GalleryPictures {
    /// The gallery's images, where it is not saved embeddings.
    private let images: SampleImages?
    /// The files of the rows.
    private let files: [URL]
    private let decoder = ImageDecoder()

    /// Looks where a gallery's images lie; none is opened.
    ///
    /// - Parameters:
    ///   - gallery: what is searched.
    ///   - folder: the folder of the files that saved embeddings name.
    /// - Throws: `UserFacingError` when the images cannot be found.
    init(of gallery: Gallery, folder: String?) throws {
        let table = gallery.table
        images = gallery.images.map(SampleImages.init)
        guard images == nil else {
            files = []
            guard folder == nil else {
                throw UserFacingError(
                    table.name, field: "--gallery-images", problem: "the gallery holds its images itself",
                    remedy: "leave --gallery-images out")
            }
            return
        }
        guard let names = table.files else {
            throw UserFacingError(
                table.name, field: "files", problem: "does not name them, so that no image can be shown",
                remedy: "make it with `hypersphere embed`, or leave --page out")
        }
        guard let folder else {
            throw UserFacingError(
                table.name, field: "files", problem: "are named below the folder that was embedded, which is not known",
                remedy: "name it with --gallery-images")
        }
        let root = URL(fileURLWithPath: folder, isDirectory: true)
        files = names.map { URL(fileURLWithPath: $0, relativeTo: root) }
    }

    /// The picture of a row; nil where it has other than 1 or 3 channels.
    ///
    /// - Throws: `UserFacingError` when its file cannot be used.
    func image(_ row: Int) throws -> SampleImage? {
        if let images { try images.image(row) } else { try image(at: files[row].path) }
    }

    /// The picture in a file.
    ///
    /// - Throws: `UserFacingError` when it cannot be used.
    func image(at path: String) throws -> SampleImage {
        try SampleImages.picture(of: decoder.decode(path))
    }
}
