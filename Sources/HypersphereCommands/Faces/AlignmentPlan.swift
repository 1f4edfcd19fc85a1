import Faces
import Files
import Foundation

/// Which faces are cut out of which image, and where each goes.
struct AlignmentPlan {
    struct Face {
        let transform: SimilarityTransform
        /// The path below the folder that is written.
        let output: String
    }

    struct Image {
        let path: String
        let faces: [Face]
    }

    /// The images in the order in which the list first names them.
    let images: [Image]

    /// Finds the images below a folder; none is opened.
    ///
    /// - Throws: `UserFacingError` that names the line of an image that is missing or lies elsewhere, of points that are no
    ///   face's, or of two whose faces would have one name.
    init(_ list: LandmarkList, images folder: String, aligner: FaceAligner) throws {
        let root = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL.path + "/"
        var order: [String] = []
        var members: [String: [LandmarkList.Face]] = [:]
        for face in list.faces {
            let path = URL(fileURLWithPath: face.path, relativeTo: URL(fileURLWithPath: root)).standardizedFileURL.path
            guard path.hasPrefix(root) else {
                throw UserFacingError(
                    face.source, problem: "\(face.path) does not lie below \(folder)",
                    remedy: "name the folder that holds all images of the list")
            }
            guard FileManager.default.fileExists(atPath: path) else {
                throw UserFacingError(
                    face.source, problem: "\(face.path) does not exist below \(folder)",
                    remedy: "paths are relative to the folder of images")
            }
            if members[path] == nil { order.append(path) }
            members[path, default: []].append(face)
        }
        var sources: [String: String] = [:]
        images = try order.map { path in
            let faces = members[path] ?? []
            let stem = (String(path.dropFirst(root.count)) as NSString).deletingPathExtension
            return Image(
                path: path,
                faces: try faces.enumerated().map { number, face in
                    let output = faces.count == 1 ? "\(stem).png" : "\(stem)-\(number + 1).png"
                    if let other = sources.updateValue(face.source, forKey: output) {
                        throw UserFacingError(
                            face.source, problem: "its face would be \(output), as that of \(other)",
                            remedy: "give the images different names")
                    }
                    guard let transform = aligner.transform(of: face.landmarks) else {
                        throw UserFacingError(
                            face.source, problem: "the points do not span a face", remedy: "mark the face anew")
                    }
                    return Face(transform: transform, output: output)
                })
        }
    }
}
