// Names as the Component Model has them (Explainer, Import and Export Definitions, `label`).

/// A Swift name in kebab case: `maxBytes` is `max-bytes`, `HTTPServer` is `http-server`, `userID` is `user-id`.
package func kebabCase(_ name: String) -> String {
  let letters = Array(name.filter { $0 != "`" })
  var result = ""
  for (index, letter) in letters.enumerated() {
    if letter == "_" {
      if !result.isEmpty, !result.hasSuffix("-") { result += "-" }
      continue
    }
    if letter.isUppercase, index > 0, letters[index - 1] != "_" {
      let endsWord = !letters[index - 1].isUppercase
      let startsWord = index + 1 < letters.count && letters[index + 1].isLowercase
      if endsWord || startsWord { result += "-" }
    }
    result += letter.lowercased()
  }
  while result.hasSuffix("-") { result.removeLast() }
  return result
}

/// Whether a name is a `label`: words that begin with a letter, each in one case, between dashes.
package func isLabel(_ name: String) -> Bool {
  let words = name.split(separator: "-", omittingEmptySubsequences: false)
  return words.allSatisfy { word in
    guard let first = word.first, first.isASCII, first.isLetter else { return false }
    return word.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) }
      || word.allSatisfy { $0.isASCII && ($0.isUppercase || $0.isNumber) }
  }
}
