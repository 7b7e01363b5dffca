/// What a built mixture can be turned into.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// JSON lines `{"messages":[{"role","content"}…]}`, as OpenAI's and TRL's fine-tuning read them.
  case messages
  /// JSON lines `{"conversations":[{"from","value"}…]}`.
  case sharegpt
  /// JSON lines `{"instruction","input","output"}`.
  case alpaca
  /// JSON lines `{"prompt","completion"}`, as TRL reads them.
  case promptCompletion = "prompt-completion"
  /// JSON lines `{"text"}`: prompt and answer in one, through a chat template where one is given.
  case text
  /// Apache Parquet with all columns, through DuckDB.
  case parquet
  /// TFRecord files of `tf.train.Example` with the features `inputs` and `targets`, as seqio reads them.
  case tfrecord
  /// Tokens as Megatron-LM's indexed dataset: `.bin` and `.idx`, a document an example.
  case megatron
  /// Tokens of all examples one after the other: a flat file and a `.json` that says how to read it.
  case tokens
  /// Tar archives with an `.input.txt`, a `.target.txt` and a `.json` for each example.
  case webdataset

  /// Whether the format holds tokens, so that a tokenizer is needed.
  public var needsTokenizer: Bool { self == .megatron || self == .tokens }
}
