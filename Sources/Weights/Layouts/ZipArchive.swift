/// The directory of a zip archive of stored entries, ZIP64 included, with every number checked.
struct ZipArchive {
    private enum Signature {
        static let local: UInt32 = 0x0403_4B50
        static let central: UInt32 = 0x0201_4B50
        static let end: UInt32 = 0x0605_4B50
        static let end64: UInt32 = 0x0606_4B50
        static let locator64: UInt32 = 0x0706_4B50
    }

    private static let damaged = "the file was cut off or damaged; get it again"

    /// Where the bytes of each entry lie, by its name.
    private(set) var entries: [String: Range<Int>] = [:]

    init(_ bytes: UnsafeRawBufferPointer) throws(Flaw) {
        let (directory, count) = try Self.findDirectory(bytes)
        var reader = ByteReader(bytes, directory, what: "zip directory")
        var places: [(name: String, range: Range<Int>)] = []
        for _ in 0..<count {
            let (name, local, size) = try Self.readEntry(&reader)
            let data = try Self.checkLocal(bytes, at: local, name: name, size: size, before: directory.lowerBound)
            guard entries.updateValue(data, forKey: name) == nil else {
                throw Flaw("zip directory", "names \(name) twice", remedy: Self.damaged)
            }
            places.append((name, local..<data.upperBound))
        }
        guard reader.remaining == 0 else {
            throw Flaw("zip directory", "holds more than its \(count) entries", remedy: Self.damaged)
        }
        places.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (first, second) in zip(places, places.dropFirst()) where first.range.upperBound > second.range.lowerBound {
            throw Flaw("zip directory", "\(first.name) and \(second.name) overlap", remedy: Self.damaged)
        }
    }

    /// The range of the directory and the number of its entries, as the archive's end tells them.
    private static func findDirectory(_ bytes: UnsafeRawBufferPointer) throws(Flaw) -> (Range<Int>, Int) {
        let end = try findEnd(bytes)
        var reader = ByteReader(bytes, end + 4..<bytes.count, what: "zip end")
        guard try reader.number(UInt32.self) == 0 else {
            throw Flaw("zip end", "the archive is one of several volumes")
        }
        let countHere = try reader.number(UInt16.self)
        var count = Int(try reader.number(UInt16.self))
        var size = Int(try reader.number(UInt32.self))
        var offset = Int(try reader.number(UInt32.self))
        var limit = end
        if end >= 20 {
            var locator = ByteReader(bytes, end - 20..<end, what: "zip locator")
            if try locator.number(UInt32.self) == Signature.locator64 {
                _ = try locator.take(4)
                limit = try locator.count()
                guard limit <= end - 20 else {
                    throw Flaw("zip locator", "points beyond its own place", remedy: damaged)
                }
                (count, size, offset) = try readEnd64(ByteReader(bytes, limit..<end - 20, what: "zip64 end"))
            }
        }
        guard limit < end || Int(countHere) == count else {
            throw Flaw("zip end", "tells two numbers of entries", remedy: damaged)
        }
        guard offset <= limit, size == limit - offset, count <= size / 46 else {
            throw Flaw(
                "zip end", "a directory of \(count) entries at byte \(offset) with \(size) bytes does not fit in",
                remedy: damaged)
        }
        return (offset..<limit, count)
    }

    private static func readEnd64(_ start: ByteReader) throws(Flaw) -> (count: Int, size: Int, offset: Int) {
        var reader = start
        guard try reader.number(UInt32.self) == Signature.end64 else {
            throw Flaw("zip64 end", "is not where the archive says", remedy: damaged)
        }
        _ = try reader.take(8 + 2 + 2 + 4 + 4)
        let countHere = try reader.count()
        let count = try reader.count()
        guard count == countHere else { throw Flaw("zip64 end", "tells two numbers of entries", remedy: damaged) }
        return (count, try reader.count(), try reader.count())
    }

    /// Where the end record begins: the last one whose comment reaches exactly to the end of the file.
    private static func findEnd(_ bytes: UnsafeRawBufferPointer) throws(Flaw) -> Int {
        let last = bytes.count - 22
        for place in stride(from: last, through: max(0, last - 0xFFFF), by: -1) {
            var reader = ByteReader(bytes, place..<bytes.count, what: "zip end")
            guard try reader.number(UInt32.self) == Signature.end else { continue }
            _ = try reader.take(16)
            if Int(try reader.number(UInt16.self)) == last - place { return place }
        }
        throw Flaw("zip end", "is missing", remedy: damaged)
    }

    private static func readEntry(_ reader: inout ByteReader) throws(Flaw) -> (name: String, local: Int, size: Int) {
        guard try reader.number(UInt32.self) == Signature.central else {
            throw Flaw("zip directory", "holds what is no entry", remedy: damaged)
        }
        _ = try reader.take(4)
        let flags = try reader.number(UInt16.self)
        let method = try reader.number(UInt16.self)
        _ = try reader.take(8)
        var packed = Int(try reader.number(UInt32.self))
        var size = Int(try reader.number(UInt32.self))
        let nameLength = Int(try reader.number(UInt16.self))
        let extraLength = Int(try reader.number(UInt16.self))
        let commentLength = Int(try reader.number(UInt16.self))
        _ = try reader.take(2 + 2 + 4)
        var local = Int(try reader.number(UInt32.self))
        guard let name = try reader.text(nameLength) else {
            throw Flaw("zip directory", "holds a name that is no text", remedy: damaged)
        }
        try readExtra(
            ByteReader(reader.bytes, try reader.take(extraLength), what: "\(name): zip64 sizes"), &size, &packed, &local
        )
        _ = try reader.take(commentLength)
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(".."), !name.hasPrefix("/"), !name.contains("\\"), !name.contains("\0") else {
            throw Flaw(name, "is a path that leads out of the archive", remedy: "do not trust this file")
        }
        guard flags & 1 == 0 else {
            throw Flaw(name, "is encrypted", remedy: "save the weights without a password")
        }
        guard method == 0, packed == size else {
            throw Flaw(
                name, "is compressed, as PyTorch never writes it",
                remedy: "save the file again with torch.save, or zip it without compression")
        }
        return (name, local, size)
    }

    /// Puts the 64-bit numbers in place of those that do not fit into 32 bits.
    private static func readExtra(
        _ start: ByteReader, _ size: inout Int, _ packed: inout Int, _ local: inout Int
    ) throws(Flaw) {
        let wide = Int(UInt32.max)
        var reader = start
        while reader.remaining >= 4 {
            let kind = try reader.number(UInt16.self)
            let place = try reader.take(Int(try reader.number(UInt16.self)))
            guard kind == 1 else { continue }
            var field = ByteReader(reader.bytes, place, what: "zip64 sizes")
            if size == wide { size = try field.count() }
            if packed == wide { packed = try field.count() }
            if local == wide { local = try field.count() }
        }
    }

    /// The range of an entry's bytes, after the header that stands before them.
    private static func checkLocal(
        _ bytes: UnsafeRawBufferPointer, at local: Int, name: String, size: Int, before limit: Int
    ) throws(Flaw) -> Range<Int> {
        guard local <= limit else { throw Flaw(name, "begins at byte \(local), after the entries", remedy: damaged) }
        var reader = ByteReader(bytes, local..<limit, what: name)
        guard try reader.number(UInt32.self) == Signature.local else {
            throw Flaw(name, "does not begin where the directory says", remedy: damaged)
        }
        _ = try reader.take(22)
        let nameLength = Int(try reader.number(UInt16.self))
        let extraLength = Int(try reader.number(UInt16.self))
        guard try reader.text(nameLength) == name else {
            throw Flaw(name, "has another name in the directory than at its place", remedy: damaged)
        }
        _ = try reader.take(extraLength)
        return try reader.take(size)
    }
}
