package import Bytes
import JSON
import Records

/// The weights of a model's folder in Hugging Face's layout: `model.safetensors`, or several files and
/// `model.safetensors.index.json`, which says which tensor is in which.
package struct SafetensorsFolder: TensorSource {
  package let path: String
  private let files: [Safetensors]
  /// Which file has a tensor.
  private let places: [String: Int]

  package var names: [String] { files.flatMap(\.names) }

  package init(_ folder: String) throws(Diagnostic) {
    let index = folder + "/" + LanguageModel.FileName.weights + ".index.json"
    let single = folder + "/" + LanguageModel.FileName.weights
    guard !fileExists(single), fileExists(index) else {
      let file = try Safetensors(path: single)
      self.init(path: single, files: [file], places: Dictionary(file.names.map { ($0, 0) }) { a, _ in a })
      return
    }
    let node = try JSONNode.read(index, advice: "copy the model again")
    let map = try node.required("weight_map").dictionary()
    var files: [Safetensors] = []
    var numbers: [String: Int] = [:]
    var places: [String: Int] = [:]
    for (tensor, value) in zip(map.keys, map.values) {
      guard case .string(let name) = value, !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
        throw Diagnostic("'\(tensor)' is in no file of the folder", at: SourceLocation(path: index))
      }
      if numbers[name] == nil {
        numbers[name] = files.count
        files.append(try Safetensors(path: folder + "/" + name))
      }
      places[tensor] = numbers[name]
    }
    for (number, file) in files.enumerated() {
      for name in file.names where places[name] != number {
        throw Diagnostic(
          "'\(name)' is in '\(file.path)', but the index says otherwise; copy the model again",
          at: SourceLocation(path: index))
      }
    }
    self.init(path: index, files: files, places: places)
  }

  private init(path: String, files: [Safetensors], places: [String: Int]) {
    self.path = path
    self.files = files
    self.places = places
  }

  package func shape(of name: String) -> [Int]? { places[name].flatMap { files[$0].shape(of: name) } }

  package func copy(_ name: String, to memory: UnsafeMutablePointer<Float>) throws(Diagnostic) {
    guard let place = places[name] else {
      throw Diagnostic("no tensor '\(name)'", at: SourceLocation(path: path))
    }
    try files[place].copy(name, to: memory)
  }
}
