/// What a check of image files found.
public struct DatasetReport: Sendable, Codable, Equatable {
    /// A class and its images.
    public struct Class: Sendable, Codable, Equatable {
        /// The class's name.
        public let name: String
        /// How many images it has, broken ones included.
        public let images: Int
    }

    /// One part of the set.
    public struct Part: Sendable, Codable, Equatable {
        /// What the part is called.
        public let name: String
        /// How many images it has, broken ones included.
        public let images: Int
        /// The classes in the order of their labels.
        public let classes: [Class]
    }

    /// The least, the middle and the most of some numbers.
    public struct Range: Sendable, Codable, Equatable {
        /// The smallest.
        public let least: Int
        /// The middle one; of an even number of them, the lower of the two.
        public let median: Int
        /// The largest.
        public let most: Int

        /// The range of `values`; nil where there are none.
        public init?(_ values: [Int]) {
            let sorted = values.sorted()
            guard let first = sorted.first, let last = sorted.last else { return nil }
            (least, median, most) = (first, sorted[(sorted.count - 1) / 2], last)
        }
    }

    /// A file that cannot be used.
    public struct BrokenFile: Sendable, Codable, Equatable {
        /// Its path.
        public let path: String
        /// What is wrong with it.
        public let problem: String
    }

    /// Files with the same bytes.
    public struct Duplicates: Sendable, Codable, Equatable {
        /// Their paths, in the order of the set.
        public let paths: [String]
        /// Whether they are in both parts, so that what is measured on was learnt from.
        public let acrossParts: Bool
        /// Whether they are in several classes, so that a label is wrong.
        public let acrossClasses: Bool
    }

    /// The parts, each with its classes.
    public let parts: [Part]
    /// How many files there are of each format, by its name.
    public let formats: [String: Int]
    /// Columns of the upright images; nil where all are broken.
    public let widths: Range?
    /// Rows of the upright images; nil where all are broken.
    public let heights: Range?
    /// Files that cannot be used, in the order of the set.
    public let broken: [BrokenFile]
    /// Files that are there several times, in the order of the set.
    public let duplicates: [Duplicates]
    /// What is no fault and may be a mistake, a sentence each.
    public let warnings: [String]

    /// Images in all parts, broken ones included.
    public var images: Int { parts.reduce(0) { $0 + $1.images } }
}
