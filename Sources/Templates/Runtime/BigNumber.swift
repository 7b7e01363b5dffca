internal import BigInt

/// An integer of any size.
typealias BigNumber = BigInt
