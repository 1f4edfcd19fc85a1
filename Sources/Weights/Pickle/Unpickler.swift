import Torch

/// Reads what a Python pickle describes, without running any of it.
///
/// A pickle is a program for a machine with a stack. This machine knows the instructions that tensors and dictionaries need
/// and the names in ``PickleGlobal``; anything else stops it with an error. It calls nothing.
struct Unpickler {
    /// Far beyond any honest file, and little enough for memory.
    private static let greatestLength = 1 << 28
    private static let greatestWork = 1 << 22

    private(set) var reader: ByteReader
    private(set) var heap = PickleHeap()
    private var stack: [PickleValue] = []
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var work = 0
    private let begin: Int
    // Bytes that stay where they are.
    private var passed = 0

    init(_ reader: ByteReader) {
        self.reader = reader
        begin = reader.position
    }

    /// The value of the next pickle, up to its STOP.
    mutating func next() throws(Flaw) -> PickleValue {
        stack = []
        marks = []
        memo = [:]
        while true {
            let code = try reader.byte()
            try spend(1)
            guard reader.position - begin - passed <= Self.greatestLength else {
                throw Flaw("pickle", "is longer than 256 MiB")
            }
            guard let opcode = PickleOpcode(rawValue: code) else {
                let name = PickleOpcode.refused[code] ?? "of number \(code)"
                throw Flaw(
                    "pickle", "byte \(reader.position - 1) is the instruction \(name), which no file of weights needs",
                    remedy: Flaw.saveWeightsAlone)
            }
            if opcode == .stop {
                guard stack.count == 1, marks.isEmpty else { throw Flaw("pickle", "ends in the middle of a value") }
                return try pop()
            }
            try run(opcode)
        }
    }

    private mutating func spend(_ amount: Int) throws(Flaw) {
        work += amount
        guard work <= Self.greatestWork else {
            throw Flaw("pickle", "takes more than \(Self.greatestWork) steps", remedy: Flaw.saveWeightsAlone)
        }
    }

    private mutating func run(_ opcode: PickleOpcode) throws(Flaw) {
        switch opcode {
        case .stop: break
        case .protocolVersion:
            let version = try reader.byte()
            guard (2...5).contains(version) else {
                throw Flaw("pickle", "is of the protocol \(version), read are 2 to 5")
            }
        case .frame:
            let length = try reader.count()
            guard length <= reader.remaining else {
                throw Flaw("pickle", "has a frame of \(length) bytes where \(reader.remaining) are left")
            }
        case .none: stack.append(.none)
        case .true: stack.append(.truth(true))
        case .false: stack.append(.truth(false))
        case .emptySet: stack.append(.aside)
        case .real: try skip(8)
        case .int1: stack.append(.integer(Int(try reader.byte())))
        case .int2: stack.append(.integer(Int(try reader.number(UInt16.self))))
        case .int4: stack.append(.integer(Int(try reader.number(Int32.self))))
        case .long1: try pushLong(Int(try reader.byte()))
        case .long4: try pushLong(Int(try reader.number(Int32.self)))
        case .shortText, .shortOldText: try pushText(Int(try reader.byte()))
        case .text: try pushText(Int(try reader.number(UInt32.self)))
        case .oldText: try pushText(Int(try reader.number(Int32.self)))
        case .text8: try pushText(try reader.count())
        case .shortBytes: try pushBytes(Int(try reader.byte()))
        case .bytes: try pushBytes(Int(try reader.number(UInt32.self)))
        case .bytes8, .byteArray: try pushBytes(try reader.count())
        case .pop: _ = try popOrMark()
        case .popMark: _ = try popToMark()
        case .duplicate: stack.append(try top())
        case .mark: marks.append(stack.count)
        case .getShort: try recall(Int(try reader.byte()))
        case .get: try recall(Int(try reader.number(UInt32.self)))
        case .putShort: memo[Int(try reader.byte())] = try top()
        case .put: memo[Int(try reader.number(UInt32.self))] = try top()
        case .memoize: memo[memo.count] = try top()
        case .emptyTuple: pushTuple([])
        case .tuple1: pushTuple([try pop()])
        case .tuple2: pushTuple(Array(try [pop(), pop()].reversed()))
        case .tuple3: pushTuple(Array(try [pop(), pop(), pop()].reversed()))
        case .tuple: pushTuple(try popToMark())
        case .emptyList: pushList([])
        case .list: pushList(try popToMark())
        case .append: try extend([try pop()])
        case .appends: try extend(try popToMark())
        case .emptyDictionary: pushDictionary()
        case .dictionary:
            let items = try popToMark()
            pushDictionary()
            try set(items)
        case .setItem: try set(Array(try [pop(), pop()].reversed()))
        case .setItems: try set(try popToMark())
        case .addItems:
            _ = try popToMark()
            guard case .aside = try top() else { throw Flaw("pickle", "adds members to what is no set") }
        case .frozenSet:
            _ = try popToMark()
            stack.append(.aside)
        case .global:
            let module = try reader.line()
            try pushGlobal(try reader.line(), of: module)
        case .stackGlobal:
            guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
                throw Flaw("pickle", "names something by what is no text")
            }
            try pushGlobal(name, of: module)
        case .persistent: try pushStorage(try pop())
        case .reduce: try reduce()
        case .build: try build()
        }
    }

    // MARK: The stack

    private var floor: Int { marks.last ?? 0 }

    private func top() throws(Flaw) -> PickleValue {
        guard stack.count > floor, let value = stack.last else {
            throw Flaw("pickle", "takes a value where there is none")
        }
        return value
    }

    private mutating func pop() throws(Flaw) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    /// As POP does, which also takes a mark away.
    private mutating func popOrMark() throws(Flaw) -> PickleValue {
        guard stack.count == floor, marks.popLast() != nil else { return try pop() }
        return .none
    }

    private mutating func popToMark() throws(Flaw) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw Flaw("pickle", "takes values where there is no mark") }
        defer { stack.removeSubrange(mark...) }
        try spend(stack.count - mark)
        return Array(stack[mark...])
    }

    private mutating func recall(_ index: Int) throws(Flaw) {
        guard let value = memo[index] else { throw Flaw("pickle", "recalls the value \(index), which it never kept") }
        stack.append(value)
    }

    // MARK: Values

    private mutating func skip(_ count: Int) throws(Flaw) {
        _ = try reader.take(count)
        stack.append(.aside)
    }

    private mutating func pushBytes(_ count: Int) throws(Flaw) {
        stack.append(.bytes(try reader.take(count)))
        passed += count
    }

    private mutating func pushText(_ count: Int) throws(Flaw) {
        let begin = reader.position
        let text = try reader.text(count)
        if text == nil { passed += count }
        stack.append(text.map(PickleValue.text) ?? .bytes(begin..<begin + count))
    }

    private mutating func pushLong(_ count: Int) throws(Flaw) {
        let place = try reader.take(count)
        guard count <= 8 else {
            stack.append(.wideInteger(place))
            return
        }
        let negative = count > 0 && reader.bytes[place.upperBound - 1] >= 0x80
        let bits = place.reversed().reduce(negative ? -1 : 0) { $0 << 8 | Int(reader.bytes[$1]) }
        stack.append(.integer(bits))
    }

    private mutating func pushTuple(_ items: [PickleValue]) {
        stack.append(.tuple(heap.sequences.count))
        heap.sequences.append(items)
    }

    private mutating func pushList(_ items: [PickleValue]) {
        stack.append(.list(heap.sequences.count))
        heap.sequences.append(items)
    }

    private mutating func pushDictionary() {
        stack.append(.dictionary(heap.dictionaries.count))
        heap.dictionaries.append([])
    }

    private mutating func extend(_ items: [PickleValue]) throws(Flaw) {
        guard case .list(let index) = try top() else { throw Flaw("pickle", "adds elements to what is no list") }
        heap.sequences[index] += items
    }

    private mutating func set(_ items: [PickleValue]) throws(Flaw) {
        guard case .dictionary(let index) = try top() else {
            throw Flaw("pickle", "sets items of what is no dictionary")
        }
        guard items.count.isMultiple(of: 2) else { throw Flaw("pickle", "sets a key without a value") }
        for place in stride(from: 0, to: items.count, by: 2) {
            heap.dictionaries[index].append((items[place], items[place + 1]))
        }
    }

    private mutating func pushGlobal(_ name: String, of module: String) throws(Flaw) {
        stack.append(.global(try PickleGlobal.named(name, of: module), name: "\(module).\(name)"))
    }

    private func parts(of value: PickleValue, _ what: String) throws(Flaw) -> [PickleValue] {
        guard case .tuple(let index) = value else { throw Flaw("pickle", "\(what) is given no tuple") }
        return heap.sequences[index]
    }

    private mutating func pushStorage(_ identity: PickleValue) throws(Flaw) {
        let parts = try parts(of: identity, "a storage")
        guard parts.count == 5 || parts.count == 6, case .text("storage") = parts[0],
            case .global(.storage(let dtype), _) = parts[1], case .text(let key) = parts[2], case .text = parts[3],
            case .integer(let count) = parts[4], count >= 0
        else {
            throw Flaw("pickle", "refers to a storage in a form that PyTorch does not write")
        }
        var part = 0..<count
        if parts.count == 6, case .tuple = parts[5] {
            let view = try self.parts(of: parts[5], "a view of a storage")
            guard view.count == 3, case .integer(let offset) = view[1], case .integer(let size) = view[2],
                offset >= 0, size >= 0, offset <= count, size <= count - offset
            else {
                throw Flaw("storage \(key)", "a view of it goes beyond its \(count) elements")
            }
            part = offset..<offset + size
        }
        stack.append(.storage(heap.storages.count))
        heap.storages.append(PickledStorage(key: key, dtype: dtype, count: count, part: part))
    }

    private mutating func reduce() throws(Flaw) {
        let arguments = try parts(of: try pop(), "a call")
        guard case .global(let callee, let name) = try pop() else { throw Flaw("pickle", "calls what has no name") }
        switch callee {
        case .orderedDictionary: try makeDictionary(arguments)
        case .rebuildTensor: try makeTensor(arguments)
        case .rebuildParameter:
            guard case .tensor? = arguments.first else {
                throw Flaw("pickle", "makes a parameter of what is no tensor")
            }
            stack.append(arguments[0])
        case .size:
            guard arguments.count == 1, heap.integers(arguments[0]) != nil else {
                throw Flaw("pickle", "makes a shape of what are no whole numbers")
            }
            stack.append(arguments[0])
        case .rebuildArray:
            stack.append(.array(heap.arrays.count))
            heap.arrays.append(nil)
        case .aside: stack.append(.aside)
        case .storage: throw Flaw("pickle", "calls \(name), which PyTorch does not write")
        }
    }

    /// `OrderedDict()`, or of a list of pairs as Python 2 wrote it.
    private mutating func makeDictionary(_ arguments: [PickleValue]) throws(Flaw) {
        pushDictionary()
        guard let first = arguments.first else { return }
        guard arguments.count == 1, case .list(let index) = first else {
            throw Flaw("pickle", "makes a dictionary of what is no list")
        }
        for pair in heap.sequences[index] {
            let items: [PickleValue]
            switch pair {
            case .tuple(let pair), .list(let pair): items = heap.sequences[pair]
            default: throw Flaw("pickle", "makes a dictionary of what are no pairs")
            }
            guard items.count == 2 else { throw Flaw("pickle", "makes a dictionary of what are no pairs") }
            try spend(1)
            try set(items)
        }
    }

    private mutating func makeTensor(_ arguments: [PickleValue]) throws(Flaw) {
        guard arguments.count >= 4, case .storage(let index) = arguments[0], case .integer(let offset) = arguments[1],
            let shape = heap.integers(arguments[2]), let strides = heap.integers(arguments[3])
        else {
            throw Flaw("pickle", "describes a tensor in a form that PyTorch does not write")
        }
        let storage = heap.storages[index]
        let form = TensorForm(dtype: storage.dtype, shape: shape)
        let view = try TensorView(form, strides: strides, offset: offset, room: storage.part.count)
        stack.append(.tensor(heap.tensors.count))
        heap.tensors.append(PickledTensor(storage: storage, view: view))
    }

    /// Attributes of a dictionary, such as `_metadata`, have no weights; those of an array end in its elements.
    private mutating func build() throws(Flaw) {
        let state = try pop()
        switch try top() {
        case .dictionary, .aside: break
        case .array(let index):
            // Elements that are encoded as a text stay unknown.
            if case .bytes(let place)? = try parts(of: state, "an array").last { heap.arrays[index] = place }
        default: throw Flaw("pickle", "sets attributes of what has none", remedy: Flaw.saveWeightsAlone)
        }
    }
}
