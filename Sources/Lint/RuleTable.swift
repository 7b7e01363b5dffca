import Bytes

extension Rule {
  /// Every rule, by code.
  package static let all: [Rule] = files + sources + records + families

  static let files = [unreadable, repeatedName, badSuppression, idleSuppression]
  static let unreadable = Rule(
    "PB001", .error, "the file is no file of templates", why: "nothing of it can be used",
    mend: "correct the key or value at the place that is shown")
  static let repeatedName = Rule(
    "PB002", .error, "two templates have one name or id",
    why: "held-out templates are named by either, and results are told by name",
    mend: "give each its own")
  static let badSuppression = Rule(
    "PB003", .warning, "a comment allows a finding without a reason, or one that does not exist",
    why: "nobody can tell later whether it is still right",
    mend: "write '# phrasebook: allow PB107 reason'")
  static let idleSuppression = Rule(
    "PB004", .warning, "a comment allows a finding that is not there", why: "it would hide the next one",
    mend: "take the comment out")

  static let sources = [
    notCompiled, unknownField, divider, inputWithoutField, constantTarget, targetInInput, unusedChoices,
    missingChoices, prefixChoice, sameChoices, choiceOrder, choicesFlag, randomFilter, unusedField, metric,
    strayBrace, strayEscape, blankBeforeTarget, blankAtLineEnd, language, outlyingLength,
    unreadRecordChoices,
  ]
  static let notCompiled = Rule(
    "PB101", .error, "the template does not compile", why: "no record can be rendered",
    mend: "correct the Jinja at the place that is shown")
  static let unknownField = Rule(
    "PB102", .error, "the template reads a field that the corpus does not have",
    why: "nothing would stand in its place", mend: "name a field of corpus.yaml, or add it there")
  static let divider = Rule(
    "PB103", .error, "'|||' is missing, stands twice or has nothing behind it",
    why: "an example needs an input and a target", mend: "put one '|||' between them")
  static let inputWithoutField = Rule(
    "PB104", .warning, "the input holds no field", why: "every record has the same input",
    mend: "put the field that the task is about into the input")
  static let constantTarget = Rule(
    "PB105", .warning, "the target is the same for every record",
    why: "a model learns to say it without reading", mend: "put a field or an answer choice into the target")
  static let targetInInput = Rule(
    "PB106", .warning, "the target stands in the input", why: "the answer can be copied",
    mend: "take it out of the input, or ask for something else")
  static let unusedChoices = Rule(
    "PB107", .warning, "answer choices are defined and never used",
    why: "target and choices are written twice and can come apart",
    mend: "write the target as {{ answer_choices[…] }}, or take the choices out")
  static let missingChoices = Rule(
    "PB108", .error, "answer choices are used and not defined", why: "nothing stands in their place",
    mend: "add the key answer_choices")
  static let prefixChoice = Rule(
    "PB109", .warning, "an answer choice begins with another",
    why: "a reply that is cut short or goes on can be read as either",
    mend: "word the choices so that none begins another")
  static let sameChoices = Rule(
    "PB110", .warning, "two answer choices differ in case or blanks only",
    why: "as answers they are one, and ranking them counts it twice",
    mend: "word them differently, or name each answer once")
  static let choiceOrder = Rule(
    "PB111", .note, "the input lists the choices in another order than they are defined",
    why: "numbers and letters of a list then name other choices than the labels do",
    mend: "list them in the order of answer_choices, or define them in the order of the list")
  static let choicesFlag = Rule(
    "PB112", .warning, "choices_in_prompt does not say what the input does",
    why: "templates with and without listed choices are compared by it",
    mend: "list the choices, or change the flag (--fix does)")
  static let randomFilter = Rule(
    "PB113", .note, "the template draws at random",
    why: "Phrasebook draws by seed and record, other programs anew at each run",
    mend: "write the alternatives as templates or variants of their own")
  static let unusedField = Rule(
    "PB114", .warning, "no template of the task reads the field", why: "it may have been forgotten",
    mend: "use it, or take it out of corpus.yaml")
  static let metric = Rule(
    "PB115", .warning, "the metric does not fit", why: "the template cannot be scored by it",
    mend: "spell it as known (--fix does), or give choices to what is scored by accuracy")
  static let strayBrace = Rule(
    "PB116", .warning, "a brace stands in the text", why: "a field in single braces stays as it is",
    mend: "write {{ field }}; for a brace itself {{ '{' }}")
  static let strayEscape = Rule(
    "PB117", .warning, "the remains of a line break stand in the text",
    why: "a backslash with n, or the n alone, comes out as letters",
    mend: "break the line (--fix does for \\n)")
  static let blankBeforeTarget = Rule(
    "PB118", .warning, "blanks stand at the input's end",
    why: "in lm-eval they come before the target's own and are tokens nobody was trained on",
    mend: "take them out (--fix does)")
  static let blankAtLineEnd = Rule(
    "PB119", .note, "blanks stand at a line's end", why: "they are tokens that nobody sees",
    mend: "take them out (--fix does)")
  static let language = Rule(
    "PB120", .warning, "the text is in another language than the template says",
    why: "templates are chosen by language", mend: "correct the languages, or the text")
  static let outlyingLength = Rule(
    "PB121", .note, "the template is far longer than the task's others",
    why: "figures by template then compare lengths", mend: "shorten it, or write longer others too")

  static let unreadRecordChoices = Rule(
    "PB122", .note, "answer choices made of the record are never used by the template",
    why: "only evaluation uses them, and whether the target is one of them shows with records only",
    mend: "list them in the input, or give a corpus, so that PB204 can look")

  static let records = [
    renderingFails, emptyInput, emptyTarget, targetNoChoice, tooLong, placeholder, leakedLabel,
    tellingInstruction,
    contradiction, idleChoice, imbalance,
  ]
  static let renderingFails = Rule(
    "PB201", .error, "records cannot be rendered", why: "a build stops at them",
    mend: "guard the expression, or correct the data")
  static let emptyInput = Rule(
    "PB202", .error, "records have an empty input", why: "there is nothing to answer",
    mend: "put text around the field, or leave such records out")
  static let emptyTarget = Rule(
    "PB203", .error, "records have an empty target", why: "there is nothing to learn or to score",
    mend: "cover every case of the label, or leave such records out")
  static let targetNoChoice = Rule(
    "PB204", .error, "targets are none of the answer choices",
    why: "such an answer can never be scored as right",
    mend: "write the target as {{ answer_choices[…] }}")
  static let tooLong = Rule(
    "PB205", .warning, "inputs are longer than the limit", why: "training cuts or drops them",
    mend: "shorten the template, take a shorter field, or raise the limit")
  static let placeholder = Rule(
    "PB206", .warning, "a value is missing and its place is filled by a word such as None",
    why: "a model learns to say it", mend: "give the field a default, or leave such records out")
  static let leakedLabel = Rule(
    "PB207", .warning, "the target's text stands in the input more often than other choices do",
    why: "the answer can be found without understanding", mend: "take what gives it away out of the input")
  static let tellingInstruction = Rule(
    "PB208", .error, "the instruction alone tells the label",
    why: "a model learns the wording and not the task", mend: "use the same words whatever the label is")
  static let contradiction = Rule(
    "PB209", .warning, "equal inputs have different targets", why: "only one of them can be learnt",
    mend: "put the field that tells them apart into the input")
  static let idleChoice = Rule(
    "PB210", .warning, "an answer choice is never the target", why: "it is learnt to be wrong",
    mend: "take it out, or correct the labels")
  static let imbalance = Rule(
    "PB211", .note, "nearly all targets are one", why: "a model that always says it looks good",
    mend: "balance the records, or score by a metric that sees both")

  static let families = [nearDuplicates, straddling]
  static let nearDuplicates = Rule(
    "PB301", .note, "two templates are near-duplicates",
    why: "they are one family, count once, and stay on one side of a hold-out",
    mend: "word one of them differently, or merge them")
  static let straddling = Rule(
    "PB302", .error, "near-duplicates stand on both sides of the hold-out",
    why: "unseen templates would be seen ones", mend: "lower hold_out.similarity, or word them differently")
}
