@testable import Configuration

/// Settings as the program has them, for the tests: nested groups, lists, and a type chosen by `name`.
struct Recipe: Codable, Equatable {
    var epochs: Int
    var data: DataSettings
    var optimizers: [OptimizerSettings]
    var schedule: Schedule?

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        epochs = try container.value(.epochs, default: 10, .positive)
        data = try container.decode(DataSettings.self, forKey: .data)
        optimizers = try container.value(.optimizers, default: [])
        schedule = try container.value(.schedule, default: nil)
    }

    struct DataSettings: Codable, Equatable {
        var set: String
        var mean: [Double]
        var precision: Precision

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            set = try container.decode(String.self, forKey: .set)
            mean = try container.value(.mean, default: [0.5])
            precision = try container.value(.precision, default: .float32)
        }
    }

    enum Precision: String, Codable, CaseIterable {
        case float32, bfloat16, automatic
    }

    struct OptimizerSettings: Codable, Equatable {
        var of: [String]
        var learningRate: Double
        var momentum: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            of = try container.value(.of, default: ["backbone"])
            learningRate = try container.value(.learningRate, .positive)
            momentum = try container.value(.momentum, default: 0, in: 0...0.999)
        }
    }

    enum Schedule: Codable, Equatable {
        case step(Step)
        case cosine(Cosine)

        struct Step: Codable, Equatable {
            var every: Int
            var factor: Double
        }

        struct Cosine: Codable, Equatable {
            var warmup: Int
        }

        enum Name: String, Codable, CaseIterable {
            case step, cosine
        }

        private enum CodingKeys: CodingKey {
            case name
        }

        init(from decoder: any Decoder) throws {
            switch try decoder.container(keyedBy: CodingKeys.self).decode(Name.self, forKey: .name) {
            case .step: self = .step(try Step(from: decoder))
            case .cosine: self = .cosine(try Cosine(from: decoder))
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .step(let step):
                try container.encode(Name.step, forKey: .name)
                try step.encode(to: encoder)
            case .cosine(let cosine):
                try container.encode(Name.cosine, forKey: .name)
                try cosine.encode(to: encoder)
            }
        }
    }
}

/// The error of reading `yaml` with `overrides` as a `T`, as one line; "no error" when there is none.
func message<T: Decodable>(_ yaml: String, _ overrides: [String] = [], as type: T.Type = Recipe.self) -> String {
    do {
        var document = try ConfigurationDocument(yaml: yaml, source: "recipe.yaml")
        for override in overrides { try document.set(override) }
        _ = try document.decode(type)
        return "no error"
    } catch {
        return "\(error)"
    }
}

/// The `T` that `yaml` with `overrides` gives.
func decoded<T: Decodable>(_ yaml: String, _ overrides: [String] = [], as type: T.Type = Recipe.self) throws -> T {
    var document = try ConfigurationDocument(yaml: yaml, source: "recipe.yaml")
    for override in overrides { try document.set(override) }
    return try document.decode(type)
}

/// The YAML text of `value`.
func yaml(of value: some Encodable) throws -> String {
    try ConfigurationWriter.yaml(of: value)
}

/// One value under the key `value`.
struct Wrapped<Value: Codable>: Codable {
    var value: Value
}

extension Wrapped: Equatable where Value: Equatable {}
extension Wrapped: Sendable where Value: Sendable {}
