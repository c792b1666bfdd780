//go:build !race

package merge

const poison = false

// minSplice is from which length on text is better not copied: each splice is a
// write to the connection of its own.
const minSplice = 256 << 10
