/// Words by which the shape of an instruction is told; English, as nearly all published templates are.
enum InstructionWords {
  /// Verbs that instructions begin with.
  static let verbs: Set<String> = [
    "add", "analyze", "answer", "arrange", "ask", "assess", "assign", "assume", "build", "calculate",
    "categorize",
    "change", "characterize", "check", "choose", "cite", "clarify", "classify", "combine", "come", "compare",
    "complete", "compose", "compute", "condense", "consider", "construct", "continue", "convert", "copy",
    "correct",
    "count", "craft", "create", "decide", "decode", "deduce", "define", "derive", "describe", "design",
    "detect",
    "determine", "develop", "discuss", "distinguish", "divide", "draft", "draw", "edit", "elaborate",
    "eliminate",
    "estimate", "evaluate", "examine", "explain", "express", "extract", "figure", "fill", "filter", "find",
    "finish", "fix", "form", "formulate", "gather", "generate", "give", "grade", "group", "guess", "help",
    "highlight", "identify", "imagine", "improve", "indicate", "infer", "insert", "interpret", "judge",
    "keep",
    "label", "let", "list", "look", "make", "mark", "match", "mention", "modify", "name", "note", "order",
    "outline",
    "paraphrase", "pick", "place", "point", "predict", "prepare", "produce", "propose", "provide", "put",
    "rank",
    "rate", "read", "rearrange", "recall", "recognize", "recommend", "refer", "remove", "rephrase", "replace",
    "reply", "report", "resolve", "respond", "restate", "return", "reverse", "review", "revise", "reword",
    "rewrite", "say", "score", "see", "select", "separate", "show", "simplify", "solve", "sort", "specify",
    "spell",
    "split", "state", "sum", "summarize", "suggest", "suppose", "take", "tell", "think", "title", "transform",
    "translate", "try", "turn", "use", "verify", "write",
  ]

  /// Words that may stand between a verb and what it is about.
  static let skipped: Set<String> = [
    "a", "an", "the", "this", "that", "these", "those", "some", "any", "each", "every", "all", "one", "two",
    "me",
    "us", "it", "its", "my", "your", "his", "her", "their", "our", "for", "to", "of", "in", "on", "with",
    "from",
    "whether", "if", "what", "which", "who", "how", "following", "given", "above", "below", "best", "correct",
    "right", "most", "more", "short", "possible", "up", "out", "please", "so", "as", "not", "only", "just",
    "between",
    "into", "is", "are", "be", "or", "and", "new", "good", "appropriate", "single", "first", "next", "same",
  ]

  /// Who speaks in a dialogue.
  static let speakers: Set<String> = [
    "user", "assistant", "human", "ai", "bot", "system", "teacher", "student", "customer", "agent", "speaker",
    "person", "friend", "me", "you", "tutor", "pupil", "interviewer", "guest", "host", "doctor", "patient",
    "client",
    "mother", "child", "a", "b",
  ]
}
