import Datasets
import Files
import Foundation
import Images
import Randomness
import Torch

/// Our way from JPEG files to normalised training batches; a step is one batch.
final class ImagesSession: Session {
    private let loader: ImageLoader
    private let batchSize: Int
    private let augmentation = Augmentation(flip: HorizontalFlip(), normalization: .imageNet)
    private var epoch = 0
    private var batches: ImageBatches

    init(_ arguments: Arguments) throws {
        let folder = try arguments.value("--folder")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jpg") }
        var files = ImageFileDataset(
            name: "photographs",
            samples: names.sorted().enumerated().map {
                ImageSample(path: "\(folder)/\($1)", label: Int64($0 % 10))
            },
            classNames: (0..<10).map { "\($0)" }, root: folder)
        if arguments.number("--packed", default: 0) > 0 {
            let pack = ImagePack("\(folder)/pack")
            try pack.write(ImageFileSplits(train: files, test: nil)) { throw $0 }
            files = try pack.load().train
        }
        batchSize = arguments.number("--batch", default: 64)
        loader = ImageLoader(
            files, geometry: .randomResizedCrop(height: 224, width: 224),
            workers: arguments.number("--workers", default: 2), seed: 0)
        batches = Self.batches(loader, epoch: 0, of: batchSize)
    }

    private static func batches(_ loader: ImageLoader, epoch: Int, of size: Int) -> ImageBatches {
        let order = EpochOrder(count: loader.files.count, seed: loader.seed, epoch: epoch, shuffled: true)
        return loader.batches(order.batches(of: size, dropLast: true).map(Array.init), epoch: epoch)
    }

    func step() -> Double {
        do {
            while true {
                guard let batch = try batches.next() else {
                    epoch += 1
                    batches = Self.batches(loader, epoch: epoch, of: batchSize)
                    continue
                }
                let draws = SampleDraws(seed: loader.seed, epoch: epoch)
                let images = augmentation(batch.images, indices: batch.indices, draws: draws)
                return images.selected(0, along: 0).sliced(0..<1, along: 0).mean().item()
            }
        } catch {
            fatalError("\(error)")
        }
    }
}
