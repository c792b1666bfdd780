//go:build race

package merge

const poison = true

// minSplice is so short that tests have splices.
const minSplice = 24
