//go:build !race

package merge

const poison = false
