import Glibc

/// The eigenvalues of a symmetric matrix, in no order: Householder's reduction to three diagonals, then the QL
/// iteration with implicit shifts (Golub and Van Loan, Matrix Computations, 8.3).
///
/// - Parameter matrix: rows one after the other.
package func symmetricEigenvalues(_ matrix: [Double], size: Int) -> [Double] {
  guard size > 0 else { return [] }
  var (diagonal, below) = tridiagonal(matrix, size)
  for low in 0..<size {
    // The iteration converges cubically; thirty rounds are never reached by finite matrices.
    for _ in 0..<60 {
      var end = low
      while end < size - 1 {
        let scale = abs(diagonal[end]) + abs(diagonal[end + 1])
        if abs(below[end]) <= .ulpOfOne * scale { break }
        end += 1
      }
      if end == low { break }
      shiftedStep(&diagonal, &below, low, end)
    }
  }
  return diagonal
}

/// One QL step over the rows from `low` to `end`.
private func shiftedStep(_ diagonal: inout [Double], _ below: inout [Double], _ low: Int, _ end: Int) {
  var g = (diagonal[low + 1] - diagonal[low]) / (2 * below[low])
  var r = hypot(g, 1)
  g = diagonal[end] - diagonal[low] + below[low] / (g + (g < 0 ? -r : r))
  var (sine, cosine, shift) = (1.0, 1.0, 0.0)
  for row in stride(from: end - 1, through: low, by: -1) {
    let f = sine * below[row]
    let b = cosine * below[row]
    r = hypot(f, g)
    below[row + 1] = r
    if r == 0 {
      diagonal[row + 1] -= shift
      below[end] = 0
      return
    }
    sine = f / r
    cosine = g / r
    g = diagonal[row + 1] - shift
    r = (diagonal[row] - g) * sine + 2 * cosine * b
    shift = sine * r
    diagonal[row + 1] = g + shift
    g = cosine * r - b
  }
  diagonal[low] -= shift
  below[low] = g
  below[end] = 0
}

/// The diagonal and the one below it of a similar matrix; the second is as long as the first, its last is 0.
private func tridiagonal(_ matrix: [Double], _ size: Int) -> ([Double], [Double]) {
  var a = matrix
  var diagonal = [Double](repeating: 0, count: size)
  var below = [Double](repeating: 0, count: size)
  var vector = [Double](repeating: 0, count: size)
  var product = [Double](repeating: 0, count: size)
  a.withUnsafeMutableBufferPointer { a in
    for step in 0..<size {
      diagonal[step] = a[step * size + step]
      let first = step + 1
      guard first < size else { break }
      var norm = 0.0
      for row in first..<size {
        vector[row] = a[row * size + step]
        norm += vector[row] * vector[row]
      }
      norm = norm.squareRoot()
      below[step] = norm
      guard norm > 0 else { continue }
      // The reflection that maps the column onto its first element.
      below[step] = vector[first] > 0 ? -norm : norm
      vector[first] -= below[step]
      var square = 0.0
      for row in first..<size { square += vector[row] * vector[row] }
      guard square > 0 else { continue }
      let factor = 2 / square
      var overlap = 0.0
      for row in first..<size {
        var sum = 0.0
        let start = row * size
        for column in first..<size { sum += a[start + column] * vector[column] }
        product[row] = factor * sum
        overlap += product[row] * vector[row]
      }
      let half = factor * overlap / 2
      for row in first..<size { product[row] -= half * vector[row] }
      for row in first..<size {
        let start = row * size
        let (v, p) = (vector[row], product[row])
        for column in first..<size { a[start + column] -= v * product[column] + p * vector[column] }
      }
    }
  }
  return (diagonal, below)
}
