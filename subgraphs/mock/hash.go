package mock

// mix returns a number that looks random and depends on a and b only
// (splitmix64's finaliser).
func mix(a, b uint64) uint64 {
	x := a*0x9e3779b97f4a7c15 + b + 0x632be59bd9b4e019
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// mixString is mix with a text (FNV-1a).
func mixString(seed uint64, texts ...string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for _, text := range texts {
		for i := range len(text) {
			h ^= uint64(text[i])
			h *= 0x100000001b3
		}
		h ^= 0xff // so that ("a", "b") and ("ab") differ
		h *= 0x100000001b3
	}
	return mix(seed, h)
}
